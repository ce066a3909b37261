//! PgBouncer in transaction mode before a PostgreSQL server.

use anyhow::Result;

use super::own::Own;
use super::{Postgres, as_user, free_port, give, program};

/// PgBouncer in transaction mode, on a port of the loopback interface.
#[derive(Debug)]
pub(crate) struct PgBouncer {
    pub(crate) port: u16,
    user: String,
    _own: Own,
}

/// The account that it runs as when root starts it.
const USER: &str = "postgres";

const PID_FILE: &str = "pid";

impl PgBouncer {
    /// Starts one before a server, with at most so many connections to each database.
    pub(crate) fn start(server: &Postgres, connections: usize) -> Result<Self> {
        let own = Own::new("limosa-xtask-pb-", "INT", Some(PID_FILE))?;
        let folder = own.folder();
        give(folder, USER)?;
        let port = free_port()?;
        let file = folder.join("pgbouncer.ini");
        fs_err::write(
            &file,
            format!(
                "[databases]\n* = host={} port={} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
                 unix_socket_dir =\nauth_type = any\npool_mode = transaction\npidfile = {}\nmax_client_conn = 1000\n\
                 default_pool_size = {connections}\nignore_startup_parameters = extra_float_digits,options\n",
                server.host,
                server.port,
                server.user,
                folder.join(PID_FILE).display()
            ),
        )?;
        let mut command = as_user(USER, &program("pgbouncer", "pgbouncer")?)?;
        own.start("PgBouncer", command.arg("-q").arg(&file), || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        })?;
        Ok(Self { port, user: server.user.clone(), _own: own })
    }

    /// Returns the URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{}@127.0.0.1:{}/{database}", self.user, self.port)
    }
}
