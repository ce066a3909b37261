//! What a plan is about to do, as one number.

use limosa_model::MigrationId;
use limosa_model::graph::Direction;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::migrate::MigratePlan;
use crate::workspace::Workspace;

/// What a plan is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The same for the same migrations with the same content, in the same order and direction.
    pub number: String,
    /// The migrations, in the order in which they run.
    pub migrations: Vec<(MigrationId, Direction)>,
}

impl Fingerprint {
    /// Returns what this plan has and the other has not.
    pub fn without(&self, other: &Self) -> Vec<(MigrationId, Direction)> {
        self.migrations.iter().filter(|migration| !other.migrations.contains(migration)).cloned().collect()
    }
}

/// Returns the fingerprint of a plan: a SHA-256 of its migrations, their directions and their files.
///
/// # Errors
/// When a migration is not on disk.
pub fn fingerprint(workspace: &Workspace, plan: &MigratePlan) -> Result<Fingerprint, Error> {
    let mut hash = Sha256::new_with_prefix(b"limosa plan 1");
    for planned in &plan.executed {
        let migration = workspace.migration(&planned.id)?;
        let direction = if planned.direction == Direction::Forwards { "+" } else { "-" };
        hash.update(format!("\0{direction}{}\0", planned.id));
        match migration.source.and_then(|source| workspace.sources().get(source)) {
            Some(source) => hash.update(Sha256::digest(&source.text)),
            // One that only Python could tell.
            None => hash.update(Sha256::digest(format!("{:?}", migration.operations))),
        }
    }
    let migrations = plan.executed.iter().map(|planned| (planned.id.clone(), planned.direction)).collect();
    Ok(Fingerprint { number: hex::encode(hash.finalize()), migrations })
}
