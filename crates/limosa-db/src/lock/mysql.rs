//! The session lock of MySQL and MariaDB: `GET_LOCK` on the connection that does the work.

use super::{LockHolder, key};
use crate::connection::{Connection, MysqlConnection, Sender};
use crate::error::DbError;

/// A named lock of a session.
#[derive(Debug)]
pub(super) struct NamedLock {
    name: String,
    sender: Option<Sender>,
}

impl NamedLock {
    /// Tries to take the lock once.
    pub(super) async fn attempt(
        connection: &MysqlConnection,
        history_table: &str,
    ) -> Result<Result<Self, LockHolder>, DbError> {
        let database = connection.query("SELECT DATABASE()", &[]).await?;
        let database = database.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
        // A name may have 64 characters, and is known to the whole server.
        let name = format!("limosa_{:016x}", key(&[&database, history_table]).cast_unsigned());
        let rows = connection.query(&format!("SELECT GET_LOCK('{name}', 0)"), &[]).await?;
        if rows.first().is_some_and(|row| row.is_true(0)) {
            return Ok(Ok(Self { name, sender: Some(connection.sender()) }));
        }
        Ok(Err(holder(connection, &name).await?))
    }

    /// Releases the lock.
    pub(super) async fn release(mut self, connection: &Connection) -> Result<(), DbError> {
        self.sender = None;
        connection.query(&release(&self.name), &[]).await.map(drop)
    }
}

impl Drop for NamedLock {
    /// Sends the release without waiting for the answer; a connection that is gone has released it already.
    fn drop(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.send(release(&self.name));
        }
    }
}

fn release(name: &str) -> String {
    format!("SELECT RELEASE_LOCK('{name}')")
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
