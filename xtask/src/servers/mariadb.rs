//! MariaDB: a server of its own.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::{free_port, give, is_root, program, signal, succeed, until};

/// A MariaDB server, on a socket and a port of the loopback interface. The account `root` has no password.
#[derive(Debug)]
pub(crate) struct Mariadb {
    pub(crate) port: u16,
    process: Child,
    folder: TempDir,
}

/// The account that it runs as when root starts it.
const USER: &str = "mysql";

impl Mariadb {
    /// Starts one in a temporary folder, with these options besides those that make it a server of its own (`--name=value`).
    pub(crate) fn start(options: &[String]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("limosa-xtask-my-").tempdir_in("/tmp")?;
        give(folder.path(), USER)?;
        let data = format!("--datadir={}", folder.path().join("data").display());
        // Two servers that start at once would be in each other's way.
        let temporary = format!("--tmpdir={}", folder.path().display());
        let account = if is_root()? { Some(format!("--user={USER}")) } else { None };
        let mut install = Command::new(program("mariadb-install-db", "mariadb-server")?);
        install.arg("--no-defaults").args(&account).arg(&data).arg(&temporary);
        install.args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
        succeed(&mut install)?;
        let port = free_port()?;
        let log = File::create(folder.path().join("log"))?;
        let mut command = Command::new(program("mariadbd", "mariadb-server")?);
        command.arg("--no-defaults").args(&account).arg(&data).arg(&temporary).arg(format!("--port={port}"));
        command.arg(format!("--socket={}", socket(&folder))).arg(format!("--pid-file={}/pid", folder.path().display()));
        command
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--character-set-server=utf8mb4"])
            .args(options);
        let process = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut server = Self { port, process, folder };
        let socket = socket(&server.folder);
        let answers = until(&mut server.process, || query(&socket, "SELECT 1").is_ok());
        let log = || std::fs::read_to_string(server.folder.path().join("log")).unwrap_or_default();
        answers.with_context(|| format!("MariaDB did not start: {}", log()))?;
        Ok(server)
    }

    /// Returns the URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs one statement and returns what it says.
    pub(crate) fn query(&self, sql: &str) -> Result<String> {
        query(&socket(&self.folder), sql)
    }
}

impl Drop for Mariadb {
    fn drop(&mut self) {
        if signal("TERM", &self.process.id().to_string()) {
            _ = self.process.wait();
        }
    }
}

fn socket(folder: &TempDir) -> String {
    Path::new(folder.path()).join("socket").display().to_string()
}

fn query(socket: &str, sql: &str) -> Result<String> {
    let mut client = Command::new("mariadb");
    client.args(["--no-defaults", "--skip-column-names", "--batch", "--user=root"]);
    succeed(client.arg(format!("--socket={socket}")).args(["-e", sql]))
}
