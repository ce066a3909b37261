//! BC007.

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;
use crate::types::Fit;

declare! {
    /// A column gets a type that the running code does not read and write in the same way.
    ///
    /// Writes of values that the new type refuses fail; so do comparisons with values of the old type on PostgreSQL, and code that reads
    /// gets something else than it expects. Wider types of the same kind are no trouble: more digits, longer texts, larger integers.
    /// For others, add a new column, write to both, copy the rows, and switch.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("order", "number", models.CharField(max_length=20)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "number_text", models.CharField(max_length=20, null=True)),
    /// ]
    /// ```
    "BC007" "type-changed-incompatibly",
    group: Compatibility,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for change in subject.type_changes() {
        let (what, level) = match change.fit(subject.dialect()) {
            Fit::Wider => continue,
            // What fits in the end is what the new code writes.
            Fit::Refused | Fit::Cut if subject.is_post_deploy() => continue,
            Fit::Refused => ("may write values that it refuses", Level::Warning),
            Fit::Cut => ("may write values that it cuts or rounds", Level::Warning),
            Fit::Other => ("reads and writes values of another kind", Level::Error),
            Fit::Unknown => ("may read and write values of another kind", Level::Warning),
        };
        findings
            .about(change.effect, format!("{change}: the running code {what}"))
            .help(
                "add a column of the new type, write to both, copy the rows, and drop the old one after a later deploy",
            )
            .level(level)
            .table(change.table);
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
            ("migrations.AlterField('order', 'number', models.CharField(max_length=20))", 1),
            ("migrations.AlterField('order', 'number', models.BigIntegerField())", 0),
            ("migrations.AlterField('order', 'status', models.CharField(max_length=40, default='new'))", 0),
            ("migrations.AlterField('order', 'status', models.TextField(default='new'))", 0),
            ("migrations.AlterField('order', 'total', models.DecimalField(max_digits=12, decimal_places=2))", 0),
            ("migrations.AlterField('order', 'paid_at', models.DateField(null=True))", 1),
            ("migrations.AlterField('order', 'number', models.IntegerField(null=True, help_text='x'))", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("migrations.AlterField('order', 'status', models.CharField(max_length=10, default='new'))", 1),
            (
                "stage = 'post-deploy'\noperations = [migrations.AlterField('order', 'status', models.CharField(max_length=10))]",
                0,
            ),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
        expect(&CHECK, Dialect::MySql, &cases);
        expect(&CHECK, Dialect::Sqlite, &cases.map(|(text, _)| (text, 0)));
        let cases = [
            ("ALTER TABLE shop_order ALTER COLUMN number TYPE bigint", 0),
            ("ALTER TABLE shop_order ALTER number SET DATA TYPE text USING number::text", 1),
            ("ALTER TABLE elsewhere ALTER COLUMN number TYPE bigint", 1),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
        expect(&CHECK, Dialect::MySql, &[("ALTER TABLE shop_order MODIFY number bigint NOT NULL", 0)]);
    }
}
