//! Native migrations: TOML and SQL files.

pub(crate) mod layout;
pub mod sql;
pub mod toml;
pub(crate) mod toml_value;

use limosa_model::{MigrationId, SmolStr, SourceId, Value};

/// A migration as its file says it, its operations not yet typed.
#[derive(Clone, Debug, PartialEq)]
pub struct MigrationFile {
    /// The key.
    pub id: MigrationId,
    /// The operations, as calls of Django's classes.
    pub operations: Vec<Value>,
    /// How many of the last operations are pending ones, which wait for the end of a deploy.
    pub pending: usize,
    /// What must be applied before.
    pub dependencies: Vec<MigrationId>,
    /// What must be applied after.
    pub run_before: Vec<MigrationId>,
    /// What it stands for, when it is a squash.
    pub replaces: Vec<MigrationId>,
    /// Whether it says of itself that it creates an app's first tables.
    pub initial: Option<bool>,
    /// Whether it runs in one transaction.
    pub atomic: bool,
    /// Other keys, such as `stage`.
    pub attributes: Vec<(SmolStr, Value)>,
    /// The file.
    pub source: SourceId,
}

impl MigrationFile {
    fn new(id: MigrationId, source: SourceId) -> Self {
        Self {
            id,
            operations: Vec::new(),
            pending: 0,
            dependencies: Vec::new(),
            run_before: Vec::new(),
            replaces: Vec::new(),
            initial: None,
            atomic: true,
            attributes: Vec::new(),
            source,
        }
    }
}

/// Reads a reference to a migration, `app.name`.
pub(crate) fn dependency(text: &str) -> Option<MigrationId> {
    let (app, name) = text.split_once('.')?;
    let valid = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    (valid(app) && valid(name)).then(|| MigrationId::new(app, name))
}
