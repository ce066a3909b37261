//! `AlterModelTableComment`: sets the comment on a model's table.

use smol_str::SmolStr;

use crate::ModelId;
use crate::Value;
use crate::state::{ProjectState, StateError};

/// Sets the comment on a model's table.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterModelTableComment {
    /// The model.
    pub name: SmolStr,
    /// The comment; `None` removes it.
    pub comment: Option<SmolStr>,
}

impl AlterModelTableComment {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let comment = self.comment.clone().map_or(Value::None, Value::Str);
        state.model_mut(&ModelId::new(app, &self.name))?.options.other.set("db_table_comment", comment);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Alter {} table comment", self.name)
    }
}
