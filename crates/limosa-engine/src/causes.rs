//! What usually causes a refusal of the database, and what to do about it: a table by the database's codes, one entry a file.

mod cannot_be_converted;
mod concurrent_change;
mod deadlock;
mod disk_full;
mod duplicate_rows;
mod exists_already;
mod is_missing;
mod lock_timeout;
mod needs_no_transaction;
mod null_rows;
mod orphan_rows;
mod others_depend;
mod pending_triggers;
mod permission;
mod read_only;
mod row_too_large;
mod rows_break_a_check;
mod time_limit;
mod value_does_not_fit;

use limosa_db::{Connection, DbError};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::{Demand, subject};

/// How many rows of a query are shown.
const SHOWN: usize = 5;

/// What usually causes a refusal, and what to do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The name of the entry, such as `duplicate-rows`.
    pub name: &'static str,
    /// What usually causes it.
    pub cause: String,
    /// What to do.
    pub fix: String,
    /// A query that shows more.
    pub query: Option<String>,
    /// What the query showed, a line for each row; nothing when it could not be asked.
    pub seen: Vec<String>,
}

/// An entry of the table.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What happened, in a few words.
    pub title: &'static str,
    /// The SQLSTATEs of PostgreSQL.
    pub postgres: &'static [&'static str],
    /// The error numbers of MySQL and MariaDB.
    pub mysql: &'static [&'static str],
    /// The extended result codes of SQLite.
    pub sqlite: &'static [&'static str],
    /// Says what causes it; nothing when the code means something else here.
    explain: fn(&Refusal<'_>) -> Option<Explanation>,
}

/// All entries, in the order in which they are tried.
pub const ENTRIES: [&Entry; 19] = [
    &duplicate_rows::ENTRY,
    &orphan_rows::ENTRY,
    &null_rows::ENTRY,
    &rows_break_a_check::ENTRY,
    &value_does_not_fit::ENTRY,
    &cannot_be_converted::ENTRY,
    &pending_triggers::ENTRY,
    &others_depend::ENTRY,
    &exists_already::ENTRY,
    &is_missing::ENTRY,
    &needs_no_transaction::ENTRY,
    &lock_timeout::ENTRY,
    &deadlock::ENTRY,
    &concurrent_change::ENTRY,
    &time_limit::ENTRY,
    &permission::ENTRY,
    &read_only::ENTRY,
    &disk_full::ENTRY,
    &row_too_large::ENTRY,
];

/// A statement that the database refused.
struct Refusal<'a> {
    dialect: Dialect,
    sql: &'a str,
    error: &'a DbError,
}

/// Returns what usually causes a refusal of a statement; nothing when no entry knows it.
pub fn explain(dialect: Dialect, sql: &str, error: &DbError) -> Option<Explanation> {
    let code = error.code.as_deref()?;
    let refusal = Refusal { dialect, sql, error };
    ENTRIES.into_iter().filter(|entry| entry.codes(dialect).contains(&code)).find_map(|entry| {
        let explanation = (entry.explain)(&refusal)?;
        Some(Explanation { name: entry.name, ..explanation })
    })
}

/// Returns what usually causes that rows of a table refer to rows that are not there, where that is found at the end (SQLite).
pub fn explain_foreign_keys(dialect: Dialect, table: &str) -> Explanation {
    Explanation {
        name: orphan_rows::ENTRY.name,
        query: Some(format!("PRAGMA foreign_key_check({})", dialect.quote_name(table))),
        ..orphan_rows::in_general()
    }
}

/// Runs the query of an explanation, outside of a transaction, and adds what it shows.
///
/// What cannot be asked is left out: the failure itself is what matters.
pub async fn look(explanation: &mut Explanation, connection: &Connection) {
    let Some(query) = &explanation.query else { return };
    let Ok(rows) = connection.query(query, &[]).await else { return };
    let line = |row: &limosa_db::Row| {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
        row.columns().iter().zip(row.values()).map(|(name, own)| format!("{name} {}", value(own))).collect::<Vec<_>>()
    };
    explanation.seen = rows.iter().take(SHOWN).map(|row| line(row).join(", ")).collect();
    if rows.len() > SHOWN {
        explanation.seen.push("…".to_owned());
    }
}

impl Entry {
    /// Returns the codes of a database.
    pub fn codes(&self, dialect: Dialect) -> &'static [&'static str] {
        match dialect {
            Dialect::Postgres => self.postgres,
            Dialect::MySql => self.mysql,
            Dialect::Sqlite => self.sqlite,
        }
    }
}

impl Refusal<'_> {
    /// Returns the table that the statement changes, quoted; on SQLite that of the table which is remade.
    fn table(&self) -> Option<String> {
        let table = subject(self.sql, self.dialect).table?;
        let table = table.strip_prefix("new__").filter(|_| self.dialect == Dialect::Sqlite).unwrap_or(&table);
        Some(self.quote(table))
    }

    fn demand(&self) -> Option<Demand> {
        subject(self.sql, self.dialect).demand
    }

    /// Quotes a name, each part of one with a schema.
    fn quote(&self, name: &str) -> String {
        name.split('.').map(|part| self.dialect.quote_name(part).to_string()).collect::<Vec<_>>().join(".")
    }

    fn quote_all(&self, names: &[String]) -> String {
        names.iter().map(|name| self.quote(name)).collect::<Vec<_>>().join(", ")
    }

    /// Returns the columns that SQLite names behind `… constraint failed:`, as `table.column, table.column`.
    fn columns_of_sqlite(&self) -> Option<(String, Vec<String>)> {
        let (_, named) = self.error.message.split_once("constraint failed: ")?;
        let pairs = named.split(", ").map(|pair| pair.split_once('.')).collect::<Option<Vec<_>>>()?;
        let table = pairs.first()?.0;
        let table = table.strip_prefix("new__").unwrap_or(table);
        Some((self.quote(table), pairs.iter().map(|(_, column)| (*column).to_owned()).collect()))
    }

    /// Returns whether the statement brings rows of its own, so that not those that are there are to blame.
    fn inserts(&self) -> bool {
        let first = self.sql.trim_start().get(..6).unwrap_or_default();
        let remakes = self.sql.contains("\"new__");
        (first.eq_ignore_ascii_case("insert") || first.eq_ignore_ascii_case("update")) && !remakes
    }
}

/// Writes a text as SQL does.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns an explanation without a query.
fn plain(cause: impl Into<String>, fix: impl Into<String>) -> Explanation {
    Explanation { cause: cause.into(), fix: fix.into(), ..Explanation::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (index, entry) in ENTRIES.iter().enumerate() {
            assert!(ENTRIES[..index].iter().all(|other| other.name != entry.name), "{}", entry.name);
            assert!(!entry.title.is_empty());
            for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite] {
                let codes = entry.codes(dialect);
                assert!(codes.iter().all(|code| !code.is_empty()));
            }
        }
    }
}
