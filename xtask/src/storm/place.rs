//! Where a storm takes place: a database server of its own, or a folder for files.

use std::process::Command;

use anyhow::{Context, Result};
use limosa_db::{ConnectOptions, Connection, DatabaseUrl, DbErrorKind};
use limosa_sql::dialect::Dialect;
use tempfile::TempDir;

use crate::bench::database;
use crate::servers::{Galera, Mariadb, PgBouncer, Postgres};

/// Which kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A server, or a file.
    Plain(database::Kind),
    /// PostgreSQL behind a pooler that gives sessions to others.
    PgBouncer,
    /// A cluster of MariaDB nodes.
    Galera,
}

/// Where a storm takes place.
#[derive(Debug)]
pub(super) struct Place {
    kind: Kind,
    servers: Servers,
}

/// What runs there; the first that is stopped comes first.
#[derive(Debug)]
enum Servers {
    Files(TempDir),
    Postgres(Postgres),
    PgBouncer(PgBouncer, Postgres),
    Mariadb(Mariadb),
    Galera(Galera),
}

/// One database of the place, and its URLs for the runners, which take them in turn.
#[derive(Debug)]
pub(super) struct Database<'a> {
    place: &'a Place,
    name: String,
    urls: Vec<DatabaseUrl>,
    texts: Vec<String>,
    /// Where the storm itself looks at it.
    own: DatabaseUrl,
}

impl Place {
    /// Starts the servers for so many runners.
    pub(super) fn start(kind: Kind, runners: usize) -> Result<Self> {
        // A runner has a connection, one for its heartbeat and one of Django's; killed ones linger.
        let connections = 4 * runners + 50;
        let postgres = || Postgres::start(&[&format!("max_connections={connections}"), "fsync=off"]);
        let mariadb = [format!("--max-connections={connections}"), "--innodb-flush-log-at-trx-commit=0".to_owned()];
        let servers = match kind {
            Kind::Plain(database::Kind::Sqlite) => {
                Servers::Files(tempfile::Builder::new().prefix("limosa-storm-").tempdir()?)
            }
            Kind::Plain(database::Kind::Postgres) => Servers::Postgres(postgres()?),
            Kind::Plain(database::Kind::Mariadb) => Servers::Mariadb(Mariadb::start(&mariadb)?),
            Kind::PgBouncer => {
                let server = postgres()?;
                Servers::PgBouncer(PgBouncer::start(&server, 2 * runners)?, server)
            }
            Kind::Galera => Servers::Galera(Galera::start(3, &mariadb)?),
        };
        Ok(Self { kind, servers })
    }

    /// Returns the name for people.
    pub(super) fn title(&self) -> &'static str {
        match self.kind {
            Kind::Plain(kind) => kind.title(),
            Kind::PgBouncer => "PostgreSQL behind PgBouncer",
            Kind::Galera => "MariaDB Galera cluster",
        }
    }

    /// Returns the name for files.
    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Plain(kind) => kind.name(),
            Kind::PgBouncer => "pgbouncer",
            Kind::Galera => "galera",
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self.servers {
            Servers::Files(_) => Dialect::Sqlite,
            Servers::Postgres(_) | Servers::PgBouncer(..) => Dialect::Postgres,
            Servers::Mariadb(_) | Servers::Galera(_) => Dialect::MySql,
        }
    }

    /// Makes a database, empty at first.
    pub(super) fn database(&self, name: &str) -> Result<Database<'_>> {
        match &self.servers {
            Servers::Files(_) => {}
            Servers::Postgres(server) | Servers::PgBouncer(_, server) => {
                server.query("postgres", &format!("CREATE DATABASE \"{name}\" TEMPLATE template0"))?;
            }
            Servers::Mariadb(server) => _ = server.query(&format!("CREATE DATABASE `{name}`"))?,
            Servers::Galera(cluster) => _ = cluster.first().query(&format!("CREATE DATABASE `{name}`"))?,
        }
        let (texts, own) = match &self.servers {
            Servers::Files(folder) => {
                let file = format!("sqlite:{}", folder.path().join(format!("{name}.sqlite3")).display());
                (vec![file.clone()], file)
            }
            Servers::Postgres(server) => (vec![server.url(name)], server.url(name)),
            Servers::PgBouncer(bouncer, server) => (vec![bouncer.url(name)], server.url(name)),
            Servers::Mariadb(server) => (vec![server.url(name)], server.url(name)),
            Servers::Galera(cluster) => {
                (cluster.nodes().iter().map(|node| node.url(name)).collect(), cluster.first().url(name))
            }
        };
        let urls = texts.iter().map(|text| DatabaseUrl::parse(text)).collect::<Result<_, _>>()?;
        Ok(Database { place: self, name: name.to_owned(), urls, texts, own: DatabaseUrl::parse(&own)? })
    }
}

impl Database<'_> {
    /// Lets a runner use it; those of a cluster use its nodes in turn.
    pub(super) fn environment(&self, runner: usize, command: &mut Command) -> Result<()> {
        let index = runner % self.urls.len();
        let (url, text) = self.urls.get(index).zip(self.texts.get(index)).context("no URL")?;
        let engine = match url.dialect() {
            Dialect::Postgres => "postgresql",
            Dialect::Sqlite => "sqlite3",
            Dialect::MySql => "mysql",
        };
        let name = url.sqlite_path().map(|path| path.display().to_string());
        let host = url.option("host").or_else(|| url.hosts().first().map(|host| host.name.as_str()));
        let port = url.hosts().first().and_then(|host| host.port).map(|port| port.to_string());
        command.env("DATABASE_URL", text).env("STORM_ENGINE", format!("django.db.backends.{engine}"));
        command.env("STORM_NAME", name.unwrap_or_else(|| self.name.clone()));
        command.env("STORM_HOST", host.unwrap_or_default()).env("STORM_PORT", port.unwrap_or_default());
        command.env("STORM_USER", url.user().unwrap_or_default());
        Ok(())
    }

    /// Connects to it, past any pooler.
    pub(super) async fn connect(&self) -> Result<Connection> {
        Ok(Connection::open(&self.own, &ConnectOptions::default()).await?)
    }

    /// Returns the number of the process that has the lease, if one has.
    pub(super) async fn holder(&self, connection: Option<&Connection>) -> Result<Option<u32>> {
        if let Some(path) = self.own.sqlite_path() {
            // A look at the file is in nobody's way.
            let mut lock = path.into_os_string();
            lock.push(".limosa-lock");
            let text = std::fs::read_to_string(lock).unwrap_or_default();
            return Ok(text.lines().next().and_then(|line| line.trim().parse().ok()));
        }
        let Some(connection) = connection else { return Ok(None) };
        match connection.query("SELECT pid FROM limosa_lease WHERE run_id IS NOT NULL", &[]).await {
            Ok(rows) => Ok(rows.first().map_or(Ok(None), |row| row.int(0))?.and_then(|pid| u32::try_from(pid).ok())),
            Err(error) if error.kind == DbErrorKind::Missing => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        let name = &self.name;
        // What cannot be dropped goes with the server.
        match &self.place.servers {
            Servers::Files(_) => {}
            Servers::Postgres(server) | Servers::PgBouncer(_, server) => {
                _ = server.query("postgres", &format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
            }
            Servers::Mariadb(server) => _ = server.query(&format!("DROP DATABASE `{name}`")),
            Servers::Galera(cluster) => _ = cluster.first().query(&format!("DROP DATABASE `{name}`")),
        }
    }
}
