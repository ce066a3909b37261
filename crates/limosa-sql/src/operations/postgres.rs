//! Operations of `django.contrib.postgres` that touch no model.

use limosa_model::operations::{Collation, PostgresOperation};

use super::{Around, migrates};
use crate::dialect::Dialect;
use crate::editor::{EditorError, SchemaEditor};

pub(super) fn forwards(
    editor: &mut SchemaEditor<'_>,
    around: Around<'_>,
    operation: &PostgresOperation,
) -> Result<(), EditorError> {
    if let PostgresOperation::ValidateConstraint { model, name } = operation {
        let model = around.before(model)?;
        if migrates(editor, &model) {
            editor.validate_constraint(&model, name);
        }
        return Ok(());
    }
    if editor.context().dialect != Dialect::Postgres || editor.is_routed_away() {
        return Ok(());
    }
    match operation {
        PostgresOperation::CreateExtension { name, .. } => {
            if !editor.catalog().has_extension(name) {
                let sql = format!("CREATE EXTENSION IF NOT EXISTS {}", editor.quote(name));
                editor.execute(sql, |catalog| catalog.add_extension(name.clone(), ""));
            }
        }
        PostgresOperation::CreateCollation(collation) => create(editor, collation),
        PostgresOperation::RemoveCollation(collation) => remove(editor, collation),
        PostgresOperation::ValidateConstraint { .. } => {}
    }
    Ok(())
}

pub(super) fn backwards(
    editor: &mut SchemaEditor<'_>,
    _around: Around<'_>,
    operation: &PostgresOperation,
) -> Result<(), EditorError> {
    match operation {
        _ if editor.is_routed_away() => {}
        PostgresOperation::CreateExtension { name, .. } => {
            if editor.context().dialect == Dialect::Postgres && editor.catalog().has_extension(name) {
                let sql = format!("DROP EXTENSION IF EXISTS {}", editor.quote(name));
                editor.execute(sql, |catalog| catalog.drop_extension(name));
            }
        }
        // Unlike forwards, Django does not ask which database it is.
        PostgresOperation::CreateCollation(collation) => remove(editor, collation),
        PostgresOperation::RemoveCollation(collation) => create(editor, collation),
        PostgresOperation::ValidateConstraint { .. } => {}
    }
    Ok(())
}

fn create(editor: &mut SchemaEditor<'_>, collation: &Collation) {
    let mut options = vec![format!("locale={}", editor.quote(&collation.locale))];
    if collation.provider != "libc" {
        options.push(format!("provider={}", editor.quote(&collation.provider)));
    }
    if !collation.deterministic {
        options.push("deterministic=false".to_owned());
    }
    let sql = format!("CREATE COLLATION {} ({})", editor.quote(&collation.name), options.join(", "));
    editor.execute(sql, |catalog| catalog.add_collation(collation.name.clone(), collation.deterministic));
}

fn remove(editor: &mut SchemaEditor<'_>, collation: &Collation) {
    let sql = format!("DROP COLLATION {}", editor.quote(&collation.name));
    editor.execute(sql, |catalog| catalog.drop_collation(&collation.name));
}
