//! The rows of migrations that are put off until after the deploy.

use std::collections::BTreeSet;

use limosa_db::{Lease, PutOff};
use limosa_model::MigrationId;
use limosa_model::graph::Direction;

use super::MigratePlan;
use crate::connected::Connected;
use crate::error::Error;

/// Notes what is put off, and forgets what is unapplied, before the first migration runs.
///
/// Who is stopped in between has said only what is true: what is put off is not applied yet.
pub(super) async fn write(
    connected: &Connected,
    lease: &Lease,
    put_off: &[MigrationId],
    plan: &MigratePlan,
) -> Result<(), Error> {
    let unapplied: Vec<&MigrationId> = plan
        .executed
        .iter()
        .filter(|planned| planned.direction == Direction::Backwards)
        .map(|planned| &planned.id)
        .collect();
    if put_off.is_empty() && unapplied.is_empty() {
        return Ok(());
    }
    let table = PutOff::of(&connected.connection, connected.history.table()).await?;
    if !put_off.is_empty() {
        table.create(&connected.connection).await?;
    }
    let rows = table.read(&connected.connection).await?;
    let known: BTreeSet<MigrationId> =
        rows.iter().map(|row| MigrationId::new(row.app.as_str(), row.name.as_str())).collect();
    let added = put_off.iter().filter(|id| !known.contains(id));
    let removed = unapplied.into_iter().filter(|id| known.contains(id));
    let statements: Vec<String> = added
        .map(|id| table.insert(&id.app, &id.name, &connected.run_id))
        .chain(removed.map(|id| table.forget(&id.app, &id.name)))
        .collect();
    connected.record(Some(lease), &statements).await
}
