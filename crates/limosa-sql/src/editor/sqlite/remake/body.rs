//! The fields of the new table, and from where their values come.

use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::field::FieldKind;
use limosa_model::{Field, SmolStr, Value};

use super::Changes;
use crate::editor::model::{FieldIn, ModelIn};
use crate::editor::{EditorError, Rendering, SchemaEditor};
use crate::model::FieldView;

/// The fields of the new table.
#[derive(Debug)]
pub(super) struct Body {
    /// The fields in the order of their columns.
    pub(super) fields: Vec<FieldView>,
    /// The columns that are filled, each with the expression over the old table that fills it.
    pub(super) mapping: IndexMap<SmolStr, String>,
    /// The new names of fields by the old ones.
    pub(super) renamed: IndexMap<SmolStr, SmolStr>,
}

/// A field with its place among the others: Django's `creation_counter`.
type Counted = (i64, FieldView);

impl Body {
    pub(super) fn new(
        editor: &SchemaEditor<'_>,
        model: &ModelIn<'_>,
        changes: &Changes<'_, '_>,
    ) -> Result<Self, EditorError> {
        let mut fields: IndexMap<SmolStr, Counted> = own_fields(model);
        let mut mapping: IndexMap<SmolStr, String> = IndexMap::new();
        for field in model.view.concrete_fields().filter(|field| !is_generated(&field.field)) {
            let column = field.column_name();
            mapping.insert(column.into(), editor.quote(column).to_string());
        }
        give_up_primary_key(&mut fields, &mut mapping, changes);
        if let Some(created) = changes.create {
            insert(&mut fields, &created.view, new_counter(editor, model, created, 0));
            let field = created.field();
            if field.db_default.is_none() && !is_generated(field) && created.view.column.is_some() {
                mapping.insert(created.column().into(), prepared_default(editor, created)?);
            }
        }
        let mut renamed = IndexMap::new();
        for altered in &changes.alter {
            let (old, new) = (altered.old, altered.new);
            fields.shift_remove(&old.view.name);
            mapping.shift_remove(old.column());
            insert(&mut fields, &new.view, new_counter(editor, model, new, altered.position));
            renamed.insert(old.view.name.clone(), new.view.name.clone());
            if is_generated(new.field()) {
                continue;
            }
            let column = editor.quote(old.column()).to_string();
            let value = if old.field().null && !new.field().null {
                let default = if new.field().db_default.is_some() {
                    editor.db_default_sql(new)?.text
                } else {
                    prepared_default(editor, new)?
                };
                format!("coalesce({column}, {default})")
            } else {
                column
            };
            mapping.insert(new.column().into(), value);
        }
        if let Some(deleted) = changes.delete {
            fields.shift_remove(&deleted.view.name);
            mapping.shift_remove(deleted.column());
        }
        let mut fields: Vec<Counted> = fields.into_values().collect();
        fields.sort_by_key(|(counter, _)| *counter);
        Ok(Self { fields: fields.into_iter().map(|(_, field)| field).collect(), mapping, renamed })
    }
}

/// The fields of the old model, with counters that keep their order; implicit ones have negative counters.
///
/// Fields that refer to their own model are made anew in Django, and therefore come after all others.
fn own_fields(model: &ModelIn<'_>) -> IndexMap<SmolStr, Counted> {
    let composite = model.view.has_composite_pk().then(|| model.view.pk.clone()).flatten();
    let concrete = (0_i64..).zip(&model.view.fields).filter(|(_, field)| field.column.is_some());
    let fields = concrete.map(|(position, field)| (field.clone(), position)).chain(composite.map(|pk| (pk, 0)));
    let counted = fields.map(|(field, position)| {
        let to = field.foreign_key().map(|relation| relation.target(&field.model.app, &field.model.name));
        let cloned = to.is_some_and(|to| to == model.view.id) || field.column.is_none();
        let counter = match (is_implicit(&field.field), cloned) {
            (false, false) => 1_000_000 + position,
            (false, true) => 3_000_000 + position,
            (true, false) => -2_000_000 + position,
            (true, true) => -4_000_000 - position,
        };
        (field.name.clone(), (counter, field))
    });
    counted.collect()
}

/// The counter of a field that takes the place of another one or is new.
///
/// It comes from the new state, and so may the model: then the field has its own place in it.
fn new_counter(editor: &SchemaEditor<'_>, model: &ModelIn<'_>, field: &FieldIn<'_>, position: i64) -> i64 {
    if std::ptr::eq(model.models.state, field.models.state)
        && let Some(position) = model.view.fields.iter().position(|own| own.name == field.view.name)
        && let Ok(position) = i64::try_from(position)
    {
        return if is_implicit(field.field()) { -2_000_000 + position } else { 1_000_000 + position };
    }
    match (is_implicit(field.field()), editor.rendering()) {
        (false, Rendering::BeforeFirst) => 2_000_000 + position,
        (false, Rendering::AfterFirst) => position,
        (true, Rendering::BeforeFirst) => -3_000_000 - position,
        (true, Rendering::AfterFirst) => -1_000_000 - position,
    }
}

/// Takes the key from the old primary key when a new one comes in.
fn give_up_primary_key(
    fields: &mut IndexMap<SmolStr, Counted>,
    mapping: &mut IndexMap<SmolStr, String>,
    changes: &Changes<'_, '_>,
) {
    let altered = || changes.alter.iter().map(|altered| &altered.new.view);
    if !changes.create.map(|created| &created.view).into_iter().chain(altered()).any(|field| field.field.primary_key) {
        return;
    }
    let names: Vec<SmolStr> = fields.keys().cloned().collect();
    for name in names {
        let Some((_, view)) = fields.get_mut(&name) else { continue };
        if !view.field.primary_key || altered().any(|field| field.name == name) {
            continue;
        }
        if is_implicit(&view.field) {
            mapping.shift_remove(view.column_name());
            fields.shift_remove(&name);
        } else {
            Arc::make_mut(&mut view.field).primary_key = false;
        }
    }
}

fn insert(fields: &mut IndexMap<SmolStr, Counted>, view: &FieldView, counter: i64) {
    if view.column.is_some() || matches!(view.field.kind, FieldKind::CompositePrimaryKey(_)) {
        fields.insert(view.name.clone(), (counter, view.clone()));
    }
}

fn prepared_default(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> Result<String, EditorError> {
    Ok(editor.effective_default(field)?.unwrap_or_else(|| "NULL".into()))
}

fn is_generated(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Generated { .. })
}

fn is_implicit(field: &Field) -> bool {
    field.kwargs.get("auto_created").and_then(Value::truth) == Some(true)
}
