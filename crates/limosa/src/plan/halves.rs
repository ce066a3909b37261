//! A plan by the halves of a deploy.

use limosa_model::Stage;
use serde::Serialize;

use super::{PlanLock, PlanMigration, PlanOperation, PlanStep};

/// What a half of a deploy does.
#[derive(Clone, Debug, Serialize)]
pub struct PlanHalf {
    /// The half: `pre-deploy` or `post-deploy`.
    pub stage: &'static str,
    /// The migrations of which something runs in it, in the order in which they run, as `app.name`.
    pub migrations: Vec<String>,
    /// How many steps it has.
    pub steps: usize,
    /// The locks that block somebody, each once, in the order in which they are first taken.
    pub locks: Vec<PlanLock>,
    /// About how long its statements take; nothing where one of them is not known.
    pub seconds: Option<f64>,
    /// Whether all of it can be unapplied afterwards.
    pub reversible: bool,
}

/// Returns what each half does, the one before the deploy first.
///
/// What may run in either half runs in the first, as `migrate --pre-deploy` does it.
pub fn halves(migrations: &[PlanMigration]) -> [PlanHalf; 2] {
    [Stage::PreDeploy, Stage::PostDeploy].map(|stage| half(stage, migrations))
}

impl PlanOperation {
    /// Returns whether it runs in a half of a deploy.
    pub fn is_in(&self, stage: &str) -> bool {
        runs_in(self.stage, stage)
    }
}

/// Returns whether what is of a stage runs in a half: what may run in either runs before the deploy.
fn runs_in(of: &str, half: &str) -> bool {
    let is_after = |stage: &str| stage == Stage::PostDeploy.as_str();
    is_after(of) == is_after(half)
}

fn half(stage: Stage, migrations: &[PlanMigration]) -> PlanHalf {
    let stage = stage.as_str();
    let mut half =
        PlanHalf { stage, migrations: Vec::new(), steps: 0, locks: Vec::new(), seconds: Some(0.0), reversible: true };
    for migration in migrations {
        let operations: Vec<&PlanOperation> = migration.operations.iter().filter(|one| one.is_in(stage)).collect();
        let is_empty = migration.operations.is_empty() && runs_in(migration.stage, stage);
        if operations.is_empty() && !is_empty {
            continue;
        }
        half.migrations.push(format!("{}.{}", migration.app, migration.name));
        half.reversible &= operations.iter().all(|operation| operation.reversible);
        for step in operations.iter().flat_map(|operation| &operation.steps) {
            half.steps += 1;
            match step {
                PlanStep::Sql { cost, .. } => {
                    half.seconds = half.seconds.zip(cost.seconds).map(|(sum, more)| sum + more);
                    let blocking = cost.locks.iter().filter(|lock| lock.blocks != "nothing");
                    for lock in blocking {
                        if !half.locks.contains(lock) {
                            half.locks.push(lock.clone());
                        }
                    }
                }
                PlanStep::Python | PlanStep::Rust { .. } => half.seconds = None,
            }
        }
    }
    half
}
