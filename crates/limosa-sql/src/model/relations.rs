//! Relations: what a foreign key points to, and what points to a model.

use limosa_model::field::FieldKind;
use limosa_model::state::ModelState;
use limosa_model::{ModelId, SmolStr, Value};
use smol_str::format_smolstr;
use std::sync::Arc;

use super::view::{FieldView, ModelView};
use super::{ModelError, Models};

/// How many steps a chain of foreign keys that are primary keys may have.
const MAX_DEPTH: usize = 64;

/// What a foreign key points to.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignKeyTarget {
    /// The model; a proxy counts as such.
    pub model: ModelId,
    /// The table.
    pub table: SmolStr,
    /// The field, which may be a foreign key itself.
    pub field: FieldView,
}

/// A relation seen from the model that it points to (Django's `ForeignObjectRel`).
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// The name by which queries know it.
    pub name: SmolStr,
    /// The model that declares the field, an automatic one in between among them.
    pub model: ModelView,
    /// The field.
    pub field: FieldView,
    /// Whether the way back is hidden (`related_name` ends with `+`).
    pub hidden: bool,
}

impl Related {
    /// Returns whether it is the other side of a many-to-many field.
    pub fn is_many_to_many(&self) -> bool {
        self.field.field.many_to_many().is_some()
    }
}

impl<'a> Models<'a> {
    /// Returns what a foreign key or a one-to-one field points to.
    ///
    /// # Errors
    /// When it is no foreign key, or the other model or its field is missing.
    pub fn target(self, view: &FieldView) -> Result<ForeignKeyTarget, ModelError> {
        let not_foreign_key = || ModelError::NotForeignKey { model: view.model.clone(), field: view.name.clone() };
        let relation = view.foreign_key().ok_or_else(not_foreign_key)?;
        let id = relation.target(&view.model.app, &view.model.name);
        let state = self.state.referred(&id).ok_or_else(|| ModelError::NoTarget {
            model: view.model.clone(),
            field: view.name.clone(),
            target: Box::new(id.clone()),
        })?;
        let model = ModelView::new(self, state.clone(), None)?;
        let field = match relation.to_field.as_deref() {
            Some(name) if model.field(name).is_none() => self.inherited_field(&model, name)?,
            Some(name) => model.require_field(name)?.clone(),
            None => model.pk.clone().ok_or_else(|| ModelError::NoPrimaryKey(id.clone()))?,
        };
        Ok(ForeignKeyTarget { model: id, table: model.table, field })
    }

    /// Returns the field at the end of a chain of foreign keys: the one that decides about their type.
    ///
    /// # Errors
    /// As [`Models::target`], or when the chain goes in a circle.
    pub fn final_target(self, view: &FieldView) -> Result<FieldView, ModelError> {
        let mut view = view.clone();
        for _ in 0..MAX_DEPTH {
            if view.foreign_key().is_none() {
                return Ok(view);
            }
            view = self.target(&view)?.field;
        }
        Err(ModelError::Circular(view.model))
    }

    /// Returns the relations that point to a model, automatic models in between among them.
    ///
    /// The order is that of Django's `_relation_tree` after a state was rendered as a whole: apps by label, models as they came, a
    /// model's automatic models in between before it. Relations to a proxy count for the model that it stands for.
    ///
    /// # Errors
    /// When a model is missing.
    pub fn related(self, model: &ModelView) -> Result<Vec<Related>, ModelError> {
        if model.is_proxy() {
            return Ok(Vec::new());
        }
        let mut related = Vec::new();
        let mut apps: Vec<&SmolStr> = Vec::new();
        for state in self.state.models() {
            if apps.last() != Some(&&state.app) {
                apps.push(&state.app);
            }
        }
        for app in apps {
            for state in self.rendering_order(app) {
                self.collect_related(state, &model.concrete, &mut related)?;
            }
        }
        Ok(related)
    }

    /// Returns the relations that point to a model or to one that it inherits from, hidden foreign keys left out.
    ///
    /// Source: Django `db/models/options.py`, `Options.related_objects`.
    ///
    /// # Errors
    /// When a model is missing.
    pub fn related_objects(self, model: &ModelView) -> Result<Vec<Related>, ModelError> {
        let mut related = Vec::new();
        self.related_with_parents(model, &mut related)?;
        related.retain(|related: &Related| !related.hidden || related.is_many_to_many());
        Ok(related)
    }

    fn related_with_parents(self, model: &ModelView, found: &mut Vec<Related>) -> Result<(), ModelError> {
        let parents: Vec<ModelId> = if model.is_proxy() {
            model.state.parents().collect()
        } else {
            model.parents.iter().map(|(id, _)| id.clone()).collect()
        };
        let start = found.len();
        for parent in parents {
            let mut inherited = Vec::new();
            self.related_with_parents(&self.model(&parent)?, &mut inherited)?;
            for related in inherited {
                let link = related.field.foreign_key().is_some_and(|relation| relation.parent_link);
                let seen = found[start..]
                    .iter()
                    .any(|other| other.model.id == related.model.id && other.field.name == related.field.name);
                if !seen && (!link || parent == model.concrete) {
                    found.push(related);
                }
            }
        }
        found.extend(self.related(model)?);
        Ok(())
    }

    /// Returns the field `name` of a model or of one that it inherits from.
    ///
    /// # Errors
    /// When there is none.
    pub fn inherited_field(self, model: &ModelView, name: &str) -> Result<FieldView, ModelError> {
        if let Some(view) = model.field(name) {
            return Ok(view.clone());
        }
        let proxied = model.is_proxy().then(|| model.concrete.clone());
        for parent in model.parents.iter().map(|(id, _)| id.clone()).chain(proxied) {
            if let Ok(view) = self.inherited_field(&self.model(&parent)?, name) {
                return Ok(view);
            }
        }
        Err(ModelError::NoField { model: model.id.clone(), field: name.into() })
    }

    /// Returns the model that `id` stands for: itself, unless it is a proxy.
    pub fn concrete_of(self, id: &ModelId) -> ModelId {
        let mut id = id.clone();
        for _ in 0..MAX_DEPTH {
            let parent =
                self.state.get(&id).filter(|state| state.options.proxy()).and_then(|state| state.parents().next());
            match parent {
                Some(parent) => id = parent,
                None => break,
            }
        }
        id
    }

    /// Models of an app in the order in which Django renders them: as they came, but after what they inherit from.
    fn rendering_order(self, app: &str) -> Vec<&'a Arc<ModelState>> {
        let mut waiting: Vec<_> = self.state.app_models(app).collect();
        let mut order: Vec<&'a Arc<ModelState>> = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for state in waiting {
                let ready = state
                    .parents()
                    .filter(|id| id.app == app)
                    .all(|id| order.iter().any(|other| other.id() == id) || self.state.get(&id).is_none());
                if ready { order.push(state) } else { later.push(state) }
            }
            if later.len() == before {
                order.append(&mut later); // bases in a circle, reported where they are resolved
            }
            waiting = later;
        }
        order
    }

    fn collect_related(
        self,
        state: &Arc<ModelState>,
        target: &ModelId,
        found: &mut Vec<Related>,
    ) -> Result<(), ModelError> {
        let points = |to: &ModelId| self.concrete_of(to) == *target;
        let own_id = state.id();
        let relevant = state.fields.values().any(|field| {
            field.many_to_many().is_some()
                || field.related_model().is_some_and(|to| points(&ModelId::resolve(to, &own_id.app, &own_id.name)))
        });
        let child = state.parents().any(|id| points(&id));
        if !relevant && !child {
            return Ok(()); // building the view is not worth it
        }
        let model = ModelView::new(self, state.clone(), None)?;
        for (_, through) in self.automatic_throughs(&model)? {
            let pointing = |view: &&FieldView| {
                view.foreign_key().is_some_and(|relation| points(&relation.target(&own_id.app, &own_id.name)))
            };
            for view in through.fields.iter().filter(pointing) {
                found.push(self.seen_back(&through, view));
            }
        }
        for view in model.fields.iter().chain(&model.many_to_many) {
            let to = view.field.related_model().map(|to| ModelId::resolve(to, &own_id.app, &own_id.name));
            if to.is_some_and(|to| points(&to)) {
                found.push(self.seen_back(&model, view));
            }
        }
        Ok(())
    }

    /// Source: Django `db/models/fields/related.py`, `RelatedField.contribute_to_class` and `related_query_name`.
    fn seen_back(self, model: &ModelView, view: &FieldView) -> Related {
        let option = |name: &str| view.field.kwargs.get(name).and_then(Value::as_str).map(SmolStr::new);
        let format = |text: SmolStr| {
            let text = text.replace("%(class)s", &model.id.name).replace("%(model_name)s", &model.id.name);
            SmolStr::from(text.replace("%(app_label)s", &model.id.app))
        };
        let given = match &view.field.kind {
            FieldKind::ForeignKey(relation) | FieldKind::OneToOne(relation) => relation.related_name.clone(),
            FieldKind::ManyToMany(relation) => relation.related_name.clone(),
            _ => None,
        };
        let default = || model.state.options.text("default_related_name").map(SmolStr::from);
        let mut related_name = given.filter(|name| !name.is_empty()).or_else(default).map(format);
        if let Some(relation) = view.field.many_to_many() {
            let symmetrical = view.field.kwargs.get("symmetrical").and_then(Value::truth);
            let itself = relation.target(&model.id.app, &model.id.name) == model.id;
            if itself && symmetrical.unwrap_or(true) {
                related_name = Some(format_smolstr!("{}_rel_+", view.name));
            } else if related_name.as_deref().is_some_and(|name| name.ends_with('+')) {
                related_name = Some(format_smolstr!("_{}_{}_{}_+", model.id.app, model.id.name, view.name));
            }
        }
        let hidden = related_name.as_deref().is_some_and(|name| name.ends_with('+'));
        let name = option("related_query_name").map(format).or(related_name).unwrap_or_else(|| model.id.name.clone());
        Related { name, model: model.clone(), field: view.clone(), hidden }
    }
}
