//! What the fuzz targets share: from a file's bytes to a source, and from operations to statements.

use std::path::Path;
use std::sync::Arc;

use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, Operation, ProjectState};
use limosa_plan::steps::{self, Compiler};
use limosa_source::sources::{Source, Sources};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect};

/// Returns the migration's key.
pub fn id() -> MigrationId {
    MigrationId::new("app", "0001_x")
}

/// Takes bytes for a file; nothing when they are no text.
pub fn source(sources: &Sources, file: &str, bytes: &[u8]) -> Option<Arc<Source>> {
    sources.add(Path::new(file), bytes.to_vec()).ok()
}

/// Writes the statements of operations, on an empty database of each kind.
pub fn write(operations: Vec<Operation>) {
    let migration = Migration { operations, ..Migration::new(id()) };
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql] {
        let context = Context::new(dialect, Default::default());
        let mut catalog = Catalog::new(dialect);
        let before = ProjectState::default();
        let compiler = Compiler::new(&context, &mut catalog, &migration, &before, Direction::Forwards, true);
        let _ = compiler.and_then(steps::compile);
    }
}
