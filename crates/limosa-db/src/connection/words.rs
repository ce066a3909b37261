//! Names and texts as SQL writes them.

use limosa_sql::dialect::Dialect;

/// Quotes a name for SQL.
pub(crate) fn quote(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::MySql => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgres | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// Writes a text as a literal of SQL (PostgreSQL's `standard_conforming_strings` is on, MySQL's `NO_BACKSLASH_ESCAPES` off).
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::MySql => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        Dialect::Postgres | Dialect::Sqlite => format!("'{}'", text.replace('\'', "''")),
    }
}
