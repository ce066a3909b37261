//! What keeps a statement outside of a migration's transaction from taking effect twice.

use super::change::change;
use super::classify::{Control, TransactionUse, classify, words};
use crate::dialect::Dialect;

/// What keeps a statement outside of a migration's transaction from taking effect twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It can be one transaction with the note that it is done.
    Transaction,
    /// It cannot, but what it changes shows whether it happened: [`change`] knows where to look.
    Shown,
    /// It concerns the session: every session that goes on runs it again.
    Session,
    /// It begins or ends a transaction of the project's own.
    Control(Control),
    /// Running it again does no harm.
    Harmless,
    /// Nothing tells whether it happened.
    Unknown,
}

/// Returns what keeps a statement from taking effect twice, on a server of this version (as [`Catalog`](crate::catalog::Catalog) has it).
pub fn repeat(sql: &str, dialect: Dialect, server_version: u32) -> Repeat {
    let classification = classify(sql, dialect);
    if classification.control != Control::None {
        return Repeat::Control(classification.control);
    }
    let words = words(sql, dialect);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if is_about_session(&words, dialect) {
        return Repeat::Session;
    }
    let may_be_inside = match classification.transaction {
        TransactionUse::Allowed => true,
        TransactionUse::ForbiddenBefore(version) => server_version >= version,
        TransactionUse::Forbidden | TransactionUse::Ignored => false,
    };
    match dialect {
        Dialect::Sqlite | Dialect::Postgres if may_be_inside => inside(&words, sql),
        _ if change(sql, dialect).is_some() => Repeat::Shown,
        _ if is_harmless(&words) => Repeat::Harmless,
        Dialect::MySql if changes_rows(&words) => Repeat::Transaction,
        _ => Repeat::Unknown,
    }
}

fn is_about_session(words: &[&str], dialect: Dialect) -> bool {
    // These end with the transaction, and what they name may be gone when a session goes on.
    if let (Dialect::Postgres, ["SET", "CONSTRAINTS" | "LOCAL" | "TRANSACTION", ..]) = (dialect, words) {
        return false;
    }
    matches!(
        (dialect, words),
        (_, ["SET" | "RESET", ..] | ["CREATE", "TEMP" | "TEMPORARY", ..])
            | (Dialect::Postgres, ["LOAD" | "DISCARD" | "LISTEN" | "UNLISTEN" | "PREPARE" | "DEALLOCATE", ..])
            | (Dialect::Sqlite, ["PRAGMA" | "ATTACH" | "DETACH", ..])
            | (Dialect::MySql, ["USE", ..] | ["LOCK" | "UNLOCK", "TABLE" | "TABLES", ..])
    )
}

/// Code may want to end the transaction that it runs in.
fn inside(words: &[&str], sql: &str) -> Repeat {
    let ends_one = || ["COMMIT", "ROLLBACK"].iter().any(|word| sql.to_ascii_uppercase().contains(word));
    match words {
        ["CALL", ..] => Repeat::Unknown,
        ["DO", ..] if ends_one() => Repeat::Unknown,
        _ => Repeat::Transaction,
    }
}

fn is_harmless(words: &[&str]) -> bool {
    match words {
        ["VACUUM" | "ANALYZE" | "REINDEX" | "CLUSTER" | "OPTIMIZE" | "CHECK" | "REPAIR" | "FLUSH", ..] => true,
        ["SHOW" | "EXPLAIN" | "DESCRIBE", ..] => true,
        // A table would lose rows that came since.
        ["CREATE", "OR", "REPLACE", what, ..] => !matches!(*what, "TABLE" | "SEQUENCE"),
        ["DROP", _, "IF", "EXISTS", ..] => true,
        _ => false,
    }
}

fn changes_rows(words: &[&str]) -> bool {
    const ROWS: [&str; 8] = ["INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH", "VALUES", "DO"];
    words.first().is_some_and(|word| ROWS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements() {
        use Dialect::{MySql, Postgres, Sqlite};
        for (dialect, sql, expected) in [
            (Postgres, "CREATE TABLE t (a integer)", Repeat::Transaction),
            (Postgres, "-- why\nUPDATE t SET a = 1", Repeat::Transaction),
            (Postgres, "ALTER TYPE e ADD VALUE 'x'", Repeat::Transaction),
            (Postgres, "CREATE INDEX CONCURRENTLY i ON t (a)", Repeat::Shown),
            (Postgres, "CREATE INDEX CONCURRENTLY ON t (a)", Repeat::Unknown),
            (Postgres, "VACUUM t", Repeat::Harmless),
            (Postgres, "REINDEX INDEX CONCURRENTLY i", Repeat::Harmless),
            (Postgres, "SET lock_timeout = '5s'", Repeat::Session),
            (Postgres, "SET CONSTRAINTS \"c\" IMMEDIATE", Repeat::Transaction),
            (Postgres, "SET LOCAL lock_timeout = '5s'", Repeat::Transaction),
            (Postgres, "DO $$ BEGIN UPDATE t SET a = 1; END $$", Repeat::Transaction),
            (Postgres, "DO $$ BEGIN COMMIT; END $$", Repeat::Unknown),
            (Postgres, "CALL p()", Repeat::Unknown),
            (Postgres, "CREATE DATABASE d", Repeat::Unknown),
            (Postgres, "BEGIN", Repeat::Control(Control::Begin)),
            (Sqlite, "PRAGMA foreign_keys = OFF", Repeat::Session),
            (Sqlite, "ALTER TABLE t RENAME TO u", Repeat::Transaction),
            (Sqlite, "VACUUM", Repeat::Harmless),
            (MySql, "ALTER TABLE t ADD a integer", Repeat::Shown),
            (MySql, "INSERT INTO t VALUES (1)", Repeat::Transaction),
            (MySql, "CREATE OR REPLACE VIEW v AS SELECT 1", Repeat::Harmless),
            (MySql, "CREATE TEMPORARY TABLE t (a integer)", Repeat::Session),
            (MySql, "SET @a = 1", Repeat::Session),
            (MySql, "TRUNCATE TABLE t", Repeat::Unknown),
            (MySql, "CALL p()", Repeat::Unknown),
            (MySql, "/*!50000 DROP TABLE t */", Repeat::Unknown),
            (MySql, "COMMIT", Repeat::Control(Control::Commit)),
        ] {
            assert_eq!(repeat(sql, dialect, 150_000), expected, "{sql}");
        }
    }
}
