//! `CreateModel`: adds a model and its table.

use crate::state::{ModelState, ProjectState, StateError};

/// Adds a model and its table.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateModel {
    /// The model; its app is the migration's.
    pub model: ModelState,
}

impl CreateModel {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.add_model(ModelState { app: app.into(), ..self.model.clone() });
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        let proxy = if self.model.options.proxy() { "proxy " } else { "" };
        format!("Create {proxy}model {}", self.model.name)
    }
}
