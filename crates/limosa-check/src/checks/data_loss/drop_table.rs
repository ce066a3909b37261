//! DL002.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A table is dropped with all of its rows.
    ///
    /// Unapplying the migration makes an empty table. Keep the table for as long as somebody may want its rows back.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.DeleteModel("order"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("order")]),
    /// ]
    /// ```
    "DL002" "drop-table",
    group: DataLoss,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect) in subject.meaning_for_old_tables() {
        if let Effect::DropTable { .. } = effect {
            findings
                .about(effect, format!("dropping `{table}` loses its rows for good"))
                .help("keep a copy, or say in a comment why nobody needs them")
                .size(table);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn tables() {
        let cases = [
            ("migrations.DeleteModel('order')", 1),
            ("migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel('order')])", 0),
            (
                "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))])\n----\n\
                 migrations.DeleteModel('Tag')",
                0,
            ),
            ("migrations.RemoveField('order', 'note')", 0),
            ("migrations.AlterModelOptions('order', {'managed': False})", 0),
            ("DROP TABLE shop_order", 1),
            ("CREATE TABLE copy (a int); INSERT INTO copy SELECT 1; DROP TABLE copy", 0),
            ("CREATE TABLE new__t (a int); DROP TABLE shop_order; ALTER TABLE new__t RENAME TO shop_order", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        expect(&CHECK, Dialect::Postgres, &[("DROP TABLE IF EXISTS public.shop_order, shop_customer CASCADE", 2)]);
    }
}
