//! What a database holds, read into a [`Catalog`].

mod mysql;
mod postgres;
mod sqlite;

use limosa_sql::catalog::Catalog;

use crate::connection::{Backend, Connection};
use crate::error::DbError;

/// Reads all visible tables and views, with everything that schema editors ask of them.
///
/// # Errors
/// When the database cannot be asked.
pub async fn load(connection: &Connection) -> Result<Catalog, DbError> {
    match connection.backend() {
        Backend::Mysql(mysql) => mysql::load(mysql).await,
        Backend::Postgres(postgres) => postgres::load(postgres).await,
        Backend::Sqlite(sqlite) => sqlite::load(sqlite).await,
    }
}

/// Reads some tables again, for instance after statements whose effect is not known; those that are gone leave the catalog.
///
/// # Errors
/// When the database cannot be asked.
pub async fn reload(connection: &Connection, catalog: &mut Catalog, tables: &[&str]) -> Result<(), DbError> {
    let found = match connection.backend() {
        Backend::Mysql(mysql) => mysql::tables(mysql, Some(tables)).await?,
        Backend::Postgres(postgres) => postgres::tables(postgres, Some(tables)).await?,
        Backend::Sqlite(sqlite) => sqlite::tables(sqlite, Some(tables)).await?,
    };
    for name in tables {
        catalog.remove_table(name);
    }
    for table in found {
        catalog.create_table(table);
    }
    Ok(())
}
