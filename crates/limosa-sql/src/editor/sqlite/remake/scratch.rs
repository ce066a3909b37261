//! The model of the new table, in a state of its own.

use std::sync::Arc;

use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;
use limosa_model::state::ModelState;
use limosa_model::{ModelId, ProjectState, SmolStr};
use smol_str::format_smolstr;

use super::Changes;
use super::body::Body;
use crate::dialect::Context;
use crate::editor::model::ModelIn;
use crate::model::{FieldView, ModelView, Models, implicit_id};
use crate::names::split_identifier;

/// A state that holds the model of the new table under the old name, so that it can refer to itself.
#[derive(Debug)]
pub(super) struct Scratch<'c> {
    context: &'c Context,
    state: ProjectState,
    view: ModelView,
}

impl<'c> Scratch<'c> {
    pub(super) fn new(context: &'c Context, model: &ModelIn<'_>, changes: &Changes<'_, '_>, body: Body) -> Self {
        let mut fields = body.fields;
        add_implicit_key(context, model, changes, &mut fields);
        let model_state = Arc::new(new_state(context, model, changes, &body.renamed, &fields));
        let mut state = model.models.state.clone();
        for field in changes.create.iter().copied().chain(changes.alter.iter().map(|altered| altered.new)) {
            let to = field.view.foreign_key().map(|key| key.target(&field.view.model.app, &field.view.model.name));
            if to.is_some_and(|to| state.get(&to).is_none()) {
                add_missing(&mut state, field.models.state);
            }
        }
        state.add_model(model_state.as_ref().clone());
        let (_, table) = split_identifier(model.table());
        let composite = |field: &&FieldView| matches!(field.field.kind, FieldKind::CompositePrimaryKey(_));
        let single = || fields.iter().find(|field| field.field.primary_key);
        let pk = fields.iter().find(composite).or_else(single).cloned();
        let view = ModelView {
            table: format_smolstr!("new__{}", table.trim_matches('"')),
            tablespace: SmolStr::default(),
            state: model_state,
            fields,
            many_to_many: Vec::new(),
            pk,
            ..model.view.clone()
        };
        Self { context, state, view }
    }

    /// Returns the model of the new table.
    pub(super) fn model(&self) -> ModelIn<'_> {
        ModelIn { models: Models::new(&self.state, self.context), view: self.view.clone() }
    }
}

/// What the project would say of the new model: the old options as far as a remade table has them, under the old table's name.
fn new_state(
    context: &Context,
    model: &ModelIn<'_>,
    changes: &Changes<'_, '_>,
    renamed: &indexmap::IndexMap<SmolStr, SmolStr>,
    fields: &[FieldView],
) -> ModelState {
    let rename = |together: &Vec<SmolStr>| -> Vec<SmolStr> {
        together.iter().map(|name| renamed.get(name).unwrap_or(name).clone()).collect()
    };
    let mut state = model.view.state.as_ref().clone();
    let options = &mut state.options;
    options.unique_together = options.unique_together.iter().map(rename).collect();
    options.index_together = match context.django {
        DjangoVersion::V42 => options.index_together.iter().map(rename).collect(),
        _ => Vec::new(),
    };
    if let Some(deleted) = changes.delete {
        options.indexes.retain(|index| !index.fields.contains(&deleted.view.name));
    }
    options.other.set("db_table", limosa_model::Value::Str(model.table().clone()));
    options.other.remove("order_with_respect_to");
    options.other.remove("db_tablespace");
    state.fields = fields.iter().map(|field| (field.name.clone(), field.field.clone())).collect();
    state
}

/// Adds the primary key that Django gives to a model without one, unless that is what was removed.
fn add_implicit_key(context: &Context, model: &ModelIn<'_>, changes: &Changes<'_, '_>, fields: &mut Vec<FieldView>) {
    let removed = changes.delete.is_some_and(|deleted| deleted.view.attname() == "id");
    if !removed && model.view.parents.is_empty() && !fields.iter().any(|field| field.field.primary_key) {
        // The registry of a remade model knows no apps: it is the project's class, not the app's.
        let id = FieldView::new(model.view.id.clone(), "id", implicit_id(&context.default_auto_field));
        fields.insert(0, id);
    }
}

/// Adds the models of another state that are not there, which new fields may refer to.
fn add_missing(state: &mut ProjectState, other: &ProjectState) {
    for model in other.models() {
        if state.get(&ModelId::new(model.app.clone(), &model.name)).is_none() {
            state.add_model(model.as_ref().clone());
        }
    }
}
