//! Django's SQL functions for SQLite, as far as a schema can hold them.
//!
//! Django registers Python functions with each connection, and its models' expressions end up in check constraints, generated
//! columns and indexes, so that the schema cannot be used without them. These are the deterministic ones of
//! `db/backends/sqlite3/_functions.py`; SQLite has `LOWER`, `COALESCE`, `JSON_VALID` and the like itself.

mod dates;
mod hashes;
mod numbers;
mod texts;

use rusqlite::functions::{Context, FunctionFlags, SqlFnOutput};
use rusqlite::{Connection, Error, Result};

/// Registers the functions with a connection.
pub(super) fn register(connection: &Connection) -> Result<()> {
    numbers::register(connection)?;
    texts::register(connection)?;
    hashes::register(connection)?;
    dates::register(connection)
}

/// Registers a function that can stand in an index or a generated column.
fn deterministic<T: SqlFnOutput + 'static>(
    connection: &Connection,
    name: &'static str,
    arguments: i32,
    function: impl Fn(&Context<'_>) -> Result<T> + Send + 'static,
) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(name, arguments, flags, function)
}

/// Returns an error of a function, which fails the statement.
fn failure(message: impl Into<String>) -> Error {
    Error::UserFunctionError(message.into().into())
}
