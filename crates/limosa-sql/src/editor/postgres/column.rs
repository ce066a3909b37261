//! Columns on PostgreSQL.

use smol_str::{SmolStr, format_smolstr};

use crate::editor::model::{FieldIn, ModelIn};
use crate::editor::{EditorError, SchemaEditor, foreign_key};
use crate::names::split_identifier;
use crate::statement::ForeignKeySuffix;

/// Returns the foreign key as it stands in `ADD COLUMN`, with a second statement that checks it at once.
pub(crate) fn inline_foreign_key(
    editor: &SchemaEditor<'_>,
    model: &ModelIn<'_>,
    field: &FieldIn<'_>,
) -> Result<String, EditorError> {
    let key = editor.foreign_key(model, field, ForeignKeySuffix::Target)?;
    let name = editor.quote(&key.name(editor.dialect()));
    let (namespace, _) = split_identifier(model.table());
    let namespace = if namespace.is_empty() { String::new() } else { format!("{}.", editor.quote(namespace)) };
    let (to_table, to_column) = (editor.quote(&key.to_table), editor.quote(&key.to_column));
    let on_delete = foreign_key::on_delete(field);
    Ok(format!(
        "CONSTRAINT {name} REFERENCES {to_table}({to_column}){on_delete} DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS {namespace}{name} IMMEDIATE"
    ))
}

/// Returns a type as the database shows it (`character varying(20)` for `varchar(20)`).
pub(crate) fn stored_type(db_type: &str) -> SmolStr {
    if let Some(bracket) = db_type.find('[') {
        return format_smolstr!("{}[]", stored_type(&db_type[..bracket]));
    }
    match db_type.split_once('(') {
        Some(("varchar", length)) => format_smolstr!("character varying({length}"),
        Some(("numeric", digits)) => format_smolstr!("numeric({}", digits.replace(", ", ",")),
        None if db_type == "varchar" => SmolStr::new_static("character varying"),
        None if db_type == "time" => SmolStr::new_static("time without time zone"),
        _ => db_type.into(),
    }
}
