//! The tables of the record and their statements. Times are the database's own, in UTC.

use std::time::Duration;

use limosa_sql::dialect::Dialect;

use super::{MigrationRun, NewRun, RunEnd};
use crate::connection::{Connection, literal};
use crate::error::DbError;
use crate::lease::table::Table as LeaseTable;
use crate::own_tables::{text_type, time_type};

/// The name of the table of runs.
const RUNS: &str = "limosa_run";

/// The name of the table of what they did with each migration.
const MIGRATIONS: &str = "limosa_run_migration";

/// The columns of a migration's row.
const COLUMNS: &str =
    "run_id, position, app, name, direction, outcome, statements, sql_hash, sql_text, started_at, finished_at";

/// The tables, with their schema.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    dialect: Dialect,
    pub(super) lease: LeaseTable,
    pub(super) runs: String,
    pub(super) migrations: String,
}

impl Tables {
    /// Returns those beside a table of leases.
    pub(super) fn new(lease: LeaseTable) -> Self {
        Self { dialect: lease.dialect, runs: lease.beside(RUNS), migrations: lease.beside(MIGRATIONS), lease }
    }

    /// Creates the tables unless they exist.
    pub(super) async fn create(&self, connection: &Connection) -> Result<(), DbError> {
        let (text, long, time) = ("text", text_type(self.dialect, "mediumtext"), time_type(self.dialect));
        // Whatever the database's own characters are.
        let end = if self.dialect == Dialect::MySql { " CHARACTER SET utf8mb4" } else { "" };
        let runs = format!(
            "CREATE TABLE IF NOT EXISTS {} (run_id varchar(32) NOT NULL PRIMARY KEY, history_table varchar(255) NOT NULL, \
             token bigint NOT NULL, took_over varchar(32), started_at {time} NOT NULL, finished_at {time}, command {text}, \
             version varchar(64) NOT NULL, user_name {text}, host {text}, pid bigint, plan_fingerprint varchar(64), \
             outcome varchar(32), error_code {text}, error {text}){end}",
            self.runs
        );
        let migrations = format!(
            "CREATE TABLE IF NOT EXISTS {} (run_id varchar(32) NOT NULL, position integer NOT NULL, app varchar(255) NOT NULL, \
             name varchar(255) NOT NULL, direction varchar(16) NOT NULL, outcome varchar(32) NOT NULL, \
             statements integer NOT NULL, sql_hash varchar(64) NOT NULL, sql_text {long}, started_at {time} NOT NULL, \
             finished_at {time} NOT NULL, PRIMARY KEY (run_id, position)){end}",
            self.migrations
        );
        connection.create_table(&runs).await?;
        connection.create_table(&migrations).await.map(drop)
    }

    /// Returns the query for the runs of the history, the last one last; times are shown by `shown`.
    pub(super) fn select_runs(&self, shown: impl Fn(&str) -> String) -> String {
        format!(
            "SELECT run_id, command, version, user_name, host, pid, plan_fingerprint, took_over, outcome, error_code, error, \
             {}, {} FROM {} WHERE history_table = {} ORDER BY started_at, token",
            shown("started_at"),
            shown("finished_at"),
            self.runs,
            self.text(&self.lease.history)
        )
    }

    /// Returns the statement that would write a migration's row, and writes none.
    pub(super) fn probe_migrations(&self) -> String {
        let nothing = vec!["NULL"; COLUMNS.split(", ").count()].join(", ");
        format!("INSERT INTO {} ({COLUMNS}) SELECT {nothing} FROM {} WHERE 1 = 0", self.migrations, self.lease.name)
    }

    /// Returns the statement that writes the row of a run; it changes one row, or none when the lease is another's now.
    pub(super) fn insert_run(&self, run_id: &str, token: i64, took_over: Option<&str>, run: &NewRun) -> String {
        let values = [
            ("run_id", self.text(run_id)),
            ("history_table", self.text(&self.lease.history)),
            ("token", token.to_string()),
            ("took_over", self.optional(took_over)),
            ("started_at", self.lease.now().to_owned()),
            ("command", self.optional(run.command.as_deref())),
            ("version", self.text(&run.version)),
            ("user_name", self.optional(run.user.as_deref())),
            ("host", self.text(&crate::lock::host())),
            ("pid", std::process::id().to_string()),
            ("plan_fingerprint", self.optional(run.plan_fingerprint.as_deref())),
        ];
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
        format!(
            "INSERT INTO {} ({}) SELECT {} FROM {} WHERE {}",
            self.runs,
            names.join(", "),
            values.join(", "),
            self.lease.name,
            self.lease.held(token, run_id)
        )
    }

    /// Returns the statement that notes how a run ended, as long as it holds the lease.
    pub(super) fn end_run(&self, run_id: &str, token: i64, end: &RunEnd) -> String {
        format!(
            "UPDATE {} SET finished_at = {}, outcome = {}, error_code = {}, error = {} WHERE run_id = {} \
             AND EXISTS (SELECT 1 FROM {} WHERE {})",
            self.runs,
            self.lease.now(),
            self.text(end.outcome.word()),
            self.optional(end.error_code.as_deref()),
            self.optional(end.error.as_deref()),
            self.text(run_id),
            self.lease.name,
            self.lease.held(token, run_id)
        )
    }

    /// Returns the statement that writes a migration's row; with a token only as long as it is that of the lease.
    pub(super) fn insert_migration(
        &self,
        run_id: &str,
        position: usize,
        migration: &MigrationRun<'_>,
        token: Option<i64>,
    ) -> String {
        let values = [
            self.text(run_id),
            position.to_string(),
            self.text(migration.app),
            self.text(migration.name),
            self.text(if migration.backwards { "backwards" } else { "forwards" }),
            self.text(migration.outcome),
            migration.text.statements().to_string(),
            self.text(&migration.text.hash()),
            self.optional(migration.text.text().as_deref()),
            self.began(migration.took, migration.one_transaction),
            self.lease.now().to_owned(),
        ];
        let (values, insert) = (values.join(", "), format!("INSERT INTO {} ({COLUMNS})", self.migrations));
        match token {
            None => format!("{insert} VALUES ({values})"),
            Some(token) => {
                format!("{insert} SELECT {values} FROM {} WHERE {}", self.lease.name, self.lease.held(token, run_id))
            }
        }
    }

    /// Returns when something began that took so long.
    fn began(&self, took: Duration, one_transaction: bool) -> String {
        match self.dialect {
            Dialect::Postgres if one_transaction => "transaction_timestamp()".to_owned(),
            _ => self.lease.at(-i128::try_from(took.as_millis()).unwrap_or(0)),
        }
    }

    fn optional(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "NULL".to_owned(), |text| self.text(text))
    }

    /// Writes a text so that it is read as it is whatever the session's settings are, Python's session among them.
    fn text(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Postgres if text.contains('\\') => {
                format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
            }
            Dialect::MySql if text.contains('\\') => format!("CONVERT(0x{} USING utf8mb4)", hex::encode(text)),
            dialect => literal(dialect, text),
        }
    }
}
