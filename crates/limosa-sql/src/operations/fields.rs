//! Operations on fields.

use limosa_model::Value;
use limosa_model::field::FieldKind;
use limosa_model::operations::AlterField;

use super::{Around, migrates};
use crate::editor::{EditorError, ModelIn, SchemaEditor};

/// Adds the field of the state after it. `default` is there when the field gets another default for the moment.
pub(super) fn add_field(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    name: &str,
    default: Option<Option<&Value>>,
) -> Result<(), EditorError> {
    let to_model = around.after(model)?;
    if !migrates(editor, &to_model) || has_no_column(&to_model, name) {
        return Ok(());
    }
    let from_model = around.before(model)?;
    let mut field = to_model.field(name)?;
    if let Some(default) = default {
        field = field.with_default(default);
    }
    editor.add_field(&from_model, &field)
}

pub(super) fn remove_field(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    name: &str,
) -> Result<(), EditorError> {
    let from_model = around.before(model)?;
    if !migrates(editor, &from_model) || has_no_column(&from_model, name) {
        return Ok(());
    }
    let field = from_model.field(name)?;
    editor.remove_field(&from_model, &field)
}

pub(super) fn alter_field(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    operation: &AlterField,
) -> Result<(), EditorError> {
    let to_model = around.after(&operation.model)?;
    if !migrates(editor, &to_model) {
        return Ok(());
    }
    let from_model = around.before(&operation.model)?;
    if has_no_column(&from_model, &operation.name) && has_no_column(&to_model, &operation.name) {
        return Ok(());
    }
    let from_field = from_model.field(&operation.name)?;
    let mut to_field = to_model.field(&operation.name)?;
    if !operation.preserve_default {
        to_field = to_field.with_default(operation.field.default.as_ref());
    }
    editor.alter_field(&from_model, &from_field, &to_field)
}

pub(super) fn rename_field(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    model: &str,
    old_name: &str,
    new_name: &str,
) -> Result<(), EditorError> {
    let to_model = around.after(model)?;
    if !migrates(editor, &to_model) {
        return Ok(());
    }
    let from_model = around.before(model)?;
    if has_no_column(&from_model, old_name) {
        return Ok(());
    }
    let (old, new) = (from_model.field(old_name)?, to_model.field(new_name)?);
    editor.alter_field(&from_model, &old, &new)
}

/// Returns whether a field is one of those that Django keeps apart from columns, such as a generic relation.
fn has_no_column(model: &ModelIn<'_>, name: &str) -> bool {
    model.view.state.fields.get(name).is_some_and(|field| field.kind == FieldKind::NoColumn)
}
