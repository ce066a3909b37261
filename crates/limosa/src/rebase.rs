//! Two leaves of an app brought together: one branch is put behind the other, or both are joined by a migration that merges them.

mod behind;
mod choose;
mod files;
pub(crate) mod max_migration;
mod merge;

use limosa_db::Lease;
use limosa_model::MigrationId;

pub use self::behind::behind;
pub(crate) use self::behind::number;
pub use self::choose::{Choice, choose, leaves};
pub(crate) use self::files::is_own;
pub use self::files::{Edit, FileChange, write};
pub use self::merge::merge;
use crate::connected::Connected;
use crate::error::Error;
use crate::half_applied::HalfApplied;
use crate::run_record::RunRecord;
use crate::workspace::Workspace;

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

impl Rebase {
    /// Refuses where a migration that gets another name is half-applied: the journal knows it by its old one.
    ///
    /// # Errors
    /// Then, and when the database cannot be asked.
    pub async fn check(&self, connected: &Connected) -> Result<(), Error> {
        let half_applied = HalfApplied::read(connected).await?;
        match self.renamed.iter().find(|(from, _)| half_applied.names(from)) {
            None => Ok(()),
            Some((id, _)) => Err(Error::HalfApplied {
                message: format!("{id} is half-applied: an earlier run was stopped in it"),
                help: "finish it first, with the code that does not have the other branch yet".to_owned(),
            }),
        }
    }

    /// Gives the rows of the history their new names, in one transaction, as long as the lease is ours.
    ///
    /// # Errors
    /// When another runner has taken over, or the database refuses; then no row has changed.
    pub async fn record(
        &self,
        workspace: &Workspace,
        connected: &Connected,
        lease: &Lease,
        command: Option<&str>,
    ) -> Result<(), Error> {
        let mut record = RunRecord::new(workspace, connected, lease, command, None);
        record.begin().await?;
        let mut statements = self.history.clone();
        statements.extend(record.note_statements("", "", "renamed", false, &self.history));
        let result = connected.record(Some(lease), &statements).await;
        record.end(&result).await;
        result
    }
}
