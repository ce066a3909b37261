//! Definitions of PostgreSQL's indexes: their concurrent builds are in no transaction.

use std::ops::Range;

use limosa_sql::split::{Action, Change};

use super::INVALID;
use crate::connection::Connection;
use crate::error::DbError;

/// The table and the index on which statements are tried, inside a transaction that is rolled back.
const TRIAL: &str = "pg_temp.limosa_trial";

/// Returns the definition of an index by its name as it is written in SQL.
pub(super) async fn definition(connection: &Connection, name: &str) -> Result<Option<String>, DbError> {
    let sql = format!(
        "SELECT pg_catalog.pg_get_indexdef(indexrelid), indisvalid FROM pg_catalog.pg_index WHERE indexrelid = to_regclass({})",
        connection.literal(name)
    );
    let rows = connection.query(&sql, &[]).await?;
    Ok(rows
        .first()
        .map(|row| if row.is_true(1) { row.text(0).to_owned() } else { format!("{INVALID}{}", row.text(0)) }))
}

/// Builds the index on an empty table of the same columns.
pub(super) async fn expected(
    connection: &Connection,
    statement: &str,
    change: &Change,
    range: Range<usize>,
) -> Result<Option<String>, DbError> {
    if change.action != Action::Create {
        return Ok(None);
    }
    let unique = if statement.to_ascii_uppercase().trim_start().starts_with("CREATE UNIQUE") { "UNIQUE " } else { "" };
    let (table, rest) = (&statement[range.clone()], &statement[range.end..]);
    connection.begin().await?;
    let tried = async {
        connection.execute(&format!("CREATE TEMPORARY TABLE limosa_trial (LIKE {table})")).await?;
        connection.execute(&format!("CREATE {unique}INDEX limosa_trial_index ON {TRIAL}{rest}")).await?;
        definition(connection, "pg_temp.limosa_trial_index").await
    };
    let tried = tried.await;
    connection.rollback().await?;
    tried
}

/// Returns what is compared of a definition: not the names of the index and its table.
pub(super) fn comparable(definition: &str) -> String {
    let start = if definition.contains("CREATE UNIQUE INDEX") { "UNIQUE" } else { "" };
    let valid = if definition.starts_with(INVALID) { INVALID } else { "" };
    let rest = definition.find(" USING ").map_or(definition, |at| &definition[at..]);
    format!("{valid}{start}{rest}")
}
