//! Databases of their own for tests of the bridge, on every server that is there.

use std::path::Path;

use limosa_db::{ConnectOptions, Connection, DatabaseUrl, DjangoDatabase};
use limosa_sql::dialect::Dialect;

use super::project::Project;

/// A database that is removed in the end.
pub(super) struct Database {
    pub(super) url: DatabaseUrl,
    server: Option<DatabaseUrl>,
}

impl Database {
    fn sqlite(folder: &Path) -> Self {
        Self { url: DatabaseUrl::sqlite(folder.join("db.sqlite3")), server: None }
    }

    /// Creates a database on a server; nothing when there is none.
    async fn on_server(test: &str, variable: &str) -> Option<Self> {
        let Ok(text) = std::env::var(variable) else {
            assert!(std::env::var_os("CI").is_none(), "{variable} is not set");
            eprintln!("skipped: {variable} is not set");
            return None;
        };
        let server: DatabaseUrl = text.parse().unwrap();
        let name = format!("limosa_bridge_{test}_{}", std::process::id());
        let connection = Connection::open(&server, &ConnectOptions::default()).await.unwrap();
        connection.execute(&drop_database(&connection, &name)).await.unwrap();
        connection.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        connection.close().await;
        let mut url = server.clone();
        url.set_database(&name);
        Some(Self { url, server: Some(server) })
    }

    pub(super) fn to_django(&self) -> DjangoDatabase {
        self.url.to_django().unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else { return };
        let name = self.url.database().unwrap_or_default().to_owned();
        // A test is inside a runtime already.
        let remove = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Ok(connection) = Connection::open(&server, &ConnectOptions::default()).await {
                    _ = connection.execute(&drop_database(&connection, &name)).await;
                    connection.close().await;
                }
            });
        });
        _ = remove.join();
    }
}

fn drop_database(connection: &Connection, name: &str) -> String {
    let force = if connection.dialect() == Dialect::Postgres { " WITH (FORCE)" } else { "" };
    format!("DROP DATABASE IF EXISTS {name}{force}")
}

/// Runs a test with the project of [`Project::new`] on each of the databases.
pub(super) async fn on_each(test: &str, migrations: &[(&str, &str)], body: impl AsyncFn(&Project)) {
    for variable in [None, Some("LIMOSA_TEST_POSTGRES"), Some("LIMOSA_TEST_MARIADB")] {
        let Some(mut project) = Project::new(migrations) else { return };
        let database = match variable {
            None => Some(Database::sqlite(&project.path(""))),
            Some(variable) => Database::on_server(test, variable).await,
        };
        if let Some(database) = database {
            eprintln!("on {:?}", database.url.dialect());
            project.database = Some(database);
            body(&project).await;
        }
    }
}
