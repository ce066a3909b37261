//! The rows of migrations that are put off until after the deploy, or of which only a part runs before it.

use std::collections::BTreeSet;

use limosa_db::{Lease, PutOff, PutOffPart};
use limosa_engine::runner::Job;
use limosa_model::MigrationId;
use limosa_model::graph::Direction;
use limosa_plan::stage::delay_of;
use limosa_plan::steps::is_one_transaction;

use super::{MigratePlan, parts};
use crate::connected::Connected;
use crate::error::Error;
use crate::workspace::Workspace;

/// Notes what is put off, and forgets what is unapplied, before the first migration runs.
///
/// Who is stopped in between has said only what is true: what is put off is not applied yet. That a part of a migration ran is noted in
/// the transaction of its last step, and before its first one where it is more than one transaction.
pub(super) async fn write(
    workspace: &Workspace,
    connected: &Connected,
    lease: &Lease,
    put_off: &[MigrationId],
    plan: &MigratePlan,
    jobs: &mut [Job],
) -> Result<(), Error> {
    let unapplied: Vec<&MigrationId> = plan
        .executed
        .iter()
        .filter(|planned| planned.direction == Direction::Backwards)
        .map(|planned| &planned.id)
        .collect();
    let has_pending = |job: &Job| job.direction == Direction::Forwards && !job.migration.pending().is_empty();
    let has_parts = jobs.iter().any(|job| job.is_part || has_pending(job));
    let runs = |id: &MigrationId| jobs.iter().any(|job| job.migration.id == *id);
    let delayed: Vec<&MigrationId> = jobs
        .iter()
        .filter(|job| job.direction == Direction::Forwards && delay_of(&job.migration).is_some())
        .map(|job| &job.migration.id)
        .collect();
    if put_off.is_empty() && unapplied.is_empty() && !has_parts && delayed.is_empty() {
        return Ok(());
    }
    let table = PutOff::of(&connected.connection, connected.history.table()).await?;
    if !put_off.is_empty() || has_parts {
        table.create(&connected.connection).await?;
    }
    let rows = table.read(&connected.connection).await?;
    let known: BTreeSet<MigrationId> =
        rows.iter().map(|row| MigrationId::new(row.app.as_str(), row.name.as_str())).collect();
    let added = put_off.iter().filter(|id| !known.contains(id));
    let removed = unapplied.into_iter().filter(|id| known.contains(id));
    // A delay counts from when those have run that it depends on and that were delayed themselves.
    let begins_again = |id: &&MigrationId| {
        let needed = plan.graph.forwards_plan(id).unwrap_or_default();
        plan.graph.applied(id).is_none() && !runs(id) && needed.iter().any(|id| delayed.contains(id))
    };
    let renewed: Vec<String> = known.iter().filter(begins_again).map(|id| table.renew(&id.app, &id.name)).collect();
    let mut statements: Vec<String> = added
        .map(|id| table.insert(&id.app, &id.name, &connected.run_id, None))
        .chain(removed.map(|id| table.forget(&id.app, &id.name)))
        .chain(renewed)
        .collect();
    for job in jobs.iter_mut().filter(|job| job.is_part || has_pending(job)) {
        let id = &job.migration.id;
        let all = || job.migration.pending().collect();
        let of = plan.parts.begun.get(id).or_else(|| plan.parts.now.get(id)).cloned();
        let Some(operations) = of.filter(|_| job.is_part).or_else(|| has_pending(job).then(all)) else { continue };
        let text = parts::write(workspace.migration(id)?, &operations);
        let row = |is_done| {
            let part = PutOffPart { operations: text.clone(), is_done };
            [table.forget(&id.app, &id.name), table.insert(&id.app, &id.name, &connected.run_id, Some(&part))]
        };
        let is_whole = !job.is_part || plan.parts.late.contains_key(id);
        if !is_whole && !is_one_transaction(&connected.context, &job.migration, job.direction) {
            statements.extend(row(false));
        }
        job.statements = row(true).into();
    }
    connected.record(Some(lease), &statements).await
}
