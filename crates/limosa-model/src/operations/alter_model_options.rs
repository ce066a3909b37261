//! `AlterModelOptions`: sets options that have no effect on the schema.

use smol_str::SmolStr;

use crate::ModelId;
use crate::state::{ProjectState, StateError};
use crate::value::Kwargs;

/// The options that the operation governs (Django `db/migrations/operations/models.py`, `AlterModelOptions`).
pub const ALTER_OPTION_KEYS: [&str; 11] = [
    "base_manager_name",
    "default_manager_name",
    "default_related_name",
    "get_latest_by",
    "managed",
    "ordering",
    "permissions",
    "default_permissions",
    "select_on_save",
    "verbose_name",
    "verbose_name_plural",
];

/// Sets options that have no effect on the schema.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterModelOptions {
    /// The model.
    pub name: SmolStr,
    /// The options; those of [`ALTER_OPTION_KEYS`] that are absent are removed.
    pub options: Kwargs,
}

impl AlterModelOptions {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let options = &mut state.model_mut(&ModelId::new(app, &self.name))?.options.other;
        for (name, value) in self.options.iter() {
            options.set(name.clone(), value.clone());
        }
        for key in ALTER_OPTION_KEYS {
            if self.options.get(key).is_none() {
                options.remove(key);
            }
        }
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Change Meta options on {}", self.name)
    }
}
