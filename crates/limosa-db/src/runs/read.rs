//! Reading the record.

use std::collections::HashMap;
use std::time::Duration;

use jiff::civil::DateTime;
use limosa_sql::dialect::Dialect;

use super::table::Tables;
use crate::connection::{Connection, Row};
use crate::error::{DbError, DbErrorKind};
use crate::lease::Lease;
use crate::lease::table::{Entry, Table as LeaseTable};
use crate::lock::FileLock;

/// Which runs are read.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// The apps, each with the beginning of a migration's name; all when there is none.
    pub migrations: Vec<(String, Option<String>)>,
    /// How many of the last ones.
    pub limit: Option<usize>,
    /// Whether the statements are read.
    pub sql: bool,
}

/// A run as it stands in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// Its name.
    pub run_id: String,
    /// What was asked for.
    pub command: Option<String>,
    /// The version of the program.
    pub version: String,
    /// Who asked for it.
    pub user: Option<String>,
    /// The host that it ran on.
    pub host: Option<String>,
    /// The process.
    pub pid: Option<i64>,
    /// What was about to be done.
    pub plan_fingerprint: Option<String>,
    /// The run that had not let go of the lease when this one took it.
    pub took_over: Option<String>,
    /// How it ended.
    pub state: RunState,
    /// What the database called the error.
    pub error_code: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// When.
    pub time: RunTime,
    /// What it did, in order.
    pub migrations: Vec<StoredMigration>,
}

/// What a run did with a migration.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredMigration {
    /// The label of the app; empty for work that belongs to no migration.
    pub app: String,
    /// The name.
    pub name: String,
    /// Whether it was unapplied.
    pub backwards: bool,
    /// How it ended.
    pub outcome: String,
    /// How many statements were executed.
    pub statements: i64,
    /// Their hash.
    pub sql_hash: String,
    /// Their text, when it was asked for and is kept.
    pub sql: Option<String>,
    /// When.
    pub time: RunTime,
}

/// When something began and ended, in UTC by the database's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunTime {
    /// When it began, such as `2026-05-01 12:00:00.123`.
    pub started_at: String,
    /// When it ended; nothing when that is not known.
    pub finished_at: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// As it said: `applied`, `failed` or `interrupted`.
    Ended(String),
    /// It gave no sign of life, and the run of this name went on with its work.
    TakenOver(String),
    /// It is gone and nobody knows more.
    Died,
    /// It is at work.
    Running,
}

impl RunTime {
    /// Returns how long it took, when that is known.
    pub fn took(&self) -> Option<Duration> {
        let (from, to) = (parse(&self.started_at)?, parse(self.finished_at.as_deref()?)?);
        Duration::try_from(from.duration_until(to)).ok()
    }
}

impl RunState {
    /// Returns the word for it.
    pub fn word(&self) -> &str {
        match self {
            Self::Ended(word) => word,
            Self::TakenOver(_) => "taken over",
            Self::Died => "died",
            Self::Running => "running",
        }
    }
}

impl super::RunLog {
    /// Reads the runs of a history, the last one last; `None` when no record was ever kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read(
        connection: &Connection,
        history_table: &str,
        filter: &RunFilter,
    ) -> Result<Option<Vec<StoredRun>>, DbError> {
        let lease = LeaseTable::of(connection, history_table, Duration::ZERO).await?;
        let tables = Tables::new(lease);
        let rows = match connection.query(&tables.select_runs(|column| shown(connection.dialect(), column)), &[]).await
        {
            Err(error) if error.kind == DbErrorKind::Missing => return Ok(None),
            rows => rows?,
        };
        let holder = match tables.lease.read(connection).await {
            Err(error) if error.kind == DbErrorKind::Missing => None,
            holder => holder?,
        };
        let successors: HashMap<&str, &str> =
            rows.iter().filter_map(|row| Some((row.get(TOOK_OVER)?, row.get(0)?))).collect();
        let is_alive = |run: &str| holder.as_ref().is_some_and(|entry| is_alive(connection, entry, run));
        let mut runs: Vec<StoredRun> = Vec::with_capacity(rows.len());
        for row in &rows {
            runs.push(run(row, &successors, &is_alive)?);
        }
        let mut done = migrations(connection, &tables, filter).await?;
        for run in &mut runs {
            run.migrations = done.remove(&run.run_id).unwrap_or_default();
        }
        if !filter.migrations.is_empty() {
            runs.retain(|run| !run.migrations.is_empty());
        }
        if let Some(limit) = filter.limit {
            runs.drain(..runs.len().saturating_sub(limit));
        }
        Ok(Some(runs))
    }
}

/// Where the run that was taken over stands in a row.
const TOOK_OVER: usize = 7;

fn run(row: &Row, successors: &HashMap<&str, &str>, is_alive: &impl Fn(&str) -> bool) -> Result<StoredRun, DbError> {
    let text = |index: usize| row.get(index).filter(|text| !text.is_empty()).map(str::to_owned);
    let run_id = row.text(0).to_owned();
    let state = match (text(8), successors.get(run_id.as_str())) {
        (Some(word), _) => RunState::Ended(word),
        (None, Some(successor)) => RunState::TakenOver((*successor).to_owned()),
        (None, None) if is_alive(&run_id) => RunState::Running,
        (None, None) => RunState::Died,
    };
    Ok(StoredRun {
        run_id,
        command: text(1),
        version: row.text(2).to_owned(),
        user: text(3),
        host: text(4),
        pid: row.int(5)?,
        plan_fingerprint: text(6),
        took_over: text(TOOK_OVER),
        state,
        error_code: text(9),
        error: text(10),
        time: RunTime { started_at: row.text(11).to_owned(), finished_at: text(12) },
        migrations: Vec::new(),
    })
}

/// Reads what was done, by run.
async fn migrations(
    connection: &Connection,
    tables: &Tables,
    filter: &RunFilter,
) -> Result<HashMap<String, Vec<StoredMigration>>, DbError> {
    let dialect = connection.dialect();
    let sql = format!(
        "SELECT run_id, app, name, direction, outcome, statements, sql_hash, {}, {}, {} FROM {} ORDER BY run_id, position",
        shown(dialect, "started_at"),
        shown(dialect, "finished_at"),
        if filter.sql { "sql_text" } else { "NULL" },
        tables.migrations
    );
    let mut found: HashMap<String, Vec<StoredMigration>> = HashMap::new();
    for row in connection.query(&sql, &[]).await? {
        let text = |index: usize| row.text(index).to_owned();
        let wanted = |(app, name): &(String, Option<String>)| {
            row.text(1) == app && name.as_ref().is_none_or(|name| row.text(2).starts_with(name.as_str()))
        };
        if !filter.migrations.is_empty() && !filter.migrations.iter().any(wanted) {
            continue;
        }
        found.entry(text(0)).or_default().push(StoredMigration {
            app: text(1),
            name: text(2),
            backwards: row.text(3) == "backwards",
            outcome: text(4),
            statements: row.int(5)?.unwrap_or_default(),
            sql_hash: text(6),
            sql: row.get(9).map(str::to_owned),
            time: RunTime { started_at: text(7), finished_at: row.get(8).map(str::to_owned) },
        });
    }
    Ok(found)
}

/// Returns whether the run that a lease names shows life.
fn is_alive(connection: &Connection, entry: &Entry, run: &str) -> bool {
    if entry.run_id.as_deref() != Some(run) {
        return false;
    }
    match connection.path() {
        // On SQLite it does so in the lock's file.
        Some(path) => FileLock::look(path).is_some_and(|held| !held.is_expired(Lease::LIFE)),
        None => !entry.is_expired,
    }
}

/// Returns the expression that shows a time in UTC.
fn shown(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"),
        Dialect::Sqlite => column.to_owned(),
        Dialect::MySql => format!("date_format({column}, '%Y-%m-%d %H:%i:%s.%f')"),
    }
}

fn parse(text: &str) -> Option<DateTime> {
    text.parse().ok()
}
