//! DL005.

use limosa_sql::effect::Using;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;
use crate::types::Fit;

declare! {
    /// A column gets a type that not all of its values fit into.
    ///
    /// Digits behind the point and fractions of seconds are rounded away, times of day are cut off, without a word. Texts that are too long and
    /// numbers that are too large are refused: the migration fails half way on the database that has one, which is never the one that it
    /// was tried on. (SQLite keeps values whatever the type says.)
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("order", "total", models.DecimalField(max_digits=10, decimal_places=1)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("order", "total", models.DecimalField(max_digits=12, decimal_places=2)),
    /// ]
    /// ```
    "DL005" "narrows-type",
    group: DataLoss,
    level: Warning,
    databases: [Postgres, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for change in subject.type_changes() {
        let what = match change.fit(subject.dialect()) {
            Fit::Wider | Fit::Other => continue,
            Fit::Cut => "values are cut or rounded without a word",
            // A cast or another expression makes the values fit.
            Fit::Refused if change.using != Using::Nothing => "values that do not fit may be cut",
            Fit::Refused => "the migration fails where a value does not fit",
            Fit::Unknown => "values may be cut or refused",
        };
        findings
            .about(change.effect, format!("{change}: {what}"))
            .help(
                "look for values that do not fit first, and keep the column until the new one has proved to be enough",
            )
            .size(change.table);
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
            ("migrations.AlterField('order', 'total', models.DecimalField(max_digits=10, decimal_places=1))", 1),
            ("migrations.AlterField('order', 'total', models.DecimalField(max_digits=12, decimal_places=3))", 0),
            ("migrations.AlterField('order', 'number', models.SmallIntegerField())", 1),
            ("migrations.AlterField('order', 'number', models.BigIntegerField())", 0),
            ("migrations.AlterField('order', 'paid_at', models.DateField(null=True))", 1),
            ("migrations.AlterField('order', 'note', models.CharField(max_length=100, default=''))", 1),
            ("migrations.AlterField('order', 'number', models.TextField())", 0),
            (
                "migrations.AddField('order', 'x', models.BigIntegerField(null=True))\n----\n\
                 migrations.AlterField('order', 'x', models.IntegerField(null=True))",
                0,
            ),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("ALTER TABLE shop_order ALTER status TYPE varchar(10) USING left(status, 10)", 1),
            ("ALTER TABLE shop_order ALTER status TYPE varchar(30)", 0),
            ("ALTER TABLE elsewhere ALTER status TYPE varchar(30)", 1),
            ("ALTER TABLE elsewhere ALTER status TYPE text", 0),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
        expect(&CHECK, Dialect::MySql, &[("ALTER TABLE shop_order MODIFY status varchar(5) NOT NULL", 1)]);
    }
}
