//! The servers, the databases of the cases, and the program at work on them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::bench::database::Kind;
use crate::servers::{Mariadb, Postgres};

use super::case::Models;
use super::project::Project;

/// A server, and what works on it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) kind: Kind,
    server: Server,
    limosa: PathBuf,
    python: PathBuf,
    rows: u64,
    /// The project that every case begins with.
    base: Project,
    folder: TempDir,
}

#[derive(Debug)]
enum Server {
    Postgres(Postgres),
    Mariadb(Mariadb),
}

/// A database of a case.
#[derive(Debug)]
pub(super) struct Database<'a> {
    pub(super) place: &'a Place,
    name: String,
}

/// The database that others are copied from, where the server can do that.
const TEMPLATE: &str = "rolling_base";

impl Place {
    /// Starts a server; the large table of each case has so many rows.
    pub(super) fn start(kind: Kind, limosa: &Path, python: &Path, base: &Models, rows: u64) -> Result<Self> {
        let server = match kind {
            Kind::Postgres => Server::Postgres(Postgres::start(&["fsync=off", "autovacuum=off", "max_wal_size=4GB"])?),
            Kind::Mariadb => {
                let options = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=512M"];
                Server::Mariadb(Mariadb::start(&options.map(str::to_owned))?)
            }
            Kind::Sqlite => bail!("on SQLite nobody works while a migration writes"),
        };
        let folder = tempfile::Builder::new().prefix("limosa-rolling-").tempdir()?;
        let base = Project::write(&folder.path().join("base"), base, base, &[])?;
        let (limosa, python) = (limosa.to_owned(), python.to_owned());
        let place = Self { kind, server, limosa, python, rows, base, folder };
        if kind == Kind::Postgres {
            std::mem::forget(place.filled(TEMPLATE)?);
        }
        Ok(place)
    }

    /// Makes the database of a case, with the rows of the base.
    pub(super) fn database(&self, name: &str) -> Result<Database<'_>> {
        let name = name.replace('-', "_");
        match &self.server {
            Server::Postgres(server) => {
                server.query("postgres", &format!("CREATE DATABASE \"{name}\" TEMPLATE {TEMPLATE}"))?;
                Ok(Database { place: self, name })
            }
            Server::Mariadb(_) => self.filled(&name),
        }
    }

    /// Returns a folder for the projects of a case.
    pub(super) fn folder(&self, case: &str) -> PathBuf {
        self.folder.path().join(case)
    }

    fn filled(&self, name: &str) -> Result<Database<'_>> {
        match &self.server {
            Server::Postgres(server) => server.query("postgres", &format!("CREATE DATABASE \"{name}\""))?,
            Server::Mariadb(server) => server.query(&format!("CREATE DATABASE `{name}`"))?,
        };
        let database = Database { place: self, name: name.to_owned() };
        database.limosa(&self.base, &["migrate"])?;
        let rows = self.rows;
        let (numbers, now) = match self.kind {
            Kind::Postgres => (format!("generate_series(1, {rows}) AS seq(seq)"), "now()"),
            _ => (format!("seq_1_to_{rows}"), "now(6)"),
        };
        let customers = rows.min(200);
        database.execute(&[
            &format!("INSERT INTO shop_customer (name, email, city) SELECT 'seed', concat('seed-', seq), 'Rome' FROM {numbers} WHERE seq <= {customers}"),
            &format!("INSERT INTO shop_tag (label) SELECT concat('seed-', seq) FROM {numbers} WHERE seq <= {customers}"),
            &format!(
                "INSERT INTO shop_order (customer_id, number, status, note, total, paid_at, remark) \
                 SELECT 1 + seq % {customers}, seq % 1000, 'new', 'a note of no great length', 10, {now}, 'seed' FROM {numbers}"
            ),
            &format!("INSERT INTO shop_payment (order_id, amount) SELECT seq, 5 FROM {numbers} WHERE seq <= {customers}"),
        ])?;
        database.analyze()?;
        Ok(database)
    }
}

impl Database<'_> {
    /// Runs statements.
    pub(super) fn execute(&self, statements: &[&str]) -> Result<()> {
        match &self.place.server {
            Server::Postgres(server) => server.query_all(&self.name, statements)?,
            Server::Mariadb(server) => server.query(&format!("USE `{}`; {}", self.name, statements.join("; ")))?,
        };
        Ok(())
    }

    /// Lets the server count rows, as it does by itself in time.
    pub(super) fn analyze(&self) -> Result<()> {
        match self.place.kind {
            Kind::Postgres => self.execute(&["ANALYZE"]),
            _ => self.execute(&["ANALYZE TABLE shop_order, shop_customer, shop_payment, shop_tag"]),
        }
    }

    /// Runs the program on a project.
    pub(super) fn limosa(&self, project: &Project, arguments: &[&str]) -> Result<String> {
        let (code, stdout, stderr) = self.try_limosa(project, arguments)?;
        ensure!(code == Some(0), "limosa {}: {stdout}{stderr}", arguments.join(" "));
        Ok(stdout)
    }

    /// Runs the program on a project, and returns its exit code and what it says.
    pub(super) fn try_limosa(&self, project: &Project, arguments: &[&str]) -> Result<(Option<i32>, String, String)> {
        let mut command = Command::new(&self.place.limosa);
        self.environment(&mut command, project, "{}");
        command.env("LIMOSA_PYTHON", &self.place.python);
        command.env("XDG_CACHE_HOME", self.place.folder.path().join(".cache"));
        let output = command.args(arguments).stdin(Stdio::null()).output().context("start limosa")?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((output.status.code(), text(&output.stdout), text(&output.stderr)))
    }

    /// Runs the program on a project and reads what it says as JSON.
    pub(super) fn json(&self, project: &Project, arguments: &[&str]) -> Result<Value> {
        let (_, stdout, stderr) = self.try_limosa(project, &[arguments, &["--format", "json"]].concat())?;
        serde_json::from_str(&stdout).with_context(|| format!("limosa {}: {stdout}{stderr}", arguments.join(" ")))
    }

    /// Returns a command of Django's on a project, whose connections wait so many milliseconds for a lock.
    pub(super) fn python(&self, project: &Project, patience: u64) -> Command {
        let seconds = patience.div_ceil(1000);
        let options = match self.place.kind {
            Kind::Postgres => format!(r#"{{"options": "-c lock_timeout={patience} -c statement_timeout=60s"}}"#),
            _ => format!(
                r#"{{"init_command": "SET SESSION lock_wait_timeout={seconds}, innodb_lock_wait_timeout={seconds}, max_statement_time=60"}}"#
            ),
        };
        let mut command = Command::new(&self.place.python);
        self.environment(&mut command, project, &options);
        command.env("DJANGO_SETTINGS_MODULE", "settings").env("PYTHONPATH", &project.folder);
        command
    }

    fn environment(&self, command: &mut Command, project: &Project, options: &str) {
        let (engine, host, port, user) = match &self.place.server {
            Server::Postgres(server) => ("postgresql", server.host.clone(), server.port.clone(), server.user.as_str()),
            Server::Mariadb(server) => ("mysql", "127.0.0.1".to_owned(), server.port.to_string(), "root"),
        };
        command.current_dir(&project.folder).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("ROLLING_ENGINE", format!("django.db.backends.{engine}")).env("ROLLING_NAME", &self.name);
        command.env("ROLLING_HOST", host).env("ROLLING_PORT", port).env("ROLLING_USER", user);
        command.env("ROLLING_OPTIONS", options);
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // What cannot be dropped goes with the server.
        match &self.place.server {
            Server::Postgres(server) => {
                _ = server.query("postgres", &format!("DROP DATABASE \"{}\" WITH (FORCE)", self.name));
            }
            Server::Mariadb(server) => _ = server.query(&format!("DROP DATABASE `{}`", self.name)),
        }
    }
}
