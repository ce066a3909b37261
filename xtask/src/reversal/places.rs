//! The database of the settings, and a copy of it for Django.

use anyhow::{Context, Result, bail};
use limosa::workspace::Workspace;
use limosa_db::{ConnectOptions, Connection, DatabaseUrl, LibpqEnvironment};
use limosa_sql::dialect::Dialect;

use super::dump::Dump;
use super::walk::Walk;

/// Where the database is, and where the copy goes.
#[derive(Debug)]
pub(super) struct Places {
    url: DatabaseUrl,
    /// The name of the database, or the file.
    name: String,
}

impl Places {
    pub(super) fn of(workspace: &Workspace) -> Result<Self> {
        let url = workspace.database_url("default")?;
        let name = match url.sqlite_path() {
            Some(path) => path.to_string_lossy().into_owned(),
            None => url.database().context("the settings name no database")?.to_owned(),
        };
        Ok(Self { url, name })
    }

    /// Drops the database and makes it anew.
    pub(super) async fn empty(&self) -> Result<()> {
        self.make(&self.name, None).await
    }

    /// Copies the database; nobody may be connected.
    pub(super) async fn copy(&self) -> Result<()> {
        self.make(&self.copy_name(), Some(&self.name)).await
    }

    /// Drops the copy.
    pub(super) async fn drop_copy(&self) -> Result<()> {
        self.remove(&self.copy_name()).await
    }

    /// Returns what the copy holds.
    pub(super) async fn dump_of_copy(&self, _: &Walk) -> Result<Dump> {
        let url = match self.url.dialect() {
            Dialect::Sqlite => DatabaseUrl::sqlite(self.copy_name()),
            _ => self.at(&self.copy_name()),
        };
        let connection = Connection::open(&url, &options()).await?;
        let dump = Dump::of(&connection).await;
        connection.close().await;
        dump
    }

    /// Returns the name of the copy, as Django's settings name a database.
    pub(super) fn copy_name(&self) -> String {
        format!("{}_copy", self.name)
    }

    async fn make(&self, name: &str, template: Option<&str>) -> Result<()> {
        self.remove(name).await?;
        match (self.url.dialect(), template) {
            (Dialect::Sqlite, Some(template)) => _ = fs_err::copy(template, name)?,
            (Dialect::Sqlite, None) => {}
            (Dialect::Postgres, template) => {
                let template = template.unwrap_or("template0");
                self.server(&format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"")).await?;
            }
            (Dialect::MySql, None) => self.server(&format!("CREATE DATABASE `{name}` CHARACTER SET utf8mb4")).await?,
            (Dialect::MySql, Some(_)) => bail!("a MySQL database cannot be copied here"),
        }
        Ok(())
    }

    async fn remove(&self, name: &str) -> Result<()> {
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
            Dialect::Postgres => self.server(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await,
            Dialect::MySql => self.server(&format!("DROP DATABASE IF EXISTS `{name}`")).await,
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
