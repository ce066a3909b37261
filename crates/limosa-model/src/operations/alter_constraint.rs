//! `AlterConstraint`: replaces a constraint by one that demands the same of the database.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::ModelId;
use crate::index::Constraint;
use crate::state::{ProjectState, StateError};

/// Replaces a constraint by one that demands the same of the database.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterConstraint {
    /// The model.
    pub model: SmolStr,
    /// The constraint.
    pub name: SmolStr,
    /// What it becomes.
    pub constraint: Arc<Constraint>,
}

impl AlterConstraint {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let model = state.model_mut(&ModelId::new(app, &self.model))?;
        for constraint in model.options.constraints.iter_mut().filter(|constraint| constraint.name == self.name) {
            constraint.clone_from(&self.constraint);
        }
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Alter constraint {} on {}", self.name, self.model)
    }
}
