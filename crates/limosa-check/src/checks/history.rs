//! The history and the graph.

pub(super) mod last_migration_conflict;
pub(super) mod last_migration_missing;
pub(super) mod last_migration_stale;
pub(super) mod last_migration_unknown;
pub(super) mod missing_dependency;
pub(super) mod pending_unknown_to_django;
pub(super) mod several_leaves;

use crate::history::LastMigration;
use crate::subject::Subject;

/// Returns what the file of the app says that names its last migration, where the migration at hand is the one to tell of it.
fn last<'a>(subject: &Subject<'a>) -> Option<&'a LastMigration> {
    let id = subject.migration.id();
    let last = subject.plan.history.last.get(&id.app)?;
    (*last.leaves.first()? == id.name).then_some(last)
}
