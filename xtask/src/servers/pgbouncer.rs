//! PgBouncer in transaction mode before a PostgreSQL server.

use std::fs::File;
use std::process::{Child, Stdio};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::{Postgres, as_user, free_port, give, program, signal, until};

/// PgBouncer in transaction mode, on a port of the loopback interface.
#[derive(Debug)]
pub(crate) struct PgBouncer {
    pub(crate) port: u16,
    user: String,
    process: Child,
    folder: TempDir,
}

/// The account that it runs as when root starts it.
const USER: &str = "postgres";

impl PgBouncer {
    /// Starts one before a server, with at most so many connections to each database.
    pub(crate) fn start(server: &Postgres, connections: usize) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("limosa-xtask-pb-").tempdir_in("/tmp")?;
        give(folder.path(), USER)?;
        let port = free_port()?;
        let file = folder.path().join("pgbouncer.ini");
        fs_err::write(
            &file,
            format!(
                "[databases]\n* = host={} port={} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
                 unix_socket_dir =\nauth_type = any\npool_mode = transaction\npidfile = {}\nmax_client_conn = 1000\n\
                 default_pool_size = {connections}\nignore_startup_parameters = extra_float_digits,options\n",
                server.host,
                server.port,
                server.user,
                pid_file(&folder)
            ),
        )?;
        let log = File::create(folder.path().join("log"))?;
        let mut command = as_user(USER, &program("pgbouncer", "pgbouncer")?)?;
        let process = command.arg("-q").arg(&file).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut bouncer = Self { port, user: server.user.clone(), process, folder };
        let answers = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        let answers = until(&mut bouncer.process, answers);
        let log = || std::fs::read_to_string(bouncer.folder.path().join("log")).unwrap_or_default();
        answers.with_context(|| format!("PgBouncer did not start: {}", log()))?;
        Ok(bouncer)
    }

    /// Returns the URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{}@127.0.0.1:{}/{database}", self.user, self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // `runuser` passes no signal on, so PgBouncer itself is told.
        let process = std::fs::read_to_string(pid_file(&self.folder)).unwrap_or_default();
        if signal("INT", process.trim()) || signal("INT", &self.process.id().to_string()) {
            _ = self.process.wait();
        }
    }
}

fn pid_file(folder: &TempDir) -> String {
    folder.path().join("pid").display().to_string()
}
