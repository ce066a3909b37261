//! The table of members that gather for one run (`migrate --quorum N`), and its statements. Times are the database's own, in UTC.
//!
//! A member has one row. It is good as long as it is renewed; when enough of them are, all become `reached` and stay so until
//! one of their members has seen that all is done, so that any of them can finish what another one was killed at.

use std::time::Duration;

use crate::connection::{Connection, Row};
use crate::error::{DbError, DbErrorKind};
use crate::lease::Lease;
use crate::lease::table::Table as LeaseTable;
use crate::own_tables::{shown_time, text_type, time_type};

/// The name of the table.
const NAME: &str = "limosa_quorum";

/// For how long a row that nobody renews is kept, to say who was here.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// The table of members, as far as it belongs to one history.
#[derive(Clone, Debug)]
pub struct Quorum {
    /// The table with its schema.
    table: String,
    /// The table of leases, beside which it stands.
    lease: LeaseTable,
    life: Duration,
}

/// How a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for others.
    Waiting,
    /// Enough of them were there: it may run.
    Reached,
    /// Enough of them were there, and the one that ran has failed.
    Failed,
}

impl Standing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Reached => "reached",
            Self::Failed => "failed",
        }
    }
}

/// What a member asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumCall {
    /// What the member is called.
    pub member: String,
    /// The run: no other one has the same.
    pub run_id: String,
    /// How many members it waits for, itself among them.
    pub needed: u32,
    /// What is about to run, as one word: who asks for the same has the same.
    pub fingerprint: String,
    /// The migrations that are about to run, as the caller writes them.
    pub migrations: String,
}

/// A member's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumMember {
    /// What it asks for.
    pub call: QuorumCall,
    /// How it stands.
    pub standing: Standing,
    /// Whether it was renewed in time.
    pub is_alive: bool,
    /// When it was last renewed, `YYYY-MM-DD HH:MM:SS` in UTC.
    pub seen: String,
    /// Why the one that ran has failed.
    pub said: Option<String>,
}

impl Quorum {
    /// Finds out where the table belongs; a row is good for `life` unless it is renewed.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn of(connection: &Connection, history_table: &str, life: Duration) -> Result<Self, DbError> {
        let lease = LeaseTable::of(connection, history_table, Lease::LIFE).await?;
        Ok(Self { table: lease.beside(NAME), lease, life })
    }

    /// Creates the table unless it exists; outside a transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn create(&self, connection: &Connection) -> Result<(), DbError> {
        let (text, time) = (text_type(self.lease.dialect, "longtext"), time_type(self.lease.dialect));
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {} (history varchar(64) NOT NULL, member varchar(150) NOT NULL, run_id varchar(32) NOT NULL, \
             needed integer NOT NULL, fingerprint varchar(80) NOT NULL, migrations {text} NOT NULL, state varchar(9) NOT NULL, \
             seen {time} NOT NULL, said {text}, PRIMARY KEY (history, member))",
            self.table
        );
        connection.create_table(&sql).await.map(drop)
    }

    /// Returns all members, by their names; none when there is no table.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn read(&self, connection: &Connection) -> Result<Vec<QuorumMember>, DbError> {
        let seen = shown_time(self.lease.dialect, "seen");
        let sql = format!(
            "SELECT member, run_id, needed, fingerprint, migrations, state, seen > {}, {seen}, said FROM {} WHERE history = {} \
             ORDER BY member",
            self.ago(self.life),
            self.table,
            self.literal(&self.lease.history)
        );
        let rows = match connection.query(&sql, &[]).await {
            Err(error) if error.kind == DbErrorKind::Missing => return Ok(Vec::new()),
            rows => rows?,
        };
        rows.iter().map(member).collect()
    }

    /// Writes a member's row anew: it waits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn join(&self, connection: &Connection, call: &QuorumCall) -> Result<(), DbError> {
        let old = format!(
            "DELETE FROM {} WHERE history = {} AND (member = {} OR seen < {})",
            self.table,
            self.literal(&self.lease.history),
            self.literal(&call.member),
            self.ago(KEPT)
        );
        let new = format!(
            "INSERT INTO {} (history, member, run_id, needed, fingerprint, migrations, state, seen) VALUES ({}, {}, {}, {}, {}, {}, '{}', {})",
            self.table,
            self.literal(&self.lease.history),
            self.literal(&call.member),
            self.literal(&call.run_id),
            call.needed,
            self.literal(&call.fingerprint),
            self.literal(&call.migrations),
            Standing::Waiting.as_str(),
            self.lease.now()
        );
        connection.begin().await?;
        match connection.batch(&[old, new]).await {
            Ok(()) => connection.commit().await,
            Err(failed) => {
                _ = connection.rollback().await;
                Err(failed.error)
            }
        }
    }

    /// Takes over the row of an earlier run of the same member, as it stands.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn come_again(&self, connection: &Connection, call: &QuorumCall) -> Result<(), DbError> {
        let set = format!("run_id = {}, seen = {}", self.literal(&call.run_id), self.lease.now());
        let of = format!("member = {}", self.literal(&call.member));
        self.update(connection, &set, &of).await
    }

    /// Says that what a waiting member asks for is something else by now; one that may run already keeps what it asked for.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn change(&self, connection: &Connection, call: &QuorumCall) -> Result<(), DbError> {
        let set = format!(
            "fingerprint = {}, migrations = {}, seen = {}",
            self.literal(&call.fingerprint),
            self.literal(&call.migrations),
            self.lease.now()
        );
        let of = format!("{} AND state = '{}'", self.own(call), Standing::Waiting.as_str());
        self.update(connection, &set, &of).await
    }

    /// Renews a row.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn renew(&self, connection: &Connection, call: &QuorumCall) -> Result<(), DbError> {
        let set = format!("seen = {}", self.lease.now());
        self.update(connection, &set, &self.own(call)).await
    }

    /// Lets this member run, and all that wait for the same and are there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reach(&self, connection: &Connection, call: &QuorumCall) -> Result<(), DbError> {
        let set = format!("state = '{}'", Standing::Reached.as_str());
        // Who asks is there, even if it could not renew its row in time.
        let of = format!(
            "state = '{}' AND fingerprint = {} AND needed = {} AND (seen > {} OR {})",
            Standing::Waiting.as_str(),
            self.literal(&call.fingerprint),
            call.needed,
            self.ago(self.life),
            self.own(call)
        );
        self.update(connection, &set, &of).await
    }

    /// Tells all that may run that the one that ran has failed, and leaves.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fail(&self, connection: &Connection, call: &QuorumCall, said: &str) -> Result<(), DbError> {
        let set = format!("state = '{}', said = {}", Standing::Failed.as_str(), self.literal(said));
        let of = format!("state = '{}' AND member <> {}", Standing::Reached.as_str(), self.literal(&call.member));
        self.update(connection, &set, &of).await?;
        self.leave(connection, call).await
    }

    /// Says that all is done: the member leaves, and so do all that might run the same, which have nothing to run any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish(&self, connection: &Connection, call: &QuorumCall) -> Result<(), DbError> {
        let (reached, asked) = (Standing::Reached.as_str(), self.literal(&call.fingerprint));
        self.delete(connection, &format!("({} OR state = '{reached}' AND fingerprint = {asked})", self.own(call))).await
    }

    /// Removes a member's row, unless it is another run's by now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn leave(&self, connection: &Connection, call: &QuorumCall) -> Result<(), DbError> {
        self.delete(connection, &self.own(call)).await
    }

    async fn delete(&self, connection: &Connection, of: &str) -> Result<(), DbError> {
        let history = self.literal(&self.lease.history);
        connection.execute(&format!("DELETE FROM {} WHERE history = {history} AND {of}", self.table)).await.map(drop)
    }

    async fn update(&self, connection: &Connection, set: &str, of: &str) -> Result<(), DbError> {
        let history = self.literal(&self.lease.history);
        let sql = format!("UPDATE {} SET {set} WHERE history = {history} AND {of}", self.table);
        connection.execute(&sql).await.map(drop)
    }

    fn own(&self, call: &QuorumCall) -> String {
        format!("member = {} AND run_id = {}", self.literal(&call.member), self.literal(&call.run_id))
    }

    fn ago(&self, time: Duration) -> String {
        self.lease.at(-i128::try_from(time.as_millis()).unwrap_or(0))
    }

    fn literal(&self, text: &str) -> String {
        self.lease.literal(text)
    }
}

fn member(row: &Row) -> Result<QuorumMember, DbError> {
    let text = |index: usize| row.text(index).to_owned();
    let standing = match row.text(5) {
        "reached" => Standing::Reached,
        "failed" => Standing::Failed,
        _ => Standing::Waiting,
    };
    let needed = u32::try_from(row.int(2)?.unwrap_or_default()).unwrap_or_default();
    let call = QuorumCall { member: text(0), run_id: text(1), needed, fingerprint: text(3), migrations: text(4) };
    Ok(QuorumMember { call, standing, is_alive: row.is_true(6), seen: text(7), said: row.get(8).map(str::to_owned) })
}
