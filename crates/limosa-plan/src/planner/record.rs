//! What goes into and out of the history besides a migration itself: squashes and what they replace.

use std::collections::BTreeSet;

use limosa_model::{
    MigrationId,
    django::DjangoVersion,
    graph::{Direction, Loader, MigrationGraph},
};

/// Returns the rows to insert, or to delete, for a migration that was applied or unapplied, in Django's order.
///
/// For a squash these are also the rows of what it replaces. From 6.0 on that is followed through squashes of squashes
/// and the squash itself comes last; a row can then occur twice. Up to 5.2, applying a squash leaves its own row to
/// [`check_replacements`].
///
/// Follows `MigrationExecutor.record_migration` and `unapply_migration` of Django's `db/migrations/executor.py`.
pub fn what_to_record(loader: &Loader, id: &MigrationId, direction: Direction) -> Vec<MigrationId> {
    let mut rows = Vec::new();
    if loader.version() >= DjangoVersion::V60 {
        record(loader, id, &mut Vec::new(), &mut rows);
        return rows;
    }
    rows.extend(loader.replaces(id).cloned());
    if rows.is_empty() || direction == Direction::Backwards {
        rows.push(id.clone());
    }
    rows
}

/// What the migrations of a forwards run record, each row once.
///
/// A migration that several squashes replace is recorded with the last of them: with its row, Django and an older release take all of
/// them for applied.
#[derive(Debug)]
pub struct Recorder<'g> {
    graph: &'g MigrationGraph,
    recorded: BTreeSet<MigrationId>,
    ran: BTreeSet<MigrationId>,
}

impl<'g> Recorder<'g> {
    /// Returns one for what is recorded already.
    pub fn new(graph: &'g MigrationGraph) -> Self {
        Self { graph, recorded: graph.recorded().clone(), ran: BTreeSet::new() }
    }

    /// Returns the rows to insert for the next migration of the run.
    pub fn next(&mut self, id: &MigrationId) -> Vec<MigrationId> {
        let loader = self.graph.loader();
        self.ran.insert(id.clone());
        let mut rows = what_to_record(loader, id, Direction::Forwards);
        let mut is_shared = false;
        rows.retain(|row| {
            let others: Vec<&MigrationId> = self.others(id, row).collect();
            is_shared |= !others.is_empty();
            others.iter().all(|other| self.ran.contains(*other) || self.graph.applied(other).is_some())
        });
        // The others go by its own row until the shared one is there.
        if is_shared && !rows.contains(id) {
            rows.push(id.clone());
        }
        rows.retain(|row| self.recorded.insert(row.clone()));
        rows
    }

    /// Returns the other squashes of the graph that replace a migration, too.
    fn others<'a>(
        &'a self,
        squash: &'a MigrationId,
        replaced: &'a MigrationId,
    ) -> impl Iterator<Item = &'a MigrationId> {
        let loader = self.graph.loader();
        let others = loader.squashes().filter(move |other| *other != squash && self.graph.contains(other));
        others.filter(move |other| loader.replaces(other).any(|id| id == replaced))
    }
}

/// Returns what is missing in the history, so that Django takes for applied what counts as applied by its own row: the migrations,
/// not on disk, of which all squashes that replace them are recorded.
pub fn replaced_elsewhere(loader: &Loader, recorded: &BTreeSet<MigrationId>) -> Vec<MigrationId> {
    let replaced: BTreeSet<&MigrationId> = loader.squashes().flat_map(|squash| loader.replaces(squash)).collect();
    let is_missing = |id: &&MigrationId| {
        let mut squashes = loader.squashes().filter(|squash| loader.replaces(squash).any(|replaced| replaced == *id));
        !recorded.contains(*id) && !loader.contains(id) && squashes.all(|squash| recorded.contains(squash))
    };
    replaced.into_iter().filter(is_missing).cloned().collect()
}

/// Returns the squashes to record at the end of every run, in Django's order: those that are not recorded though all
/// that they replace is.
///
/// Follows `MigrationExecutor.check_replacements` of Django's `db/migrations/executor.py`.
pub fn check_replacements(loader: &Loader, recorded: &BTreeSet<MigrationId>) -> Vec<MigrationId> {
    loader
        .squashes()
        .filter(|squash| !recorded.contains(*squash) && loader.all_replaced(squash, recorded))
        .cloned()
        .collect()
}

/// Adds the rows of a migration; `open` are the squashes around it, which end a circle.
fn record<'l>(loader: &'l Loader, id: &'l MigrationId, open: &mut Vec<&'l MigrationId>, rows: &mut Vec<MigrationId>) {
    if open.contains(&id) {
        return;
    }
    open.push(id);
    for replaced in loader.replaces(id) {
        record(loader, replaced, open, rows);
    }
    open.pop();
    rows.push(id.clone());
}
