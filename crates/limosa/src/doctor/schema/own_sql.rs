//! What SQL of the project does to the schema, as far as it is known.

use limosa_model::Operation;
use limosa_model::operations::OperationKind;
use limosa_sql::catalog::{Catalog, Column, Constraint, Table};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::{Alteration, Rows, TableAction, alterations, rows, split};

/// Returns whether an operation executes SQL that the project wrote.
pub(super) fn executes(operation: &Operation) -> bool {
    match &operation.kind {
        OperationKind::RunSql(_) => true,
        OperationKind::SeparateDatabaseAndState(both) => both.database_operations.iter().any(executes),
        _ => false,
    }
}

/// Returns whether [`follow`] knows all that SQL does to the schema.
pub(super) fn is_followed(sql: &str, dialect: Dialect) -> bool {
    let mut statements = split(sql, dialect).into_iter();
    statements.all(|statement| {
        !alterations(statement.text, dialect).is_empty() || rows(statement.text, dialect) != Rows::None
    })
}

/// Follows what SQL does to tables, columns, constraints and indexes.
///
/// What it adds is expected as it is found: its text is not compared, only whether it is there. What it makes anew is left alone.
pub(super) fn follow(catalog: &mut Catalog, found: &Catalog, sql: &str) {
    for statement in split(sql, catalog.dialect()) {
        for alteration in alterations(statement.text, catalog.dialect()) {
            change(catalog, found, &alteration);
        }
    }
}

fn change(catalog: &mut Catalog, found: &Catalog, alteration: &Alteration) {
    let Some(table) = table_of(catalog, alteration) else { return };
    let found = found.table(&table);
    match &alteration.action {
        TableAction::Drop => catalog.drop_table(&table),
        TableAction::Rename(new) => catalog.rename_table(&table, new),
        TableAction::PutColumn { name, definition } => put_column(catalog, found, &table, name, definition),
        TableAction::SetNull { name, allowed } => {
            catalog.change_column(&table, name, |column| column.nullable = *allowed);
        }
        TableAction::RenameColumn(old, new) => catalog.rename_column(&table, old, new),
        TableAction::DropColumn(name) => catalog.drop_column(&table, name),
        TableAction::PutConstraint { name, columns, .. } => {
            put_constraints(catalog, found, &table, name.as_deref(), columns.as_deref());
            if let Some(index) = alteration.action.index().filter(|index| !has(catalog, &table, &index.name)) {
                catalog.add_constraint(&table, index);
            }
        }
        TableAction::RenameConstraint(old, new) => catalog.rename_constraint(&table, old, new),
        TableAction::DropConstraint(name) => {
            let constraint = catalog.table(&table).and_then(|table| table.constraint(name));
            match constraint.is_some_and(|constraint| constraint.foreign_key.is_some()) {
                true => catalog.drop_foreign_key(&table, name),
                false => catalog.drop_constraint(&table, name),
            }
        }
        TableAction::DropPrimaryKey => {
            catalog.change_table(&table, |table| table.constraints.retain(|constraint| !constraint.primary_key));
        }
    }
}

/// Returns the table; where the statement names an index alone, the one that has it.
fn table_of(catalog: &Catalog, alteration: &Alteration) -> Option<String> {
    match (&alteration.table, &alteration.action) {
        (Some(table), _) => Some(table.clone()),
        (None, TableAction::DropConstraint(name) | TableAction::RenameConstraint(name, _)) => {
            catalog.table_of_constraint(name).map(|table| table.name.to_string())
        }
        (None, _) => None,
    }
}

/// Expects a column as it is found, with what its definition makes besides.
fn put_column(catalog: &mut Catalog, found: Option<&Table>, table: &str, name: &str, definition: &str) {
    let as_found = found.and_then(|found| found.column(name)).cloned();
    let is_new = catalog.table(table).is_some_and(|table| table.column(name).is_none());
    let column = as_found.unwrap_or_else(|| Column::new(name, definition));
    if is_new {
        catalog.add_column(table, column);
        put_constraints(catalog, found, table, None, Some(&[name.to_owned()]));
    } else {
        catalog.change_column(table, name, |old| *old = column);
    }
}

/// Expects the constraints and indexes that are found with this name, or else over exactly these columns.
fn put_constraints(
    catalog: &mut Catalog,
    found: Option<&Table>,
    table: &str,
    name: Option<&str>,
    columns: Option<&[String]>,
) {
    let all = found.map_or(&[][..], |found| &found.constraints);
    let is_meant = |constraint: &&Constraint| match name {
        Some(name) => constraint.name == name,
        None => columns.is_some_and(|columns| constraint.is_over(columns)),
    };
    for constraint in all.iter().filter(is_meant) {
        if !has(catalog, table, &constraint.name) {
            catalog.add_constraint(table, constraint.clone());
        }
    }
}

fn has(catalog: &Catalog, table: &str, constraint: &str) -> bool {
    catalog.table(table).is_some_and(|table| table.constraint(constraint).is_some())
}
