//! In which half of a deploy a migration runs, and why.
//!
//! What a migration says of itself goes first, then what the configuration says, then what its operations do to code that runs
//! meanwhile. Source of the order: django-syzygy, `plan.py`, `get_migration_stage`; of delays: django-safemigrate.

mod declared;
mod migration;
mod operation;
mod rules;
mod sql;
mod width;

pub use limosa_model::Stage;

pub use self::declared::{Declared, declared, delay_of};
pub use self::migration::{Half, Staged, Why, stage, stages};
pub use self::operation::{Fresh, OperationStage, Reason, operation_stage};
pub use self::rules::Rules;
