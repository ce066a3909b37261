//! Constraints of models' options.

use limosa_model::SmolStr;
use limosa_model::index::{Constraint, ConstraintKind, Deferrable, Exclusion, Unique};

use super::model::ModelIn;
use super::{EditorError, SchemaEditor, mysql, sqlite, values};
use crate::catalog;
use crate::dialect::Dialect;
use crate::statement::{AddCheck, AddExclusion, AddUnique, CreateIndex, IndexColumns, IndexName, Statement};

impl SchemaEditor<'_> {
    /// Adds a constraint.
    ///
    /// Source: Django `db/backends/base/schema.py`, `add_constraint`.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn add_constraint(&mut self, model: &ModelIn<'_>, constraint: &Constraint) -> Result<(), EditorError> {
        if self.dialect() == Dialect::Sqlite && !is_index(constraint) {
            return sqlite::constraint::add_constraint(self, model, constraint);
        }
        if let Some(statement) = self.create_constraint(model, constraint)? {
            self.run(&statement);
        }
        Ok(())
    }

    /// Adds a check constraint that the rows that are there need not meet (PostgreSQL).
    ///
    /// Source: Django `contrib/postgres/operations.py`, `AddConstraintNotValid`.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn add_constraint_not_valid(
        &mut self,
        model: &ModelIn<'_>,
        constraint: &Constraint,
    ) -> Result<(), EditorError> {
        if let Some(mut statement) = self.create_constraint(model, constraint)? {
            if let Statement::AddCheck(check) = &mut statement {
                check.not_valid = true;
            }
            self.run(&statement);
        }
        Ok(())
    }

    /// Checks the rows that were there when a constraint was added (PostgreSQL).
    ///
    /// Source: Django `contrib/postgres/operations.py`, `ValidateConstraint`.
    pub fn validate_constraint(&mut self, model: &ModelIn<'_>, name: &str) {
        let table = model.table();
        let sql = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", self.quote(table), self.quote(name));
        self.execute(sql, |catalog| {
            catalog.change_table(table, |table| {
                for constraint in table.constraints.iter_mut().filter(|constraint| constraint.name == name) {
                    constraint.valid = true;
                }
            });
        });
    }

    /// Removes a constraint.
    ///
    /// Source: Django `db/backends/base/schema.py`, `remove_constraint`, and the constraints' `remove_sql`.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn remove_constraint(&mut self, model: &ModelIn<'_>, constraint: &Constraint) -> Result<(), EditorError> {
        if self.dialect() == Dialect::Sqlite && !is_index(constraint) {
            return sqlite::constraint::remove_constraint(self, model, constraint);
        }
        let (table, name) = (model.table(), &constraint.name);
        if self.dialect() == Dialect::MySql
            && let ConstraintKind::Unique(unique) = &constraint.kind
            && self.supports_unique(unique)
        {
            mysql::index::create_missing_foreign_key_index(self, model, &unique.fields, &unique.expressions)?;
        }
        match &constraint.kind {
            ConstraintKind::Unique(unique) if !self.supports_unique(unique) => {}
            ConstraintKind::Check(_) if !self.context.supports_checks() => {}
            ConstraintKind::Unique(unique) if is_unique_index(unique) => {
                // Unlike an index of the model's options, what waits to create it stays.
                self.drop_index(table, name, false);
            }
            ConstraintKind::Unique(_) => self.delete_unique(table, name),
            ConstraintKind::Check(_) => self.delete_check(table, name),
            ConstraintKind::Exclusion(_) => self.delete_constraint(table, name),
            ConstraintKind::Custom(class) => {
                return Err(EditorError::CustomClass { name: name.clone(), class: class.clone() });
            }
        }
        Ok(())
    }

    /// Drops a unique constraint; on SQLite, a unique index.
    pub(crate) fn delete_unique(&mut self, table: &str, name: &str) {
        match self.dialect() {
            Dialect::Postgres => self.delete_constraint(table, name),
            Dialect::Sqlite => {
                self.execute(format!("DROP INDEX {}", self.quote(name)), |catalog| _ = catalog.drop_index(name));
            }
            Dialect::MySql => {
                let sql = mysql::constraint::delete_unique(self, table, name);
                self.execute(sql, |catalog| catalog.drop_index_of(table, name));
            }
        }
    }

    /// Drops a check.
    pub(crate) fn delete_check(&mut self, table: &str, name: &str) {
        if self.dialect() == Dialect::MySql {
            let sql = mysql::constraint::delete_check(self, table, name);
            self.execute(sql, |catalog| mysql::constraint::forget_check(catalog, table, name));
        } else {
            self.delete_constraint(table, name);
        }
    }

    /// Drops a constraint by its name.
    pub(crate) fn delete_constraint(&mut self, table: &str, name: &str) {
        let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", self.quote(table), self.quote(name));
        let name = self.stored(name);
        self.execute(sql, |catalog| catalog.drop_constraint(table, &name));
    }

    /// Returns the constraint as it stands in `CREATE TABLE`. What cannot stand there waits, or is nothing at all.
    ///
    /// Source: Django `db/models/constraints.py`, `constraint_sql` of each class; `db/backends/base/schema.py`, `_unique_sql`.
    pub(crate) fn constraint_definition(
        &mut self,
        model: &ModelIn<'_>,
        constraint: &Constraint,
    ) -> Result<Option<String>, EditorError> {
        let name = self.quote(&constraint.name);
        Ok(match &constraint.kind {
            ConstraintKind::Check(check) => {
                let check = values::condition(model, check)?;
                Some(format!("CONSTRAINT {name} CHECK ({check})"))
            }
            ConstraintKind::Unique(unique) if !self.supports_unique(unique) => None,
            ConstraintKind::Unique(unique) if is_unique_index(unique) || unique.nulls_distinct.is_some() => {
                if let Some(statement) = self.create_constraint(model, constraint)? {
                    self.defer(statement);
                }
                None
            }
            ConstraintKind::Unique(unique) => {
                let columns = self.dialect().quote_names(&model.columns(&unique.fields)?);
                Some(format!("CONSTRAINT {name} UNIQUE ({columns}){}", deferrable(unique.deferrable)))
            }
            ConstraintKind::Exclusion(exclusion) => {
                let mut statement = self.create_exclusion(model, constraint, exclusion)?;
                // The state of a model keeps no trace of how the usual access method was written.
                if statement.index_type.eq_ignore_ascii_case("gist") {
                    statement.index_type = SmolStr::new_static("GIST");
                }
                Some(statement.definition(self.dialect()))
            }
            ConstraintKind::Custom(class) => {
                return Err(EditorError::CustomClass { name: constraint.name.clone(), class: class.clone() });
            }
        })
    }

    /// Returns the statement that adds a constraint, nothing where the database has no such constraint.
    ///
    /// Source: Django `db/models/constraints.py`, `create_sql` of each class; `db/backends/base/schema.py`, `_create_unique_sql`.
    pub(crate) fn create_constraint(
        &self,
        model: &ModelIn<'_>,
        constraint: &Constraint,
    ) -> Result<Option<Statement>, EditorError> {
        let table = model.table().clone();
        Ok(Some(match &constraint.kind {
            ConstraintKind::Check(_) if !self.context.supports_checks() => return Ok(None),
            ConstraintKind::Check(check) => {
                let check = values::condition(model, check)?;
                let columns = values::condition_columns(model, &check);
                Statement::AddCheck(AddCheck { table, name: constraint.name.clone(), check, columns, not_valid: false })
            }
            ConstraintKind::Unique(unique) => return self.create_unique(model, constraint, unique),
            ConstraintKind::Exclusion(exclusion) => {
                Statement::AddExclusion(self.create_exclusion(model, constraint, exclusion)?)
            }
            ConstraintKind::Custom(class) => {
                return Err(EditorError::CustomClass { name: constraint.name.clone(), class: class.clone() });
            }
        }))
    }

    fn create_unique(
        &self,
        model: &ModelIn<'_>,
        constraint: &Constraint,
        unique: &Unique,
    ) -> Result<Option<Statement>, EditorError> {
        if !self.supports_unique(unique) {
            return Ok(None);
        }
        let (table, name) = (model.table().clone(), IndexName::Fixed(constraint.name.clone()));
        if !is_unique_index(unique) {
            return Ok(Some(Statement::AddUnique(AddUnique {
                table,
                name,
                columns: model.columns(&unique.fields)?,
                nulls_distinct: unique.nulls_distinct,
                deferrable: deferrable(unique.deferrable),
            })));
        }
        let columns = if unique.expressions.is_empty() {
            let opclasses = if self.dialect() == Dialect::Postgres { unique.opclasses.clone() } else { Vec::new() };
            IndexColumns::Columns { names: model.columns(&unique.fields)?, opclasses, descending: Vec::new() }
        } else {
            values::index_expressions(model, &unique.expressions)?
        };
        let condition = unique.condition.as_ref().map(|condition| values::condition(model, condition)).transpose()?;
        Ok(Some(Statement::CreateIndex(CreateIndex {
            table,
            name,
            unique: true,
            concurrently: false,
            using: None,
            columns,
            include: model.columns(&unique.include)?,
            nulls_distinct: unique.nulls_distinct,
            extra: String::new(),
            condition,
        })))
    }

    fn create_exclusion(
        &self,
        model: &ModelIn<'_>,
        constraint: &Constraint,
        exclusion: &Exclusion,
    ) -> Result<AddExclusion, EditorError> {
        let condition = exclusion.condition.as_ref();
        Ok(AddExclusion {
            table: model.table().clone(),
            name: constraint.name.clone(),
            index_type: exclusion.index_type.clone(),
            columns: values::exclusion_expressions(model, &exclusion.expressions)?,
            include: model.columns(&exclusion.include)?,
            condition: condition.map(|condition| values::condition(model, condition)).transpose()?,
            deferrable: deferrable(exclusion.deferrable),
        })
    }

    /// Source: Django `db/backends/base/schema.py`, `_unique_supported`.
    fn supports_unique(&self, unique: &Unique) -> bool {
        let context = self.context;
        (unique.condition.is_none() || context.supports_partial_indexes())
            && (unique.deferrable.is_none() || context.supports_deferrable_unique_constraints())
            && (unique.include.is_empty() || context.supports_covering_indexes())
            && (unique.expressions.is_empty() || context.supports_expression_indexes())
            && (unique.nulls_distinct.is_none() || context.supports_nulls_distinct_unique_constraints())
    }

    /// Returns the constraint that a definition in `CREATE TABLE` makes; nothing for what does not stand there.
    pub(crate) fn catalog_constraint(
        &self,
        model: &ModelIn<'_>,
        constraint: &Constraint,
    ) -> Result<Option<catalog::Constraint>, EditorError> {
        let name = constraint.name.clone();
        Ok(match &constraint.kind {
            ConstraintKind::Check(check) => {
                let check = values::condition(model, check)?;
                Some(catalog::Constraint::check(name, values::condition_columns(model, &check)))
            }
            ConstraintKind::Unique(unique)
                if self.supports_unique(unique) && !is_unique_index(unique) && unique.nulls_distinct.is_none() =>
            {
                Some(catalog::Constraint::unique(name, model.columns(&unique.fields)?))
            }
            ConstraintKind::Exclusion(exclusion) => {
                let columns = values::exclusion_expressions(model, &exclusion.expressions)?;
                Some(catalog::Constraint::exclusion(name, columns.names().iter().cloned()))
            }
            _ => None,
        })
    }
}

/// Returns whether a unique constraint is made as a unique index everywhere.
fn is_unique_index(unique: &Unique) -> bool {
    unique.condition.is_some()
        || !unique.include.is_empty()
        || !unique.opclasses.is_empty()
        || !unique.expressions.is_empty()
}

/// Returns whether SQLite adds and removes a constraint without remaking the table.
///
/// Source: Django `db/backends/sqlite3/schema.py`, `add_constraint`.
fn is_index(constraint: &Constraint) -> bool {
    match &constraint.kind {
        ConstraintKind::Unique(unique) => {
            unique.condition.is_some()
                || !unique.expressions.is_empty()
                || !unique.include.is_empty()
                || unique.deferrable.is_some()
        }
        _ => false,
    }
}

fn deferrable(deferrable: Option<Deferrable>) -> &'static str {
    match deferrable {
        None => "",
        Some(Deferrable::Deferred) => " DEFERRABLE INITIALLY DEFERRED",
        Some(Deferrable::Immediate) => " DEFERRABLE INITIALLY IMMEDIATE",
    }
}

/// Returns the names of constraints as borrowed texts.
pub(crate) fn as_strs(names: &[SmolStr]) -> Vec<&str> {
    names.iter().map(SmolStr::as_str).collect()
}
