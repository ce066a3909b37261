//! One model and its fields.

use std::sync::Arc;

use limosa_model::field::{FieldKind, Relation};
use limosa_model::state::{Base, ModelState};
use limosa_model::{Field, ModelId, SmolStr, Value};
use smol_str::format_smolstr;

use super::made::{implicit_id, parent_link_to, simple_field};
use super::{ModelError, Models};

/// How many steps a chain of parents may have.
const MAX_DEPTH: usize = 64;

/// A model as a database sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelView {
    /// The key.
    pub id: ModelId,
    /// What the project says about it; made up for the model of an automatic table of a many-to-many field.
    pub state: Arc<ModelState>,
    /// The table; that of the model it stands for, when it is a proxy.
    pub table: SmolStr,
    /// The tablespace of the table, empty when there is none.
    pub tablespace: SmolStr,
    /// Its own fields in the order of Django's `local_fields`, those without a column among them.
    pub fields: Vec<FieldView>,
    /// Its own many-to-many fields in order.
    pub many_to_many: Vec<FieldView>,
    /// The primary key: an own field, or that of the model it stands for, when it is a proxy.
    pub pk: Option<FieldView>,
    /// The parents in order, with the field that points to each (Django's `_meta.parents`).
    pub parents: Vec<(ModelId, Option<SmolStr>)>,
    /// The model that it stands for: itself, unless it is a proxy.
    pub concrete: ModelId,
    /// The model whose many-to-many field this was made for.
    pub auto_created: Option<ModelId>,
    /// Whether migrations make its table.
    pub managed: bool,
    /// The model that takes its place (`app.Model`).
    pub swapped: Option<SmolStr>,
}

/// A field of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldView {
    /// The name.
    pub name: SmolStr,
    /// The column, when it has one.
    pub column: Option<SmolStr>,
    /// What the project says about it; a link to a parent that serves as primary key says so here.
    pub field: Arc<Field>,
    /// The model that declares it.
    pub model: ModelId,
}

impl FieldView {
    /// Returns the field `name` of a model.
    pub fn new(model: ModelId, name: impl Into<SmolStr>, field: Arc<Field>) -> Self {
        let name = name.into();
        Self { column: field.column(&name), name, field, model }
    }

    /// Returns the name of the attribute that holds the value: that of the field, or `<name>_id` for a foreign key.
    pub fn attname(&self) -> SmolStr {
        self.field.attname(&self.name)
    }

    /// Returns the column, or an empty name for a field without one.
    pub fn column_name(&self) -> &str {
        self.column.as_deref().unwrap_or_default()
    }

    /// Returns the relation of a foreign key or a one-to-one field.
    pub fn foreign_key(&self) -> Option<&Relation> {
        self.field.foreign_key()
    }
}

impl ModelView {
    pub(super) fn new(
        models: Models<'_>,
        state: Arc<ModelState>,
        auto_created: Option<ModelId>,
    ) -> Result<Self, ModelError> {
        Self::at_depth(models, state, auto_created, 0)
    }

    fn at_depth(
        models: Models<'_>,
        state: Arc<ModelState>,
        auto_created: Option<ModelId>,
        depth: usize,
    ) -> Result<Self, ModelError> {
        let id = state.id();
        if depth > MAX_DEPTH {
            return Err(ModelError::Circular(id));
        }
        let context = models.context;
        let mut view = Self {
            table: models.table(&state),
            tablespace: state.options.db_tablespace().map_or_else(|| context.default_tablespace.clone(), SmolStr::from),
            fields: Vec::with_capacity(state.fields.len() + 1),
            many_to_many: Vec::new(),
            pk: None,
            parents: Vec::new(),
            concrete: id.clone(),
            managed: state.options.managed(),
            swapped: swapped(models, &state, &id),
            auto_created,
            state: state.clone(),
            id,
        };
        // Django creates implicit fields with falling counters, so that the last of them comes first.
        let mut implicit = Vec::new();
        for (name, field) in &state.fields {
            let field_view = FieldView::new(view.id.clone(), name.clone(), field.clone());
            match field.kind {
                FieldKind::ManyToMany(_) => view.many_to_many.push(field_view),
                FieldKind::NoColumn => {}
                _ if is_implicit(field) => implicit.insert(0, field_view),
                _ => view.fields.push(field_view),
            }
        }
        let parents = view.resolve_parents(models, depth)?;
        if state.options.proxy() {
            if let Some(target) = parents.into_iter().next() {
                view.table = target.table;
                view.pk = target.pk;
                view.parents.push((target.concrete.clone(), None));
                view.concrete = target.concrete;
            }
        } else {
            for parent in parents {
                let link = view.parent_link(&parent.concrete, &implicit).unwrap_or_else(|| {
                    let link = FieldView::new(
                        view.id.clone(),
                        format_smolstr!("{}_ptr", parent.concrete.name),
                        Arc::new(parent_link_to(&parent.concrete)),
                    );
                    implicit.insert(0, link.clone());
                    link
                });
                view.parents.push((parent.concrete, Some(link.name)));
            }
            view.fields.splice(0..0, implicit);
            view.complete(models);
        }
        Ok(view)
    }

    /// Adds what Django's `Options._prepare` adds: the primary key and the column of `order_with_respect_to`.
    fn complete(&mut self, models: Models<'_>) {
        if self.state.options.order_with_respect_to().is_some()
            && !self.fields.iter().any(|view| view.field.kind == FieldKind::OrderWrt)
            && let Some(field) = simple_field("django.db.models.OrderWrt", &[("editable", Value::Bool(false))])
        {
            self.fields.push(FieldView::new(self.id.clone(), "_order", Arc::new(field)));
        }
        // A composite key takes the place of any other (Django: `CompositePrimaryKey.contribute_to_class`).
        let composite = |view: &&FieldView| matches!(view.field.kind, FieldKind::CompositePrimaryKey(_));
        let single = || self.fields.iter().find(|view| view.field.primary_key);
        if let Some(pk) = self.fields.iter().find(composite).or_else(single) {
            self.pk = Some(pk.clone());
        } else if let Some((_, Some(link))) = self.parents.first() {
            if let Some(view) = self.fields.iter_mut().find(|view| view.name == *link) {
                let mut field = view.field.as_ref().clone();
                field.primary_key = true;
                view.field = Arc::new(field);
                self.pk = Some(view.clone());
            }
        } else {
            let id = FieldView::new(self.id.clone(), "id", implicit_id(models.context.auto_field(&self.id.app)));
            self.pk = Some(id.clone());
            self.fields.insert(0, id);
        }
    }

    fn resolve_parents(&self, models: Models<'_>, depth: usize) -> Result<Vec<Self>, ModelError> {
        let mut parents: Vec<Self> = Vec::new();
        for base in &self.state.bases {
            let Base::Model(reference) = base else { continue };
            let id = ModelId::resolve(reference, &self.id.app, &self.id.name);
            let state = models.state.get(&id).ok_or(ModelError::NoModel(id))?;
            let parent = Self::at_depth(models, state.clone(), None, depth + 1)?;
            if !parents.iter().any(|other| other.concrete == parent.concrete) {
                parents.push(parent);
            }
        }
        Ok(parents)
    }

    fn parent_link(&self, parent: &ModelId, implicit: &[FieldView]) -> Option<FieldView> {
        let points = |view: &&FieldView| match &view.field.kind {
            FieldKind::OneToOne(relation) => {
                relation.parent_link && relation.target(&self.id.app, &self.id.name) == *parent
            }
            _ => false,
        };
        let automatic = format_smolstr!("{}_ptr", parent.name);
        let mut all = self.fields.iter().chain(implicit);
        all.clone().find(points).or_else(|| all.find(|view| view.name == automatic)).cloned()
    }

    /// Returns the own field of this name, of this attribute, or the primary key for `pk`.
    pub fn field(&self, name: &str) -> Option<&FieldView> {
        let by_name = self.fields.iter().chain(&self.many_to_many).find(|view| view.name == name);
        by_name
            .or_else(|| self.fields.iter().find(|view| view.foreign_key().is_some() && view.attname() == name))
            .or_else(|| if name == "pk" { self.pk.as_ref() } else { None })
    }

    /// Returns the own field of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn require_field(&self, name: &str) -> Result<&FieldView, ModelError> {
        self.field(name).ok_or_else(|| ModelError::NoField { model: self.id.clone(), field: name.into() })
    }

    /// Returns the column of the own field of this name.
    ///
    /// # Errors
    /// When there is no such field, or it has no column.
    pub fn column(&self, name: &str) -> Result<&SmolStr, ModelError> {
        let no_field = || ModelError::NoField { model: self.id.clone(), field: name.into() };
        self.require_field(name)?.column.as_ref().ok_or_else(no_field)
    }

    /// Iterates over the own fields that have a column (Django's `local_concrete_fields`).
    pub fn concrete_fields(&self) -> impl Iterator<Item = &FieldView> {
        self.fields.iter().filter(|view| view.column.is_some())
    }

    /// Returns the fields of the primary key: one, or those of a composite key.
    pub fn pk_fields(&self) -> Vec<&FieldView> {
        match &self.pk {
            Some(pk) => match &pk.field.kind {
                FieldKind::CompositePrimaryKey(names) => names.iter().filter_map(|name| self.field(name)).collect(),
                _ => vec![pk],
            },
            None => Vec::new(),
        }
    }

    /// Returns whether the primary key is of several columns.
    pub fn has_composite_pk(&self) -> bool {
        self.pk.as_ref().is_some_and(|pk| matches!(pk.field.kind, FieldKind::CompositePrimaryKey(_)))
    }

    /// Returns whether it stands for another model.
    pub fn is_proxy(&self) -> bool {
        self.state.options.proxy()
    }

    /// Returns the name as it was written, with the app: `app.Model`.
    pub fn label(&self) -> SmolStr {
        format_smolstr!("{}.{}", self.id.app, self.state.name)
    }

    /// Returns whether migrations make its table on a database of this vendor.
    ///
    /// Source: Django `db/models/options.py`, `Options.can_migrate`, without `required_db_features`.
    pub fn can_migrate(&self, vendor: &str) -> bool {
        let required = self.state.options.text("required_db_vendor");
        !self.is_proxy() && self.swapped.is_none() && self.managed && required.is_none_or(|name| name == vendor)
    }
}

/// The model that takes its place by a setting (Django: `Options.swapped`).
fn swapped(models: Models<'_>, state: &ModelState, id: &ModelId) -> Option<SmolStr> {
    let target = models.context.swapped.get(state.options.swappable()?)?;
    let other = target.split_once('.').map(|(app, name)| ModelId::new(app, name));
    (!target.is_empty() && other.as_ref() != Some(id)).then(|| target.clone())
}

fn is_implicit(field: &Field) -> bool {
    field.kwargs.get("auto_created").and_then(Value::truth) == Some(true)
}
