//! How to connect.

use std::time::Duration;

use crate::url::LibpqEnvironment;

/// How to connect; [`Default`] is what tests want.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// Names the run: the server shows the connection as `limosa/<run id>`.
    pub run_id: Option<String>,
    /// What is taken from libpq's environment; by default nothing.
    pub environment: LibpqEnvironment,
    /// How long to wait for the connection when the URL does not say it.
    pub connect_timeout: Duration,
    /// The session's time zone; Django's is UTC when `USE_TZ` is set.
    pub time_zone: Option<String>,
    /// The role to become after connecting (Django's `assume_role`).
    pub role: Option<String>,
    /// How long a statement waits for a lock: PostgreSQL's `lock_timeout`, SQLite's busy timeout (5 seconds by default there).
    pub lock_timeout: Option<Duration>,
    /// How long a transaction may be idle before the server ends it (PostgreSQL).
    pub idle_in_transaction_timeout: Option<Duration>,
    /// Whether an SQLite file that does not exist is created.
    pub create: bool,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            run_id: None,
            environment: LibpqEnvironment::default(),
            connect_timeout: Duration::from_secs(30),
            time_zone: Some("UTC".to_owned()),
            role: None,
            lock_timeout: None,
            idle_in_transaction_timeout: None,
            create: true,
        }
    }
}
