//! Statements that wait for the end of a migration, on their way to Django's schema editor and back.

use limosa_sql::dialect::Dialect;
use limosa_sql::editor::{Renamed, Waiting};
use limosa_sql::statement::{DerivedName, Foreign};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use smol_str::SmolStr;

/// What waits after an operation.
#[derive(Deserialize)]
pub(super) struct After {
    #[serde(alias = "after")]
    pub(super) waiting: Vec<Item>,
}

/// A statement that waits: one of the engine's, or one that Django wrote.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Item {
    Still { position: usize, renamed: Vec<Vec<SmolStr>> },
    New { sql: String, tables: Vec<SmolStr>, columns: Vec<(SmolStr, SmolStr)>, names: Vec<Name> },
}

/// The name of an index or a foreign key that follows from a table and its columns.
#[derive(Deserialize)]
pub(super) struct Name {
    table: SmolStr,
    columns: Vec<SmolStr>,
    suffix: String,
    target: Option<(SmolStr, SmolStr)>,
}

/// Writes a statement for Django's schema editor.
pub(super) fn encode(statement: &Foreign, dialect: Dialect) -> Json {
    let names: Vec<Json> = statement.names.iter().map(|name| json!([name.table, name.resolve(dialect)])).collect();
    json!({ "sql": statement.sql, "tables": statement.tables, "columns": statement.columns, "names": names })
}

/// Reads a statement that Django's schema editor gave back.
pub(super) fn decode(item: Item) -> Waiting {
    match item {
        Item::Still { position, renamed } => {
            Waiting::Still { position, renamed: renamed.iter().filter_map(|parts| renaming(parts)).collect() }
        }
        Item::New { sql, tables, columns, names } => {
            let name = |name: Name| {
                let Name { table, columns, suffix, target } = name;
                DerivedName { table, columns, suffix, target }
            };
            Waiting::New(Foreign { sql, tables, columns, names: names.into_iter().map(name).collect(), index: None })
        }
    }
}

fn renaming(parts: &[SmolStr]) -> Option<Renamed> {
    match parts {
        [kind, old, new] if kind == "table" => Some(Renamed::Table { old: old.clone(), new: new.clone() }),
        [kind, table, old, new] if kind == "column" => {
            Some(Renamed::Column { table: table.clone(), old: old.clone(), new: new.clone() })
        }
        _ => None,
    }
}
