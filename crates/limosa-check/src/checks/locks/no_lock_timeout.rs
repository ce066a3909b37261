//! LK013.

use limosa_sql::effect::{Effect, Lock};

use super::{is_in_the_way, report_without};
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A lock is asked for without a limit to the wait.
    ///
    /// A statement that waits for a lock keeps everybody waiting who comes after it. With a limit it gives up, and can be tried again.
    /// Asked for by name, because the connection may set the limit, which is known only where a database is at hand.
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
    ///     migrations.RunSQL("SET LOCAL lock_timeout = '2s'", ""),
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    /// ]
    /// ```
    ///
    /// ```python,mysql
    /// operations = [
    ///     migrations.RunSQL("SET SESSION lock_wait_timeout = 2", ""),
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    /// ]
    /// ```
    "LK013" "no-lock-timeout",
    group: Locks,
    level: Warning,
    opt_in: true,
    databases: [Postgres, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let is_felt = |effect: &Effect, lock: &Lock| is_in_the_way(effect, lock, subject.dialect());
    report_without(subject, &["lock_timeout", "lock_wait_timeout"], is_felt, findings);
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
                (r#"SET lock_timeout = '2s'; ALTER TABLE shop_order ADD COLUMN weight int"#, 0),
                (r#"SET lock_wait_timeout = 2; ALTER TABLE shop_order ADD COLUMN weight int"#, 0),
                (r#"ALTER TABLE shop_order ADD COLUMN weight int; ALTER TABLE shop_order ADD COLUMN height int"#, 1),
                (r#"SET lock_timeout = 0; ALTER TABLE shop_order ADD COLUMN weight int"#, 1),
                (r#"CREATE TABLE fresh (a int); ALTER TABLE fresh ADD b int"#, 0),
                ("migrations.RemoveField('order', 'number')", 1),
                ("UPDATE shop_order SET number = 1", 0),
            ],
        );
    }
}
