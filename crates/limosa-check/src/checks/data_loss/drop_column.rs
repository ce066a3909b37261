//! DL001.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column is dropped with everything that it holds.
    ///
    /// The values cannot be brought back by unapplying the migration: that makes an empty column.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// Stop using the field, and keep the column for as long as somebody may want its values back:
    ///
    /// ```python
    /// operations = [
    ///     migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("order", "paid_at")]),
    /// ]
    /// ```
    "DL001" "drop-column",
    group: DataLoss,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, column, effect) in subject.dropped_columns() {
        findings
            .about(effect, format!("dropping `{table}.{column}` loses its values for good"))
            .help("keep a copy, or say in a comment why nobody needs them")
            .size(table);
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
            ("migrations.RemoveField('order', 'note')", 1),
            ("migrations.RemoveField('order', 'id')", 1),
            ("migrations.DeleteModel('order')", 0),
            ("migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('order', 'note')])", 0),
            (
                "migrations.AddField('order', 'extra', models.TextField(null=True))\n----\n\
                 migrations.RemoveField('order', 'extra')",
                0,
            ),
            ("migrations.RenameField('order', 'note', 'remark')", 0),
            ("migrations.AlterField('order', 'note', models.CharField(max_length=9))", 0),
            ("ALTER TABLE shop_order DROP COLUMN note", 1),
            ("alter table shop_order drop note", 1),
            ("ALTER TABLE shop_order ADD COLUMN x int; ALTER TABLE shop_order DROP COLUMN x", 0),
            ("CREATE TABLE t (a int, b int); ALTER TABLE t DROP COLUMN a", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let spelled = "ALTER TABLE IF EXISTS ONLY public.shop_order DROP COLUMN IF EXISTS \"note\" CASCADE, DROP total";
        expect(&CHECK, Dialect::Postgres, &[(spelled, 2)]);
    }
}
