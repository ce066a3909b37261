//! Databases for tests: each test gets its own, removed afterwards.

use std::future::Future;

use limosa_db::{ConnectOptions, Connection, DatabaseUrl};
use limosa_sql::dialect::Dialect;
use tempfile::TempDir;

/// An empty database.
pub(crate) struct TestDatabase {
    pub(crate) url: DatabaseUrl,
    kind: Kind,
}

enum Kind {
    Server { server: DatabaseUrl, name: String },
    Sqlite { _folder: TempDir },
    Given,
}

impl TestDatabase {
    /// Returns an SQLite file in a folder of its own.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::sqlite(folder.path().join("db.sqlite3"));
        Self { url, kind: Kind::Sqlite { _folder: folder } }
    }

    /// Returns one that is there already, and stays.
    pub(crate) fn of(url: DatabaseUrl) -> Self {
        Self { url, kind: Kind::Given }
    }

    /// Creates a database on PostgreSQL; `None` when there is no server.
    pub(crate) async fn postgres(test: &str) -> Option<Self> {
        Self::on_server(test, "LIMOSA_TEST_POSTGRES").await
    }

    /// Returns the same database behind a pooler that gives sessions to others; `None` when there is no such pooler.
    #[expect(clippy::print_stdout, reason = "a test that does not run must say so")]
    pub(crate) fn pooled(&self) -> Option<Self> {
        let Ok(pooler) = std::env::var("LIMOSA_TEST_PGBOUNCER") else {
            assert!(std::env::var_os("CI").is_none(), "LIMOSA_TEST_PGBOUNCER is not set");
            println!(
                "skipped: LIMOSA_TEST_PGBOUNCER names no PgBouncer in transaction mode before LIMOSA_TEST_POSTGRES"
            );
            return None;
        };
        let mut pooled = Self::of(pooler.parse().expect("a URL"));
        pooled.url.set_database(self.url.database().expect("a name"));
        Some(pooled)
    }

    /// Creates a database on MariaDB; `None` when there is no server.
    pub(crate) async fn mariadb(test: &str) -> Option<Self> {
        Self::on_server(test, "LIMOSA_TEST_MARIADB").await
    }

    #[expect(clippy::print_stdout, reason = "a test that does not run must say so")]
    async fn on_server(test: &str, variable: &str) -> Option<Self> {
        let Ok(server) = std::env::var(variable) else {
            assert!(std::env::var_os("CI").is_none(), "{variable} is not set");
            println!("skipped: {variable} is not set");
            return None;
        };
        let server: DatabaseUrl = server.parse().expect("a URL");
        let name = format!("limosa_db_{test}_{}", std::process::id());
        let connection = open(&server).await;
        connection.execute(&format!("DROP DATABASE IF EXISTS {name}")).await.expect("drop");
        connection.execute(&format!("CREATE DATABASE {name}")).await.expect("create");
        connection.close().await;
        let mut url = server.clone();
        url.set_database(&name);
        Some(Self { url, kind: Kind::Server { server, name } })
    }

    /// Connects.
    pub(crate) async fn connect(&self) -> Connection {
        open(&self.url).await
    }

    /// Drops the database.
    pub(crate) async fn remove(self) {
        if let Kind::Server { server, name } = self.kind {
            let connection = open(&server).await;
            let force = if connection.dialect() == Dialect::Postgres { " WITH (FORCE)" } else { "" };
            connection.execute(&format!("DROP DATABASE {name}{force}")).await.expect("drop");
            connection.close().await;
        }
    }
}

/// Runs a test on each of the databases.
pub(crate) async fn on_each<F: Future<Output = ()>>(test: &str, body: impl Fn(Connection) -> F) {
    let sqlite = TestDatabase::sqlite();
    body(sqlite.connect().await).await;
    for server in [TestDatabase::postgres(test).await, TestDatabase::mariadb(test).await].into_iter().flatten() {
        body(server.connect().await).await;
        server.remove().await;
    }
}

/// Runs a test on each of the databases, with as many connections as it likes.
pub(crate) async fn on_each_database(test: &str, body: impl AsyncFn(&TestDatabase)) {
    body(&TestDatabase::sqlite()).await;
    for server in [TestDatabase::postgres(test).await, TestDatabase::mariadb(test).await].into_iter().flatten() {
        body(&server).await;
        server.remove().await;
    }
}

async fn open(url: &DatabaseUrl) -> Connection {
    Connection::open(url, &ConnectOptions::default()).await.expect("a connection")
}
