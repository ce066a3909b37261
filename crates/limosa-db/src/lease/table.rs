//! The table of leases and its statements. Times are the database's own, in UTC.

use std::time::Duration;

use limosa_sql::dialect::Dialect;

use crate::connection::{Connection, literal, quote};
use crate::error::{DbError, DbErrorKind};
use crate::lock::LockHolder;
use crate::own_tables::{age, shown_time, text_type, time_type};

/// The name of the table.
pub(super) const NAME: &str = "limosa_lease";

/// After how many lives a lease was over long ago.
const LONG: u8 = 20;

/// The table of leases, and the row of it that one history has.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) dialect: Dialect,
    /// The dialect whose literals the server reads: those of MySQL may be the standard's.
    texts: Dialect,
    /// The schema, quoted: a migration may change what names mean.
    schema: String,
    /// The table with its schema.
    pub(crate) name: String,
    /// The row's key: database, schema and history table. A copy of the database under another name is not bound by it.
    key: String,
    /// The history table.
    pub(crate) history: String,
    life: Duration,
}

/// The row as it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) token: i64,
    /// Who holds it; nobody when it is free.
    pub(crate) run_id: Option<String>,
    pub(crate) is_expired: bool,
    /// Whether it was over long ago.
    pub(super) is_long_expired: bool,
    /// Where the holder's connections are (MySQL).
    pub(super) server: String,
    /// The numbers of their ends; none when the holder does not know them.
    pub(super) backends: Vec<i64>,
    /// For how long it is held, in seconds.
    pub(super) age: i64,
    pub(super) holder: LockHolder,
}

impl Table {
    /// Finds out where the table belongs.
    pub(crate) async fn of(connection: &Connection, history_table: &str, life: Duration) -> Result<Self, DbError> {
        let dialect = connection.dialect();
        let (schema, place) = match dialect {
            Dialect::Postgres => {
                let rows = connection.query("SELECT current_schema(), current_database()", &[]).await?;
                // Where the search path leads nowhere, the history cannot be made either.
                let schema = rows.first().and_then(|row| row.get(0)).unwrap_or("public").to_owned();
                let database = rows.first().map_or("", |row| row.text(1)).to_owned();
                (quote(dialect, &schema), format!("{database}.{schema}."))
            }
            Dialect::MySql => {
                let rows = connection.query("SELECT DATABASE()", &[]).await?;
                let database = rows.first().map_or("", |row| row.text(0)).to_owned();
                (quote(dialect, &database), format!("{database}."))
            }
            Dialect::Sqlite => ("main".to_owned(), String::new()),
        };
        Ok(Self {
            dialect,
            texts: connection.literals(),
            name: format!("{schema}.{NAME}"),
            schema,
            key: format!("{place}{history_table}"),
            history: history_table.to_owned(),
            life,
        })
    }

    /// Returns the name of a table beside it.
    pub(crate) fn beside(&self, table: &str) -> String {
        format!("{}.{table}", self.schema)
    }

    /// Creates the table unless it exists.
    pub(super) async fn create(&self, connection: &Connection) -> Result<(), DbError> {
        let (text, time) = (text_type(self.dialect, "varchar(255)"), time_type(self.dialect));
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {} (name varchar(255) NOT NULL PRIMARY KEY, token bigint NOT NULL, run_id {text}, \
             host {text}, pid bigint, backend {text}, step {text}, acquired_at {time}, renewed_at {time}, expires_at {time})",
            self.name
        );
        connection.create_table(&sql).await.map(drop)
    }

    /// Returns the row; nothing when there is no table or no row.
    ///
    /// # Errors
    /// With [`DbErrorKind::Missing`] when there is no table.
    pub(crate) async fn read(&self, connection: &Connection) -> Result<Option<Entry>, DbError> {
        let (since, age) = (shown_time(self.dialect, "acquired_at"), age(self.dialect, "acquired_at"));
        let sql = format!(
            "SELECT token, run_id, expires_at < {}, backend, host, pid, step, {since}, {age}, expires_at < {} FROM {} WHERE name = {}",
            self.now(),
            self.at(-i128::from(LONG) * i128::try_from(self.life.as_millis()).unwrap_or(0)),
            self.name,
            self.literal(&self.key)
        );
        let rows = connection.query(&sql, &[]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let text = |index: usize| row.get(index).filter(|text| !text.is_empty()).map(str::to_owned);
        let run_id = text(1);
        let (server, backends) = row.text(3).rsplit_once('/').unwrap_or(("", row.text(3)));
        Ok(Some(Entry {
            token: row.int(0)?.unwrap_or_default(),
            is_expired: row.is_true(2),
            is_long_expired: row.is_true(9),
            server: server.to_owned(),
            backends: backends.split(',').filter_map(|number| number.parse().ok()).collect(),
            age: row.int(8)?.unwrap_or_default(),
            holder: LockHolder {
                application: run_id.as_ref().map(|run| format!("limosa/{run}")),
                host: text(4),
                pid: row.int(5)?,
                step: text(6),
                since: text(7).map(|time| format!("{time} UTC")),
                client: None,
            },
            run_id,
        }))
    }

    /// Returns whether a transaction has the row locked, where the database lets us ask without waiting (PostgreSQL).
    pub(super) async fn is_locked(&self, connection: &Connection) -> Result<bool, DbError> {
        if self.dialect != Dialect::Postgres {
            return Ok(false);
        }
        let key = self.literal(&self.key);
        let sql = format!("SELECT 1 FROM {} WHERE name = {key} FOR UPDATE SKIP LOCKED", self.name);
        Ok(connection.query(&sql, &[]).await?.is_empty())
    }

    /// Takes the row, if it still is as it was read; returns the new token.
    pub(super) async fn take(
        &self,
        connection: &Connection,
        found: Option<&Entry>,
        run_id: &str,
        backends: &str,
    ) -> Result<Option<i64>, DbError> {
        let token = found.map_or(0, |entry| entry.token) + 1;
        let values = [
            ("token", token.to_string()),
            ("run_id", self.literal(run_id)),
            ("host", self.literal(&crate::lock::host())),
            ("pid", std::process::id().to_string()),
            ("backend", self.literal(backends)),
            ("step", "NULL".to_owned()),
            ("acquired_at", self.now().to_owned()),
            ("renewed_at", self.now().to_owned()),
            ("expires_at", self.later()),
        ];
        let sql = match found {
            None => {
                let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
                let values: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
                format!(
                    "INSERT INTO {} (name, {}) VALUES ({}, {})",
                    self.name,
                    names.join(", "),
                    self.literal(&self.key),
                    values.join(", ")
                )
            }
            Some(entry) => {
                let values: Vec<String> = values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                let holder = match &entry.run_id {
                    Some(run) => format!("run_id = {}", self.literal(run)),
                    None => "run_id IS NULL".to_owned(),
                };
                format!(
                    "UPDATE {} SET {} WHERE name = {} AND token = {} AND {holder}",
                    self.name,
                    values.join(", "),
                    self.literal(&self.key),
                    entry.token
                )
            }
        };
        match connection.execute(&sql).await {
            Ok(changed) => Ok((changed == 1).then_some(token)),
            // Somebody else was quicker; on a cluster's other node, too.
            Err(error) if error.kind == DbErrorKind::Unique || error.is_retryable() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the statement that shows that the holder lives; it changes one row, or none when the lease is another's now.
    pub(super) fn renew(&self, token: i64, run_id: &str, step: Option<&str>) -> String {
        let step = step.map_or_else(String::new, |step| {
            let short: String = step.chars().take(200).collect();
            format!(", step = {}", self.literal(&short))
        });
        format!("UPDATE {} SET {}{step} WHERE {}", self.name, self.renewal(""), self.held(token, run_id))
    }

    /// Returns the columns that show that the holder lives, with what they become; a prefix names the table.
    pub(super) fn renewal(&self, prefix: &str) -> String {
        format!("{prefix}renewed_at = {}, {prefix}expires_at = {}", self.now(), self.later())
    }

    /// Returns the statement that notes the holder's connections.
    pub(super) fn note_backends(&self, token: i64, run_id: &str, backends: &[i64]) -> String {
        let list: Vec<String> = backends.iter().map(ToString::to_string).collect();
        let list = self.literal(&list.join(","));
        let backend = match self.dialect {
            Dialect::MySql => format!("concat({}, {list})", self.server()),
            Dialect::Postgres | Dialect::Sqlite => list,
        };
        format!("UPDATE {} SET backend = {backend} WHERE {}", self.name, self.held(token, run_id))
    }

    /// Returns the statement that lets go.
    pub(super) fn release(&self, token: i64, run_id: &str) -> String {
        format!(
            "UPDATE {} SET run_id = NULL, host = NULL, pid = NULL, backend = NULL, step = NULL, expires_at = NULL WHERE {}",
            self.name,
            self.held(token, run_id)
        )
    }

    /// Returns how MySQL writes which server it is, before a list of its connections.
    pub(super) fn server(&self) -> &'static str {
        "concat(@@hostname, ':', @@port, '/')"
    }

    /// Returns the condition that the row is that of the holder.
    pub(crate) fn held(&self, token: i64, run_id: &str) -> String {
        self.held_as("", token, run_id)
    }

    /// Returns the condition that the row is that of the holder; a prefix names the table.
    pub(super) fn held_as(&self, prefix: &str, token: i64, run_id: &str) -> String {
        let (key, run) = (self.literal(&self.key), self.literal(run_id));
        format!("{prefix}name = {key} AND {prefix}token = {token} AND {prefix}run_id = {run}")
    }

    /// Returns the time now.
    pub(crate) fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Postgres => "clock_timestamp()",
            Dialect::Sqlite => "strftime('%Y-%m-%d %H:%M:%f', 'now')",
            Dialect::MySql => "UTC_TIMESTAMP(6)",
        }
    }

    fn later(&self) -> String {
        self.at(i128::try_from(self.life.as_millis()).unwrap_or(0))
    }

    /// Returns the time so many milliseconds from now.
    pub(crate) fn at(&self, millis: i128) -> String {
        match self.dialect {
            Dialect::Postgres => format!("clock_timestamp() + interval '{millis} milliseconds'"),
            Dialect::Sqlite => {
                let (sign, millis) = (if millis < 0 { '-' } else { '+' }, millis.unsigned_abs());
                format!("strftime('%Y-%m-%d %H:%M:%f', 'now', '{sign}{}.{:03} seconds')", millis / 1000, millis % 1000)
            }
            Dialect::MySql => format!("UTC_TIMESTAMP(6) + INTERVAL {millis}000 MICROSECOND"),
        }
    }

    /// Writes a text as a literal of SQL.
    pub(crate) fn literal(&self, text: &str) -> String {
        literal(self.texts, text)
    }
}
