//! What changes in a column's definition: type, default, whether NULL is allowed.

use std::fmt;

use smol_str::SmolStr;

use super::Alteration;
use crate::catalog::Catalog;
use crate::dialect::Dialect;
use crate::editor::model::{FieldIn, unchanged};
use crate::editor::{EditorError, SchemaEditor, mysql, postgres};

/// A part of `ALTER TABLE`, or a statement of its own, with what it does to the catalog.
pub(crate) struct Action {
    /// The SQL.
    pub(crate) sql: String,
    /// What it does to the catalog.
    pub(crate) effect: Box<dyn FnOnce(&mut Catalog)>,
}

impl Action {
    /// Returns an action with its effect.
    pub(crate) fn new(sql: impl Into<String>, effect: impl FnOnce(&mut Catalog) + 'static) -> Self {
        Self { sql: sql.into(), effect: Box::new(effect) }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action").field("sql", &self.sql).finish_non_exhaustive()
    }
}

impl SchemaEditor<'_> {
    /// Changes the definition of a column; returns whether it left a temporary default behind.
    ///
    /// When NULL is no longer allowed and there is a default: the default is set, rows are filled, NULL is forbidden, and the
    /// caller removes the default at the end.
    pub(super) fn alter_definition(&mut self, change: &Alteration<'_, '_>) -> Result<bool, EditorError> {
        let (old, new) = (change.old.field(), change.new.field());
        let mut actions = Vec::new();
        let mut after = Vec::new();
        if change.changes_type()
            || change.old.type_suffix() != change.new.type_suffix()
            || self.context.supports_comments() && old.db_comment != new.db_comment
        {
            let (action, others) = self.alter_type(change)?;
            actions.push(action);
            after = others;
        }
        let column = SmolStr::new(change.new.column());
        let quoted = self.quote(&column);
        if new.db_default.is_some() {
            if old.db_default != new.db_default {
                let default = self.db_default_text(change.new)?;
                actions.push(self.set_default(change, &default));
            }
        } else if old.db_default.is_some() {
            actions.push(Action::new(format!("ALTER COLUMN {quoted} DROP DEFAULT"), {
                let (table, column) = (change.model.table().clone(), self.stored(&column));
                move |catalog| _ = catalog.change_column(&table, &column, |column| column.default = None)
            }));
        }
        let forbids_null = old.null && !new.null;
        let mut temporary_default = false;
        if forbids_null && new.db_default.is_none() {
            let new_default = self.effective_default_value(change.new)?;
            if let Some(default) = &new_default
                && !self.skips_default_on_alter(change.new)?
                && self.default_changes(change.old, change.new, default)?
            {
                temporary_default = true;
                let default = mysql::alter::temporary_default(change.new, self.driver_literal(default)?)?;
                actions.push(Action::new(format!("ALTER COLUMN {quoted} SET DEFAULT {default}"), unchanged));
            }
        }
        let nullability = if old.null == new.null { None } else { Some(self.set_nullability(change)?) };
        let fills = forbids_null && (new.default.is_some() || new.db_default.is_some());
        let table = change.model.table().clone();
        match nullability {
            Some(nullability) if fills => {
                self.run_actions(&table, actions);
                let default = self.filling_default(change.new)?;
                self.fill(&table, &column, &default);
                self.run_actions(&table, vec![nullability]);
            }
            nullability => {
                actions.extend(nullability);
                self.run_actions(&table, actions);
            }
        }
        for action in after {
            self.execute(action.sql, action.effect);
        }
        Ok(temporary_default)
    }

    /// Returns the change of a column's type, and what follows it.
    ///
    /// Source: Django `db/backends/*/schema.py`, `_alter_column_type_sql`.
    pub(super) fn alter_type(&mut self, change: &Alteration<'_, '_>) -> Result<(Action, Vec<Action>), EditorError> {
        match self.dialect() {
            Dialect::MySql => Ok((mysql::alter::alter_type(self, change)?, Vec::new())),
            _ => postgres::alter::alter_type(self, change),
        }
    }

    /// Runs changes of one table, in one statement where the database takes several.
    pub(super) fn run_actions(&mut self, table: &str, actions: Vec<Action>) {
        if actions.is_empty() {
            return;
        }
        if !self.context().supports_combined_alters() {
            for action in actions {
                let sql = format!("ALTER TABLE {} {}", self.quote(table), action.sql);
                self.execute(sql, action.effect);
            }
            return;
        }
        let changes: Vec<&str> = actions.iter().map(|action| action.sql.as_str()).collect();
        let sql = format!("ALTER TABLE {} {}", self.quote(table), changes.join(", "));
        self.execute(sql, |catalog| {
            for action in actions {
                (action.effect)(catalog);
            }
        });
    }

    fn fill(&mut self, table: &str, column: &str, default: &str) {
        let (table, column) = (self.quote(table), self.quote(column));
        let after = if self.dialect() == Dialect::Postgres { postgres::alter::AFTER_UPDATE } else { "" };
        self.execute(format!("UPDATE {table} SET {column} = {default} WHERE {column} IS NULL{after}"), unchanged);
    }

    fn filling_default(&self, field: &FieldIn<'_>) -> Result<String, EditorError> {
        if field.field().db_default.is_some() {
            return self.db_default_text(field);
        }
        Ok(self.effective_default(field)?.unwrap_or_else(|| "NULL".into()))
    }

    fn set_default(&self, change: &Alteration<'_, '_>, default: &str) -> Action {
        let (table, column) = (change.model.table().clone(), self.stored(change.new.column()));
        let default = default.to_owned();
        Action::new(format!("ALTER COLUMN {} SET DEFAULT {default}", self.quote(change.new.column())), move |catalog| {
            catalog.change_column(&table, &column, |column| column.default = Some(default));
        })
    }

    fn set_nullability(&self, change: &Alteration<'_, '_>) -> Result<Action, EditorError> {
        if self.dialect() == Dialect::MySql {
            return mysql::alter::alter_nullability(self, change);
        }
        let null = change.new.field().null;
        let (table, column) = (change.model.table().clone(), self.stored(change.new.column()));
        let verb = if null { "DROP" } else { "SET" };
        let sql = format!("ALTER COLUMN {} {verb} NOT NULL", self.quote(change.new.column()));
        Ok(Action::new(sql, move |catalog| {
            catalog.change_column(&table, &column, |column| column.nullable = null);
        }))
    }
}
