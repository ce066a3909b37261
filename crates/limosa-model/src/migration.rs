//! One migration, whatever file it came from.

use smol_str::SmolStr;

use crate::{MigrationId, Operation, SourceId, Stage, Value};

/// The attribute that names the methods by which a class runs itself in a way of its own.
pub const OVERRIDES: &str = "__overrides__";

/// The attribute that tells how many of the last operations wait for the end of a deploy, and may come to a migration that is applied.
pub const PENDING: &str = "__pending__";

/// A migration: its place in the graph and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Migration {
    /// The key.
    pub id: MigrationId,
    /// What it does, in order.
    pub operations: Vec<Operation>,
    /// What must be applied before; the names `__first__` and `__latest__` stand for an app's root and leaf.
    pub dependencies: Vec<MigrationId>,
    /// What must be applied after.
    pub run_before: Vec<MigrationId>,
    /// What it stands for, when it is a squash.
    pub replaces: Vec<MigrationId>,
    /// Whether it says of itself that it creates an app's first tables; `None` when it does not say.
    pub initial: Option<bool>,
    /// Whether it runs in one transaction where the database can do that.
    pub atomic: bool,
    /// Other attributes of the class or keys of the file, such as `stage`.
    pub attributes: Vec<(SmolStr, Value)>,
    /// The file.
    pub source: Option<SourceId>,
}

impl Migration {
    /// Returns whether its class applies (or unapplies) itself in a way of its own, which only Python can do.
    pub fn runs_itself(&self, backwards: bool) -> bool {
        let method = if backwards { "unapply" } else { "apply" };
        let overrides = self.attributes.iter().find(|(name, _)| name == OVERRIDES);
        overrides.and_then(|(_, value)| value.items()).is_some_and(|items| items.contains(&Value::from(method)))
    }

    /// Lets its last operations wait for the end of a deploy, but for those that name another stage themselves.
    pub fn set_pending(&mut self, number: usize) {
        if let Ok(number @ 1..) = i128::try_from(number) {
            self.attributes.push((SmolStr::new_static(PENDING), Value::Int(number)));
        }
        let pending = self.pending();
        for operation in &mut self.operations[pending] {
            operation.stage.0.get_or_insert(Stage::PostDeploy);
        }
    }

    /// Returns the places of its pending operations: those that wait for the end of a deploy, and may be added when the others are applied.
    pub fn pending(&self) -> std::ops::Range<usize> {
        let number = self.attributes.iter().find(|(name, _)| name == PENDING).and_then(|(_, value)| value.as_int());
        let number = number.and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
        self.operations.len().saturating_sub(number)..self.operations.len()
    }

    /// Returns a migration that does nothing and depends on nothing.
    pub fn new(id: MigrationId) -> Self {
        Self {
            id,
            operations: Vec::new(),
            dependencies: Vec::new(),
            run_before: Vec::new(),
            replaces: Vec::new(),
            initial: None,
            atomic: true,
            attributes: Vec::new(),
            source: None,
        }
    }
}
