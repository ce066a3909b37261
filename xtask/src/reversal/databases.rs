//! The database of the settings, and the one for Django.

use anyhow::{Context, Result};
use limosa::workspace::Workspace;
use limosa_db::{ConnectOptions, Connection, DatabaseUrl, LibpqEnvironment};
use limosa_sql::dialect::Dialect;

/// Where the databases are.
#[derive(Clone, Debug)]
pub(super) struct Databases {
    url: DatabaseUrl,
    /// The name of the database, or the file.
    name: String,
}

impl Databases {
    pub(super) fn of(workspace: &Workspace) -> Result<Self> {
        let url = workspace.database_url("default")?;
        let name = match url.sqlite_path() {
            Some(path) => path.to_string_lossy().into_owned(),
            None => url.database().context("the settings name no database")?.to_owned(),
        };
        Ok(Self { url, name })
    }

    /// Drops our database and makes it anew.
    pub(super) async fn empty_ours(&self) -> Result<()> {
        self.empty(&self.name).await
    }

    /// Drops Django's database, makes it anew and connects to it.
    pub(super) async fn empty_theirs(&self) -> Result<Connection> {
        self.empty(&self.name_of_theirs()).await?;
        self.connect_theirs().await
    }

    /// Connects to Django's database.
    pub(super) async fn connect_theirs(&self) -> Result<Connection> {
        let name = self.name_of_theirs();
        let url = if self.url.dialect() == Dialect::Sqlite { DatabaseUrl::sqlite(name) } else { self.at(&name) };
        Ok(Connection::open(&url, &options()).await?)
    }

    /// Returns the name of Django's database, as the settings name one.
    pub(super) fn name_of_theirs(&self) -> String {
        format!("{}_django", self.name)
    }

    async fn empty(&self, name: &str) -> Result<()> {
        match self.url.dialect() {
            Dialect::Sqlite => {
                for suffix in ["", "-journal", "-wal", "-shm"] {
                    let path = format!("{name}{suffix}");
                    if std::path::Path::new(&path).exists() {
                        fs_err::remove_file(path)?;
                    }
                }
                Ok(())
            }
            Dialect::Postgres => {
                self.server(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await?;
                self.server(&format!("CREATE DATABASE \"{name}\" TEMPLATE template0")).await
            }
            Dialect::MySql => {
                self.server(&format!("DROP DATABASE IF EXISTS `{name}`")).await?;
                self.server(&format!("CREATE DATABASE `{name}` CHARACTER SET utf8mb4")).await
            }
        }
    }

    async fn server(&self, sql: &str) -> Result<()> {
        let system = if self.url.dialect() == Dialect::MySql { "mysql" } else { "postgres" };
        let connection = Connection::open(&self.at(system), &options()).await?;
        let result = connection.execute(sql).await;
        connection.close().await;
        result?;
        Ok(())
    }

    fn at(&self, name: &str) -> DatabaseUrl {
        let mut url = self.url.clone();
        url.set_database(name);
        url
    }
}

fn options() -> ConnectOptions {
    ConnectOptions { environment: LibpqEnvironment::from_variables(std::env::vars()), ..ConnectOptions::default() }
}
