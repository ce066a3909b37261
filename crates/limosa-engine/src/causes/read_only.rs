//! A server that only answers.

use limosa_sql::dialect::Dialect;

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "read-only",
    title: "the database can only be read",
    postgres: &["25006"],
    mysql: &["1290", "1792", "1836"],
    sqlite: &["8", "264", "520", "776", "1032", "1544"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    let message = refusal.error.message.to_ascii_lowercase();
    if refusal.error.code.as_deref() == Some("1290") && !message.contains("read-only") && !message.contains("read_only")
    {
        return None;
    }
    if refusal.dialect == Dialect::Sqlite {
        return Some(plain(
            "the file or its folder cannot be written by this user, or the disk is mounted read-only",
            "let the user write the file and its folder: SQLite makes a journal beside the file",
        ));
    }
    let query = match refusal.dialect {
        Dialect::Postgres => {
            "SELECT pg_is_in_recovery() AS is_replica, current_setting('default_transaction_read_only') AS read_only_by_default"
        }
        _ => "SELECT @@global.read_only AS is_read_only, @@hostname AS server",
    };
    let explanation = plain(
        "the server is a replica, or writing is switched off for the server, the database or the role",
        "connect to the primary server",
    );
    Some(Explanation { query: Some(query.to_owned()), ..explanation })
}
