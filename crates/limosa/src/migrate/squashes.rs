//! The rows of squashes that are complete after a run.

use std::collections::BTreeSet;

use limosa_db::Lease;
use limosa_model::MigrationId;
use limosa_plan::planner::{check_replacements, replaced_elsewhere};
use limosa_source::project::Kind;

use super::MigratePlan;
use crate::connected::Connected;
use crate::error::Error;
use crate::run_record::RunRecord;

/// Records squashes of which everything that they replace is recorded (Django: `check_replacements`), and in a Django project
/// what Django needs to see that a squash is applied.
///
/// # Errors
/// When the database refuses.
pub async fn finish_squashes(
    connected: &Connected,
    lease: Option<&Lease>,
    kind: Kind,
    plan: &MigratePlan,
    record: Option<&mut RunRecord<'_>>,
) -> Result<(), Error> {
    let history = &connected.history;
    let Some(rows) = history.read(&connected.connection).await? else { return Ok(()) };
    let ids = rows.iter().map(|row| MigrationId::new(row.app.as_str(), row.name.as_str()));
    let mut recorded: BTreeSet<MigrationId> = ids.collect();
    let loader = plan.graph.loader();
    let mut finished = check_replacements(loader, &recorded);
    if kind == Kind::Django {
        recorded.extend(finished.iter().cloned());
        finished.extend(replaced_elsewhere(loader, &recorded));
    }
    let mut rows: Vec<String> = finished.iter().map(|id| history.insert_statement(&id.app, &id.name)).collect();
    if let Some(record) = record.filter(|_| !finished.is_empty()) {
        record.begin().await?;
        rows.extend(finished.iter().filter_map(|id| record.note(id, "recorded", false)));
    }
    connected.record(lease, &rows).await
}
