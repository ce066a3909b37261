//! BC004.

use limosa_sql::effect::{Effect, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::plan::Statement;
use crate::subject::Subject;

declare! {
    /// A table is renamed, or moved to another schema, while code runs that knows only the old name.
    ///
    /// Before the deploy the running code fails once the table is renamed; after it, the new code fails until it is. With the model, the
    /// tables of its many-to-many fields are renamed. Let the model keep its table (`db_table`), or leave a view under the old name in
    /// the same transaction.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.RenameModel("Order", "Purchase"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.SeparateDatabaseAndState(
    ///         state_operations=[
    ///             migrations.RenameModel("Order", "Purchase"),
    ///             migrations.AlterModelTable("purchase", "shop_order"),
    ///         ],
    ///     ),
    /// ]
    /// ```
    "BC004" "table-renamed",
    group: Compatibility,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect) in subject.meaning_for_old_tables() {
        let to = match effect {
            Effect::RenameTable { to, .. } => to.clone(),
            Effect::AlterTable { change: TableChange::SetSchema { to }, .. } => format!("{to}.{table}"),
            _ => continue,
        };
        if !is_replaced(subject, table) {
            findings
                .about(effect, format!("code that names `{table}` fails once it is called `{to}`"))
                .help(format!("let the model keep its table (`db_table = \"{table}\"`, in `state_operations`)"))
                .table(table);
        }
    }
}

/// Returns whether the migration leaves a view under the name of the table, in one transaction.
fn is_replaced(subject: &Subject<'_>, table: &str) -> bool {
    let makes_view = |statement: &&Statement| {
        statement.effects.iter().any(|(effect, _)| {
            matches!(effect, Effect::Other { verb } if verb.starts_with("create") && verb.ends_with("view"))
        })
    };
    let names = |statement: &Statement| {
        let words = statement.sql.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.take_while(|word| !word.eq_ignore_ascii_case("as")).any(|word| word.eq_ignore_ascii_case(table))
    };
    let statements = subject.migration.operations.iter().flat_map(|operation| &operation.statements);
    subject.migration.transaction && statements.filter(makes_view).any(names)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn tables() {
        let cases = [
            ("migrations.RenameModel('Order', 'Purchase')", 1),
            ("migrations.RenameModel('Order', 'order')", 0),
            ("migrations.AlterModelTable('order', 'orders')", 1),
            ("migrations.AlterModelTable('order', 'shop_order')", 0),
            (
                "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))])\n----\n\
                 migrations.RenameModel('Tag', 'Label')",
                0,
            ),
            ("ALTER TABLE shop_order RENAME TO orders", 1),
            ("CREATE TABLE t (a int); ALTER TABLE t RENAME TO u", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("ALTER TABLE shop_order SET SCHEMA archive", 1),
            ("ALTER TABLE shop_order RENAME TO orders; CREATE VIEW shop_order AS SELECT * FROM orders", 0),
            ("ALTER TABLE shop_order RENAME TO orders; CREATE VIEW old AS SELECT * FROM shop_order", 1),
            ("ALTER INDEX order_number_idx RENAME TO x", 0),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
        expect(&CHECK, Dialect::MySql, &[("RENAME TABLE shop_order TO orders", 1)]);
    }
}
