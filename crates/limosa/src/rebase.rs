//! Two leaves of an app brought together: one branch is put behind the other, or both are joined by a migration that merges them.

mod behind;
mod choose;
mod files;
mod max_migration;
mod merge;

use limosa_model::MigrationId;

pub use self::behind::behind;
pub use self::choose::{Choice, choose, leaves};
pub use self::files::{Edit, FileChange, write};
pub use self::merge::merge;

/// What brings the leaves together.
#[derive(Clone, Debug, Default)]
pub struct Rebase {
    /// The migrations that get another name: from, to; in the order in which they are applied.
    pub renamed: Vec<(MigrationId, MigrationId)>,
    /// The files that change.
    pub files: Vec<FileChange>,
    /// The statements that give rows of the history their new names.
    pub history: Vec<String>,
}
