//! The table of migrations that were put off until after a deploy, and its statements. Times are the database's own, in UTC.
//!
//! A row says that a run before the deploy left a migration out on purpose, so that one that depends on it may be recorded before it.
//! It stays when the migration is applied, as the reason for the order of the history, and goes when the migration is unapplied.

use crate::connection::{Connection, Row};
use crate::error::{DbError, DbErrorKind};
use crate::lease::Lease;
use crate::lease::table::Table as LeaseTable;
use crate::own_tables::{age, shown_time, text_type, time_type};

/// The name of the table.
const NAME: &str = "limosa_put_off";
/// The state of a migration that is put off as a whole.
const WAITING: &str = "waiting";
/// The state of one of which a part began to run.
const BEGUN: &str = "begun";
/// The state of one of which a part ran to its end.
const DONE: &str = "done";

/// The table of migrations that were put off, as far as it belongs to one history.
#[derive(Clone, Debug)]
pub struct PutOff {
    /// The table with its schema.
    table: String,
    /// The table of leases, beside which it stands.
    lease: LeaseTable,
}

/// A migration that was put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOffMigration {
    /// The label of the app.
    pub app: String,
    /// The name of the migration.
    pub name: String,
    /// Since when, `YYYY-MM-DD HH:MM:SS` in UTC.
    pub since: String,
    /// How many seconds ago that was, by the database's clock.
    pub age: i64,
    /// What of it ran before the deploy, when it is not put off as a whole.
    pub part: Option<PutOffPart>,
}

/// What of a migration runs before the deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOffPart {
    /// The operations, as the caller writes them.
    pub operations: String,
    /// Whether they ran to their end.
    pub is_done: bool,
}

impl PutOff {
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
             since {time} NOT NULL, run_id varchar(32) NOT NULL, state varchar(9) NOT NULL, operations {text}, PRIMARY KEY (history, app, name))",
            self.table
        );
        connection.create_table(&sql).await.map(drop)
    }

    /// Returns the migrations that were put off, whether they are applied by now or not; none when there is no table.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn read(&self, connection: &Connection) -> Result<Vec<PutOffMigration>, DbError> {
        let (since, age) = (shown_time(self.lease.dialect, "since"), age(self.lease.dialect, "since"));
        let sql = format!(
            "SELECT app, name, {since}, {age}, state, operations FROM {} WHERE history = {} ORDER BY app, name",
            self.table,
            self.literal(&self.lease.history)
        );
        let rows = match connection.query(&sql, &[]).await {
            Err(error) if error.kind == DbErrorKind::Missing => return Ok(Vec::new()),
            rows => rows?,
        };
        let read = |row: &Row| {
            let (app, name, since) = (row.text(0).to_owned(), row.text(1).to_owned(), row.text(2).to_owned());
            let is_done = row.text(4) == DONE;
            let part = row.get(5).map(|operations| PutOffPart { operations: operations.to_owned(), is_done });
            Ok(PutOffMigration { app, name, since, age: row.int(3)?.unwrap_or_default(), part })
        };
        rows.iter().map(read).collect()
    }

    /// Returns the statement that notes a migration, or what of it runs before the deploy.
    pub fn insert(&self, app: &str, name: &str, run_id: &str, part: Option<&PutOffPart>) -> String {
        let (state, operations) = match part {
            None => (WAITING, "NULL".to_owned()),
            Some(part) => (if part.is_done { DONE } else { BEGUN }, self.literal(&part.operations)),
        };
        let values = [&self.lease.history, app, name].map(|text| self.literal(text)).join(", ");
        format!(
            "INSERT INTO {} (history, app, name, since, run_id, state, operations) VALUES ({values}, {}, {}, '{state}', {operations})",
            self.table,
            self.lease.now(),
            self.literal(run_id)
        )
    }

    /// Returns the statement by which a migration is put off from now on.
    pub fn renew(&self, app: &str, name: &str) -> String {
        format!(
            "UPDATE {} SET since = {} WHERE history = {} AND app = {} AND name = {}",
            self.table,
            self.lease.now(),
            self.literal(&self.lease.history),
            self.literal(app),
            self.literal(name)
        )
    }

    /// Returns the statement that forgets a migration.
    pub fn forget(&self, app: &str, name: &str) -> String {
        format!(
            "DELETE FROM {} WHERE history = {} AND app = {} AND name = {}",
            self.table,
            self.literal(&self.lease.history),
            self.literal(app),
            self.literal(name)
        )
    }

    fn literal(&self, text: &str) -> String {
        self.lease.literal(text)
    }
}
