//! `RenameIndex`: renames an index, or names one of `index_together`.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::ModelId;
use crate::index::Index;
use crate::state::{ProjectState, StateError};

/// Renames an index, or names one of `index_together`.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameIndex {
    /// The model.
    pub model: SmolStr,
    /// The new name.
    pub new_name: SmolStr,
    /// The index.
    pub old: OldIndex,
}

/// Which index is renamed.
#[derive(Clone, Debug, PartialEq)]
pub enum OldIndex {
    /// The one of this name.
    Name(SmolStr),
    /// The unnamed one over these fields, in `index_together`.
    Fields(Vec<SmolStr>),
}

impl RenameIndex {
    /// Returns the named index that takes the place of the unnamed one over `fields`.
    pub fn named_index(&self, fields: &[SmolStr]) -> Index {
        Index {
            class: SmolStr::new_static("django.db.models.Index"),
            name: self.new_name.clone(),
            fields: fields.to_vec(),
            expressions: Vec::new(),
            condition: None,
            include: Vec::new(),
            opclasses: Vec::new(),
            db_tablespace: None,
            kwargs: Default::default(),
            own: None,
        }
    }

    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let model = state.model_mut(&ModelId::new(app, &self.model))?;
        match &self.old {
            OldIndex::Name(old_name) => {
                for index in model.options.indexes.iter_mut().filter(|index| index.name == *old_name) {
                    Arc::make_mut(index).name = self.new_name.clone();
                }
            }
            OldIndex::Fields(fields) => {
                model.options.index_together.retain(|together| together != fields);
                model.options.indexes.push(Arc::new(self.named_index(fields)));
            }
        }
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        match &self.old {
            OldIndex::Name(old_name) => format!("Rename index {old_name} on {} to {}", self.model, self.new_name),
            OldIndex::Fields(fields) => {
                let fields: Vec<String> = fields.iter().map(|field| format!("'{field}'")).collect();
                let comma = if fields.len() == 1 { "," } else { "" };
                let fields = format!("({}{comma})", fields.join(", "));
                format!("Rename unnamed index for {fields} on {} to {}", self.model, self.new_name)
            }
        }
    }
}
