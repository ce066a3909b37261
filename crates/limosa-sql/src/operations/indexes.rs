//! Operations on indexes and constraints.

use limosa_model::index::Index;
use limosa_model::operations::{AddConstraint, OldIndex, RenameIndex};

use super::{Around, migrates};
use crate::catalog::ConstraintFilter;
use crate::editor::{EditorError, SchemaEditor};

pub(super) fn add_index(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    index: &Index,
    concurrently: bool,
) -> Result<(), EditorError> {
    let model = around.after(model)?;
    if migrates(editor, &model) { editor.add_index(&model, index, concurrently) } else { Ok(()) }
}

pub(super) fn remove_added_index(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    index: &Index,
    concurrently: bool,
) -> Result<(), EditorError> {
    let model = around.before(model)?;
    if migrates(editor, &model) { editor.remove_index(&model, index, concurrently) } else { Ok(()) }
}

pub(super) fn remove_index(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    name: &str,
    concurrently: bool,
) -> Result<(), EditorError> {
    let model = around.before(model)?;
    if !migrates(editor, &model) {
        return Ok(());
    }
    let index = model.view.state.index(name)?.clone();
    editor.remove_index(&model, &index, concurrently)
}

pub(super) fn add_removed_index(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    name: &str,
    concurrently: bool,
) -> Result<(), EditorError> {
    let model = around.after(model)?;
    if !migrates(editor, &model) {
        return Ok(());
    }
    let index = model.view.state.index(name)?.clone();
    editor.add_index(&model, &index, concurrently)
}

pub(super) fn rename_index(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    operation: &RenameIndex,
) -> Result<(), EditorError> {
    match &operation.old {
        OldIndex::Name(old_name) => rename_named(editor, around, &operation.model, old_name, &operation.new_name),
        OldIndex::Fields(fields) => {
            let model = around.after(&operation.model)?;
            if !migrates(editor, &model) {
                return Ok(());
            }
            let before = around.before(&operation.model)?;
            let columns = before.columns(fields)?;
            let borrowed: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
            // Up to Django 4.2 unique indexes count too.
            let unique = (editor.context().django >= limosa_model::django::DjangoVersion::V52).then_some(false);
            let filter =
                ConstraintFilter { columns: Some(&borrowed), index: Some(true), unique, ..ConstraintFilter::default() };
            let names = editor.constraint_names(before.table(), filter);
            let [name] = names.as_slice() else {
                return Err(EditorError::WrongNumber {
                    count: names.len(),
                    what: "indexes",
                    table: before.table().clone(),
                    columns,
                });
            };
            if *name == operation.new_name {
                return Ok(());
            }
            let old = Index { name: name.clone(), ..operation.named_index(fields) };
            let new = model.view.state.index(&operation.new_name)?.clone();
            editor.rename_index(&model, &old, &new)
        }
    }
}

pub(super) fn rename_index_back(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    operation: &RenameIndex,
) -> Result<(), EditorError> {
    match &operation.old {
        OldIndex::Name(old_name) => rename_named(editor, around, &operation.model, &operation.new_name, old_name),
        // What had no name before keeps the one that it got.
        OldIndex::Fields(_) => Ok(()),
    }
}

fn rename_named(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    old_name: &str,
    new_name: &str,
) -> Result<(), EditorError> {
    let after = around.after(model)?;
    if !migrates(editor, &after) {
        return Ok(());
    }
    let old = around.before(model)?.view.state.index(old_name)?.clone();
    if old.name == new_name {
        return Ok(());
    }
    let new = after.view.state.index(new_name)?.clone();
    editor.rename_index(&after, &old, &new)
}

pub(super) fn add_constraint(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    operation: &AddConstraint,
) -> Result<(), EditorError> {
    // Django looks at the state before when the constraint is not valid yet.
    let model = if operation.not_valid { around.before(&operation.model)? } else { around.after(&operation.model)? };
    if !migrates(editor, &model) {
        return Ok(());
    }
    if operation.not_valid {
        return editor.add_constraint_not_valid(&model, &operation.constraint);
    }
    editor.add_constraint(&model, &operation.constraint)
}

pub(super) fn remove_added_constraint(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    operation: &AddConstraint,
) -> Result<(), EditorError> {
    let model = around.after(&operation.model)?;
    if migrates(editor, &model) { editor.remove_constraint(&model, &operation.constraint) } else { Ok(()) }
}

pub(super) fn remove_constraint(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    name: &str,
) -> Result<(), EditorError> {
    let after = around.after(model)?;
    if !migrates(editor, &after) {
        return Ok(());
    }
    let constraint = around.before(model)?.view.state.constraint(name)?.clone();
    editor.remove_constraint(&after, &constraint)
}

pub(super) fn add_removed_constraint(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    name: &str,
) -> Result<(), EditorError> {
    let model = around.after(model)?;
    if !migrates(editor, &model) {
        return Ok(());
    }
    let constraint = model.view.state.constraint(name)?.clone();
    editor.add_constraint(&model, &constraint)
}
