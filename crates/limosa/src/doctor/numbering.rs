//! Ids that are not given, or were given already.

use super::{Finding, History, Mend};
use crate::error::Error;

/// Finds what keeps the next row from being written. Only PostgreSQL counts apart from the rows.
pub(super) async fn find(history: &History<'_>) -> Result<Option<Finding>, Error> {
    let connected = history.connected;
    let Some(numbering) = connected.history.numbering(&connected.connection).await? else { return Ok(None) };
    let table = connected.history.table();
    let last = history.rows().iter().map(|row| row.id).max().unwrap_or(0);
    let Some(sequence) = numbering.sequence else {
        let mut finding = Finding::new("no-numbering", format!("the ids of `{table}` are given by nobody"));
        finding.details.push("no migration can be recorded: the table was copied without its sequence".to_owned());
        let (sql, undo) = connected.history.number_statements(last + 1);
        finding.mend.push(Mend { sql, undo });
        return Ok(Some(finding));
    };
    if numbering.next > last {
        return Ok(None);
    }
    let message = format!("the next id of `{table}` is {}, and row {last} is there", numbering.next);
    let mut finding = Finding::new("broken-sequence", message);
    finding.details.push("rows were copied without their sequence; the next migrations cannot be recorded".to_owned());
    finding.mend.push(Mend {
        sql: connected.history.restart_statement(&sequence, last + 1),
        undo: connected.history.restart_statement(&sequence, numbering.next),
    });
    Ok(Some(finding))
}
