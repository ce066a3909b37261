//! Fields, indexes and constraints as values.

use cel::Value;
use limosa_model::index::{Constraint, ConstraintKind, Index};
use limosa_model::value::Kwargs;
use limosa_model::{Field, ModelId, ProjectState, SmolStr};
use limosa_sql::dialect::Context;
use limosa_sql::model::{FieldView, Models};

use super::{Members, texts, written};

/// Returns a field of a model as it is in a state.
pub(super) fn of_state(state: &ProjectState, context: &Context, model: &ModelId, name: &str) -> Option<Value> {
    let state_of_model = state.model(model).ok()?;
    let (name, field) = state_of_model.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(value(name, field, state, context, model))
}

/// Returns a field that a model of a state has, or is to have.
pub(super) fn value(name: &SmolStr, field: &Field, state: &ProjectState, context: &Context, model: &ModelId) -> Value {
    let models = Models::new(state, context);
    let view = models.model(model).ok().and_then(|model| {
        let mut fields = model.fields.iter().chain(&model.many_to_many);
        fields.find(|view| view.name == *name).cloned()
    });
    let db_type = view.as_ref().and_then(|view: &FieldView| models.db_type(view).ok().flatten());
    let relation = field.foreign_key();
    let guarded = relation.map(|relation| relation.db_constraint);
    let guarded = guarded.or_else(|| field.many_to_many().map(|relation| relation.db_constraint));
    Members::default()
        .set("name", name.as_str())
        .set("type", field.class.rsplit('.').next().unwrap_or_default())
        .set("class", field.class.as_str())
        .set("null", field.null)
        .set("blank", field.blank)
        .set("primary_key", field.primary_key)
        .set("unique", field.unique())
        .set("db_index", field.db_index)
        .set_some("max_length", field.max_length.map(i64::from))
        .set_some("default", field.default.as_ref().map(written))
        .set_some("db_default", field.db_default.as_ref().map(written))
        .set_some("to", field.related_model())
        .set_some("on_delete", field.kwargs.get("on_delete").map(|on_delete| last_part(&written(on_delete))))
        .set_some("db_constraint", guarded)
        .set_some("column", view.as_ref().and_then(|view| view.column.as_deref()))
        .set_some("db_type", db_type.map(|of| of.to_string()))
        .set("arguments", arguments(&field.kwargs))
        .value()
}

/// Returns an index.
pub(super) fn index(index: &Index) -> Value {
    let class = index.own.as_ref().map_or(&index.class, |own| &own.class);
    Members::default()
        .set("name", index.name.as_str())
        .set("type", class.rsplit('.').next().unwrap_or_default())
        .set("fields", texts(&index.fields))
        .set("include", texts(&index.include))
        .set("partial", index.condition.is_some())
        .value()
}

/// Returns a constraint.
pub(super) fn constraint(constraint: &Constraint) -> Value {
    let (of, fields, partial, deferrable): (&str, &[SmolStr], bool, bool) = match &constraint.kind {
        ConstraintKind::Check(_) => ("check", &[], false, false),
        ConstraintKind::Unique(it) => ("unique", &it.fields, it.condition.is_some(), it.deferrable.is_some()),
        ConstraintKind::Exclusion(it) => ("exclusion", &[], it.condition.is_some(), it.deferrable.is_some()),
        ConstraintKind::Custom(_) => ("other", &[], false, false),
    };
    Members::default()
        .set("name", constraint.name.as_str())
        .set("type", of)
        .set("fields", texts(fields))
        .set("partial", partial)
        .set("deferrable", deferrable)
        .value()
}

/// Returns arguments by their names.
pub(super) fn arguments(kwargs: &Kwargs) -> Value {
    kwargs.iter().fold(Members::default(), |members, (name, value)| members.set(name, written(value))).value()
}

fn last_part(value: &Value) -> Value {
    match value {
        Value::String(path) => Value::from(path.rsplit('.').next().unwrap_or_default()),
        other => other.clone(),
    }
}
