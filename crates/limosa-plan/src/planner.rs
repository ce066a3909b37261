//! Which migrations to apply or unapply, in which order, and what to record for them.

mod plan;
mod prune;
mod record;
mod target;

pub use limosa_model::graph::Direction;
pub use plan::{MigrationPlan, PlanError, PlannedMigration, plan};
pub use prune::{Prune, prune};
pub use record::{Recorder, check_replacements, replaced_elsewhere, what_to_record};
pub use target::{Target, TargetError, resolve_targets};
