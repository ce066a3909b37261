//! Models as Django renders them from a project state, without rendering the state.
//!
//! [`Models`] looks at one state; [`ModelView`] is one model with everything that a schema depends on: its table, its columns in
//! order, its primary key. Fields are shared with the state, so a view costs no more than a walk over the model's fields.

mod made;
mod relations;
mod through;
mod view;

use std::sync::Arc;

use limosa_model::state::Base;
use limosa_model::{ModelId, ModelState, ProjectState, SmolStr};

pub(crate) use self::made::implicit_id;
pub use self::relations::{ForeignKeyTarget, Related};
pub use self::view::{FieldView, ModelView};
use crate::dialect::{Context, Dialect};
use crate::names::default_table;

/// The models of one state, seen from one database.
#[derive(Clone, Copy, Debug)]
pub struct Models<'a> {
    /// The state.
    pub state: &'a ProjectState,
    /// The database and the settings.
    pub context: &'a Context,
}

/// Why a model or a field has no meaning for a database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// There is no such model.
    #[error("there is no model `{0}` at this point")]
    NoModel(ModelId),
    /// There is no such field.
    #[error("`{model}` has no field named `{field}` at this point")]
    NoField {
        /// The model.
        model: ModelId,
        /// The field.
        field: SmolStr,
    },
    /// A relation refers to a model that is not there.
    #[error("`{model}.{field}` refers to `{target}`, which is not there at this point")]
    NoTarget {
        /// The model.
        model: ModelId,
        /// The field.
        field: SmolStr,
        /// What it refers to.
        target: Box<ModelId>,
    },
    /// A field is not a foreign key.
    #[error("`{model}.{field}` is not a foreign key")]
    NotForeignKey {
        /// The model.
        model: ModelId,
        /// The field.
        field: SmolStr,
    },
    /// Models refer to each other in a circle where they must not.
    #[error("`{0}` refers to itself through its parents or its primary key")]
    Circular(ModelId),
    /// The column of a field of the project's own class is not known for the database.
    #[error("the column of `{model}.{field}` ({class}) is not known for {dialect}")]
    UnknownColumn {
        /// The model.
        model: ModelId,
        /// The field.
        field: SmolStr,
        /// The field's class.
        class: SmolStr,
        /// The database.
        dialect: Dialect,
    },
    /// A geometry or a raster has no column in the database.
    #[error("`{model}.{field}` is a spatial field, but {why}")]
    Spatial {
        /// The model.
        model: ModelId,
        /// The field.
        field: SmolStr,
        /// Why it has none.
        why: &'static str,
    },
    /// Only a model with a single primary key can be referred to.
    #[error("`{0}` has no primary key of one column")]
    NoPrimaryKey(ModelId),
}

impl<'a> Models<'a> {
    /// Returns the models of `state` as the database of `context` sees them.
    pub fn new(state: &'a ProjectState, context: &'a Context) -> Self {
        Self { state, context }
    }

    /// Returns a model.
    ///
    /// # Errors
    /// When there is no such model, or one that it inherits from is missing.
    pub fn model(self, id: &ModelId) -> Result<ModelView, ModelError> {
        let state = self.state.get(id).ok_or_else(|| ModelError::NoModel(id.clone()))?;
        ModelView::new(self, state.clone(), None)
    }

    /// Returns the table of a model that is no proxy.
    pub fn table(self, model: &ModelState) -> SmolStr {
        let default = |id: ModelId| default_table(&id.app, &id.name, self.context.max_name_length);
        model.options.db_table().map_or_else(|| default(model.id()), SmolStr::from)
    }

    /// Returns a model as if it did not inherit from models that are gone.
    ///
    /// Django deletes parents before children without complaint: its classes of the models live on until their own deletion.
    ///
    /// # Errors
    /// When there is no such model.
    pub fn orphan(self, id: &ModelId) -> Result<ModelView, ModelError> {
        let mut state = self.state.get(id).ok_or_else(|| ModelError::NoModel(id.clone()))?.clone();
        let gone = |base: &Base| match base {
            Base::Model(reference) => self.model(&ModelId::resolve(reference, &id.app, &id.name)).is_err(),
            _ => false,
        };
        if state.bases.iter().any(gone) {
            Arc::make_mut(&mut state).bases.retain(|base| !gone(base));
        }
        ModelView::new(self, state, None)
    }

    /// Returns a model by its app and its name in any case.
    ///
    /// # Errors
    /// As [`Models::model`].
    pub fn get(self, app: &str, name: &str) -> Result<ModelView, ModelError> {
        self.model(&ModelId::new(app, name))
    }
}
