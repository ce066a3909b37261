//! `AddIndex`: adds an index.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::ModelId;
use crate::index::Index;
use crate::state::{ProjectState, StateError};

/// Adds an index.
#[derive(Clone, Debug, PartialEq)]
pub struct AddIndex {
    /// The model.
    pub model: SmolStr,
    /// The index.
    pub index: Arc<Index>,
    /// Whether writes go on meanwhile (`AddIndexConcurrently`, PostgreSQL).
    pub concurrently: bool,
}

impl AddIndex {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.model_mut(&ModelId::new(app, &self.model))?.options.indexes.push(self.index.clone());
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        let (index, model) = (&self.index, &self.model);
        let verb = if self.concurrently { "Concurrently create" } else { "Create" };
        if index.expressions.is_empty() || self.concurrently {
            return format!("{verb} index {} on field(s) {} of model {model}", index.name, index.fields.join(", "));
        }
        let expressions: Vec<String> = index.expressions.iter().map(super::expression_text::expression_text).collect();
        format!("{verb} index {} on {} on model {model}", index.name, expressions.join(", "))
    }
}
