//! `AddConstraint`: adds a constraint.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::ModelId;
use crate::index::Constraint;
use crate::state::{ProjectState, StateError};

/// Adds a constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct AddConstraint {
    /// The model.
    pub model: SmolStr,
    /// The constraint.
    pub constraint: Arc<Constraint>,
    /// Whether the rows that are there go unchecked (`AddConstraintNotValid`, PostgreSQL).
    pub not_valid: bool,
}

impl AddConstraint {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.model_mut(&ModelId::new(app, &self.model))?.options.constraints.push(self.constraint.clone());
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        let not_valid = if self.not_valid { "not valid " } else { "" };
        format!("Create {not_valid}constraint {} on model {}", self.constraint.name, self.model)
    }
}
