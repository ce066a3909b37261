//! The table of the journal and its statements. Times are the database's own, in UTC.

use super::{JournalKey, JournalStep, StepState};
use crate::connection::Connection;
use crate::error::{DbError, DbErrorKind};
use crate::lease::table::Table as LeaseTable;
use crate::lease::{Fence, Guard, Lease};
use crate::own_tables::{shown_time, text_type, time_type};

/// The name of the table.
const NAME: &str = "limosa_step";

/// The columns that are written when a step is added.
const COLUMNS: [&str; 14] = [
    "history",
    "app",
    "name",
    "direction",
    "position",
    "operation",
    "description",
    "fingerprint",
    "statement",
    "state",
    "before_it",
    "waiting",
    "run_id",
    "started_at",
];

/// The table of the journal, as far as it belongs to one history.
#[derive(Clone, Debug)]
pub struct Journal {
    /// The table with its schema.
    table: String,
    /// The table of leases, beside which it stands.
    lease: LeaseTable,
}

impl Journal {
    /// Finds out where the table belongs.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn of(connection: &Connection, history_table: &str) -> Result<Self, DbError> {
        let lease = LeaseTable::of(connection, history_table, Lease::LIFE).await?;
        Ok(Self { table: lease.beside(NAME), lease })
    }

    /// Creates the table unless it exists; outside a transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn create(&self, connection: &Connection) -> Result<(), DbError> {
        let (text, time) = (text_type(self.lease.dialect, "longtext"), time_type(self.lease.dialect));
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {} (history varchar(64) NOT NULL, app varchar(255) NOT NULL, name varchar(255) NOT NULL, \
             direction varchar(9) NOT NULL, position bigint NOT NULL, operation varchar(64) NOT NULL, description {text} NOT NULL, \
             fingerprint varchar(100) NOT NULL, statement {text}, state varchar(9) NOT NULL, before_it {text}, waiting {text}, \
             run_id varchar(32) NOT NULL, started_at {time}, finished_at {time}, error {text}, \
             PRIMARY KEY (history, app, name, direction, position))",
            self.table
        );
        connection.create_table(&sql).await.map(drop)
    }

    /// Returns the half-applied migrations with how many of their steps are done; none when there is no table.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn half_applied(&self, connection: &Connection) -> Result<Vec<(JournalKey, usize)>, DbError> {
        let sql = format!(
            "SELECT app, name, direction, count(CASE WHEN state = 'finished' THEN 1 END) FROM {} WHERE history = {} \
             GROUP BY app, name, direction ORDER BY app, name, direction",
            self.table,
            self.literal(&self.lease.history)
        );
        let rows = match connection.query(&sql, &[]).await {
            Err(error) if error.kind == DbErrorKind::Missing => return Ok(Vec::new()),
            rows => rows?,
        };
        let read = |row: &crate::connection::Row| {
            let (app, name) = (row.text(0).to_owned(), row.text(1).to_owned());
            let done = usize::try_from(row.int(3)?.unwrap_or_default()).unwrap_or_default();
            Ok((JournalKey { app, name, backwards: row.text(2) == direction(true) }, done))
        };
        rows.iter().map(read).collect()
    }

    /// Returns the steps of a migration in order; none when there is no table.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn read(&self, connection: &Connection, key: &JournalKey) -> Result<Vec<JournalStep>, DbError> {
        let started = shown_time(self.lease.dialect, "started_at");
        let sql = format!(
            "SELECT position, operation, description, fingerprint, statement, state, before_it, waiting, run_id, {started}, error \
             FROM {} WHERE {} ORDER BY position",
            self.table,
            self.is(key)
        );
        let rows = match connection.query(&sql, &[]).await {
            Err(error) if error.kind == DbErrorKind::Missing => return Ok(Vec::new()),
            rows => rows?,
        };
        let read = |row: &crate::connection::Row| {
            Ok(JournalStep {
                position: row.int(0)?.unwrap_or_default(),
                operation: row.text(1).to_owned(),
                description: row.text(2).to_owned(),
                fingerprint: row.text(3).to_owned(),
                statement: row.get(4).map(str::to_owned),
                state: StepState::parse(row.text(5)),
                before: row.get(6).map(str::to_owned),
                waiting: row.get(7).map(str::to_owned),
                run_id: row.text(8).to_owned(),
                started_at: row.get(9).map(|time| format!("{time} UTC")),
                error: row.get(10).map(str::to_owned),
            })
        };
        rows.iter().map(read).collect()
    }

    /// Returns the statement that adds steps; with a fence that can be part of it, it adds none when the lease is another's.
    pub fn insert(&self, key: &JournalKey, steps: &[JournalStep], fence: Option<&Fence>) -> String {
        let rows = steps.iter().map(|step| self.row(key, step));
        let rows = match fence.and_then(Fence::guard) {
            None => format!("VALUES ({})", rows.map(|row| row.join(", ")).collect::<Vec<_>>().join("), (")),
            Some(Guard { table, condition, .. }) => {
                // Columns without a name of their own would be called by their values.
                let named = |row: [String; COLUMNS.len()]| {
                    let columns = row.iter().zip(COLUMNS).map(|(value, column)| format!("{value} AS {column}"));
                    format!("SELECT {}", columns.collect::<Vec<_>>().join(", "))
                };
                let steps = rows.map(named).collect::<Vec<_>>().join(" UNION ALL ");
                format!("SELECT step.* FROM ({steps}) AS step, {table} AS lease WHERE {condition} FOR UPDATE")
            }
        };
        format!("INSERT INTO {} ({}) {rows}", self.table, COLUMNS.join(", "))
    }

    /// Returns the values of a step.
    fn row(&self, key: &JournalKey, step: &JournalStep) -> [String; COLUMNS.len()] {
        let optional = |text: Option<&String>| text.map_or_else(|| "NULL".to_owned(), |text| self.literal(text));
        [
            self.literal(&self.lease.history),
            self.literal(&key.app),
            self.literal(&key.name),
            self.literal(direction(key.backwards)),
            step.position.to_string(),
            self.literal(&step.operation),
            self.literal(&step.description),
            self.literal(&step.fingerprint),
            optional(step.statement.as_ref()),
            self.literal(step.state.as_str()),
            optional(step.before.as_ref()),
            optional(step.waiting.as_ref()),
            self.literal(&step.run_id),
            if step.state == StepState::Pending { "NULL".to_owned() } else { self.lease.now().to_owned() },
        ]
    }

    /// Returns the statement that says how far a step came; `before` is noted when it starts.
    ///
    /// With a fence that can be part of it, it changes nothing when the lease is another's.
    pub fn update(
        &self,
        key: &JournalKey,
        position: i64,
        state: StepState,
        before: Option<&str>,
        run_id: &str,
        fence: Option<&Fence>,
    ) -> String {
        let guard = fence.and_then(Fence::guard);
        let step = if guard.is_some() { "step." } else { "" };
        let more = match state {
            StepState::Finished => format!(", {step}finished_at = {}", self.lease.now()),
            StepState::Pending => String::new(),
            StepState::Started | StepState::Entered => {
                let before = before.map_or_else(|| "NULL".to_owned(), |before| self.literal(before));
                format!(", {step}started_at = {}, {step}before_it = {before}", self.lease.now())
            }
        };
        let (state, run) = (self.literal(state.as_str()), self.literal(run_id));
        let set = format!("{step}state = {state}, {step}run_id = {run}, {step}error = NULL{more}");
        let condition = format!("{} AND {step}position = {position}", self.is_as(step, key));
        match guard {
            None => format!("UPDATE {} SET {set} WHERE {condition}", self.table),
            Some(Guard { table, condition: held, renewal }) => format!(
                "UPDATE {} AS step, {table} AS lease SET {set}, {renewal} WHERE {condition} AND {held}",
                self.table
            ),
        }
    }

    /// Returns the statement that says that a step is done, with a place (`%s`) for what waits then; other percent signs are doubled.
    pub fn finish_with_waiting(&self, key: &JournalKey, position: i64) -> String {
        let [state, condition] =
            [self.literal(StepState::Finished.as_str()), self.is(key)].map(|sql| sql.replace('%', "%%"));
        format!(
            "UPDATE {} SET state = {state}, error = NULL, finished_at = {}, waiting = %s WHERE {condition} AND position = {position}",
            self.table.replace('%', "%%"),
            self.lease.now().replace('%', "%%"),
        )
    }

    /// Returns the statement that says that all steps before a position are done.
    pub fn finish_before(&self, key: &JournalKey, position: i64) -> String {
        format!(
            "UPDATE {} SET state = {} WHERE {} AND position < {position}",
            self.table,
            self.literal(StepState::Finished.as_str()),
            self.is(key)
        )
    }

    /// Returns the statement that notes why a step failed, and whether it is undone.
    pub fn note_error(&self, key: &JournalKey, position: i64, error: &str, is_undone: bool) -> String {
        let state = match is_undone {
            true => format!(", state = {}", self.literal(StepState::Pending.as_str())),
            false => String::new(),
        };
        format!(
            "UPDATE {} SET error = {}{state} WHERE {} AND position = {position}",
            self.table,
            self.literal(error),
            self.is(key)
        )
    }

    /// Returns the statement that forgets steps from a position on: 0 for the whole migration.
    pub fn forget(&self, key: &JournalKey, from: i64) -> String {
        format!("DELETE FROM {} WHERE {} AND position >= {from}", self.table, self.is(key))
    }

    fn is(&self, key: &JournalKey) -> String {
        self.is_as("", key)
    }

    /// Returns the condition that a step is of a migration; a prefix names the table.
    fn is_as(&self, prefix: &str, key: &JournalKey) -> String {
        format!(
            "{prefix}history = {} AND {prefix}app = {} AND {prefix}name = {} AND {prefix}direction = {}",
            self.literal(&self.lease.history),
            self.literal(&key.app),
            self.literal(&key.name),
            self.literal(direction(key.backwards))
        )
    }

    fn literal(&self, text: &str) -> String {
        self.lease.literal(text)
    }
}

fn direction(backwards: bool) -> &'static str {
    if backwards { "backwards" } else { "forwards" }
}
