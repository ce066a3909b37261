//! `AlterModelTable`: renames a model's table.

use smol_str::SmolStr;

use crate::ModelId;
use crate::Value;
use crate::state::{ProjectState, StateError};

/// Renames a model's table.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterModelTable {
    /// The model.
    pub name: SmolStr,
    /// The table; `None` stands for the one that follows from the model's name.
    pub table: Option<SmolStr>,
}

impl AlterModelTable {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let table = self.table.clone().map_or(Value::None, Value::Str);
        state.model_mut(&ModelId::new(app, &self.name))?.options.other.set("db_table", table);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Rename table for {} to {}", self.name, self.table.as_deref().unwrap_or("(default)"))
    }
}
