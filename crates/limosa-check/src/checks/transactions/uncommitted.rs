//! TX003.

use limosa_sql::split::{Control, classify};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// SQL begins a transaction and does not end it.
    ///
    /// What it does is undone when the connection closes, or is kept together with what happens to come next.
    ///
    /// # Example
    ///
    /// ```python,postgres,sqlite,mysql,fails
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("BEGIN; UPDATE shop_order SET status = 'old'", ""),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("BEGIN; UPDATE shop_order SET status = 'old'; COMMIT", ""),
    /// ]
    /// ```
    "TX003" "uncommitted",
    group: Transactions,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if subject.migration.transaction {
        return;
    }
    let statements = subject.migration.operations.iter().flat_map(|operation| &operation.statements);
    let mut open = false;
    for statement in statements.filter(|statement| statement.own) {
        match classify(&statement.sql, subject.dialect()).control {
            Control::Begin => open = true,
            Control::Commit | Control::Rollback => open = false,
            Control::None | Control::Savepoint | Control::RollbackToSavepoint => {}
        }
    }
    if open {
        findings
            .report("the migration begins a transaction that it does not end")
            .help("end it with `COMMIT`, or leave `BEGIN` out");
    }
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
                (
                    r#"atomic = False
operations = [migrations.RunSQL("begin"), migrations.RunSQL("UPDATE shop_order SET number = 1")]"#,
                    1,
                ),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("START TRANSACTION"), migrations.RunSQL("COMMIT")]"#,
                    0,
                ),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("BEGIN"), migrations.RunSQL("ROLLBACK")]"#,
                    0,
                ),
            ],
        );
    }
}
