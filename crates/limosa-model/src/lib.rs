//! What a project *is*: names, fields, models, operations, the project state and the migration graph.
//!
//! **Invariant:** nothing here knows a database, a file, Python or a clock.

pub mod code;
pub mod diagnostic;
pub mod django;
pub mod field;
pub mod graph;
pub mod index;
pub mod migration;
pub mod names;
pub mod operations;
pub mod stage;
pub mod state;
pub mod suggest;
pub mod value;

pub use diagnostic::{Diagnostic, Severity, SourceId, Span};
pub use field::Field;
pub use migration::Migration;
pub use names::{MigrationId, ModelId};
pub use operations::Operation;
pub use smol_str::SmolStr;
pub use stage::Stage;
pub use state::{ModelState, ProjectState};
pub use value::Value;
