//! What a deploy has done before the statement that is looked at.

use std::collections::{BTreeMap, BTreeSet};

use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Blocks, ConstraintKind, Effect, EnumChange, TableChange};
use limosa_sql::split::{Control, classify};
use smol_str::SmolStr;

use crate::plan::{Meant, Statement};
use crate::stats::Stats;

/// What a deploy has done before the statement that is looked at.
#[derive(Clone, Debug, Default)]
pub struct SoFar {
    /// The tables that it made: nobody uses them yet.
    created: BTreeSet<SmolStr>,
    /// The columns that it added, with their tables: the running code does not know them.
    added: BTreeSet<(SmolStr, SmolStr)>,
    /// The indexes that it made.
    indexes: BTreeSet<SmolStr>,
    /// The constraints that the transaction at hand added as not valid.
    not_valid: BTreeSet<SmolStr>,
    /// The checks that it added, with their tables and whether they hold for all rows.
    checks: BTreeMap<SmolStr, AddedCheck>,
    /// The values that the transaction at hand added to enumerated types.
    enum_values: BTreeSet<String>,
    /// Whether a transaction is open: the migration's, or one that its SQL began.
    pub transaction: bool,
    /// The tables that the transaction at hand keeps others from, and from what.
    pub locked: Vec<(SmolStr, Blocks)>,
    /// What statements of the transaction at hand that locked one old table after another keep others from, at the most.
    pub locked_several: Option<Blocks>,
    /// The tables of which a constraint was validated that nobody has seen being added.
    validated: BTreeSet<SmolStr>,
    /// The tables that it had made when the transaction at hand began: what is rolled back was never made.
    kept: BTreeSet<SmolStr>,
    /// The settings that are in force with their values, such as `lock_timeout`: those of the connection, and what the deploy set.
    pub settings: BTreeMap<SmolStr, String>,
}

/// A check that a deploy added.
#[derive(Clone, Debug)]
struct AddedCheck {
    table: SmolStr,
    condition: String,
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
        let name = table.to_lowercase();
        match name.rsplit_once('.') {
            Some((_, bare)) => self.created.contains(name.as_str()) || self.created.contains(bare),
            None => self.created.iter().any(|created| created.rsplit('.').next() == Some(&name)),
        }
    }

    /// Returns whether a column is new, or its table.
    pub fn is_new_column(&self, table: &str, column: &str) -> bool {
        self.is_new(table) || self.added.contains(&(key(table), SmolStr::new(column.to_lowercase())))
    }

    /// Returns whether a constraint was added as not valid by the same migration.
    pub fn is_not_valid(&self, constraint: &str) -> bool {
        self.not_valid.contains(&key(constraint))
    }

    /// Returns whether the deploy made an index.
    pub fn is_new_index(&self, index: &str) -> bool {
        self.indexes.contains(&key(index))
    }

    /// Returns whether the deploy added a check to a table that holds for all rows.
    pub fn has_valid_check(&self, table: &str) -> bool {
        self.checks.values().any(|check| check.valid && check.table == key(table))
    }

    /// Returns whether a check that the deploy added says that a column holds no NULL.
    pub fn is_known_not_null(&self, table: &str, column: &str) -> bool {
        let demanded = format!("{} is not null", column.to_lowercase());
        let says = |check: &AddedCheck| check.condition.split(" and ").any(|part| part == demanded);
        self.checks.values().any(|check| check.valid && check.table == key(table) && says(check))
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

    /// Begins a migration.
    pub fn begin(&mut self, transaction: bool) {
        self.end_transaction();
        self.transaction = transaction;
        self.kept = self.created.clone();
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
                Effect::CreateTable { table, .. } if statement.is_none() => _ = self.created.insert(full(table)),
                Effect::RenameTable { table, to } if self.is_new(table) => _ = self.created.insert(full(to)),
                Effect::AlterTable { table, change: TableChange::AddColumn(column) } => {
                    self.added.insert((key(table), column.name.to_lowercase().into()));
                }
                _ => {}
            }
        }
    }

    /// Follows a statement that has run.
    pub fn follow(&mut self, statement: &Statement, dialect: Dialect) {
        let before = self.locked.len();
        for (effect, cost) in &statement.effects {
            match effect {
                // What one statement of an operation made, another one of it may use.
                Effect::CreateTable { table, .. } => _ = self.created.insert(full(table)),
                Effect::CreateIndex { name: Some(name), .. } => _ = self.indexes.insert(key(name)),
                Effect::AlterTable { table, change } => self.follow_change(table, change),
                Effect::AlterEnum { change: EnumChange::AddValue { value, .. }, .. } if self.transaction => {
                    self.enum_values.insert(value.clone());
                }
                Effect::Set { name, value, .. } => _ = self.settings.insert(name.as_str().into(), value.clone()),
                Effect::Transaction => match classify(&statement.sql, dialect).control {
                    Control::Begin => {
                        self.transaction = true;
                        self.kept = self.created.clone();
                    }
                    Control::Commit => {
                        self.end_transaction();
                        self.kept = self.created.clone();
                    }
                    Control::Rollback => {
                        self.end_transaction();
                        self.created = self.kept.clone();
                    }
                    _ => {}
                },
                _ => {}
            }
            if self.transaction {
                self.locked.extend(cost.locks.iter().map(|lock| (key(&lock.table), lock.blocks)));
            }
        }
        self.locked_several = self.locked_several.max(self.locks_another(statement, before));
    }

    /// Returns what a statement keeps others from that locks an old table after the transaction's first `earlier` locks, some of which were on
    /// other old tables: the most of what it and they do.
    pub fn locks_another(&self, statement: &Statement, earlier: usize) -> Option<Blocks> {
        let held: BTreeMap<&SmolStr, Blocks> = self
            .locked
            .iter()
            .take(earlier)
            .filter(|lock| self.is_felt(lock))
            .map(|(table, held)| (table, *held))
            .collect();
        let locks = statement.effects.iter().flat_map(|(_, cost)| &cost.locks);
        let locks = locks.map(|lock| (key(&lock.table), lock.blocks)).filter(|lock| self.is_felt(lock));
        let taken = locks.filter(|(table, _)| !held.contains_key(table)).map(|(_, blocks)| blocks).max()?;
        let held = held.values().copied().max()?;
        self.transaction.then(|| taken.max(held))
    }

    fn is_felt(&self, (table, blocks): &(SmolStr, Blocks)) -> bool {
        *blocks >= Blocks::Writes && !self.is_new(table)
    }

    fn follow_change(&mut self, table: &str, change: &TableChange) {
        match change {
            TableChange::AddConstraint { name: Some(name), kind, not_valid, .. } => {
                if *not_valid {
                    self.not_valid.insert(key(name));
                }
                if let ConstraintKind::Check(condition) = kind {
                    let check = AddedCheck { table: key(table), condition: plain(condition), valid: !not_valid };
                    self.checks.insert(key(name), check);
                }
            }
            TableChange::ValidateConstraint { name } => match self.checks.get_mut(&key(name)) {
                Some(check) => check.valid = true,
                None if self.not_valid.contains(&key(name)) => {}
                None => _ = self.validated.insert(key(table)),
            },
            TableChange::DropConstraint { name: Some(name), .. } => _ = self.checks.remove(&key(name)),
            _ => {}
        }
    }
}

/// Returns a condition as it is compared: in lower case, with neither quotes nor parentheses and one space between words.
fn plain(condition: &str) -> String {
    let condition = condition.to_lowercase().replace(['"', '(', ')'], " ");
    condition.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the name of a table with its schema, in lower case.
fn full(name: &str) -> SmolStr {
    name.to_lowercase().into()
}

/// Returns a name as it is compared: without its schema, in lower case.
fn key(name: &str) -> SmolStr {
    name.rsplit('.').next().unwrap_or(name).to_lowercase().into()
}
