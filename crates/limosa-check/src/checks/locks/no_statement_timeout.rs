//! LK020.

use super::report_without;
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A statement that keeps others waiting may run for as long as it likes.
    ///
    /// With a limit it gives up, and everybody goes on. Asked for by name, because a connection may set the limit as well.
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
    report_without(subject, &["statement_timeout", "transaction_timeout", "max_statement_time"], findings);
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
