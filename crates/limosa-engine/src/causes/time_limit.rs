//! A limit of the server or of the role ended a statement.

use limosa_sql::dialect::Dialect;

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "time-limit",
    title: "a statement took longer than a limit allows",
    postgres: &["57014"],
    mysql: &["1969", "3024"],
    sqlite: &[],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    // The number also stands for a statement that a person cancelled.
    if refusal.dialect == Dialect::Postgres && !refusal.error.message.contains("timeout") {
        return None;
    }
    let explanation = plain(
        "the server, the database or the role has a limit for the time of a statement",
        "raise it for the role that migrates, or do the work in smaller parts",
    );
    let query = match refusal.dialect {
        Dialect::Postgres => {
            "SELECT name, setting || ' ms' AS set_to, source FROM pg_settings WHERE name = 'statement_timeout'"
        }
        _ => "SHOW VARIABLES LIKE 'max_statement_time'",
    };
    Some(Explanation { query: Some(query.to_owned()), ..explanation })
}
