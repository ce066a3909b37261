//! The catalog and what Django's introspection sees.

use indexmap::IndexMap;
use limosa_sql::catalog::{Catalog, Column, Constraint, ForeignKeyTarget, Table};
use limosa_sql::dialect::Dialect;
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::compare::Outcome;
use crate::oracle::{Answers, SchemaTable};

/// Brings the catalog to what introspection saw.
pub(super) fn apply(tables: &IndexMap<SmolStr, SchemaTable>, catalog: &mut Catalog) {
    let gone: Vec<SmolStr> =
        catalog.tables().map(|table| table.name.clone()).filter(|name| !tables.contains_key(name)).collect();
    for name in gone {
        catalog.drop_table(&name);
    }
    for (name, seen) in tables.iter().filter(|(name, seen)| *name != "django_migrations" && !seen.unknown) {
        let known = catalog.table(name).cloned();
        let mut table = known.clone().unwrap_or_else(|| Table::new(name.clone()));
        let column = |name: &SmolStr| known.as_ref().and_then(|table| table.column(name)).cloned();
        table.columns =
            seen.columns.iter().map(|name| column(name).unwrap_or_else(|| Column::new(name.clone(), ""))).collect();
        table.constraints = seen.constraints.iter().map(|(name, json)| constraint(name, json)).collect();
        if known.as_ref() != Some(&table) {
            catalog.change_table(name, |old| *old = table.clone());
            if known.is_none() {
                catalog.create_table(table);
            }
        }
    }
}

fn constraint(name: &SmolStr, json: &Json) -> Constraint {
    let flag = |name: &str| json[name].as_bool().unwrap_or(false);
    let text = |json: &Json| json.as_str().map(SmolStr::new);
    Constraint {
        name: name.clone(),
        columns: json["columns"].as_array().into_iter().flatten().map(text).collect(),
        primary_key: flag("primary_key"),
        unique: flag("unique"),
        foreign_key: json["foreign_key"]
            .as_array()
            .and_then(|pair| Some(ForeignKeyTarget { table: text(pair.first()?)?, column: text(pair.get(1)?)? })),
        check: flag("check"),
        index: flag("index"),
        index_type: text(&json["type"]),
        orders: Vec::new(),
        definition: None,
        valid: true,
        ..Constraint::default()
    }
}

/// Compares the catalog after all statements with what introspection saw in the end.
pub(super) fn compare(answers: &Answers, catalog: &Catalog) -> Outcome {
    let mut django = Vec::new();
    for (name, seen) in known_tables(answers) {
        django.push(format!("table {name}: {}", seen.columns.join(", ")));
        let dialect = answers.context.dialect;
        let lines = seen
            .constraints
            .iter()
            .filter_map(|(constraint_name, json)| line(dialect, name, &constraint(constraint_name, json)));
        django.extend(lines);
    }
    let mut ours = Vec::new();
    let unknown = |name: &str| answers.tables.get(name).is_some_and(|seen| seen.unknown);
    for table in catalog.tables().filter(|table| !unknown(&table.name)) {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        ours.push(format!("table {}: {}", table.name, columns.join(", ")));
        ours.extend(
            table.constraints.iter().filter_map(|constraint| line(answers.context.dialect, &table.name, constraint)),
        );
    }
    django.sort();
    ours.sort();
    Outcome::new("the catalog in the end", &django, Ok(ours))
}

fn known_tables(answers: &Answers) -> impl Iterator<Item = (&SmolStr, &SchemaTable)> {
    answers.tables.iter().filter(|(name, seen)| *name != "django_migrations" && !seen.unknown)
}

/// Shows a constraint. Nothing on SQLite asks for keys, and Django gives them names of its own.
fn line(dialect: Dialect, table: &str, constraint: &Constraint) -> Option<String> {
    if dialect == Dialect::Sqlite && (constraint.primary_key || constraint.foreign_key.is_some()) {
        return None;
    }
    // Django numbers what has no name by how it reads the text of the table.
    if dialect == Dialect::Sqlite && constraint.name.starts_with("__unnamed") {
        return None;
    }
    let columns: Vec<&str> = constraint.columns.iter().map(|column| column.as_deref().unwrap_or("?")).collect();
    let columns = if constraint.check { String::new() } else { columns.join(", ") };
    let flags = [
        (constraint.primary_key, "primary key"),
        (constraint.unique, "unique"),
        (constraint.check, "check"),
        (constraint.index, "index"),
    ];
    let flags: Vec<&str> = flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
    let to = constraint.foreign_key.as_ref().map(|to| format!(" to {}.{}", to.table, to.column)).unwrap_or_default();
    Some(format!("{table}.{} ({columns}) {}{to}", constraint.name, flags.join(" ")))
}
