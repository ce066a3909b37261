//! LK020.

use limosa_sql::effect::Blocks;

use super::report_without;
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A statement that keeps others waiting may run for as long as it likes.
    ///
    /// With a limit it gives up, and everybody goes on. Asked for by name, because the connection may set the limit, which is known only
    /// where a database is at hand.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python,postgres
    /// operations = [
    ///     migrations.RunSQL("SET LOCAL statement_timeout = '5s'", ""),
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    /// ]
    /// ```
    ///
    /// ```python,mysql
    /// operations = [
    ///     migrations.RunSQL("SET SESSION max_statement_time = 5", ""),
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    /// ]
    /// ```
    "LK020" "no-statement-timeout",
    group: Locks,
    level: Warning,
    opt_in: true,
    databases: [Postgres, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let limits = ["statement_timeout", "transaction_timeout", "max_statement_time"];
    report_without(subject, &limits, |_, lock| lock.blocks > Blocks::Nothing, findings);
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn as_it_should() {
        expect_everywhere(
            &CHECK,
            &[
                (r#"SET statement_timeout = '2s'; ALTER TABLE shop_order ADD COLUMN weight int"#, 0),
                (r#"SET max_statement_time = 2; ALTER TABLE shop_order ADD COLUMN weight int"#, 0),
                (r#"SET lock_timeout = '2s'; ALTER TABLE shop_order ADD COLUMN weight int"#, 1),
            ],
        );
    }
}
