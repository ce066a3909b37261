//! What a database holds, read into a [`Catalog`].

mod mysql;
mod postgres;
mod sqlite;

use std::future::Future;

use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Dialect;

use crate::connection::{Backend, Connection, PostgresConnection, Row, SqliteConnection};
use crate::error::{DbError, DbErrorKind};

/// Answers queries: a connection, or who speaks to one for us.
pub trait Queries: Send {
    /// Runs queries in order and returns the rows of each.
    fn all(&mut self, queries: &[String]) -> impl Future<Output = Result<Vec<Vec<Row>>, DbError>> + Send;
}

/// Reads all visible tables and views, with everything that schema editors ask of them.
///
/// # Errors
/// When the database cannot be asked.
pub async fn load(connection: &Connection) -> Result<Catalog, DbError> {
    match connection.backend() {
        Backend::Mysql(mysql) => mysql::load(mysql).await,
        Backend::Postgres(postgres) => postgres::load(&mut &*postgres, postgres.server_version()).await,
        Backend::Sqlite(sqlite) => sqlite::load(&mut &*sqlite, sqlite_version()).await,
    }
}

/// Reads the same through another connection, which sees what its own transaction has done; `server_version` is as
/// [`Connection::server_version`] tells it.
///
/// # Errors
/// When the database cannot be asked, or is one whose schema changes are not part of transactions.
pub async fn load_through(
    queries: &mut impl Queries,
    dialect: Dialect,
    server_version: u32,
) -> Result<Catalog, DbError> {
    match dialect {
        Dialect::Postgres => postgres::load(queries, server_version).await,
        Dialect::Sqlite => sqlite::load(queries, server_version).await,
        Dialect::MySql => {
            Err(DbError::new(DbErrorKind::Unsupported, "MySQL's schema is read over the engine's own connection"))
        }
    }
}

/// Reads some tables again, for instance after statements whose effect is not known; those that are gone leave the catalog.
///
/// # Errors
/// When the database cannot be asked.
pub async fn reload(connection: &Connection, catalog: &mut Catalog, tables: &[&str]) -> Result<(), DbError> {
    let found = match connection.backend() {
        Backend::Mysql(mysql) => mysql::tables(mysql, Some(tables)).await?,
        Backend::Postgres(postgres) => postgres::tables(&mut &*postgres, Some(tables)).await?,
        Backend::Sqlite(sqlite) => sqlite::tables(&mut &*sqlite, Some(tables)).await?,
    };
    for name in tables {
        catalog.remove_table(name);
    }
    for table in found {
        catalog.create_table(table);
    }
    Ok(())
}

impl Queries for &PostgresConnection {
    async fn all(&mut self, queries: &[String]) -> Result<Vec<Vec<Row>>, DbError> {
        self.query_all(queries).await
    }
}

impl Queries for &SqliteConnection {
    async fn all(&mut self, queries: &[String]) -> Result<Vec<Vec<Row>>, DbError> {
        let mut results = Vec::with_capacity(queries.len());
        for sql in queries {
            results.push(self.query(sql, &[]).await?);
        }
        Ok(results)
    }
}

fn sqlite_version() -> u32 {
    u32::try_from(rusqlite::version_number()).unwrap_or(0)
}
