//! What all models look like at a point of the graph.
//!
//! A state is cheap to copy: apps and models are shared until one of them changes, so that the state before and after
//! every operation of thousands of migrations is at hand without rendering anything.

mod model;
mod options;
mod rename;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

pub use model::{Base, ModelState};
pub use options::ModelOptions;

use crate::{Field, ModelId};

type AppModels = IndexMap<SmolStr, Arc<ModelState>>;

/// The models of all migrated apps.
#[derive(Clone, Debug, Default)]
pub struct ProjectState {
    apps: Arc<BTreeMap<SmolStr, Arc<AppModels>>>,
    /// Models that were deleted, as they were last.
    gone: Arc<BTreeMap<ModelId, Arc<ModelState>>>,
}

impl PartialEq for ProjectState {
    /// States are equal when their models are.
    fn eq(&self, other: &Self) -> bool {
        self.apps == other.apps
    }
}

/// Why an operation does not fit the state that it is applied to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// There is no such model.
    #[error("there is no model `{0}` at this point")]
    NoModel(ModelId),
    /// There is one already.
    #[error("there is a model `{0}` already at this point")]
    ModelExists(ModelId),
    /// There is no such field.
    #[error("`{model}` has no field named `{field}` at this point")]
    NoField {
        /// The model.
        model: ModelId,
        /// The field.
        field: SmolStr,
    },
    /// There is no such index.
    #[error("`{model}` has no index named `{name}` at this point")]
    NoIndex {
        /// The model.
        model: ModelId,
        /// The index.
        name: SmolStr,
    },
    /// There is no such constraint.
    #[error("`{model}` has no constraint named `{name}` at this point")]
    NoConstraint {
        /// The model.
        model: ModelId,
        /// The constraint.
        name: SmolStr,
    },
    /// What the operation does to the state is not known.
    #[error("what `{0}` does to the models is not known")]
    Unknown(SmolStr),
}

impl ProjectState {
    /// Returns the model, or nothing.
    pub fn get(&self, id: &ModelId) -> Option<&Arc<ModelState>> {
        self.apps.get(&id.app)?.get(&id.name)
    }

    /// Returns the model that a relation refers to: also one that was deleted before what refers to it.
    ///
    /// In Django a rendered model keeps its relations to the classes that were there when it was rendered.
    pub fn referred(&self, id: &ModelId) -> Option<&Arc<ModelState>> {
        self.get(id).or_else(|| self.gone.get(id))
    }

    /// Returns the model.
    ///
    /// # Errors
    /// When there is none.
    pub fn model(&self, id: &ModelId) -> Result<&Arc<ModelState>, StateError> {
        self.get(id).ok_or_else(|| StateError::NoModel(id.clone()))
    }

    /// Returns the model, to be changed.
    ///
    /// # Errors
    /// When there is none.
    pub fn model_mut(&mut self, id: &ModelId) -> Result<&mut ModelState, StateError> {
        self.model(id)?;
        self.app_mut(&id.app).get_mut(&id.name).map(Arc::make_mut).ok_or_else(|| StateError::NoModel(id.clone()))
    }

    /// Iterates over all models: apps by label, the models of each in the order in which they came.
    pub fn models(&self) -> impl Iterator<Item = &Arc<ModelState>> {
        self.apps.values().flat_map(|models| models.values())
    }

    /// Iterates over the models of an app in the order in which they came.
    pub fn app_models(&self, app: &str) -> impl Iterator<Item = &Arc<ModelState>> {
        self.apps.get(app).into_iter().flat_map(|models| models.values())
    }

    /// Returns the models that are not the same in two states, those of one state only among them, in order.
    ///
    /// Shared models are not looked into, so that two states on both sides of an operation are compared in no time.
    pub fn differing(&self, other: &Self) -> Vec<ModelId> {
        let apps: BTreeSet<&SmolStr> = self.apps.keys().chain(other.apps.keys()).collect();
        let mut ids = Vec::new();
        for app in apps {
            let (one, two) = (self.apps.get(app), other.apps.get(app));
            if let (Some(one), Some(two)) = (one, two)
                && Arc::ptr_eq(one, two)
            {
                continue;
            }
            let names = one.into_iter().chain(two).flat_map(|models| models.keys());
            for name in names.collect::<BTreeSet<_>>() {
                let model =
                    |models: Option<&Arc<AppModels>>| models.and_then(|models| models.get(name).map(Arc::as_ptr));
                if model(one) != model(two) {
                    ids.push(ModelId { app: app.clone(), name: name.clone() });
                }
            }
        }
        ids
    }

    /// Adds a model, or replaces the one of that name.
    pub fn add_model(&mut self, model: ModelState) {
        let id = model.id();
        self.app_mut(&id.app).insert(id.name, Arc::new(model));
    }

    /// Removes a model.
    ///
    /// # Errors
    /// When there is none.
    pub fn remove_model(&mut self, id: &ModelId) -> Result<Arc<ModelState>, StateError> {
        self.model(id)?;
        let removed = self.app_mut(&id.app).shift_remove(&id.name).ok_or_else(|| StateError::NoModel(id.clone()))?;
        Arc::make_mut(&mut self.gone).insert(id.clone(), Arc::clone(&removed));
        Ok(removed)
    }

    /// Iterates over all relations that point to `target`: the model, the field's name and the field.
    pub fn references<'a>(
        &'a self,
        target: &'a ModelId,
    ) -> impl Iterator<Item = (&'a Arc<ModelState>, &'a SmolStr, &'a Arc<Field>)> {
        self.models().flat_map(move |model| {
            model.fields.iter().filter_map(move |(name, field)| {
                let points =
                    field.related_model().is_some_and(|to| ModelId::resolve(to, &model.app, &model.name) == *target);
                points.then_some((model, name, field))
            })
        })
    }

    fn app_mut(&mut self, app: &SmolStr) -> &mut AppModels {
        Arc::make_mut(Arc::make_mut(&mut self.apps).entry(app.clone()).or_default())
    }
}
