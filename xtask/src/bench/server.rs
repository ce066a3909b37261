//! The PostgreSQL server: one of its own with default settings, or one that is named.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use url::Url;

/// A PostgreSQL server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: String,
    pub(super) user: String,
    pub(super) password: Option<String>,
    own: Option<Own>,
}

/// A server that is stopped and removed in the end.
#[derive(Debug)]
struct Own {
    process: Child,
    folder: TempDir,
}

impl Server {
    /// Uses a server that runs.
    pub(super) fn at(url: &str) -> Result<Self> {
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

    /// Starts one in a temporary folder, on a socket only, with the settings that initdb writes.
    pub(super) fn start() -> Result<Self> {
        let bin = programs()?;
        let folder = tempfile::Builder::new().prefix("limosa-bench-pg-").tempdir_in("/tmp")?;
        let root = is_root()?;
        if root {
            succeed(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        // The server refuses to run as root.
        let as_user = |program: &str| {
            let path = bin.join(program);
            if !root {
                return Command::new(path);
            }
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        };
        let data = folder.path().join("data");
        let mut initdb = as_user("initdb");
        succeed(initdb.current_dir("/").arg("-D").arg(&data).args(["-A", "trust", "-U", "postgres", "-E", "UTF8"]))?;
        let log = fs_err::File::create(folder.path().join("log"))?.into_parts().0;
        let process = as_user("postgres")
            .current_dir("/")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-p", "5432", "-c", "listen_addresses="])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let host = folder.path().display().to_string();
        let mut server = Self {
            host,
            port: "5432".into(),
            user: "postgres".into(),
            password: None,
            own: Some(Own { process, folder }),
        };
        server.wait()?;
        Ok(server)
    }

    fn wait(&mut self) -> Result<()> {
        for _ in 0..200 {
            if self.query("postgres", "SELECT 1").is_ok() {
                return Ok(());
            }
            if let Some(own) = &mut self.own
                && own.process.try_wait()?.is_some()
            {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let log = self.own.as_ref().map(|own| fs_err::read_to_string(own.folder.path().join("log"))).transpose()?;
        bail!("PostgreSQL did not start: {}", log.unwrap_or_default());
    }

    /// Runs one statement and returns what it says, without padding.
    pub(super) fn query(&self, database: &str, sql: &str) -> Result<String> {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d", database]);
        psql.env("PGHOST", &self.host).env("PGPORT", &self.port).env("PGUSER", &self.user);
        psql.env("PGOPTIONS", "-c client_min_messages=warning");
        if let Some(password) = &self.password {
            psql.env("PGPASSWORD", password);
        }
        succeed(&mut psql)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(own) = &mut self.own {
            // `runuser` passes no signal on, so the server itself is told; SIGINT asks for a fast shutdown.
            let lock = std::fs::read_to_string(own.folder.path().join("data/postmaster.pid")).unwrap_or_default();
            let process = lock.lines().next().map_or_else(|| own.process.id().to_string(), str::to_owned);
            if Command::new("kill").args(["-INT", &process]).status().is_ok_and(|status| status.success()) {
                _ = own.process.wait();
            }
        }
    }
}

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

fn is_root() -> Result<bool> {
    Ok(succeed(Command::new("id").arg("-u"))? == "0")
}

/// Runs a command and returns its output without the last line's end.
pub(super) fn succeed(command: &mut Command) -> Result<String> {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {program}"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
