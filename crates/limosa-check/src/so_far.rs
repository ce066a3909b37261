//! What a deploy has done before the statement that is looked at.

mod tables;

use std::collections::{BTreeMap, BTreeSet};

use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Blocks, ColumnDefinition, ConstraintKind, Effect, EnumChange, TableChange, bare};
use limosa_sql::split::{Control, classify};
use smol_str::SmolStr;

use self::tables::Tables;
use crate::known;
use crate::plan::{Meant, Statement};
use crate::stats::Stats;

/// What a deploy has done before the statement that is looked at.
///
/// Everything by name is kept without schemas and in lower case, but for tables, of which two schemas may have one of a name.
#[derive(Clone, Debug, Default)]
pub struct SoFar {
    /// The tables that it made: nobody uses them yet.
    created: Tables,
    /// The columns that it added to tables that were there, by table and name: the running code does not know them.
    added: BTreeMap<(SmolStr, SmolStr), ColumnDefinition>,
    /// The indexes that it made.
    indexes: BTreeSet<SmolStr>,
    /// The constraints that the transaction at hand added as not valid, with their tables.
    not_valid: BTreeSet<(SmolStr, SmolStr)>,
    /// The checks that it added, by table and name.
    checks: BTreeMap<(SmolStr, SmolStr), AddedCheck>,
    /// The values that the transaction at hand added to enumerated types.
    enum_values: BTreeSet<String>,
    /// Whether a transaction is open: the migration's, or one that its SQL began.
    pub transaction: bool,
    /// The old tables that the transaction at hand keeps others from, in the order in which it came to them, and from what at the most.
    locked: Vec<(SmolStr, Blocks)>,
    /// What statements of the transaction at hand that locked one old table after another keep others from, at the most.
    pub locked_several: Option<Blocks>,
    /// The tables of which a constraint was validated that nobody has seen being added.
    validated: BTreeSet<SmolStr>,
    /// The settings that are in force with their values, such as `lock_timeout`: those of the connection, and what the deploy set.
    pub settings: BTreeMap<SmolStr, String>,
}

/// A check that a deploy added.
#[derive(Clone, Debug)]
struct AddedCheck {
    condition: String,
    /// Whether it holds for all rows.
    valid: bool,
}

impl SoFar {
    /// Begins a deploy on a database.
    pub fn new(stats: &Stats) -> Self {
        Self { settings: stats.limits.clone(), ..Self::default() }
    }

    /// Returns whether a limit is in force: such a setting is there, and neither 0 nor left to the server.
    pub fn has_limit(&self, setting: &str) -> bool {
        let is_limit = |value: &String| !["0", "default"].contains(&value.to_lowercase().as_str());
        self.settings.get(setting).is_some_and(is_limit)
    }

    /// Returns whether a table is new: nobody reads it or writes to it yet.
    pub fn is_new(&self, table: &str) -> bool {
        self.created.contains(table)
    }

    /// Returns whether a column is new, or its table.
    pub fn is_new_column(&self, table: &str, column: &str) -> bool {
        self.is_new(table) || self.added_column(table, column).is_some()
    }

    /// Returns a column that was added to a table that was there, as it was added.
    pub fn added_column(&self, table: &str, column: &str) -> Option<&ColumnDefinition> {
        self.added.get(&of_table(table, column))
    }

    /// Returns whether a constraint of a table was added as not valid by the transaction at hand.
    pub fn is_not_valid(&self, table: &str, constraint: &str) -> bool {
        self.not_valid.contains(&of_table(table, constraint))
    }

    /// Returns whether the deploy made an index.
    pub fn is_new_index(&self, index: &str) -> bool {
        self.indexes.contains(&key(index))
    }

    /// Returns whether the deploy added a check to a table that holds for all rows.
    pub fn has_valid_check(&self, table: &str) -> bool {
        self.valid_checks(table).next().is_some()
    }

    /// Returns whether a check that the deploy added says that a column holds no NULL.
    pub fn is_known_not_null(&self, table: &str, column: &str) -> bool {
        let demanded = format!("{} is not null", column.to_lowercase());
        self.valid_checks(table).any(|check| check.condition.split(" and ").any(|part| part == demanded))
    }

    fn valid_checks(&self, table: &str) -> impl Iterator<Item = &AddedCheck> {
        let table = key(table);
        let of_table =
            self.checks.range((table.clone(), SmolStr::default())..).take_while(move |(id, _)| id.0 == table);
        of_table.map(|(_, check)| check).filter(|check| check.valid)
    }

    /// Returns whether the deploy validated a constraint of a table of which nothing more is known.
    pub fn has_validated(&self, table: &str) -> bool {
        self.validated.contains(&key(table))
    }

    /// Returns the values that the transaction at hand added to enumerated types.
    pub fn enum_values(&self) -> impl Iterator<Item = &str> {
        self.enum_values.iter().map(String::as_str)
    }

    /// Returns the old tables that earlier statements of the transaction keep others from.
    pub fn locked_tables(&self, blocks: Blocks) -> impl Iterator<Item = &str> {
        let held = self.locked.iter().filter(move |(_, held)| *held >= blocks);
        held.map(|(table, _)| table.as_str()).filter(|table| !self.is_new(table))
    }

    /// Returns the old tables that a statement keeps others from at least from writing to, and that the transaction has not locked like that
    /// before; with what it keeps them from.
    pub fn newly_locked<'a>(&'a self, statement: &'a Statement) -> impl Iterator<Item = (&'a str, Blocks)> {
        let locks = statement.effects.iter().flat_map(|(_, cost)| &cost.locks);
        let felt = locks.filter(|lock| lock.blocks >= Blocks::Writes && !self.is_new(&lock.table));
        let is_held = |table: &str| self.locked_tables(Blocks::Writes).any(|held| known::is_same(held, table));
        felt.filter(move |lock| !is_held(&lock.table)).map(|lock| (lock.table.as_str(), lock.blocks))
    }

    /// Returns what a statement and those before it keep others from at the most, when it locks an old table while the transaction has
    /// locked other ones.
    pub fn locks_another(&self, statement: &Statement) -> Option<Blocks> {
        let taken = self.newly_locked(statement).map(|(_, blocks)| blocks).max()?;
        let felt = self.locked.iter().filter(|(table, blocks)| *blocks >= Blocks::Writes && !self.is_new(table));
        let held = felt.map(|(_, blocks)| *blocks).max()?;
        self.transaction.then(|| taken.max(held))
    }

    /// Returns what is known of tables and settings alone.
    pub(crate) fn tables_and_settings(&self) -> Self {
        Self { created: self.created.clone(), settings: self.settings.clone(), ..Self::default() }
    }

    /// Begins a migration.
    pub fn begin(&mut self, transaction: bool) {
        self.end_transaction();
        self.transaction = transaction;
        self.created.commit();
    }

    /// Forgets what ends with a transaction.
    pub fn end_transaction(&mut self) {
        self.locked.clear();
        self.not_valid.clear();
        self.enum_values.clear();
        self.locked_several = None;
        self.transaction = false;
    }

    /// Follows an operation that has run.
    pub fn follow_operation(&mut self, meaning: &[Meant]) {
        for Meant { effect, statement } in meaning {
            match effect {
                // Of the project's own SQL the statements were followed.
                Effect::CreateTable { table, .. } if statement.is_none() => self.created.add(table),
                Effect::RenameTable { table, to } => self.rename_table(table, to),
                Effect::AlterTable { table, change } => self.follow_column(table, change),
                _ => {}
            }
        }
    }

    fn rename_table(&mut self, table: &str, to: &str) {
        if self.is_new(table) {
            self.created.add(to);
        }
        let old = key(table);
        let columns = self.added.range((old.clone(), SmolStr::default())..).take_while(|(id, _)| id.0 == old);
        let columns: Vec<SmolStr> = columns.map(|((_, column), _)| column.clone()).collect();
        for column in columns {
            if let Some(definition) = self.added.remove(&(old.clone(), column.clone())) {
                self.added.insert((key(to), column), definition);
            }
        }
    }

    fn follow_column(&mut self, table: &str, change: &TableChange) {
        match change {
            TableChange::AddColumn(column) => _ = self.added.insert(of_table(table, &column.name), column.clone()),
            TableChange::DropColumn { column, .. } => _ = self.added.remove(&of_table(table, column)),
            TableChange::RenameColumn { column, to } => self.rename_column(table, column, to),
            TableChange::ModifyColumn { column, to } => self.rename_column(table, column, &to.name),
            _ => {}
        }
    }

    fn rename_column(&mut self, table: &str, column: &str, to: &str) {
        if let Some(definition) = self.added.remove(&of_table(table, column)) {
            self.added.insert(of_table(table, to), definition);
        }
    }

    /// Follows a statement that has run.
    pub fn follow(&mut self, statement: &Statement, dialect: Dialect) {
        let another = self.locks_another(statement);
        for (effect, cost) in &statement.effects {
            match effect {
                // What one statement of an operation made, another one of it may use.
                Effect::CreateTable { table, .. } => self.created.add(table),
                Effect::CreateIndex { name: Some(name), .. } => _ = self.indexes.insert(key(name)),
                Effect::AlterTable { table, change } => self.follow_constraint(table, change),
                Effect::AlterEnum { change: EnumChange::AddValue { value, .. }, .. } if self.transaction => {
                    self.enum_values.insert(value.clone());
                }
                Effect::Set { name, value, .. } => _ = self.settings.insert(name.as_str().into(), value.clone()),
                Effect::Transaction => match classify(&statement.sql, dialect).control {
                    Control::Begin => {
                        self.transaction = true;
                        self.created.commit();
                    }
                    Control::Commit => {
                        self.end_transaction();
                        self.created.commit();
                    }
                    Control::Rollback => {
                        self.end_transaction();
                        self.created.roll_back();
                    }
                    _ => {}
                },
                _ => {}
            }
            if self.transaction {
                cost.locks.iter().for_each(|lock| self.lock(&lock.table, lock.blocks));
            }
        }
        self.locked_several = self.locked_several.max(another);
    }

    fn lock(&mut self, table: &str, blocks: Blocks) {
        if self.is_new(table) {
            return;
        }
        match self.locked.iter_mut().find(|(held, _)| known::is_same(held, table)) {
            Some((_, held)) => *held = blocks.max(*held),
            None => self.locked.push((key(table), blocks)),
        }
    }

    fn follow_constraint(&mut self, table: &str, change: &TableChange) {
        match change {
            TableChange::AddConstraint { name: Some(name), kind, not_valid, .. } => {
                if *not_valid {
                    self.not_valid.insert(of_table(table, name));
                }
                if let ConstraintKind::Check(condition) = kind {
                    let check = AddedCheck { condition: plain(condition), valid: !not_valid };
                    self.checks.insert(of_table(table, name), check);
                }
            }
            TableChange::ValidateConstraint { name } => match self.checks.get_mut(&of_table(table, name)) {
                Some(check) => check.valid = true,
                None if self.not_valid.contains(&of_table(table, name)) => {}
                None => _ = self.validated.insert(key(table)),
            },
            TableChange::DropConstraint { name: Some(name), .. } => _ = self.checks.remove(&of_table(table, name)),
            _ => {}
        }
    }
}

/// Returns a condition as it is compared: in lower case, with neither quotes nor parentheses and one space between words.
fn plain(condition: &str) -> String {
    let condition = condition.to_lowercase().replace(['"', '`', '(', ')'], " ");
    condition.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a name as it is compared: without its schema, in lower case.
fn key(name: &str) -> SmolStr {
    bare(name).to_lowercase().into()
}

/// Returns the name of what belongs to a table, with the table's, as they are compared.
fn of_table(table: &str, name: &str) -> (SmolStr, SmolStr) {
    (key(table), name.to_lowercase().into())
}
