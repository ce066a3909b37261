//! Altered fields.
//!
//! Source: Django `db/backends/base/schema.py`, `alter_field` and `_alter_field`. The order of statements is Django's.

mod actions;
mod compare;
mod relations;

use limosa_model::field::FieldKind;
use smol_str::SmolStr;

pub(crate) use self::actions::Action;
use self::relations::RelatedPair;
use super::model::{FieldIn, ModelIn, unchanged};
use super::{EditorError, SchemaEditor, mysql, postgres, spatial, sqlite, values};
use crate::catalog::{ConstraintFilter, PLAIN_INDEX};
use crate::dialect::Dialect;
use crate::statement::{ForeignKeySuffix, IndexName};
use crate::types::DbParameters;

/// One altered column.
#[derive(Debug)]
pub(crate) struct Alteration<'f, 's> {
    /// The model, as Django hands it to `alter_field`.
    pub(crate) model: &'f ModelIn<'s>,
    /// The field as it was.
    pub(crate) old: &'f FieldIn<'s>,
    /// The field as it becomes.
    pub(crate) new: &'f FieldIn<'s>,
    /// What the old field says about its column.
    pub(crate) old_parameters: DbParameters,
    /// What the new field says about its column.
    pub(crate) new_parameters: DbParameters,
}

impl Alteration<'_, '_> {
    /// Returns whether the type or the collation of the column changes.
    pub(crate) fn changes_type(&self) -> bool {
        self.old_parameters.db_type != self.new_parameters.db_type
            || self.old_parameters.collation != self.new_parameters.collation
    }

    pub(crate) fn old_type(&self) -> &str {
        self.old_parameters.db_type.as_deref().unwrap_or_default()
    }

    pub(crate) fn new_type(&self) -> &str {
        self.new_parameters.db_type.as_deref().unwrap_or_default()
    }

    fn becomes_primary_key(&self) -> bool {
        !self.old.field().primary_key && self.new.field().primary_key
    }
}

impl SchemaEditor<'_> {
    /// Changes a field: its column, or the table of an automatic many-to-many field.
    ///
    /// # Errors
    /// When the two do not fit together, or the SQL cannot be written.
    pub fn alter_field<'s>(
        &mut self,
        model: &ModelIn<'s>,
        old: &FieldIn<'s>,
        new: &FieldIn<'s>,
    ) -> Result<(), EditorError> {
        if !self.should_be_altered(old, new, &[])? {
            return Ok(());
        }
        let (old_parameters, new_parameters) = (old.parameters()?, new.parameters()?);
        let labels = || (old.label(), new.label());
        match (&old_parameters.db_type, &new_parameters.db_type) {
            (Some(_), Some(_)) => {}
            (None, _) if !old.is_relation() => return Err(no_type(labels())),
            (_, None) if !new.is_relation() => return Err(no_type(labels())),
            (None, None) => {
                let automatic = |field: &FieldIn<'_>| field.field().many_to_many().is_some_and(|m| m.through.is_none());
                return match (automatic(old), automatic(new)) {
                    (true, true) => self.alter_many_to_many(old, new),
                    (false, false) => Ok(()),
                    _ => Err(incompatible(labels())),
                };
            }
            _ => return Err(incompatible(labels())),
        }
        self.check_generated(model, old, new)?;
        if old.field().null && !new.field().null && new.field().db_default.is_none() {
            self.effective_default_value(new)?; // what only Python knows is asked for before anything is written
        }
        let alteration = Alteration { model, old, new, old_parameters, new_parameters };
        match self.dialect() {
            Dialect::Sqlite => sqlite::alter::alter_field(self, &alteration),
            Dialect::Postgres => postgres::alter::alter_field(self, &alteration),
            Dialect::MySql => self.alter_column(&alteration),
        }?;
        spatial::alter_index(self, &alteration);
        Ok(())
    }

    fn check_generated(&self, model: &ModelIn<'_>, old: &FieldIn<'_>, new: &FieldIn<'_>) -> Result<(), EditorError> {
        let same = match (&old.field().kind, &new.field().kind) {
            (FieldKind::Generated { persist: old_persist, .. }, FieldKind::Generated { persist, .. }) => {
                old_persist == persist
                    && match (
                        values::generated_sql(&generated_model(model, old)?, old),
                        values::generated_sql(&generated_model(model, new)?, new),
                    ) {
                        (Ok(old), Ok(new)) => old == new,
                        _ => false,
                    }
            }
            (FieldKind::Generated { .. }, _) | (_, FieldKind::Generated { .. }) => false,
            _ => true,
        };
        if same { Ok(()) } else { Err(EditorError::GeneratedField(new.label())) }
    }

    /// Changes a column in place.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_alter_field`.
    pub(crate) fn alter_column(&mut self, change: &Alteration<'_, '_>) -> Result<(), EditorError> {
        let (old, new) = (change.old.field(), change.new.field());
        let table = change.model.table().clone();
        let own_keys_dropped = self.drop_own_foreign_keys(change)?;
        if old.unique() && (!new.unique() || change.becomes_primary_key()) {
            self.drop_unique(change);
        }
        let retype_references =
            (old.primary_key && new.primary_key || old.unique() && new.unique()) && change.changes_type();
        let mut references = Vec::new();
        if retype_references {
            references = self.related_pairs(change.old, change.new)?;
            for pair in &references {
                for name in self.foreign_key_names(pair.model.table(), pair.new.column()) {
                    self.delete_foreign_key(pair.model.table(), &name);
                }
            }
        }
        if old.db_index && !old.unique() && (!new.db_index || new.unique()) {
            self.drop_field_index(change);
        }
        let (old_check, new_check) = (self.comparable_check(change.old)?, self.comparable_check(change.new)?);
        if old_check != new_check && old_check.is_some() {
            self.drop_check(change);
        }
        if change.old.column() != change.new.column() {
            self.rename_column(change)?;
        }
        let temporary_default = self.alter_definition(change)?;
        if old.primary_key && !new.primary_key {
            self.drop_primary_key(&table);
        }
        if !new.primary_key && new.unique() && (!old.unique() || old.primary_key) {
            let statement = super::table::unique_together(change.model, vec![change.new.column().into()]);
            self.run(&statement);
        }
        if (!old.db_index || old.unique()) && new.db_index && !new.unique() {
            let statement = self.create_field_index(change.model, std::slice::from_ref(change.new), "", Vec::new());
            self.run(&statement);
        }
        if change.becomes_primary_key() {
            self.add_primary_key(&table, change.new.column());
            references.extend(self.related_pairs(change.old, change.new)?);
        }
        for pair in &references {
            self.retype_reference(pair)?;
        }
        let constrained_before = change.old.is_relation() && change.old.has_db_constraint();
        if change.new.has_db_constraint() && (own_keys_dropped || !constrained_before) {
            let statement = self.create_foreign_key(change.model, change.new, ForeignKeySuffix::Target)?;
            self.run(&statement);
        }
        if retype_references {
            for pair in references.iter().filter(|pair| pair.new.has_db_constraint()) {
                let statement = self.create_foreign_key(&pair.model, &pair.new, ForeignKeySuffix::Plain)?;
                self.run(&statement);
            }
        }
        if old_check != new_check && new_check.is_some() {
            self.add_check(change);
        }
        if temporary_default {
            let column = self.quote(change.new.column());
            self.execute(format!("ALTER TABLE {} ALTER COLUMN {column} DROP DEFAULT", self.quote(&table)), unchanged);
        }
        Ok(())
    }

    fn drop_own_foreign_keys(&mut self, change: &Alteration<'_, '_>) -> Result<bool, EditorError> {
        if !change.old.has_db_constraint() || !self.should_be_altered(change.old, change.new, &["db_comment"])? {
            return Ok(false);
        }
        let names = self.foreign_key_names(change.model.table(), change.old.column());
        for name in &names {
            self.delete_foreign_key(change.model.table(), name);
        }
        Ok(!names.is_empty())
    }

    fn drop_unique(&mut self, change: &Alteration<'_, '_>) {
        let (constraints, _) = change.model.declared_names();
        let filter = ConstraintFilter {
            columns: Some(&[change.old.column()]),
            unique: Some(true),
            primary_key: Some(false),
            exclude: &super::constraint::as_strs(&constraints),
            ..ConstraintFilter::default()
        };
        for name in self.constraint_names(change.model.table(), filter) {
            self.delete_unique(change.model.table(), &name);
        }
    }

    fn drop_field_index(&mut self, change: &Alteration<'_, '_>) {
        let (_, indexes) = change.model.declared_names();
        let filter = ConstraintFilter {
            columns: Some(&[change.old.column()]),
            index: Some(true),
            index_type: Some(PLAIN_INDEX),
            exclude: &super::constraint::as_strs(&indexes),
            ..ConstraintFilter::default()
        };
        for name in self.constraint_names(change.model.table(), filter) {
            self.delete_index(change.model.table(), &name, false);
        }
    }

    fn drop_check(&mut self, change: &Alteration<'_, '_>) {
        let (constraints, _) = change.model.declared_names();
        let filter = ConstraintFilter {
            columns: Some(&[change.old.column()]),
            check: Some(true),
            exclude: &super::constraint::as_strs(&constraints),
            ..ConstraintFilter::default()
        };
        for name in self.constraint_names(change.model.table(), filter) {
            self.delete_check(change.model.table(), &name);
        }
    }

    fn add_check(&mut self, change: &Alteration<'_, '_>) {
        let (table, column) = (change.model.table().clone(), SmolStr::new(change.new.column()));
        let name = self.dialect().index_name(&table, &[&column], "_check");
        // Django writes the parameters' check even when only the comparable one differs.
        let check = change.new_parameters.check.clone().unwrap_or_else(|| "None".into());
        let statement = crate::statement::Statement::AddCheck(crate::statement::AddCheck {
            table,
            name,
            check,
            columns: vec![column],
            not_valid: false,
        });
        self.run(&statement);
    }

    /// Renames a column, in what waits too.
    fn rename_column(&mut self, change: &Alteration<'_, '_>) -> Result<(), EditorError> {
        let (table, old, new) = (change.model.table(), change.old.column(), change.new.column());
        let sql = match self.dialect() {
            Dialect::MySql => mysql::alter::rename_column(self, change)?,
            _ => format!("ALTER TABLE {} RENAME COLUMN {} TO {}", self.quote(table), self.quote(old), self.quote(new)),
        };
        let stored = (self.stored(old), self.stored(new));
        self.execute(sql, |catalog| catalog.rename_column(table, &stored.0, &stored.1));
        let dialect = self.dialect();
        for statement in &mut self.deferred {
            statement.rename_column(dialect, table, old, new);
        }
        Ok(())
    }

    fn drop_primary_key(&mut self, table: &str) {
        let filter = ConstraintFilter { primary_key: Some(true), ..ConstraintFilter::default() };
        for name in self.constraint_names(table, filter) {
            if self.dialect() == Dialect::MySql {
                let sql = format!("ALTER TABLE {} DROP PRIMARY KEY", self.quote(table));
                self.execute(sql, |catalog| catalog.drop_constraint(table, &name));
            } else {
                self.delete_constraint(table, &name);
            }
        }
    }

    fn add_primary_key(&mut self, table: &str, column: &str) {
        let name = IndexName::Derived("_pk").resolve(self.dialect(), table, &[column.into()]);
        let sql = format!(
            "ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({})",
            self.quote(table),
            self.quote(&name),
            self.quote(column)
        );
        let key = crate::catalog::Constraint::primary_key(name, [self.stored(column)]);
        self.execute(sql, |catalog| _ = catalog.add_constraint(table, key));
    }

    fn retype_reference(&mut self, pair: &RelatedPair<'_>) -> Result<(), EditorError> {
        let change = Alteration {
            model: &pair.model,
            old: &pair.old,
            new: &pair.new,
            old_parameters: pair.old.parameters()?,
            new_parameters: pair.new.parameters()?,
        };
        let (action, after) = self.alter_type(&change)?;
        self.run_actions(pair.model.table(), vec![action]);
        for action in after {
            self.execute(action.sql, action.effect);
        }
        Ok(())
    }
}

/// The model against which a generated field is compiled: its own, as it is before or after.
fn generated_model<'s>(model: &ModelIn<'s>, field: &FieldIn<'s>) -> Result<ModelIn<'s>, EditorError> {
    field.model().or_else(|_| Ok(model.clone()))
}

fn no_type((old, new): (SmolStr, SmolStr)) -> EditorError {
    EditorError::NoType { old, new }
}

fn incompatible((old, new): (SmolStr, SmolStr)) -> EditorError {
    EditorError::IncompatibleTypes { old, new }
}
