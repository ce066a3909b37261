//! Tables as SQLite's catalog has them.

use smol_str::format_smolstr;

use crate::catalog::Constraint;
use crate::editor::effect::{self, CreatedTable};
use crate::editor::model::ModelIn;
use crate::editor::{EditorError, SchemaEditor};

/// Returns the table that `CREATE TABLE` makes for a model.
///
/// What has no name is numbered, as Django's introspection does it
/// (`db/backends/sqlite3/introspection.py`, `_parse_table_constraints`).
pub(crate) fn catalog_table(
    editor: &SchemaEditor<'_>,
    model: &ModelIn<'_>,
    sql: &str,
) -> Result<CreatedTable, EditorError> {
    let mut created = effect::catalog_table(editor, model)?;
    let mut unnamed = Vec::new();
    for column in &created.columns {
        let name = || format_smolstr!("__unnamed_constraint_{}__", unnamed.len() + 1);
        if column.unique {
            unnamed.push(Constraint::unique(name(), [column.column.name.clone()]));
        }
        let name = || format_smolstr!("__unnamed_constraint_{}__", unnamed.len() + 1);
        if column.check {
            unnamed.push(Constraint::check(name(), [column.column.name.clone()]));
        }
    }
    created.constraints.splice(0..0, unnamed);
    created.sql = Some(sql.to_owned());
    Ok(created)
}
