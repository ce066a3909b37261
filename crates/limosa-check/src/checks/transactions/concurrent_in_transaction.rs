//! TX001.

use limosa_sql::split::{TransactionUse, classify};

use crate::check::declare;
use crate::finding::Findings;
use crate::fix;
use crate::subject::Subject;

declare! {
    /// A statement stands in a transaction where the database refuses or ignores it.
    ///
    /// PostgreSQL refuses `CREATE INDEX CONCURRENTLY`, `VACUUM` and some others inside a transaction, SQLite `VACUUM`; some of SQLite's
    /// `PRAGMA`s do nothing there, silently. Migrations are transactions unless they say `atomic = False`.
    ///
    /// # Example
    ///
    /// ```sql,postgres,fails
    /// CREATE INDEX CONCURRENTLY order_status_idx ON shop_order (status);
    /// ```
    ///
    /// ```sql,sqlite,fails
    /// VACUUM;
    /// ```
    ///
    /// # Instead
    ///
    /// ```python,postgres
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("CREATE INDEX CONCURRENTLY order_status_idx ON shop_order (status)", ""),
    /// ]
    /// ```
    ///
    /// ```python,sqlite
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("VACUUM", ""),
    /// ]
    /// ```
    "TX001" "concurrent-in-transaction",
    group: Transactions,
    level: Error,
    databases: [Postgres, Sqlite],
    Statement: check,
    fix: fix::not_atomic,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(statement) = subject.statement.filter(|statement| statement.own && subject.so_far.transaction) else {
        return;
    };
    let (major, minor, _) = subject.context().server_version;
    let words: Vec<&str> = statement.sql.split_whitespace().take(3).collect();
    let what = words.join(" ");
    let help = "set `atomic = False` on the migration, and keep nothing else in it";
    match classify(&statement.sql, subject.dialect()).transaction {
        TransactionUse::Allowed => {}
        TransactionUse::ForbiddenBefore(version) if major * 10_000 + minor >= version => {}
        TransactionUse::Forbidden | TransactionUse::ForbiddenBefore(_) => {
            findings.report(format!("the database refuses `{what} …` inside a transaction")).help(help);
        }
        TransactionUse::Ignored => {
            findings.report(format!("`{what} …` does nothing inside a transaction")).help(help);
        }
    }
}

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
                (r#"create unique index concurrently i on shop_order (number)"#, 1),
                (r#"DROP INDEX CONCURRENTLY order_number_idx"#, 1),
                (r#"VACUUM shop_order"#, 1),
                (r#"REINDEX TABLE CONCURRENTLY shop_order"#, 1),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON shop_order (number)")]"#,
                    0,
                ),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("BEGIN; CREATE INDEX CONCURRENTLY i ON shop_order (number); COMMIT")]"#,
                    1,
                ),
                (r#"CREATE INDEX i ON shop_order (number)"#, 0),
                (r#"ALTER TYPE mood ADD VALUE 'fine'"#, 0),
            ],
        );
    }
}
