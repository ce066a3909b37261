//! What the database makes of definitions: columns, and the names that it gives to what has none.

use limosa_model::field::FieldKind;
use smol_str::SmolStr;

use super::model::{FieldIn, ModelIn};
use super::{EditorError, SchemaEditor, mysql, postgres, table};
use crate::catalog::{Catalog, Column, Constraint, Sequence, Table};
use crate::dialect::Dialect;
use crate::statement::{ForeignKeySuffix, stored};

/// A table that a statement creates.
#[derive(Debug)]
pub(crate) struct CreatedTable {
    pub(crate) name: SmolStr,
    pub(crate) columns: Vec<CreatedColumn>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) primary_key: Option<Vec<SmolStr>>,
    pub(crate) sql: Option<String>,
}

/// A column that a statement creates, with the constraints that are part of its definition.
#[derive(Debug)]
pub(crate) struct CreatedColumn {
    pub(crate) column: Column,
    pub(crate) primary_key: bool,
    pub(crate) unique: bool,
    pub(crate) check: bool,
    /// Whether the check goes with the definition of the column (MariaDB).
    pub(crate) inline_check: bool,
    pub(crate) sequence: bool,
    pub(crate) foreign_key: Option<Constraint>,
}

impl CreatedTable {
    /// Adds the table to the catalog.
    pub(crate) fn create(self, catalog: &mut Catalog) {
        let mut created = Table::new(self.name.clone());
        created.sql = self.sql;
        catalog.create_table(created);
        // PostgreSQL makes one index of those that are the same; the name that was given counts.
        let merges = catalog.dialect() == Dialect::Postgres;
        let named =
            |column: &SmolStr| merges && self.constraints.iter().any(|found| found.unique && found.is_over(&[column]));
        let columns: Vec<CreatedColumn> = self
            .columns
            .into_iter()
            .map(|column| CreatedColumn { unique: column.unique && !named(&column.column.name), ..column })
            .collect();
        for column in columns {
            column.add_to(catalog, &self.name);
        }
        if let Some(columns) = self.primary_key {
            let name = catalog.default_primary_key_name(&self.name);
            catalog.add_constraint(&self.name, Constraint::primary_key(name, columns));
        }
        for constraint in self.constraints {
            catalog.add_constraint(&self.name, constraint);
        }
    }
}

impl CreatedColumn {
    /// Adds the column to a table of the catalog.
    pub(crate) fn add_to(self, catalog: &mut Catalog, table: &str) {
        let name = self.column.name.clone();
        catalog.add_column(table, self.column);
        if catalog.dialect() == Dialect::MySql {
            if self.primary_key {
                catalog.add_constraint(table, Constraint::primary_key("PRIMARY", [name.clone()]));
            } else if self.unique {
                let unique = catalog.default_key_name(table, &name);
                catalog.add_constraint(table, Constraint::unique(unique, [name.clone()]));
            }
            if self.check || self.inline_check {
                catalog.add_column_check(table, &name, self.inline_check);
            }
        }
        let postgres = catalog.dialect() == Dialect::Postgres;
        if self.sequence {
            let sequence = catalog.default_sequence_name(table, &name);
            catalog.add_sequence(table, Sequence { name: sequence, column: name.clone() });
        }
        if self.primary_key && postgres {
            let key = catalog.default_primary_key_name(table);
            catalog.add_constraint(table, Constraint::primary_key(key, [name.clone()]));
        } else if self.unique && postgres {
            let unique = catalog.default_unique_name(table, &[&name]);
            catalog.add_constraint(table, Constraint::unique(unique, [name.clone()]));
        }
        if self.check && postgres {
            let check = catalog.default_check_name(table, &name);
            catalog.add_constraint(table, Constraint::check(check, [name.clone()]));
        }
        if let Some(key) = self.foreign_key {
            catalog.add_constraint(table, key);
        }
    }
}

/// Returns the table that `CREATE TABLE` makes for a model.
pub(crate) fn catalog_table(editor: &SchemaEditor<'_>, model: &ModelIn<'_>) -> Result<CreatedTable, EditorError> {
    let mut columns = Vec::new();
    let mut parameters = false;
    for field in model.fields() {
        if let Some(column) = editor.column_definition(model, &field, false)? {
            parameters |= !column.params.is_empty();
            columns.push(CreatedColumn { foreign_key: None, ..catalog_column(editor, model, &field)? });
        }
    }
    let mut constraints = Vec::new();
    if !parameters {
        for constraint in &model.view.state.options.constraints {
            constraints
                .extend(editor.catalog_constraint(model, constraint)?.map(|found| stored(editor.dialect(), found)));
        }
    }
    Ok(CreatedTable {
        name: model.table().clone(),
        columns,
        constraints,
        primary_key: table::composite_key(model)?,
        sql: None,
    })
}

/// Returns the column that a definition makes for a field, with its foreign key as `ADD COLUMN` makes it.
pub(crate) fn catalog_column(
    editor: &SchemaEditor<'_>,
    model: &ModelIn<'_>,
    view: &FieldIn<'_>,
) -> Result<CreatedColumn, EditorError> {
    let (parameters, field) = (view.parameters()?, view.field());
    let generated = matches!(field.kind, FieldKind::Generated { .. });
    let db_type = parameters.db_type.unwrap_or_default();
    let data_type =
        if editor.dialect() == Dialect::Postgres { postgres::column::stored_type(&db_type) } else { db_type };
    let default = if field.db_default.is_some() { Some(editor.db_default_text(view)?) } else { None };
    let foreign_key = if view.has_db_constraint() {
        let key = editor.foreign_key(model, view, ForeignKeySuffix::Target)?;
        let name = key.name(editor.dialect());
        let key = Constraint::foreign_key(name, key.column, key.to_table, key.to_column);
        Some(stored(editor.dialect(), key))
    } else {
        None
    };
    let check = parameters.check.is_some();
    let inline_check = editor.dialect() == Dialect::MySql && mysql::column::has_inline_check(editor, &data_type, check);
    Ok(CreatedColumn {
        column: Column {
            name: editor.stored(view.column()),
            data_type,
            nullable: field.null && !field.primary_key || generated,
            auto: field.kind.is_auto(),
            default,
            generated,
            collation: parameters.collation,
            comment: if editor.dialect() == Dialect::MySql {
                field.db_comment.as_ref().map(ToString::to_string)
            } else {
                None
            },
        },
        primary_key: field.primary_key,
        unique: field.unique() && !field.primary_key,
        check,
        inline_check,
        sequence: editor.dialect() == Dialect::Postgres && field.kind.is_auto(),
        foreign_key,
    })
}
