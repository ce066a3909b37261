//! BC003.

use limosa_sql::effect::TableChange;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column is renamed while code runs that knows only the old name.
    ///
    /// Before the deploy the running code fails once the column is renamed; after it, the new code fails until it is. There is no moment
    /// at which both work. Rename the field in the models alone and let it keep its column (`db_column`), or add a new column, write to
    /// both, and drop the old one two deploys later.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.RenameField("order", "note", "remark"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.SeparateDatabaseAndState(
    ///         state_operations=[
    ///             migrations.RenameField("order", "note", "remark"),
    ///             migrations.AlterField("order", "remark", models.TextField(default="", db_column="note")),
    ///         ],
    ///     ),
    /// ]
    /// ```
    "BC003" "column-renamed",
    group: Compatibility,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, change) in subject.alterations_of_old_tables() {
        let (column, to) = match change {
            TableChange::RenameColumn { column, to } => (column, to),
            TableChange::ModifyColumn { column, to } if !column.eq_ignore_ascii_case(&to.name) => (column, &to.name),
            _ => continue,
        };
        if subject.added_column(table, column, effect).is_none() {
            findings
                .about(effect, format!("code that names `{table}.{column}` fails once it is called `{to}`"))
                .help(format!(
                    "let the field keep its column (`db_column=\"{column}\"`, in `state_operations`), or add `{to}` beside it, \
                     write to both, and drop `{column}` after a later deploy"
                ))
                .table(table);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn columns() {
        let cases = [
            ("migrations.RenameField('order', 'note', 'remark')", 1),
            ("migrations.AlterField('order', 'note', models.TextField(default='', db_column='remark'))", 1),
            ("stage = 'post-deploy'\noperations = [migrations.RenameField('order', 'note', 'remark')]", 1),
            (
                "migrations.AddField('order', 'x', models.TextField(null=True))\n----\n\
                 migrations.RenameField('order', 'x', 'y')",
                0,
            ),
            ("migrations.RenameIndex('order', 'order_by_number', old_name='order_number_idx')", 0),
            ("ALTER TABLE shop_order RENAME COLUMN note TO remark", 1),
            ("CREATE TABLE t (a int); ALTER TABLE t RENAME COLUMN a TO b", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        expect(&CHECK, Dialect::Postgres, &[("alter table shop_order rename note to remark", 1)]);
        let cases = [
            ("ALTER TABLE shop_order CHANGE note remark longtext", 1),
            ("ALTER TABLE shop_order CHANGE COLUMN note note longtext", 0),
            ("ALTER TABLE shop_order MODIFY note longtext", 0),
            ("ALTER TABLE shop_order ADD x int; ALTER TABLE shop_order CHANGE x y int", 0),
            (
                "ALTER TABLE shop_order ADD x int; ALTER TABLE shop_order CHANGE x y int\n----\n\
                 ALTER TABLE shop_order CHANGE Y z int",
                0,
            ),
        ];
        expect(&CHECK, Dialect::MySql, &cases);
    }
}
