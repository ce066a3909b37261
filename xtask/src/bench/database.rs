//! One empty database after another.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::servers::Postgres;

/// Which database system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
    /// A server that the environment names, for whole applications.
    Mariadb,
}

impl Kind {
    /// Returns the name as the project's settings know it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mariadb => "mariadb",
        }
    }

    /// Returns the name for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mariadb => "MariaDB",
        }
    }
}

/// A database that is emptied for each run.
#[derive(Debug)]
pub(super) enum Database<'a> {
    /// A file.
    Sqlite(PathBuf),
    /// A database of a server.
    Postgres(&'a Postgres, String),
}

impl<'a> Database<'a> {
    /// Returns the database of that name; it need not be there yet.
    pub(super) fn new(kind: Kind, name: &str, folder: &Path, server: Option<&'a Postgres>) -> Result<Self> {
        Ok(match kind {
            Kind::Sqlite => Self::Sqlite(folder.join(format!("{name}.sqlite3"))),
            Kind::Postgres => Self::Postgres(server.context("no server")?, format!("limosa_bench_{name}")),
            Kind::Mariadb => bail!("only whole applications are measured on MariaDB: name them with --apps"),
        })
    }

    /// Makes it, or makes it again.
    pub(super) fn empty(&self) -> Result<()> {
        match self {
            Self::Sqlite(file) => {
                for suffix in ["", "-journal", "-wal", "-shm"] {
                    let mut path = file.clone().into_os_string();
                    path.push(suffix);
                    if Path::new(&path).exists() {
                        fs_err::remove_file(path)?;
                    }
                }
                Ok(())
            }
            Self::Postgres(server, name) => {
                server.query("postgres", &format!("DROP DATABASE IF EXISTS \"{name}\""))?;
                server.query("postgres", &format!("CREATE DATABASE \"{name}\" TEMPLATE template0"))?;
                // Every run begins with the same debt of the server: none.
                server.query("postgres", "CHECKPOINT").map(drop)
            }
        }
    }

    /// Sets what the project's settings read (and libpq, for psql).
    pub(super) fn environment(&self, command: &mut Command) {
        match self {
            Self::Sqlite(file) => {
                command.env("ORACLE_DB", "sqlite").env("ORACLE_NAME", file);
            }
            Self::Postgres(server, name) => {
                command.env("ORACLE_DB", "postgres").env("ORACLE_NAME", name);
                for (key, value) in [("HOST", &server.host), ("PORT", &server.port), ("USER", &server.user)] {
                    command.env(format!("ORACLE_{key}"), value).env(format!("PG{key}"), value);
                }
                if let Some(password) = &server.password {
                    command.env("PGPASSWORD", password);
                }
            }
        }
    }

    /// Counts the history's rows, so that a run that did less is not taken for a fast one.
    pub(super) fn history(&self, python: &Path) -> Result<usize> {
        let sql = "SELECT count(*) FROM django_migrations";
        let text = match self {
            Self::Postgres(server, name) => server.query(name, sql)?,
            Self::Sqlite(file) => {
                let code =
                    "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])";
                let output = Command::new(python).args(["-c", code]).arg(file).arg(sql).output()?;
                ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                String::from_utf8_lossy(&output.stdout).trim().to_owned()
            }
        };
        text.parse().with_context(|| format!("count the history of {self:?}"))
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        match self {
            Self::Sqlite(file) => _ = std::fs::remove_file(file),
            Self::Postgres(server, name) => {
                _ = server.query("postgres", &format!("DROP DATABASE IF EXISTS \"{name}\""))
            }
        }
    }
}
