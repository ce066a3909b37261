//! Opening connections to PostgreSQL.

use std::future::poll_fn;
use std::sync::atomic::AtomicU8;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use limosa_sql::dialect::Dialect;
use tokio_postgres::config::{ChannelBinding, SslMode, TargetSessionAttrs};
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::{ConnectOptions, literal, quote, tls};
use super::{Cancel, IDLE, PostgresConnection, keep, key};
use crate::error::{DbError, DbErrorKind};
use crate::url::{DatabaseUrl, Host};

/// The oldest version whose server can watch for a client that is gone.
const CLIENT_CHECK_VERSION: u32 = 140_000;

impl PostgresConnection {
    /// Connects and prepares the session.
    pub(crate) async fn open(url: &DatabaseUrl, options: &ConnectOptions) -> Result<Self, DbError> {
        let url = url.clone().with_libpq_defaults(&options.environment);
        let url = url.map_err(|error| DbError::new(DbErrorKind::Other, error.to_string()))?;
        let tls = tls::connector(&url)?;
        let config = config(&url, options)?;
        let mut failure = None;
        let modes = ssl_modes(&url);
        for mode in modes {
            let mut config = config.clone();
            config.ssl_mode(*mode);
            match connect(&config, &tls).await {
                Ok(connection) => {
                    connection.prepare(&url, options).await?;
                    return Ok(connection);
                }
                Err(error) => {
                    let last = matches!(error.kind, DbErrorKind::NoDatabase | DbErrorKind::Unreachable);
                    let last = last || is_password(&error);
                    // The first way is the one that was wished for, unless the second came as far as the password.
                    if last || failure.is_none() {
                        failure = Some(error);
                    }
                    if last {
                        break;
                    }
                }
            }
        }
        let error = failure.unwrap_or_else(|| DbError::new(DbErrorKind::Unreachable, "no way to connect"));
        Err(place(error, &url))
    }

    /// Sets what the session needs.
    async fn prepare(&self, url: &DatabaseUrl, options: &ConnectOptions) -> Result<(), DbError> {
        let mut settings = Vec::new();
        if let Some(zone) = &options.time_zone {
            settings.push(format!("SET TIME ZONE {}", literal(Dialect::Postgres, zone)));
        }
        if let Some(timeout) = options.lock_timeout {
            settings.push(format!("SET lock_timeout = {}", timeout.as_millis()));
        }
        if let Some(timeout) = options.idle_in_transaction_timeout.filter(|_| !self.is_pooled) {
            settings.push(format!("SET idle_in_transaction_session_timeout = {}", timeout.as_millis()));
        }
        if let Some(role) = options.role.as_deref().or_else(|| url.option("assume_role")) {
            settings.push(format!("SET ROLE {}", quote(Dialect::Postgres, role)));
        }
        self.query_all(&settings).await?;
        // Behind a pooler it would stay set for others.
        if self.server_version >= CLIENT_CHECK_VERSION && !self.is_pooled {
            // A server on a platform that cannot do it refuses; the connection is good all the same.
            _ = self.execute("SET client_connection_check_interval = 1000").await;
        }
        Ok(())
    }
}

async fn connect(config: &Config, tls: &MakeRustlsConnect) -> Result<PostgresConnection, DbError> {
    // The driver limits the wait for the socket only; a server that accepts and says nothing must not hold us either.
    let limit = config.get_connect_timeout().copied().unwrap_or(Duration::MAX);
    let connected = tokio::time::timeout(limit, config.connect(tls.clone())).await;
    let silent = |_| DbError::new(DbErrorKind::Unreachable, "timeout while connecting to the server");
    let (client, mut connection) = connected.map_err(silent)??;
    let server_version = connection.parameter("server_version").map_or(0, version_number);
    let notices = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&notices);
    let driver = tokio::spawn(async move {
        // An error ends the connection; the statement that waits gets it from the client's side.
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message {
                keep(&sink, &notice);
            }
        }
    });
    let cancel = Cancel { token: client.cancel_token(), tls: tls.clone() };
    let backend_id = backend_id(&client).await?;
    let is_pooled = key::named_process(&client.cancel_token()).await.is_some_and(|named| named != backend_id);
    let transaction = AtomicU8::new(IDLE);
    let client = Arc::new(client);
    Ok(PostgresConnection { client, driver, cancel, notices, server_version, backend_id, is_pooled, transaction })
}

async fn backend_id(client: &Client) -> Result<i32, DbError> {
    let messages = client.simple_query("SELECT pg_backend_pid()").await?;
    let row = super::values::simple_rows(&messages).into_iter().next();
    Ok(row.and_then(|row| row.get(0)?.parse().ok()).unwrap_or(0))
}

/// Translates the URL for the driver.
fn config(url: &DatabaseUrl, options: &ConnectOptions) -> Result<Config, DbError> {
    let mut config = Config::new();
    for host in url.hosts() {
        if host.is_socket() {
            config.host_path(&host.name);
        } else {
            config.host(&host.name);
        }
        config.port(host.port.unwrap_or(5432));
    }
    if let Some(address) = url.option("hostaddr") {
        for address in address.split(',') {
            let wrong = |_| DbError::new(DbErrorKind::Unreachable, format!("hostaddr {address:?} is not an address"));
            config.hostaddr(address.parse().map_err(wrong)?);
        }
    }
    if let Some(user) = url.user() {
        config.user(user);
    }
    if let Some(password) = url.password() {
        config.password(password);
    }
    if let Some(database) = url.database() {
        config.dbname(database);
    }
    if let Some(text) = url.option("options") {
        config.options(text);
    }
    let own_name = options.run_id.as_ref().map(|run| format!("limosa/{run}"));
    let name = own_name.as_deref().or_else(|| url.option("application_name")).unwrap_or("limosa");
    config.application_name(name);
    let seconds = url.option("connect_timeout").and_then(|text| text.parse().ok()).filter(|seconds| *seconds > 0);
    config.connect_timeout(seconds.map_or(options.connect_timeout, Duration::from_secs));
    config.keepalives(url.option("keepalives") != Some("0"));
    config.keepalives_idle(Duration::from_secs(number(url, "keepalives_idle").unwrap_or(30)));
    config.keepalives_interval(Duration::from_secs(number(url, "keepalives_interval").unwrap_or(10)));
    config.keepalives_retries(number(url, "keepalives_count").unwrap_or(3).try_into().unwrap_or(3));
    if url.option("target_session_attrs") == Some("read-write") {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    match url.option("channel_binding") {
        Some("require") => _ = config.channel_binding(ChannelBinding::Require),
        Some("disable") => _ = config.channel_binding(ChannelBinding::Disable),
        _ => {}
    }
    Ok(config)
}

fn number(url: &DatabaseUrl, option: &str) -> Option<u64> {
    url.option(option)?.parse().ok()
}

/// Returns what is tried in turn; TLS does not exist over a socket file.
fn ssl_modes(url: &DatabaseUrl) -> &'static [SslMode] {
    if url.hosts().iter().all(Host::is_socket) {
        return &[SslMode::Disable];
    }
    match url.option("sslmode") {
        Some("disable") => &[SslMode::Disable],
        Some("allow") => &[SslMode::Disable, SslMode::Require],
        Some("require" | "verify-ca" | "verify-full") => &[SslMode::Require],
        _ if url.option("sslrootcert") == Some("system") => &[SslMode::Require],
        _ => &[SslMode::Prefer, SslMode::Disable],
    }
}

/// Returns whether the password is what was refused, which another mode does not change.
fn is_password(error: &DbError) -> bool {
    error.code.as_deref() == Some("28P01") || (error.kind == DbErrorKind::Auth && error.code.is_none())
}

/// Adds to the error where the connection was to go.
fn place(mut error: DbError, url: &DatabaseUrl) -> DbError {
    if error.kind == DbErrorKind::Other && error.code.is_none() {
        error.kind = DbErrorKind::Unreachable;
    }
    let hosts = url.hosts().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let user = url.user().unwrap_or_default();
    let database = url.database().unwrap_or_default();
    let place = format!("host {hosts}, user {user:?}, database {database:?}");
    error.detail = Some(match error.detail.take() {
        Some(detail) => format!("{detail} ({place})"),
        None => place,
    });
    error
}

/// Reads `15.4 (Debian 15.4-1)` or `16beta1` as the number that `server_version_num` has.
fn version_number(text: &str) -> u32 {
    let number =
        |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u32>().unwrap_or(0);
    let mut parts = text.split('.');
    let major = parts.next().map_or(0, number);
    let minor = parts.next().map_or(0, number);
    if major >= 10 { major * 10_000 + minor } else { major * 10_000 + minor * 100 + parts.next().map_or(0, number) }
}
