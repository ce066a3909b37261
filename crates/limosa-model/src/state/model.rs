//! One model at a point of the graph.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{ModelOptions, StateError};
use crate::index::{Constraint, Index};
use crate::{Field, ModelId, Value};

/// A model at a point of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelState {
    /// The label of its app.
    pub app: SmolStr,
    /// Its name as it was written.
    pub name: SmolStr,
    /// Its own fields, in order.
    pub fields: IndexMap<SmolStr, Arc<Field>>,
    /// The options of its `Meta`.
    pub options: ModelOptions,
    /// What it inherits from, in order.
    pub bases: Vec<Base>,
    /// Its managers, of no meaning for a schema.
    pub managers: Vec<Value>,
}

/// What a model inherits from.
#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    /// Another model (multi-table inheritance, or what a proxy stands for), as it was written.
    Model(SmolStr),
    /// A class; the path, or its text when that is not known.
    Class(SmolStr),
}

impl ModelState {
    /// Returns the key.
    pub fn id(&self) -> ModelId {
        ModelId::new(self.app.clone(), &self.name)
    }

    /// Returns the field `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn field(&self, name: &str) -> Result<&Arc<Field>, StateError> {
        self.fields.get(name).ok_or_else(|| StateError::NoField { model: self.id(), field: name.into() })
    }

    /// Returns the index `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn index(&self, name: &str) -> Result<&Arc<Index>, StateError> {
        let found = self.options.indexes.iter().find(|index| index.name == name);
        found.ok_or_else(|| StateError::NoIndex { model: self.id(), name: name.into() })
    }

    /// Returns the constraint `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn constraint(&self, name: &str) -> Result<&Arc<Constraint>, StateError> {
        let found = self.options.constraints.iter().find(|constraint| constraint.name == name);
        found.ok_or_else(|| StateError::NoConstraint { model: self.id(), name: name.into() })
    }

    /// Returns the models that it inherits from.
    pub fn parents(&self) -> impl Iterator<Item = ModelId> {
        self.bases.iter().filter_map(|base| match base {
            Base::Model(reference) => Some(ModelId::resolve(reference, &self.app, &self.name)),
            Base::Class(_) => None,
        })
    }
}
