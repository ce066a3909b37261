//! TX002.

use limosa_sql::split::{Control, classify};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// SQL begins or ends a transaction inside the migration's own.
    ///
    /// `COMMIT` ends the migration's transaction: what comes after it is no longer undone together with what came before it, and the row of the
    /// history stands alone. `BEGIN` does nothing on PostgreSQL but warn, and is an error on SQLite.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN weight integer;
    /// COMMIT;
    /// BEGIN;
    /// UPDATE shop_order SET weight = 1;
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("ALTER TABLE shop_order ADD COLUMN weight integer", ""),
    ///     migrations.RunSQL("UPDATE shop_order SET weight = 1", ""),
    /// ]
    /// ```
    "TX002" "nested-transaction",
    group: Transactions,
    level: Error,
    databases: [Postgres, Sqlite],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(statement) = subject.statement.filter(|statement| statement.own) else { return };
    let (inside, open) = (subject.migration.transaction, subject.so_far.transaction);
    let (found, help) = match classify(&statement.sql, subject.dialect()).control {
        Control::Begin if inside => ("`BEGIN` begins a transaction inside the migration's own", ATOMIC),
        Control::Commit if inside => ("`COMMIT` ends the migration's own transaction", ATOMIC),
        Control::Rollback if inside => ("`ROLLBACK` undoes the migration's own transaction", ATOMIC),
        Control::Begin if open => ("`BEGIN` begins a transaction inside another", "end the other one before"),
        Control::Commit | Control::Rollback if !inside && !open => {
            ("a transaction is ended that was not begun", "begin it with `BEGIN`, or leave it out")
        }
        _ => return,
    };
    findings.report(found).help(help);
}

const ATOMIC: &str = "leave it out, or set `atomic = False` on the migration";

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn as_it_should() {
        expect(
            &CHECK,
            Dialect::Postgres,
            &[
                (r#"begin; UPDATE shop_order SET number = 1; commit"#, 2),
                (r#"START TRANSACTION"#, 1),
                (r#"ROLLBACK"#, 1),
                (
                    r#"-- not atomic
BEGIN; BEGIN; SELECT 1; COMMIT"#,
                    1,
                ),
                (
                    r#"-- not atomic
BEGIN; SELECT 1; COMMIT; COMMIT"#,
                    1,
                ),
                (r#"SAVEPOINT a; ROLLBACK TO SAVEPOINT a; RELEASE SAVEPOINT a"#, 0),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("BEGIN; UPDATE shop_order SET number = 1; COMMIT")]"#,
                    0,
                ),
                (r#"CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END"#, 0),
            ],
        );
    }
}
