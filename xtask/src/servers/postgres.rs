//! PostgreSQL: a server of its own, or one that is named.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use url::Url;

use super::own::Own;
use super::{as_user, give, succeed};

/// A PostgreSQL server.
#[derive(Debug)]
pub(crate) struct Postgres {
    pub(crate) host: String,
    pub(crate) port: String,
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    own: Option<Own>,
}

impl Postgres {
    /// Uses a server that runs.
    pub(crate) fn at(url: &str) -> Result<Self> {
        let url = Url::parse(url).context("--postgres is not a URL")?;
        let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let server = Self {
            host: query("host")
                .or_else(|| url.host_str().filter(|host| !host.is_empty()).map(str::to_owned))
                .unwrap_or_default(),
            port: query("port").or_else(|| url.port().map(|port| port.to_string())).unwrap_or_else(|| "5432".into()),
            user: query("user").unwrap_or_else(|| url.username().to_owned()),
            password: url.password().map(str::to_owned),
            own: None,
        };
        server.query("postgres", "SELECT 1").context("--postgres cannot be reached")?;
        Ok(server)
    }

    /// Starts one in a temporary folder, on a socket only, with the settings that initdb writes and those that are given (`name=value`).
    pub(crate) fn start(settings: &[&str]) -> Result<Self> {
        let bin = programs()?;
        // SIGINT asks for a fast shutdown.
        let own = Own::new("limosa-xtask-pg-", "INT", Some("data/postmaster.pid"))?;
        let folder = own.folder();
        // The server refuses to run as root.
        give(folder, USER)?;
        let data = folder.join("data");
        let mut initdb = as_user(USER, &bin.join("initdb"))?;
        succeed(initdb.arg("-D").arg(&data).args(["-A", "trust", "-U", "postgres", "-E", "UTF8"]))?;
        let mut command = as_user(USER, &bin.join("postgres"))?;
        command.arg("-D").arg(&data).arg("-k").arg(folder).args(["-p", "5432", "-c", "listen_addresses="]);
        command.args(settings.iter().flat_map(|setting| ["-c", setting]));
        let mut server = Self {
            host: folder.display().to_string(),
            port: "5432".into(),
            user: "postgres".into(),
            password: None,
            own: None,
        };
        own.start("PostgreSQL", &mut command, || server.query("postgres", "SELECT 1").is_ok())?;
        server.own = Some(own);
        Ok(server)
    }

    /// Returns the URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{}@/{database}?host={}&port={}", self.user, self.host, self.port)
    }

    /// Runs one statement and returns what it says, without padding.
    pub(crate) fn query(&self, database: &str, sql: &str) -> Result<String> {
        self.query_all(database, &[sql])
    }

    /// Runs statements one after another and returns what they say, without padding.
    pub(crate) fn query_all(&self, database: &str, statements: &[&str]) -> Result<String> {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database]);
        psql.args(statements.iter().flat_map(|sql| ["-c", sql]));
        psql.env("PGHOST", &self.host).env("PGPORT", &self.port).env("PGUSER", &self.user);
        psql.env("PGOPTIONS", "-c client_min_messages=warning");
        if let Some(password) = &self.password {
            psql.env("PGPASSWORD", password);
        }
        succeed(&mut psql)
    }
}

/// The account that it runs as when root starts it.
const USER: &str = "postgres";

/// Returns the folder with initdb and postgres.
fn programs() -> Result<PathBuf> {
    let mut candidates: Vec<PathBuf> = Vec::new();
    for versions in ["/usr/lib/postgresql", "/opt/homebrew/opt"] {
        let entries = std::fs::read_dir(versions).into_iter().flatten().flatten();
        candidates.extend(entries.map(|entry| entry.path().join("bin")));
    }
    candidates.sort();
    candidates.reverse();
    if let Some(path) = std::env::var_os("PATH") {
        candidates.extend(std::env::split_paths(&path));
    }
    let found =
        candidates.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file());
    found.context("no PostgreSQL server is installed (initdb, postgres); name a running one with --postgres")
}
