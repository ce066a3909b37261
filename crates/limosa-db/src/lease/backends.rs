//! The connections of a run that is dead or frozen: what they still do must end before another runner begins.

use limosa_sql::dialect::Dialect;

use super::table::Entry;
use crate::connection::Connection;
use crate::error::DbError;

/// Tells the connections of a run to end; returns whether all have.
///
/// To be called again until they have: a server may have much to roll back.
pub(super) async fn end(connection: &Connection, entry: &Entry) -> Result<bool, DbError> {
    match connection.dialect() {
        Dialect::Postgres => end_on_postgres(connection, entry).await,
        Dialect::MySql => end_on_mysql(connection, entry).await,
        Dialect::Sqlite => Ok(true),
    }
}

/// Tells only the connections that the row lists to end; returns whether all have.
pub(super) async fn end_listed(connection: &Connection, entry: &Entry) -> Result<bool, DbError> {
    if connection.dialect() != Dialect::Postgres {
        return end(connection, entry).await;
    }
    let list: Vec<String> = entry.backends.iter().map(ToString::to_string).collect();
    let sql = format!(
        "SELECT pid, pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid IN ({}) \
         AND application_name = {} AND pid <> pg_backend_pid()",
        list.join(", "),
        connection.literal(&format!("limosa/{}", entry.run_id.as_deref().unwrap_or_default()))
    );
    Ok(list.is_empty() || connection.query(&sql, &[]).await?.is_empty())
}

/// All of them bear the name of the run; a pooler's that did so last and do nothing are not the run's any more.
async fn end_on_postgres(connection: &Connection, entry: &Entry) -> Result<bool, DbError> {
    let Some(run) = &entry.run_id else { return Ok(true) };
    let name = connection.literal(&format!("limosa/{run}"));
    let known: Vec<String> = entry.backends.iter().map(ToString::to_string).collect();
    let known = if known.is_empty() { "0".to_owned() } else { known.join(", ") };
    let sql = format!(
        "SELECT pid, coalesce(state, '') <> 'idle' OR pid IN ({known}) FROM pg_catalog.pg_stat_activity \
         WHERE application_name = {name} AND datname = current_database() AND pid <> pg_backend_pid()"
    );
    let rows = connection.query(&sql, &[]).await?;
    let mut all_ended = true;
    for row in &rows {
        all_ended &= !row.is_true(1);
        // Another role's can only be waited for.
        _ = connection.query(&format!("SELECT pg_terminate_backend({})", row.text(0)), &[]).await;
    }
    Ok(all_ended)
}

/// They are listed by number; numbers begin anew when the server does.
async fn end_on_mysql(connection: &Connection, entry: &Entry) -> Result<bool, DbError> {
    if entry.backends.is_empty() {
        return Ok(true);
    }
    let rows = connection.query("SELECT concat(@@hostname, ':', @@port)", &[]).await?;
    let uptime = connection.query("SHOW GLOBAL STATUS LIKE 'Uptime'", &[]).await?;
    let uptime = uptime.first().map_or(Ok(None), |row| row.int(1))?.unwrap_or(i64::MAX);
    // Those of a cluster's other node cannot be ended from here.
    if rows.first().is_none_or(|row| row.text(0) != entry.server) || entry.age > uptime {
        return Ok(true);
    }
    let list: Vec<String> = entry.backends.iter().map(ToString::to_string).collect();
    let sql = format!(
        "SELECT id FROM information_schema.processlist WHERE id IN ({}) AND db = DATABASE() AND id <> CONNECTION_ID()",
        list.join(", ")
    );
    let rows = connection.query(&sql, &[]).await?;
    for row in &rows {
        // Another user's can only be waited for; it may also have ended by now.
        _ = connection.execute(&format!("KILL {}", row.text(0))).await;
    }
    Ok(rows.is_empty())
}
