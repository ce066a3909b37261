//! Databases for tests: each test gets its own, removed afterwards.

use std::future::Future;

use limosa_db::{ConnectOptions, Connection, DatabaseUrl};
use tempfile::TempDir;

/// An empty database.
pub(crate) struct TestDatabase {
    pub(crate) url: DatabaseUrl,
    kind: Kind,
}

enum Kind {
    Postgres { server: DatabaseUrl, name: String },
    Sqlite { _folder: TempDir },
}

impl TestDatabase {
    /// Returns an SQLite file in a folder of its own.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::sqlite(folder.path().join("db.sqlite3"));
        Self { url, kind: Kind::Sqlite { _folder: folder } }
    }

    /// Creates a database on the test server; `None` when there is no server.
    #[expect(clippy::print_stdout, reason = "a test that does not run must say so")]
    pub(crate) async fn postgres(test: &str) -> Option<Self> {
        let Ok(server) = std::env::var("LIMOSA_TEST_POSTGRES") else {
            assert!(std::env::var_os("CI").is_none(), "LIMOSA_TEST_POSTGRES is not set");
            println!("skipped: LIMOSA_TEST_POSTGRES is not set");
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
        Some(Self { url, kind: Kind::Postgres { server, name } })
    }

    /// Connects.
    pub(crate) async fn connect(&self) -> Connection {
        open(&self.url).await
    }

    /// Drops the database.
    pub(crate) async fn remove(self) {
        if let Kind::Postgres { server, name } = self.kind {
            let connection = open(&server).await;
            connection.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.expect("drop");
            connection.close().await;
        }
    }
}

/// Runs a test on SQLite and on PostgreSQL.
pub(crate) async fn on_each<F: Future<Output = ()>>(test: &str, body: impl Fn(Connection) -> F) {
    let sqlite = TestDatabase::sqlite();
    body(sqlite.connect().await).await;
    if let Some(postgres) = TestDatabase::postgres(test).await {
        body(postgres.connect().await).await;
        postgres.remove().await;
    }
}

async fn open(url: &DatabaseUrl) -> Connection {
    Connection::open(url, &ConnectOptions::default()).await.expect("a connection")
}
