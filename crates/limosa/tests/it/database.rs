//! Databases for tests: each test gets its own, removed afterwards.

use std::time::Duration;

use limosa_db::{ConnectOptions, Connection, DatabaseUrl, Lease, LeaseScope, LockWait};
use limosa_sql::dialect::Dialect;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A database, empty at first.
pub(crate) struct Database {
    pub(crate) url: DatabaseUrl,
    /// The URL as it is given to the program.
    pub(crate) text: String,
    kind: Kind,
    runtime: Runtime,
}

enum Kind {
    Server { server: DatabaseUrl },
    Sqlite { _folder: TempDir },
}

impl Database {
    /// Returns an SQLite file in a folder of its own; the file is not there yet.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("test.sqlite3");
        let url = DatabaseUrl::sqlite(&path);
        Self {
            url,
            text: format!("sqlite:{}", path.display()),
            kind: Kind::Sqlite { _folder: folder },
            runtime: runtime(),
        }
    }

    /// Creates a database on PostgreSQL; nothing when there is no server.
    pub(crate) fn postgres(test: &str) -> Option<Self> {
        Self::on_server(test, "LIMOSA_TEST_POSTGRES")
    }

    /// Creates a database on MariaDB; nothing when there is no server.
    pub(crate) fn mariadb(test: &str) -> Option<Self> {
        Self::on_server(test, "LIMOSA_TEST_MARIADB")
    }

    fn on_server(test: &str, variable: &str) -> Option<Self> {
        let Ok(text) = std::env::var(variable) else {
            assert!(std::env::var_os("CI").is_none(), "{variable} is not set");
            println!("skipped: {variable} is not set");
            return None;
        };
        let server: DatabaseUrl = text.parse().expect("a URL");
        let name = format!("limosa_cli_{test}_{}", std::process::id());
        let runtime = runtime();
        runtime.block_on(async {
            let connection = open(&server).await;
            connection.execute(&drop_database(&connection, &name)).await.expect("drop");
            connection.execute(&format!("CREATE DATABASE {name}")).await.expect("create");
            connection.close().await;
        });
        let mut url = server.clone();
        url.set_database(&name);
        let (before, query) = text.split_once('?').map_or((text.as_str(), ""), |(before, query)| (before, query));
        let base = before.rsplit_once('/').map_or(before, |(base, _)| base);
        let text = format!("{base}/{name}?{query}").trim_end_matches('?').to_owned();
        Some(Self { url, text, kind: Kind::Server { server }, runtime })
    }

    /// Returns the dialect.
    pub(crate) fn dialect(&self) -> Dialect {
        self.url.dialect()
    }

    /// Returns whether a migration that fails is rolled back, changes of the schema too.
    pub(crate) fn rolls_back(&self) -> bool {
        self.dialect() != Dialect::MySql
    }

    /// Returns SQL as the database quotes its names; the text has double quotes.
    pub(crate) fn quoted(&self, sql: &str) -> String {
        if self.dialect() == Dialect::MySql { sql.replace('"', "`") } else { sql.to_owned() }
    }

    /// Returns how the runner of [`Database::locked`] is called.
    #[expect(clippy::unused_self, reason = "it is a fact about the runner of this database")]
    pub(crate) fn other_runner(&self) -> &'static str {
        "limosa/the-other (pid "
    }

    /// Runs a statement.
    #[track_caller]
    pub(crate) fn execute(&self, sql: &str) {
        self.runtime.block_on(async {
            let connection = open(&self.url).await;
            connection.execute(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
            connection.close().await;
        });
    }

    /// Runs statements in order.
    #[track_caller]
    pub(crate) fn execute_all(&self, statements: &[String]) {
        self.runtime.block_on(async {
            let connection = open(&self.url).await;
            for sql in statements {
                connection.execute(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
            }
            connection.close().await;
        });
    }

    /// Drops all that the database holds.
    pub(crate) fn clear(&self) {
        match &self.kind {
            Kind::Sqlite { .. } => _ = std::fs::remove_file(self.url.sqlite_path().expect("a file")),
            Kind::Server { .. } if self.dialect() == Dialect::Postgres => {
                self.execute("DROP SCHEMA public CASCADE");
                self.execute("CREATE SCHEMA public");
            }
            Kind::Server { server } => {
                let name = self.url.database().expect("a name");
                self.execute(&format!("DROP DATABASE {name}"));
                self.runtime.block_on(async {
                    let connection = open(server).await;
                    connection.execute(&format!("CREATE DATABASE {name}")).await.expect("create");
                    connection.close().await;
                });
            }
        }
    }

    /// Returns the rows of a query, the columns of each joined by `|`.
    #[track_caller]
    pub(crate) fn query(&self, sql: &str) -> Vec<String> {
        self.runtime.block_on(async {
            let connection = open(&self.url).await;
            let rows = query(&connection, sql).await;
            connection.close().await;
            rows
        })
    }

    /// Returns the whole schema and all rows, as text to compare.
    #[track_caller]
    pub(crate) fn dump(&self) -> String {
        self.entries().join("\n")
    }

    #[track_caller]
    fn entries(&self) -> Vec<String> {
        self.runtime.block_on(async {
            let connection = open(&self.url).await;
            let mut lines = Vec::new();
            let (schema, tables): (&[&str], _) = match self.dialect() {
                Dialect::Postgres => (&POSTGRES_SCHEMA, POSTGRES_TABLES),
                Dialect::Sqlite => (&SQLITE_SCHEMA, SQLITE_TABLES),
                Dialect::MySql => (&[], MYSQL_TABLES),
            };
            for sql in schema {
                lines.extend(query(&connection, sql).await);
            }
            for table in query(&connection, tables).await {
                if self.dialect() == Dialect::MySql {
                    let created = query(&connection, &format!("SHOW CREATE TABLE `{table}`")).await.concat();
                    // The number that the next row would get is no part of the schema.
                    let created = created.split(' ').filter(|word| !word.starts_with("AUTO_INCREMENT="));
                    lines.push(created.collect::<Vec<_>>().join(" "));
                }
                let name = self.dialect().quote_name(&table);
                for row in query(&connection, &format!("SELECT * FROM {name} ORDER BY 1")).await {
                    lines.push(format!("{table}: {row}"));
                }
            }
            connection.close().await;
            lines
        })
    }

    /// Returns the schema and all rows but for what is Limosa's own about the history: to compare with Django's result.
    #[track_caller]
    pub(crate) fn content(&self) -> String {
        let (own, mut others): (Vec<String>, Vec<String>) =
            self.entries().into_iter().partition(|entry| entry.contains("django_migrations"));
        let history = if own.is_empty() { Vec::new() } else { self.history("django_migrations") };
        others.push(format!("history: {}", history.join(" ")));
        others.join("\n")
    }

    /// Returns the migrations that are recorded, in order, as `app.name`.
    #[track_caller]
    pub(crate) fn history(&self, table: &str) -> Vec<String> {
        let rows = self.query(&format!("SELECT app, name FROM {table} ORDER BY id"));
        rows.iter().map(|row| row.replace('|', ".")).collect()
    }

    /// Does something while another session has run a statement in a transaction that is still open.
    pub(crate) fn holding(&self, sql: &str, work: impl FnOnce()) {
        let connection = self.runtime.block_on(async {
            let connection = open(&self.url).await;
            connection.begin().await.expect("begin");
            connection.execute(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
            connection
        });
        work();
        self.runtime.block_on(async {
            connection.rollback().await.expect("roll back");
            connection.close().await;
        });
    }

    /// Removes everything from the database.
    pub(crate) fn empty(&self) {
        match &self.kind {
            Kind::Sqlite { .. } => _ = std::fs::remove_file(self.url.database().expect("a file")),
            Kind::Server { .. } if self.dialect() == Dialect::Postgres => {
                self.execute("DROP SCHEMA public CASCADE");
                self.execute("CREATE SCHEMA public");
                self.execute("GRANT USAGE ON SCHEMA public TO PUBLIC");
            }
            Kind::Server { server } => {
                let name = self.url.database().unwrap_or_default();
                self.execute(&format!("DROP DATABASE {name}"));
                self.runtime.block_on(async {
                    let connection = open(server).await;
                    connection.execute(&format!("CREATE DATABASE {name}")).await.expect("create");
                    connection.close().await;
                });
            }
        }
    }

    /// Does something while another runner, this test, holds the lock; `release` lets it go.
    pub(crate) fn locked<T>(&self, history_table: &str, work: impl FnOnce(Box<dyn FnOnce() + '_>) -> T) -> T {
        let options = ConnectOptions { run_id: Some("the-other".into()), ..ConnectOptions::default() };
        let scope = LeaseScope {
            history_table: history_table.into(),
            run_id: "the-other".into(),
            life: Duration::from_secs(600),
            url: self.url.clone(),
            options: options.clone(),
        };
        let (connection, lock) = self.runtime.block_on(async {
            let connection = Connection::open(&self.url, &options).await.expect("a connection");
            let lock = Lease::acquire(&connection, &scope, LockWait::No, |_, _| {}).await.expect("free");
            (connection, lock)
        });
        work(Box::new(move || {
            self.runtime.block_on(async {
                lock.release(&connection).await.expect("release");
                connection.close().await;
            });
        }))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Kind::Server { server } = &self.kind {
            let name = self.url.database().unwrap_or_default();
            self.runtime.block_on(async {
                // A test that has failed already says why; what is left of it is removed by its next run.
                if let Ok(connection) = Connection::open(server, &ConnectOptions::default()).await {
                    _ = connection.execute(&drop_database(&connection, name)).await;
                    connection.close().await;
                }
            });
        }
    }
}

/// Runs a test on each of the databases.
pub(crate) fn on_each(test: &str, body: impl Fn(&Database)) {
    println!("on SQLite");
    body(&Database::sqlite());
    if let Some(database) = Database::postgres(test) {
        println!("on PostgreSQL");
        body(&database);
    }
    if let Some(database) = Database::mariadb(test) {
        println!("on MariaDB");
        body(&database);
    }
}

fn drop_database(connection: &Connection, name: &str) -> String {
    let force = if connection.dialect() == Dialect::Postgres { " WITH (FORCE)" } else { "" };
    format!("DROP DATABASE IF EXISTS {name}{force}")
}

const SQLITE_SCHEMA: [&str; 1] = [
    "SELECT type, name, sql FROM sqlite_master WHERE tbl_name NOT IN ('limosa_lease', 'limosa_step', 'limosa_run', 'limosa_run_migration') ORDER BY 1, 2",
];
const SQLITE_TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('limosa_lease', 'limosa_step', 'limosa_run', 'limosa_run_migration') ORDER BY 1";
const POSTGRES_SCHEMA: [&str; 4] = [
    "SELECT relkind, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^limosa_(lease|step|run)' ORDER BY 1, 2",
    "SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity FROM pg_attribute \
     JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND relname !~ '^limosa_(lease|step|run)' AND NOT attisdropped \
     AND attnum > 0 ORDER BY 1, attnum",
    "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint \
     WHERE connamespace = 'public'::regnamespace AND conname !~ '^limosa_(lease|step|run)' ORDER BY 1, 2",
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
     WHERE relnamespace = 'public'::regnamespace AND relname !~ '^limosa_(lease|step|run)' ORDER BY 1",
];
const MYSQL_TABLES: &str = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
     AND table_name NOT IN ('limosa_lease', 'limosa_step', 'limosa_run', 'limosa_run_migration') ORDER BY 1";
const POSTGRES_TABLES: &str = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN ('limosa_lease', 'limosa_step', 'limosa_run', 'limosa_run_migration') ORDER BY 1";

async fn query(connection: &Connection, sql: &str) -> Vec<String> {
    let rows = connection.query(sql, &[]).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".into());
    rows.iter().map(|row| row.values().iter().map(text).collect::<Vec<_>>().join("|")).collect()
}

async fn open(url: &DatabaseUrl) -> Connection {
    Connection::open(url, &ConnectOptions::default()).await.expect("a connection")
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
