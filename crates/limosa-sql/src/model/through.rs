//! The models in between that Django makes for many-to-many fields.

use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::field::{FieldKind, ManyToMany, OnDelete, Relation};
use limosa_model::state::{ModelOptions, ModelState};
use limosa_model::value::Kwargs;
use limosa_model::{ModelId, SmolStr, Value};
use smol_str::format_smolstr;

use super::made::{implicit_id, relation_field};
use super::view::{FieldView, ModelView};
use super::{ModelError, Models};
use crate::names::many_to_many_table;

impl Models<'_> {
    /// Returns the model between the two ends of a many-to-many field, automatic or not.
    ///
    /// Source: Django `db/models/fields/related.py`, `create_many_to_many_intermediary_model`.
    ///
    /// # Errors
    /// When a model is missing.
    pub fn through(self, model: &ModelView, view: &FieldView) -> Result<ModelView, ModelError> {
        let relation = view
            .field
            .many_to_many()
            .ok_or_else(|| ModelError::NotForeignKey { model: model.id.clone(), field: view.name.clone() })?;
        match relation.through(&view.model.app, &view.model.name) {
            Some(through) => self.model(&through).map_err(|_| ModelError::NoTarget {
                model: model.id.clone(),
                field: view.name.clone(),
                target: Box::new(through),
            }),
            None => self.automatic_through(model, view, relation),
        }
    }

    /// Returns the automatic models in between of a model's own many-to-many fields, each with its field.
    ///
    /// # Errors
    /// When a model is missing.
    pub fn automatic_throughs(self, model: &ModelView) -> Result<Vec<(FieldView, ModelView)>, ModelError> {
        let mut throughs = Vec::new();
        for view in &model.many_to_many {
            if let Some(relation) = view.field.many_to_many()
                && relation.through.is_none()
            {
                throughs.push((view.clone(), self.automatic_through(model, view, relation)?));
            }
        }
        Ok(throughs)
    }

    fn automatic_through(
        self,
        model: &ModelView,
        view: &FieldView,
        relation: &ManyToMany,
    ) -> Result<ModelView, ModelError> {
        let target = relation.target(&view.model.app, &view.model.name);
        let other = self.state.get(&target);
        // Even without the other model the table's name and columns are known.
        let other_managed = other.is_some_and(|other| other.options.managed());
        let (mut from, mut to) = (model.id.name.clone(), target.name.clone());
        if from == to {
            (from, to) = (format_smolstr!("from_{from}"), format_smolstr!("to_{to}"));
        }
        let name = format_smolstr!("{}_{}", model.state.name, view.name);
        let hidden = format_smolstr!("{name}+");
        let end = |id: &ModelId| {
            let mut field = relation_field(
                FieldKind::ForeignKey,
                Relation {
                    to: format_smolstr!("{id}"),
                    to_field: None,
                    on_delete: OnDelete::Python(SmolStr::new_static("django.db.models.deletion.CASCADE")),
                    db_constraint: relation.db_constraint,
                    parent_link: false,
                    related_name: Some(hidden.clone()),
                    swappable: None,
                },
            );
            field.db_tablespace = view.field.db_tablespace.clone();
            if !relation.db_constraint {
                field.kwargs.set("db_constraint", Value::Bool(false));
            }
            Arc::new(field)
        };
        let table = relation
            .db_table
            .clone()
            .unwrap_or_else(|| many_to_many_table(&model.table, &view.name, self.context.max_name_length));
        let mut other_options = Kwargs::default();
        other_options.set("db_table", Value::Str(table));
        other_options.set("db_tablespace", Value::Str(model.tablespace.clone()));
        other_options.set("managed", Value::Bool(model.managed || other_managed));
        let mut fields = IndexMap::new();
        fields.insert(SmolStr::new_static("id"), implicit_id(self.context.auto_field(&model.id.app)));
        fields.insert(from.clone(), end(&model.id));
        fields.insert(to.clone(), end(&target));
        let state = ModelState {
            app: model.id.app.clone(),
            name,
            fields,
            options: ModelOptions {
                unique_together: vec![vec![from, to]],
                other: other_options,
                ..ModelOptions::default()
            },
            bases: Vec::new(),
            managers: Vec::new(),
        };
        ModelView::new(self, Arc::new(state), Some(model.id.clone()))
    }

    /// Returns the names of the two foreign keys in the model in between: to the field's own model and to the other one.
    ///
    /// Source: Django `db/models/fields/related.py`, `ManyToManyField._get_m2m_attr` and `_get_m2m_reverse_attr`.
    ///
    /// # Errors
    /// When a model or a foreign key is missing.
    pub fn through_fields(
        self,
        model: &ModelView,
        view: &FieldView,
        through: &ModelView,
    ) -> Result<(FieldView, FieldView), ModelError> {
        let relation = view
            .field
            .many_to_many()
            .ok_or_else(|| ModelError::NotForeignKey { model: model.id.clone(), field: view.name.clone() })?;
        let named = view.field.kwargs.get("through_fields").and_then(Value::strings).unwrap_or_default();
        let target = self.concrete_of(&relation.target(&view.model.app, &view.model.name));
        let own = self.concrete_of(&model.id);
        let pointing = |to: &ModelId, name: Option<&SmolStr>, skip: usize| {
            let points = |view: &&FieldView| {
                view.foreign_key().is_some_and(|relation| {
                    let id = relation.target(&view.model.app, &view.model.name);
                    self.concrete_of(&id) == *to && name.is_none_or(|name| *name == view.name)
                })
            };
            through.fields.iter().filter(points).nth(skip).cloned().ok_or_else(|| ModelError::NoTarget {
                model: model.id.clone(),
                field: view.name.clone(),
                target: Box::new(through.id.clone()),
            })
        };
        let itself = target == own && named.is_empty();
        Ok((pointing(&own, named.first(), 0)?, pointing(&target, named.get(1), usize::from(itself))?))
    }
}
