//! Databases that are made as copies of others, on servers of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use limosa_db::{ConnectOptions, Connection, DatabaseUrl};
use tempfile::TempDir;

use crate::bench::database::Kind;
use crate::servers::{Mariadb, Postgres, succeed};

/// Where databases are made.
#[derive(Debug)]
pub(super) enum Server {
    /// A folder for files.
    Sqlite(TempDir),
    /// A server.
    Postgres(Postgres),
    /// A server, and a folder for what is copied.
    Mariadb(Mariadb, TempDir),
}

/// A database; it is dropped with its server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Database<'a> {
    server: &'a Server,
    name: &'a str,
}

/// A state of a database that others can be made of.
#[derive(Debug)]
pub(super) enum Snapshot<'a> {
    /// The database itself, which must not be used meanwhile.
    Database(Database<'a>),
    /// A file of statements.
    Statements(PathBuf),
}

/// How long a connection of a process that was killed may need to go away.
const LIMIT: Duration = Duration::from_secs(20);

impl Server {
    /// Starts a server.
    pub(super) fn start(kind: Kind) -> Result<Self> {
        let folder = || tempfile::Builder::new().prefix("limosa-crash-").tempdir();
        Ok(match kind {
            Kind::Sqlite => Self::Sqlite(folder()?),
            Kind::Postgres => Self::Postgres(Postgres::start(&["fsync=off", "full_page_writes=off"])?),
            Kind::Mariadb => {
                let options = ["--innodb-flush-log-at-trx-commit=0", "--debug-no-sync=1", "--innodb-doublewrite=0"];
                Self::Mariadb(Mariadb::start(&options.map(str::to_owned))?, folder()?)
            }
        })
    }

    /// Returns the database of that name, which need not be there yet.
    pub(super) fn database<'a>(&'a self, name: &'a str) -> Database<'a> {
        Database { server: self, name }
    }
}

impl<'a> Database<'a> {
    /// Makes it, or makes it again.
    pub(super) fn empty(self) -> Result<()> {
        let name = self.name;
        match self.server {
            Server::Sqlite(_) => self.remove_file(),
            Server::Postgres(_) => self.make_of("template0"),
            Server::Mariadb(server, _) => {
                let sql = format!(
                    "DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
                );
                server.query(&sql).map(drop)
            }
        }
    }

    /// Keeps its state, for others.
    pub(super) fn snapshot(self) -> Result<Snapshot<'a>> {
        let Server::Mariadb(server, folder) = self.server else { return Ok(Snapshot::Database(self)) };
        let file = folder.path().join(format!("{}.sql", self.name));
        let mut dump = Command::new("mariadb-dump");
        dump.args(["--no-defaults", "--skip-comments", "--routines", "--triggers", "--host=127.0.0.1", "--user=root"]);
        dump.arg(format!("--port={}", server.port)).arg(format!("--result-file={}", file.display())).arg(self.name);
        succeed(&mut dump)?;
        Ok(Snapshot::Statements(file))
    }

    /// Makes it anew as a copy.
    pub(super) fn copy_of(self, snapshot: &Snapshot<'_>) -> Result<()> {
        match (self.server, snapshot) {
            (Server::Postgres(_), Snapshot::Database(from)) => self.make_of(from.name),
            (Server::Mariadb(server, _), Snapshot::Statements(file)) => {
                self.empty()?;
                let mut client = Command::new("mariadb");
                client.args(["--no-defaults", "--host=127.0.0.1", "--user=root"]);
                client.arg(format!("--port={}", server.port)).arg(self.name);
                let output = client.stdin(fs_err::File::open(file)?.into_parts().0).stdout(Stdio::null()).output()?;
                ensure!(output.status.success(), "mariadb: {}", String::from_utf8_lossy(&output.stderr));
                Ok(())
            }
            (_, Snapshot::Database(from)) => {
                self.remove_file()?;
                match from.file() {
                    // A database that nobody has used is no file.
                    Some(from) if !from.exists() => Ok(()),
                    Some(from) => fs_err::copy(from, self.file().unwrap_or_default()).map(drop).map_err(Into::into),
                    None => self.empty(),
                }
            }
            (_, Snapshot::Statements(_)) => self.empty(),
        }
    }

    /// Connects to it.
    pub(super) async fn connect(self) -> Result<Connection> {
        Ok(Connection::open(&DatabaseUrl::parse(&self.url_text())?, &ConnectOptions::default()).await?)
    }

    /// Returns its URL.
    pub(super) fn url_text(self) -> String {
        match self.server {
            Server::Sqlite(_) => format!("sqlite:{}", self.file().unwrap_or_default().display()),
            Server::Postgres(server) => server.url(self.name),
            Server::Mariadb(server, _) => server.url(self.name),
        }
    }

    /// Sets what the settings of Django projects read.
    pub(super) fn environment(self, command: &mut Command) {
        let (kind, host, port, user) = match self.server {
            Server::Sqlite(_) => ("sqlite", String::new(), String::new(), ""),
            Server::Postgres(server) => ("postgres", server.host.clone(), server.port.clone(), server.user.as_str()),
            Server::Mariadb(server, _) => ("mariadb", "127.0.0.1".to_owned(), server.port.to_string(), "root"),
        };
        let name = self.file().map_or_else(|| self.name.to_owned(), |file| file.display().to_string());
        let values = [("DB", kind), ("NAME", &name), ("HOST", &host), ("PORT", &port), ("USER", user)];
        for (variable, value) in values {
            command.env(format!("ORACLE_{variable}"), value).env(format!("SHOP_{variable}"), value);
        }
    }

    /// Makes it as a copy of another one of PostgreSQL's.
    fn make_of(self, template: &str) -> Result<()> {
        let Server::Postgres(server) = self.server else { return Ok(()) };
        let drop = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
        let create = format!("CREATE DATABASE \"{}\" TEMPLATE \"{template}\"", self.name);
        let started = Instant::now();
        loop {
            match server.query_all("postgres", &[&drop, &create]) {
                // A connection to the original is still going away.
                Err(error) if error.to_string().contains("being accessed") && started.elapsed() < LIMIT => {
                    thread::sleep(Duration::from_millis(20));
                }
                result => return result.map(std::mem::drop),
            }
        }
    }

    fn file(self) -> Option<PathBuf> {
        match self.server {
            Server::Sqlite(folder) => Some(folder.path().join(format!("{}.sqlite3", self.name))),
            Server::Postgres(_) | Server::Mariadb(..) => None,
        }
    }

    fn remove_file(self) -> Result<()> {
        let Some(file) = self.file() else { return Ok(()) };
        for suffix in ["", "-journal", "-wal", "-shm", ".limosa-lock"] {
            let mut path = file.clone().into_os_string();
            path.push(suffix);
            if Path::new(&path).exists() {
                fs_err::remove_file(path)?;
            }
        }
        Ok(())
    }
}
