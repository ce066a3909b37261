//! The schema editor: from what happens to models to the statements that Django would execute, in the same order.
//!
//! Source: Django `db/backends/base/schema.py`, `BaseDatabaseSchemaEditor`. Where dialects differ, functions of the same names stand
//! in `postgres/`, `mysql/` and `sqlite/`.

mod alter;
mod column;
mod constraint;
mod constraint_names;
mod effect;
mod error;
mod foreign_key;
mod index;
mod many_to_many;
mod model;
mod mysql;
mod postgres;
mod spatial;
mod sqlite;
mod table;
mod together;
mod values;

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

use limosa_model::django::DjangoVersion;
use limosa_model::{ModelId, Value};
use smol_str::SmolStr;

pub use self::error::EditorError;
pub use self::model::{FieldIn, ModelIn};
use crate::catalog::Catalog;
use crate::dialect::{Context, Dialect};
use crate::statement::{Foreign, Statement, stored_name};

/// Writes the statements that change a schema.
///
/// It asks a [`Catalog`] where Django asks the database for names. While it plans, the catalog follows every statement, so that it
/// is at any time what the database will hold; in [`Mode::Collect`] the catalog stays as it is.
#[derive(Debug)]
pub struct SchemaEditor<'a> {
    context: &'a Context,
    catalog: &'a mut Catalog,
    mode: Mode,
    statements: Vec<String>,
    deferred: Vec<Deferred>,
    /// The number of the operation at hand, from 0.
    operation: usize,
    /// Tables renamed while collecting, with the names under which the catalog still has them.
    renamed_tables: BTreeMap<SmolStr, SmolStr>,
    /// Whether names were asked of a table that the catalog does not have.
    missed_table: AtomicBool,
    rendering: Rendering,
    rendered: bool,
    supplied_defaults: BTreeMap<(ModelId, SmolStr), Value>,
    /// Whether routers keep the operation at hand from the database.
    routed_away: bool,
}

/// A statement that waits for the end of the migration.
#[derive(Debug)]
struct Deferred {
    /// The number of the operation that it comes from.
    operation: usize,
    statement: Statement,
}

impl Deref for Deferred {
    type Target = Statement;

    fn deref(&self) -> &Statement {
        &self.statement
    }
}

impl DerefMut for Deferred {
    fn deref_mut(&mut self) -> &mut Statement {
        &mut self.statement
    }
}

/// A statement that waits after another schema editor went on for one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It waited before.
    Still {
        /// Its place in [`SchemaEditor::waiting`].
        position: usize,
        /// What was renamed meanwhile, in order.
        renamed: Vec<Renamed>,
    },
    /// The other editor wrote it.
    New(Foreign),
}

/// A table or a column that was renamed while a statement waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// A table.
    Table {
        /// The old name.
        old: SmolStr,
        /// The new name.
        new: SmolStr,
    },
    /// A column.
    Column {
        /// The table.
        table: SmolStr,
        /// The old name.
        old: SmolStr,
        /// The new name.
        new: SmolStr,
    },
}

/// What becomes of the catalog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It follows every statement (`migrate`).
    #[default]
    Track,
    /// It stays as it is, as the database does while statements are only written down (`sqlmigrate`).
    Collect,
}

/// In which order Django has rendered the states before and after the operation at hand.
///
/// It shows in one place: when SQLite remakes a table, new and altered fields stand among the others by the time at which they were
/// rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rendering {
    /// The state before was rendered first: a new field comes last.
    #[default]
    BeforeFirst,
    /// The state after was rendered first: a new field comes first.
    AfterFirst,
}

impl<'a> SchemaEditor<'a> {
    /// Returns an editor whose catalog follows every statement.
    pub fn new(context: &'a Context, catalog: &'a mut Catalog) -> Self {
        Self::with_mode(context, catalog, Mode::Track)
    }

    /// Returns an editor with a say in what becomes of the catalog.
    pub fn with_mode(context: &'a Context, catalog: &'a mut Catalog, mode: Mode) -> Self {
        Self {
            context,
            catalog,
            mode,
            statements: Vec::new(),
            deferred: Vec::new(),
            operation: 0,
            renamed_tables: BTreeMap::new(),
            missed_table: AtomicBool::new(false),
            rendering: Rendering::default(),
            rendered: mode == Mode::Track,
            supplied_defaults: BTreeMap::new(),
            routed_away: false,
        }
    }

    /// Returns the context.
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// Returns the catalog.
    pub fn catalog(&self) -> &Catalog {
        self.catalog
    }

    /// Returns the catalog, to be brought up to date with what else has changed the database.
    pub fn catalog_mut(&mut self) -> &mut Catalog {
        self.catalog
    }

    /// Returns what becomes of the catalog.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns whether routers keep the operation at hand from the database.
    pub fn is_routed_away(&self) -> bool {
        self.routed_away
    }

    /// Says whether routers keep the next operations from the database.
    pub fn set_routed_away(&mut self, routed_away: bool) {
        self.routed_away = routed_away;
    }

    /// Returns whether names were asked of a table that the catalog does not have, where Django would have stopped (MySQL).
    pub fn missed_table(&self) -> bool {
        self.missed_table.load(Ordering::Relaxed)
    }

    /// Returns in which order the states around the operation at hand were rendered.
    pub fn rendering(&self) -> Rendering {
        self.rendering
    }

    /// Says in which order the states around the operation at hand were rendered.
    pub(crate) fn set_rendering(&mut self, rendering: Rendering) {
        self.rendering = rendering;
    }

    /// Returns whether the state before the next operation has been rendered, as it always has when migrations run.
    pub fn is_rendered(&self) -> bool {
        self.rendered
    }

    /// Says whether the state before the next operation has been rendered.
    ///
    /// Operations keep this up to date themselves; only who runs the database operations of `SeparateDatabaseAndState`, which have
    /// states of their own, puts it back afterwards.
    pub fn set_rendered(&mut self, rendered: bool) {
        self.rendered = rendered;
    }

    /// Supplies a default that only Python can compute, prepared for the database (`get_db_prep_save`).
    ///
    /// What asked for it says so with [`EditorError::DefaultNeedsPython`], and is asked again with a fresh editor.
    pub fn supply_default(&mut self, model: ModelId, field: impl Into<SmolStr>, value: Value) {
        self.supplied_defaults.insert((model, field.into()), value);
    }

    /// Takes the statements that were written since the last time.
    pub fn take_statements(&mut self) -> Vec<String> {
        std::mem::take(&mut self.statements)
    }

    /// Returns whether statements wait for the end of the migration.
    ///
    /// Django records a migration in the transaction of its statements only when none do.
    pub fn has_deferred(&self) -> bool {
        !self.deferred.is_empty()
    }

    /// Comes to the next operation.
    pub fn next_operation(&mut self) {
        self.operation += 1;
    }

    /// Returns for each statement that waits the number of the operation that it comes from.
    pub fn waiting_operations(&self) -> Vec<usize> {
        self.deferred.iter().map(|deferred| deferred.operation).collect()
    }

    /// Describes the statements that wait, for another schema editor that goes on for one operation.
    pub fn waiting(&self) -> Vec<Foreign> {
        self.deferred.iter().map(|statement| statement.describe(self.context.dialect)).collect()
    }

    /// Takes back what waits after another schema editor went on for one operation.
    pub fn set_waiting(&mut self, waiting: impl IntoIterator<Item = Waiting>) {
        let mut before: Vec<Option<Deferred>> = std::mem::take(&mut self.deferred).into_iter().map(Some).collect();
        for waiting in waiting {
            match waiting {
                Waiting::Still { position, renamed } => {
                    let Some(mut statement) = before.get_mut(position).and_then(Option::take) else { continue };
                    for renamed in renamed {
                        match renamed {
                            Renamed::Table { old, new } => statement.rename_table(self.context.dialect, &old, &new),
                            Renamed::Column { table, old, new } => {
                                statement.rename_column(self.context.dialect, &table, &old, &new);
                            }
                        }
                    }
                    self.deferred.push(statement);
                }
                Waiting::New(statement) => self.defer(Statement::Foreign(statement)),
            }
        }
    }

    /// Ends the migration: writes the statements that waited, and returns all that were not taken.
    pub fn finish(mut self) -> Vec<String> {
        self.flush_deferred();
        self.statements
    }

    /// Writes the statements that waited (Django: the end of `__exit__`, and of SQLite's `_remake_table`).
    pub(crate) fn flush_deferred(&mut self) {
        for Deferred { statement, .. } in std::mem::take(&mut self.deferred) {
            let sql = statement.sql(self.context.dialect);
            // Up to Django 4.2 these are executed with an empty list of parameters, which halves percent signs.
            let sql = if self.context.django < DjangoVersion::V52 { sql.replace("%%", "%") } else { sql };
            self.execute(sql, |catalog| statement.apply(catalog));
        }
    }

    /// Writes a statement; `effect` does to the catalog what the database would do.
    ///
    /// This is the only place where statements are written.
    pub(crate) fn execute(&mut self, sql: impl Into<String>, effect: impl FnOnce(&mut Catalog)) {
        if self.mode == Mode::Track {
            effect(self.catalog);
        }
        self.statements.push(sql.into());
    }

    /// Writes a statement that could have waited.
    pub(crate) fn run(&mut self, statement: &Statement) {
        self.execute(statement.sql(self.context.dialect), |catalog| statement.apply(catalog));
    }

    /// Lets a statement wait for the end of the migration.
    pub(crate) fn defer(&mut self, statement: Statement) {
        self.deferred.push(Deferred { operation: self.operation, statement });
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.context.dialect
    }

    /// Returns a name as the database keeps it.
    pub(crate) fn stored(&self, name: &str) -> SmolStr {
        stored_name(self.context.dialect, name)
    }

    pub(crate) fn quote(&self, name: &str) -> SmolStr {
        SmolStr::new(self.context.dialect.quote_name(name).as_str())
    }
}
