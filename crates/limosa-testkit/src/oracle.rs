//! What Django does to a database, asked once and kept.
//!
//! `python/oracle.py` runs in a project's own environment and writes one JSON file per project, database and script;
//! [`Answers`] reads it back as Limosa's values.

mod answers;
mod decode;
mod decode_operation;
mod project;

pub use answers::{Answers, Applied, Executed, SchemaTable, Snapshot, SqlMigrate};
pub use project::{OracleError, Project, Server};
