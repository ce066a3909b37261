//! `AlterIndexTogether`: sets a model's `index_together`.

use smol_str::SmolStr;

use crate::ModelId;
use crate::state::{ProjectState, StateError};

/// Sets a model's `index_together`.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterIndexTogether {
    /// The model.
    pub name: SmolStr,
    /// The sets of fields.
    pub together: Vec<Vec<SmolStr>>,
}

impl AlterIndexTogether {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.model_mut(&ModelId::new(app, &self.name))?.options.index_together.clone_from(&self.together);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Alter index_together for {} ({} constraint(s))", self.name, self.together.len())
    }
}
