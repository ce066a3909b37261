//! Opening connections to MySQL and MariaDB, and what Django sets for a session.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use limosa_sql::dialect::Dialect;
use limosa_sql::split;
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
use tokio::sync::mpsc;

use super::super::{ConnectOptions, literal};
use super::tls::{self, Mode};
use super::{Cancel, MysqlConnection, Server, State, worker};
use crate::error::{DbError, DbErrorKind};
use crate::url::{DatabaseUrl, Host};

/// How long a session may wait for its next statement: longer than any Python code that runs meanwhile over another one.
const IDLE_SECONDS: u32 = 604_800;

impl MysqlConnection {
    /// Connects and prepares the session.
    pub(crate) async fn open(url: &DatabaseUrl, options: &ConnectOptions) -> Result<Self, DbError> {
        let url = url.clone().with_mysql_defaults(&options.environment);
        let url = url.map_err(|error| DbError::new(DbErrorKind::Other, error.to_string()))?;
        let mode = Mode::of(&url);
        let mut failure = None;
        for host in url.hosts() {
            match connect(&url, host, mode, options).await {
                Ok((conn, opts)) => return Self::start(conn, opts, &url, options).await,
                Err(error) => failure = Some(place(error, host, &url)),
            }
        }
        Err(failure.unwrap_or_else(|| DbError::new(DbErrorKind::Unreachable, "no way to connect")))
    }

    /// Prepares the session and starts the task that serves it.
    async fn start(mut conn: Conn, opts: Opts, url: &DatabaseUrl, options: &ConnectOptions) -> Result<Self, DbError> {
        let state = Arc::new(State::default());
        // The first thing that mysqlclient does, whatever it is.
        for statement in url.option("init_command").map_or_else(Vec::new, |text| split::split(text, Dialect::MySql)) {
            worker::statement(&mut conn, &state, statement.text, &[]).await?;
        }
        worker::statement(&mut conn, &state, &names(url), &[]).await?;
        if let Some(mode) = url.option("sql_mode").filter(|mode| !mode.is_empty()) {
            let sql = format!("SET SESSION sql_mode = {}", quoted(mode));
            worker::statement(&mut conn, &state, &sql, &[]).await?;
        }
        let answer = worker::statement(&mut conn, &state, Server::QUERY, &[]).await?;
        let server = Server::read(&answer.rows)?;
        for sql in settings(url, options, &server) {
            worker::statement(&mut conn, &state, &sql, &[]).await?;
        }
        // Setting up is no transaction.
        state.in_transaction.store(false, Ordering::Release);
        let cancel = Cancel { opts, session: server.session };
        let (tasks, queue) = mpsc::unbounded_channel();
        let driver = tokio::spawn(worker::run(conn, Arc::clone(&state), queue));
        Ok(Self { tasks, state, server, cancel, driver })
    }
}

/// Connects to one host, without TLS when that is only preferred and cannot be had.
async fn connect(
    url: &DatabaseUrl,
    host: &Host,
    mode: Mode,
    options: &ConnectOptions,
) -> Result<(Conn, Opts), DbError> {
    // TLS does not exist over a socket file.
    let mode = if host.is_socket() { Mode::Disabled } else { mode };
    let wanted = opts(url, host, tls::options(url, mode)?, options);
    let failure = match dial(&wanted, url, options).await? {
        Ok(conn) => return Ok((conn, wanted)),
        Err(failure) => failure,
    };
    let name = tls::name_of_certificate(&failure).filter(|_| mode == Mode::VerifyCa);
    let error = failed(failure);
    let second = match name {
        Some(name) => tls::options(url, mode)?.map(|options| options.with_danger_tls_hostname_override(Some(name))),
        None if mode == Mode::Preferred && error.kind == DbErrorKind::Tls => None,
        None => return Err(error),
    };
    let second = opts(url, host, second, options);
    Ok((dial(&second, url, options).await?.map_err(failed)?, second))
}

/// Connects within the time that is given.
async fn dial(
    opts: &Opts,
    url: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<Result<Conn, mysql_async::Error>, DbError> {
    let seconds = url.option("connect_timeout").and_then(|text| text.parse().ok()).filter(|seconds| *seconds > 0);
    let limit = seconds.map_or(options.connect_timeout, Duration::from_secs);
    let silent = |_| DbError::new(DbErrorKind::Unreachable, "timeout while connecting to the server");
    tokio::time::timeout(limit, Conn::new(opts.clone())).await.map_err(silent)
}

fn failed(error: mysql_async::Error) -> DbError {
    let mut error = DbError::from(error);
    if error.kind == DbErrorKind::ConnectionLost {
        error.kind = DbErrorKind::Unreachable;
    }
    error
}

/// Translates the URL for the driver.
fn opts(url: &DatabaseUrl, host: &Host, tls: Option<SslOpts>, options: &ConnectOptions) -> Opts {
    let program = options.run_id.as_ref().map_or_else(|| "limosa".to_owned(), |run| format!("limosa/{run}"));
    let builder = OptsBuilder::default()
        .user(url.user())
        .pass(url.password())
        .db_name(url.database())
        // The driver would change to a socket that the server names.
        .prefer_socket(false)
        // Django counts the rows that an update found, not those that it changed.
        .client_found_rows(true)
        .stmt_cache_size(0)
        .tcp_keepalive(Some(Duration::from_secs(30)))
        .connect_attribute("program_name", program)
        .ssl_opts(tls);
    if host.is_socket() {
        builder.socket(Some(host.name.clone())).into()
    } else {
        builder.ip_or_hostname(host.name.clone()).tcp_port(host.port.unwrap_or(3306)).into()
    }
}

/// Returns the statement that sets the character set, Django's unless another one is asked for.
fn names(url: &DatabaseUrl) -> String {
    let charset = url.option("charset").filter(|charset| !charset.is_empty()).unwrap_or("utf8mb4");
    match url.option("collation").filter(|collation| !collation.is_empty()) {
        Some(collation) => format!("SET NAMES {} COLLATE {}", quoted(charset), quoted(collation)),
        None => format!("SET NAMES {}", quoted(charset)),
    }
}

/// Returns what mysqlclient and Django set, and what a run needs.
///
/// Source: Django `db/backends/mysql/base.py`, `DatabaseWrapper.init_connection_state`.
fn settings(url: &DatabaseUrl, options: &ConnectOptions, server: &Server) -> Vec<String> {
    let mut variables = vec!["autocommit = 1".to_owned(), format!("wait_timeout = {IDLE_SECONDS}")];
    if server.auto_is_null {
        variables.push("sql_auto_is_null = 0".to_owned());
    }
    if let Some(zone) = url.option("time_zone") {
        variables.push(format!("time_zone = {}", quoted(zone)));
    }
    if let Some(timeout) = options.lock_timeout {
        let seconds = timeout.as_millis().div_ceil(1000).max(1);
        variables.push(format!("lock_wait_timeout = {seconds}"));
        variables.push(format!("innodb_lock_wait_timeout = {seconds}"));
    }
    let variables: Vec<String> = variables.iter().map(|variable| format!("SESSION {variable}")).collect();
    let mut settings = vec![format!("SET {}", variables.join(", "))];
    // Django's own default; nothing is set where the settings say `None`.
    let level = url.option("isolation_level").unwrap_or("read committed").to_uppercase();
    if !level.is_empty() {
        settings.push(format!("SET SESSION TRANSACTION ISOLATION LEVEL {level}"));
    }
    settings
}

fn quoted(text: &str) -> String {
    literal(Dialect::MySql, text)
}

/// Adds to the error where the connection was to go.
fn place(mut error: DbError, host: &Host, url: &DatabaseUrl) -> DbError {
    let user = url.user().unwrap_or_default();
    let database = url.database().unwrap_or_default();
    error.detail = Some(format!("host {host}, user {user:?}, database {database:?}"));
    error
}
