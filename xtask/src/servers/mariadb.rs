//! MariaDB: a server of its own.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::own::Own;
use super::{free_port, give, is_root, program, succeed};

/// A MariaDB server, on a socket and a port of the loopback interface. The account `root` has no password.
#[derive(Debug)]
pub(crate) struct Mariadb {
    pub(crate) port: u16,
    own: Own,
}

/// The account that it runs as when root starts it.
const USER: &str = "mysql";

impl Mariadb {
    /// Starts one in a temporary folder, with these options besides those that make it a server of its own (`--name=value`).
    pub(crate) fn start(options: &[String]) -> Result<Self> {
        let own = Own::new("limosa-xtask-my-", "TERM", None)?;
        let folder = own.folder();
        give(folder, USER)?;
        let data = format!("--datadir={}", folder.join("data").display());
        // Two servers that start at once would be in each other's way.
        let temporary = format!("--tmpdir={}", folder.display());
        let account = if is_root()? { Some(format!("--user={USER}")) } else { None };
        let mut install = Command::new(program("mariadb-install-db", "mariadb-server")?);
        install.arg("--no-defaults").args(&account).arg(&data).arg(&temporary);
        install.args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
        succeed(&mut install)?;
        let port = free_port()?;
        let mut command = Command::new(program("mariadbd", "mariadb-server")?);
        command.arg("--no-defaults").args(&account).arg(&data).arg(&temporary).arg(format!("--port={port}"));
        command.arg(format!("--socket={}", socket(folder))).arg(format!("--pid-file={}/pid", folder.display()));
        command
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--character-set-server=utf8mb4"])
            .args(options);
        own.start("MariaDB", &mut command, || query(&socket(own.folder()), "SELECT 1").is_ok())?;
        Ok(Self { port, own })
    }

    /// Returns the URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs one statement and returns what it says.
    pub(crate) fn query(&self, sql: &str) -> Result<String> {
        query(&socket(self.own.folder()), sql)
    }
}

fn socket(folder: &Path) -> String {
    folder.join("socket").display().to_string()
}

fn query(socket: &str, sql: &str) -> Result<String> {
    let mut client = Command::new("mariadb");
    client.args(["--no-defaults", "--skip-column-names", "--batch", "--user=root"]);
    succeed(client.arg(format!("--socket={socket}")).args(["-e", sql]))
}
