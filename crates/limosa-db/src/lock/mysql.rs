//! The session lock of MySQL and MariaDB: `GET_LOCK` on the connection that does the work.

use std::time::Duration;

use super::{LockHolder, MARK, key};
use crate::connection::{Connection, MysqlConnection, Sender};
use crate::error::DbError;

/// A named lock of a session.
#[derive(Debug)]
pub(super) struct NamedLock {
    name: String,
    /// What says that the lock alone keeps others out, and whether it does.
    mark: (String, bool),
    sender: Option<Sender>,
}

impl NamedLock {
    /// Tries to take the lock once.
    pub(super) async fn attempt(
        connection: &MysqlConnection,
        history_table: &str,
    ) -> Result<Result<Self, LockHolder>, DbError> {
        let [name, mark] = names(connection, history_table).await?;
        let rows = connection.query(&format!("SELECT GET_LOCK('{name}', 0)"), &[]).await?;
        if rows.first().is_some_and(|row| row.is_true(0)) {
            return Ok(Ok(Self { name, mark: (mark, false), sender: Some(connection.sender()) }));
        }
        Ok(Err(holder(connection, &name).await?))
    }

    /// Says that this lock alone keeps others out.
    pub(super) async fn mark(&mut self, connection: &Connection) -> Result<(), DbError> {
        self.mark.1 = true;
        connection.query(&format!("SELECT GET_LOCK('{}', 0)", self.mark.0), &[]).await.map(drop)
    }

    /// Ends the session that has the lock, when it did nothing for so long and the lock is not all that keeps others out.
    pub(super) async fn end_idle(
        connection: &MysqlConnection,
        history_table: &str,
        holder: &LockHolder,
        idle: Duration,
    ) -> Result<(), DbError> {
        let Some(pid) = holder.pid else { return Ok(()) };
        let [name, mark] = names(connection, history_table).await?;
        let sql = format!(
            "SELECT id FROM information_schema.processlist WHERE id = {pid} AND command = 'Sleep' AND time * 1000 > {} \
             AND id = IS_USED_LOCK('{name}') AND NOT id <=> IS_USED_LOCK('{mark}')",
            idle.as_millis()
        );
        for row in connection.query(&sql, &[]).await? {
            connection.query(&format!("KILL {}", row.text(0)), &[]).await?;
        }
        Ok(())
    }

    /// Releases the lock.
    pub(super) async fn release(mut self, connection: &Connection) -> Result<(), DbError> {
        self.sender = None;
        connection.query(&self.unlock(), &[]).await.map(drop)
    }

    /// Returns the statement that releases the lock, and the mark where there is one.
    fn unlock(&self) -> String {
        let mark = if self.mark.1 { format!(", RELEASE_LOCK('{}')", self.mark.0) } else { String::new() };
        format!("SELECT RELEASE_LOCK('{}'){mark}", self.name)
    }
}

impl Drop for NamedLock {
    /// Sends the release without waiting for the answer; a connection that is gone has released it already.
    fn drop(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.send(self.unlock());
        }
    }
}

/// Returns the names of the lock and of its mark. A name may have 64 characters, and is known to the whole server.
async fn names(connection: &MysqlConnection, history_table: &str) -> Result<[String; 2], DbError> {
    let database = connection.query("SELECT DATABASE()", &[]).await?;
    let database = database.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
    let name = |parts: &[&str]| format!("limosa_{:016x}", key(parts).cast_unsigned());
    Ok([name(&[&database, history_table]), name(&[&database, history_table, MARK])])
}

/// Returns who holds the lock; it may have let go in between, and then nobody is named.
///
/// The run is known where the server keeps the attributes of connections (`performance_schema`).
async fn holder(connection: &MysqlConnection, name: &str) -> Result<LockHolder, DbError> {
    let sql = format!(
        "SELECT p.id, p.user, p.host FROM information_schema.processlist AS p WHERE p.id = IS_USED_LOCK('{name}')"
    );
    let rows = connection.query(&sql, &[]).await?;
    let Some(row) = rows.first() else {
        // Who may not see other users' sessions still sees their numbers.
        let rows = connection.query(&format!("SELECT IS_USED_LOCK('{name}')"), &[]).await?;
        let pid = rows.first().map_or(Ok(None), |row| row.int(0))?;
        return Ok(LockHolder { pid, ..LockHolder::default() });
    };
    let attribute = format!(
        "SELECT attr_value FROM performance_schema.session_connect_attrs \
         WHERE processlist_id = {} AND attr_name = 'program_name'",
        row.text(0)
    );
    // Not every user may read it.
    let attributes = connection.query(&attribute, &[]).await.unwrap_or_default();
    let program = attributes.first().and_then(|row| row.get(0)).map(str::to_owned);
    // Nobody else takes a lock of this name.
    let application = program.or_else(|| row.get(1).map(|user| format!("limosa as {user}")));
    Ok(LockHolder { pid: row.int(0)?, application, client: row.get(2).map(str::to_owned), ..LockHolder::default() })
}
