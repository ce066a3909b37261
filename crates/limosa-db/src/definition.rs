//! How objects are defined: whether a statement that is not part of a transaction happened is read from what it was to change.

mod mysql;
mod postgres;

use limosa_sql::dialect::Dialect;
use limosa_sql::split::{Change, ObjectKind};

use crate::connection::Connection;
use crate::error::{DbError, DbErrorKind};

/// How the objects of a change are defined, in the order of their names; nothing for those that are not there.
pub type Definitions = Vec<Option<String>>;

/// What stands before the definition of an index that a failed build left behind.
pub const INVALID: &str = "INVALID ";

/// Returns how the objects of a change are defined now.
///
/// # Errors
/// When the database cannot be asked.
pub async fn definitions(connection: &Connection, change: &Change) -> Result<Definitions, DbError> {
    let mut all = Vec::with_capacity(change.names.len());
    for name in &change.names {
        all.push(match connection.dialect() {
            Dialect::Postgres => postgres::definition(connection, name).await?,
            Dialect::MySql => mysql::definition(connection, change.kind, name).await?,
            Dialect::Sqlite => None,
        });
    }
    Ok(all)
}

/// Returns how the object of a change should be defined once the statement has run: it is tried on an empty copy.
///
/// Returns nothing where that cannot be tried, such as for foreign keys on MySQL.
///
/// # Errors
/// When the connection is lost.
pub async fn expected(
    connection: &Connection,
    statement: &str,
    change: &Change,
    before: Option<&str>,
) -> Result<Option<String>, DbError> {
    let Some(range) = change.table.clone() else { return Ok(None) };
    let tried = match connection.dialect() {
        Dialect::Postgres => postgres::expected(connection, statement, change, range).await,
        Dialect::MySql if change.kind == ObjectKind::Table => {
            mysql::expected(connection, statement, change, range, before).await
        }
        Dialect::MySql | Dialect::Sqlite => return Ok(None),
    };
    match tried {
        Ok(found) => Ok(found),
        Err(error) if error.kind == DbErrorKind::ConnectionLost => Err(error),
        // What cannot be tried is not known.
        Err(_) => Ok(None),
    }
}

/// Returns a definition without what the trial's differs in: the object's own name, counters, foreign keys.
pub fn comparable(dialect: Dialect, definition: &str) -> String {
    match dialect {
        Dialect::MySql => mysql::comparable(definition),
        Dialect::Postgres | Dialect::Sqlite => postgres::comparable(definition),
    }
}
