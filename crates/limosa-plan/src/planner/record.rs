//! What goes into and out of the history besides a migration itself: squashes and what they replace.

use std::collections::BTreeSet;

use limosa_model::{
    MigrationId,
    django::DjangoVersion,
    graph::{Direction, Loader},
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
