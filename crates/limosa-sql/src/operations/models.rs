//! Operations on models.

use limosa_model::{ModelId, SmolStr, Value};

use super::{Around, migrates};
use crate::editor::{EditorError, FieldIn, ModelIn, SchemaEditor};
use crate::model::FieldView;

pub(super) fn create_model(editor: &mut SchemaEditor<'_>, around: Around<'_>, name: &str) -> Result<(), EditorError> {
    let model = around.after(name)?;
    if !migrates(editor, &model) {
        return Ok(());
    }
    editor.create_model(&model)?;
    if !editor.creates_index_together_later() {
        editor.alter_index_together(&model, &[], &model.view.state.options.index_together)?;
    }
    Ok(())
}

/// Creates a model again whose deletion is taken back; Django forgets its `index_together` here.
pub(super) fn create_deleted_model(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    name: &str,
) -> Result<(), EditorError> {
    let model = around.after(name)?;
    if migrates(editor, &model) { editor.create_model(&model) } else { Ok(()) }
}

pub(super) fn delete_model(editor: &mut SchemaEditor<'_>, around: Around<'_>, name: &str) -> Result<(), EditorError> {
    let model = around.before_deletion(name)?;
    if migrates(editor, &model) { editor.delete_model(&model) } else { Ok(()) }
}

/// Renames the table, then what points to the model, then the tables and columns of its many-to-many fields.
pub(super) fn rename_model(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    old_name: &str,
    new_name: &str,
) -> Result<(), EditorError> {
    let new_model = around.after(new_name)?;
    if !migrates(editor, &new_model) {
        return Ok(());
    }
    let old_model = around.before(old_name)?;
    editor.alter_db_table(old_model.table(), new_model.table());
    for related in around.from.related_objects(&old_model.view)? {
        let model = if related.model.id == old_model.view.id {
            new_model.clone()
        } else {
            ModelIn::get(around.to, &related.model.id)?
        };
        let old_field = FieldIn { models: around.from, view: related.field.clone() };
        let new_field = model.field(&related.field.name)?;
        editor.alter_field(&model, &old_field, &new_field)?;
    }
    for ((old_field, _), (new_field, new_through)) in
        zip_many_to_many(&old_model)?.into_iter().zip(zip_many_to_many(&new_model)?)
    {
        let target = new_field.field().related_model().unwrap_or_default();
        let to_itself = ModelId::resolve(target, around.app, new_name) == new_model.view.id;
        // Those that point to the model itself were renamed above.
        if !to_itself && new_through {
            editor.alter_many_to_many(&old_field, &new_field)?;
        }
    }
    Ok(())
}

fn zip_many_to_many<'s>(model: &ModelIn<'s>) -> Result<Vec<(FieldIn<'s>, bool)>, EditorError> {
    let field = |view: &FieldView| {
        let automatic = view.field.many_to_many().is_some_and(|relation| relation.through.is_none());
        (FieldIn { models: model.models, view: view.clone() }, automatic)
    };
    Ok(model.view.many_to_many.iter().map(field).collect())
}

pub(super) fn alter_model_table(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    name: &str,
) -> Result<(), EditorError> {
    let new_model = around.after(name)?;
    if !migrates(editor, &new_model) {
        return Ok(());
    }
    let old_model = around.before(name)?;
    editor.alter_db_table(old_model.table(), new_model.table());
    for ((old_field, _), (new_field, automatic)) in
        zip_many_to_many(&old_model)?.into_iter().zip(zip_many_to_many(&new_model)?)
    {
        if automatic && let (Some((old, _)), Some((new, _))) = (old_field.through()?, new_field.through()?) {
            editor.alter_db_table(old.table(), new.table());
        }
    }
    Ok(())
}

pub(super) fn alter_model_table_comment(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    name: &str,
) -> Result<(), EditorError> {
    let model = around.after(name)?;
    if !migrates(editor, &model) {
        return Ok(());
    }
    let comment = model.view.state.options.db_table_comment().map(SmolStr::from);
    editor.alter_db_table_comment(&model, comment.as_deref())
}

pub(super) fn alter_unique_together(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    name: &str,
) -> Result<(), EditorError> {
    let model = around.after(name)?;
    if !migrates(editor, &model) {
        return Ok(());
    }
    let old = around.before(name)?;
    editor.alter_unique_together(
        &model,
        &old.view.state.options.unique_together,
        &model.view.state.options.unique_together,
    )
}

pub(super) fn alter_index_together(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    name: &str,
) -> Result<(), EditorError> {
    let model = around.after(name)?;
    if !migrates(editor, &model) {
        return Ok(());
    }
    let old = around.before(name)?;
    editor.alter_index_together(
        &model,
        &old.view.state.options.index_together,
        &model.view.state.options.index_together,
    )
}

pub(super) fn alter_order_with_respect_to(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    name: &str,
) -> Result<(), EditorError> {
    let new_model = around.after(name)?;
    if !migrates(editor, &new_model) {
        return Ok(());
    }
    let old_model = around.before(name)?;
    let ordered = |model: &ModelIn<'_>| model.view.state.options.order_with_respect_to().is_some();
    match (ordered(&old_model), ordered(&new_model)) {
        (true, false) => editor.remove_field(&old_model, &old_model.field("_order")?),
        (false, true) => {
            let mut field = new_model.field("_order")?;
            if field.field().default.is_none() {
                field = field.with_default(Some(&Value::Int(0)));
            }
            editor.add_field(&old_model, &field)
        }
        _ => Ok(()),
    }
}
