//! The key that keeps a migration from being recorded twice.

use super::{Finding, History, Mend};
use crate::error::Error;

pub(super) async fn find(history: &History<'_>) -> Result<Option<Finding>, Error> {
    let connected = history.connected;
    if connected.history.has_unique_key(&connected.connection).await? {
        return Ok(None);
    }
    let table = connected.history.table();
    let message = format!("`{table}` has no unique key on app and name");
    let mut finding = Finding::new("no-unique-key", message);
    finding.details.push("another tool can record a migration twice; Django makes the table so".to_owned());
    let (sql, undo) = connected.history.key_statements();
    finding.mend.push(Mend { sql, undo });
    Ok(Some(finding))
}
