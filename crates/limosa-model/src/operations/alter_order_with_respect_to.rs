//! `AlterOrderWithRespectTo`: adds or removes a model's `_order` column.

use smol_str::SmolStr;

use crate::ModelId;
use crate::Value;
use crate::state::{ProjectState, StateError};

/// Adds or removes a model's `_order` column.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterOrderWithRespectTo {
    /// The model.
    pub name: SmolStr,
    /// The field that orders the rows.
    pub order_with_respect_to: Option<SmolStr>,
}

impl AlterOrderWithRespectTo {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let field = self.order_with_respect_to.clone().map_or(Value::None, Value::Str);
        state.model_mut(&ModelId::new(app, &self.name))?.options.other.set("order_with_respect_to", field);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!(
            "Set order_with_respect_to on {} to {}",
            self.name,
            self.order_with_respect_to.as_deref().unwrap_or("None")
        )
    }
}
