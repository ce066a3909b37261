//! What a check looks at, with everything around it.

use std::fmt;

use limosa_model::code::CodeFacts;
use limosa_model::{ModelId, Span};
use limosa_sql::dialect::{Context, Dialect, Flavour};
use limosa_sql::effect::{ColumnDefinition, Effect, Impact, TableChange, Using};
use limosa_sql::model::Models;

use crate::known;
use crate::plan::{Plan, PlannedMigration, PlannedOperation, Statement};
use crate::so_far::SoFar;
use crate::types::{Fit, fit};

/// What a check looks at, with everything around it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// All that will run.
    pub plan: &'a Plan<'a>,
    /// The deploy that the migration belongs to, all of it.
    pub deploy: &'a [PlannedMigration<'a>],
    /// What the deploy has done before.
    pub so_far: &'a SoFar,
    /// The migration.
    pub migration: &'a PlannedMigration<'a>,
    /// The operation, when one is looked at.
    pub operation: Option<&'a PlannedOperation<'a>>,
    /// The statement, when one is looked at.
    pub statement: Option<&'a Statement>,
}

/// A column of an old table gets another type.
#[derive(Debug)]
pub(crate) struct TypeChange<'a> {
    pub(crate) table: &'a str,
    pub(crate) effect: &'a Effect,
    column: &'a str,
    /// The type before, as far as the models tell.
    from: Option<String>,
    to: &'a str,
    /// What computes the new values.
    pub(crate) using: Using,
}

impl TypeChange<'_> {
    /// Returns whether what was there fits in.
    pub(crate) fn fit(&self, dialect: Dialect) -> Fit {
        fit(self.from.as_deref(), self.to, dialect)
    }
}

impl fmt::Display for TypeChange<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
        write!(formatter, "`{}.{}` changes{from} to {}", self.table, self.column, self.to)
    }
}

impl<'a> Subject<'a> {
    /// Returns the database and its version.
    pub fn context(&self) -> &'a Context {
        self.plan.context
    }

    /// Returns the dialect of the database.
    pub fn dialect(&self) -> Dialect {
        self.plan.context.dialect
    }

    /// Returns whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.dialect() == Dialect::Postgres
    }

    /// Returns whether it is MariaDB.
    pub fn is_mariadb(&self) -> bool {
        self.plan.context.flavour == Flavour::MariaDb
    }

    /// Returns what the statement does, with what that costs; nothing when an operation or a migration is looked at.
    pub fn effects(&self) -> impl Iterator<Item = &'a (Effect, Impact)> + use<'a> {
        self.statement.into_iter().flat_map(|statement| &statement.effects)
    }

    /// Returns what the statement does to tables that others may be using: not to those that the deploy made.
    pub fn effects_on_old_tables(&self) -> impl Iterator<Item = (&'a str, &'a Effect, &'a Impact)> + use<'a> {
        let so_far = self.so_far;
        self.effects().filter_map(move |(effect, cost)| {
            let table = effect.table()?;
            (!so_far.is_new(table)).then_some((table, effect, cost))
        })
    }

    /// Returns what the operation means for the schema, one thing after the other; nothing when a migration is looked at.
    pub fn meant(&self) -> impl Iterator<Item = &'a Effect> + use<'a> {
        self.operation.into_iter().flat_map(PlannedOperation::meant)
    }

    /// Returns what the operation means for tables that others may be using: not for those that the deploy made.
    pub fn meaning_for_old_tables(&self) -> impl Iterator<Item = (&'a str, &'a Effect)> + use<'a> {
        let so_far = self.so_far;
        let mut made: Vec<&str> = Vec::new();
        self.meant().filter_map(move |effect| {
            let table = effect.table()?;
            let is_new = so_far.is_new(table) || made.iter().any(|made| known::is_same(made, table));
            if let Effect::CreateTable { .. } = effect {
                made.push(table);
            }
            (!is_new).then_some((table, effect))
        })
    }

    /// Returns what of that alters a table: the table, the effect, the change.
    pub fn alterations_of_old_tables(&self) -> impl Iterator<Item = (&'a str, &'a Effect, &'a TableChange)> + use<'a> {
        self.meaning_for_old_tables().filter_map(|(table, effect)| match effect {
            Effect::AlterTable { change, .. } => Some((table, effect, change)),
            _ => None,
        })
    }

    /// Returns which columns of old tables are dropped, with their tables; those that the deploy made are not among them.
    pub(crate) fn dropped_columns(&self) -> impl Iterator<Item = (&'a str, &'a str, &'a Effect)> + use<'a> {
        let subject = *self;
        self.alterations_of_old_tables().filter_map(move |(table, effect, change)| match change {
            TableChange::DropColumn { column, .. } if !subject.is_new_column(table, column, effect) => {
                Some((table, column.as_str(), effect))
            }
            _ => None,
        })
    }

    /// Returns which columns of old tables get another type; those that the deploy made are not among them.
    pub(crate) fn type_changes(&self) -> impl Iterator<Item = TypeChange<'a>> + use<'a> {
        let subject = *self;
        self.alterations_of_old_tables().filter_map(move |(table, effect, change)| {
            let (column, to, using) = match change {
                TableChange::AlterType { column, to, using, .. } => (column, to, *using),
                TableChange::ModifyColumn { column, to } => (column, &to.data_type, Using::Nothing),
                _ => return None,
            };
            subject.added_column(table, column, effect).is_none().then(|| {
                let from = subject.column_before(table, column).map(|before| before.data_type);
                TypeChange { table, effect, column, from, to, using }
            })
        })
    }

    /// Returns a column that the running code does not know, as it was added to a table that was there: by an operation before, or by this one
    /// before an effect of it.
    pub fn added_column(&self, table: &str, column: &str, effect: &Effect) -> Option<&'a ColumnDefinition> {
        let before = self.meant().take_while(|other| !std::ptr::eq(*other, effect));
        let added = before.filter_map(|other| match other {
            Effect::AlterTable { table: altered, change: TableChange::AddColumn(added) }
                if known::is_same(altered, table) && added.name.eq_ignore_ascii_case(column) =>
            {
                Some(added)
            }
            _ => None,
        });
        added.last().or_else(|| self.so_far.added_column(table, column))
    }

    /// Returns whether a column is new when an effect of the operation comes to it, or its table.
    pub fn is_new_column(&self, table: &str, column: &str, effect: &Effect) -> bool {
        self.so_far.is_new(table) || self.added_column(table, column, effect).is_some()
    }

    /// Returns what the functions of the operation do, the one that takes it back last.
    pub fn functions(&self) -> impl Iterator<Item = &'a CodeFacts> + use<'a> {
        let functions = self.operation.map(|operation| {
            let back = operation.reverse_function.as_ref();
            [operation.function.as_ref(), back.filter(|_| operation.function != operation.reverse_function)]
        });
        functions.into_iter().flatten().flatten()
    }

    /// Returns the table of a model before the operation.
    pub fn table_of(&self, model: &ModelId) -> Option<String> {
        let models = Models::new(&self.operation?.before, self.plan.context);
        models.model(model).ok().map(|view| view.table.to_string())
    }

    /// Returns the column as it was before the operation, as far as the models tell.
    pub(crate) fn column_before(&self, table: &str, column: &str) -> Option<ColumnDefinition> {
        known::column(&self.operation?.before, self.plan.context, table, column)
    }

    /// Returns whether what is looked at runs after the deploy, when no code of before is left.
    pub fn is_post_deploy(&self) -> bool {
        match self.operation {
            Some(operation) => self.migration.runs_post_deploy(operation),
            None => self.migration.is_post_deploy(),
        }
    }

    /// Returns whether the statement is the project's own, and not the schema editor's.
    pub fn is_own_sql(&self) -> bool {
        self.statement.is_some_and(|statement| statement.own)
    }

    /// Returns where what is looked at was written.
    pub fn span(&self) -> Option<Span> {
        let migration = || self.migration.migration.source.map(|source| Span { source, start: 0, end: 0 });
        self.operation.and_then(PlannedOperation::span).or_else(migration)
    }
}
