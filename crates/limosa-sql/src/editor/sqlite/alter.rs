//! Altered fields: renamed in place where nothing else changes, else by remaking the table.

use limosa_model::django::DjangoVersion;

use super::remake::{Altered, Changes};
use crate::editor::alter::Alteration;
use crate::editor::model::{FieldIn, ModelIn, related_in, unchanged};
use crate::editor::{EditorError, SchemaEditor};

/// Changes a column.
///
/// Source: Django `db/backends/sqlite3/schema.py`, `_alter_field`.
pub(crate) fn alter_field(editor: &mut SchemaEditor<'_>, change: &Alteration<'_, '_>) -> Result<(), EditorError> {
    let (model, old, new) = (change.model, change.old, change.new);
    if old.column() != new.column()
        && !old.has_db_constraint()
        && !new.has_db_constraint()
        && editor.column_definition(model, old, false)? == editor.column_definition(model, new, false)?
    {
        rename_column(editor, model, old, new);
        return Ok(());
    }
    editor.remake_table(model, &Changes { alter: vec![Altered { old, new, position: 0 }], ..Changes::default() })?;
    if new.field().unique() && change.changes_type() {
        for related in related_models(editor, old, new)? {
            editor.remake_table(&related, &Changes::default())?;
        }
    }
    Ok(())
}

/// Changes the table in between of a many-to-many field so that it points to the new ends.
///
/// Source: Django `db/backends/sqlite3/schema.py`, `_alter_many_to_many`.
pub(crate) fn alter_many_to_many(
    editor: &mut SchemaEditor<'_>,
    old: &FieldIn<'_>,
    new: &FieldIn<'_>,
) -> Result<(), EditorError> {
    let (Some((old_through, _)), Some((new_through, _))) = (old.through()?, new.through()?) else {
        return Err(EditorError::IncompatibleTypes { old: old.label(), new: new.label() });
    };
    let (old_own, old_other) = old.through_fields(&old_through)?;
    let (new_own, new_other) = new.through_fields(&new_through)?;
    if old_through.table() == new_through.table() {
        let alter = vec![
            Altered { old: &old_other, new: &new_other, position: 1 },
            Altered { old: &old_own, new: &new_own, position: 0 },
        ];
        return editor.remake_table(&old_through, &Changes { alter, ..Changes::default() });
    }
    editor.create_model(&new_through)?;
    // Django does not quote these columns.
    let sql = format!(
        "INSERT INTO {} (id, {}, {}) SELECT id, {}, {} FROM {}",
        editor.quote(new_through.table()),
        new_own.column(),
        new_other.column(),
        old_own.column(),
        old_other.column(),
        editor.quote(old_through.table())
    );
    editor.execute(sql, unchanged);
    editor.delete_model(&old_through)
}

/// Renames a column. Unlike elsewhere, statements that wait do not follow, as they do not in Django.
fn rename_column(editor: &mut SchemaEditor<'_>, model: &ModelIn<'_>, old: &FieldIn<'_>, new: &FieldIn<'_>) {
    let (table, old, new) = (model.table(), old.column(), new.column());
    let sql =
        format!("ALTER TABLE {} RENAME COLUMN {} TO {}", editor.quote(table), editor.quote(old), editor.quote(new));
    editor.execute(sql, |catalog| catalog.rename_column(table, old, new));
}

/// Returns the models whose tables hold foreign keys to the field, each once.
///
/// Django goes through them in the order of a Python set, which is chance. The altered model itself is among them when it refers to
/// itself: what Django compares it with is of another state.
fn related_models<'s>(
    editor: &SchemaEditor<'_>,
    old: &FieldIn<'s>,
    new: &FieldIn<'s>,
) -> Result<Vec<ModelIn<'s>>, EditorError> {
    let Ok(model) = new.model() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut add = |model: ModelIn<'s>| {
        if !found.iter().any(|other: &ModelIn<'_>| other.view.id == model.view.id) {
            found.push(model);
        }
    };
    if editor.context().django >= DjangoVersion::V61 {
        for pair in editor.related_pairs(old, new)? {
            add(pair.model);
        }
    } else {
        for related in new.models.related_objects(&model.view)? {
            let (model, field) = related_in(new.models, related);
            if field.field().many_to_many().is_none() {
                if field.target()?.field.name == new.view.name {
                    add(model);
                }
            } else if new.field().primary_key
                && let Some(through) = field.automatic_through()?
            {
                add(through);
            }
        }
    }
    if new.field().primary_key {
        for (_, through) in inherited_throughs(&model)? {
            add(through);
        }
    }
    Ok(found)
}

/// Returns the automatic models in between of a model's many-to-many fields, inherited ones among them.
fn inherited_throughs<'s>(model: &ModelIn<'s>) -> Result<Vec<(FieldIn<'s>, ModelIn<'s>)>, EditorError> {
    let mut throughs = Vec::new();
    for (parent, _) in &model.view.parents {
        throughs.extend(inherited_throughs(&ModelIn::get(model.models, parent)?)?);
    }
    throughs.extend(model.automatic_throughs()?);
    Ok(throughs)
}
