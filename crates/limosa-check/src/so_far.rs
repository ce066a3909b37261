//! What a deploy has done before the statement that is looked at.

use std::collections::BTreeSet;

use limosa_sql::effect::{Blocks, Effect, TableChange};
use smol_str::SmolStr;

use crate::plan::{Meant, Statement};

/// What a deploy has done before the statement that is looked at.
#[derive(Clone, Debug, Default)]
pub struct SoFar {
    /// The tables that it made: nobody uses them yet.
    created: BTreeSet<SmolStr>,
    /// The columns that it added, with their tables: the running code does not know them.
    added: BTreeSet<(SmolStr, SmolStr)>,
    /// The constraints that it added as not valid in the migration at hand.
    not_valid: BTreeSet<SmolStr>,
    /// The tables that the transaction at hand keeps others from, and from what.
    pub locked: Vec<(SmolStr, Blocks)>,
    /// The settings that are in force, such as `lock_timeout`.
    pub settings: BTreeSet<SmolStr>,
}

impl SoFar {
    /// Returns whether a table is new: nobody reads it or writes to it yet.
    pub fn is_new(&self, table: &str) -> bool {
        self.created.contains(&key(table))
    }

    /// Returns whether a column is new, or its table.
    pub fn is_new_column(&self, table: &str, column: &str) -> bool {
        self.is_new(table) || self.added.contains(&(key(table), SmolStr::new(column.to_lowercase())))
    }

    /// Returns whether a constraint was added as not valid by the same migration.
    pub fn is_not_valid(&self, constraint: &str) -> bool {
        self.not_valid.contains(&key(constraint))
    }

    /// Forgets what ends with a transaction.
    pub fn end_transaction(&mut self) {
        self.locked.clear();
        self.not_valid.clear();
    }

    /// Follows an operation that has run.
    pub fn follow_operation(&mut self, meaning: &[Meant]) {
        for Meant { effect, .. } in meaning {
            match effect {
                Effect::CreateTable { table, .. } => _ = self.created.insert(key(table)),
                Effect::RenameTable { table, to } if self.is_new(table) => _ = self.created.insert(key(to)),
                Effect::AlterTable { table, change: TableChange::AddColumn(column) } => {
                    self.added.insert((key(table), column.name.to_lowercase().into()));
                }
                _ => {}
            }
        }
    }

    /// Follows a statement that has run.
    pub fn follow(&mut self, statement: &Statement, transaction: bool) {
        for (effect, cost) in &statement.effects {
            match effect {
                // What one statement of an operation made, another one of it may use.
                Effect::CreateTable { table, .. } => _ = self.created.insert(key(table)),
                Effect::AlterTable {
                    change: TableChange::AddConstraint { name: Some(name), not_valid: true, .. },
                    ..
                } => {
                    self.not_valid.insert(key(name));
                }
                Effect::Set { name, .. } => _ = self.settings.insert(name.as_str().into()),
                Effect::Transaction => self.end_transaction(),
                _ => {}
            }
            if transaction {
                self.locked.extend(cost.locks.iter().map(|lock| (key(&lock.table), lock.blocks)));
            }
        }
    }
}

/// Returns a name as it is compared: without its schema, in lower case.
fn key(name: &str) -> SmolStr {
    name.rsplit('.').next().unwrap_or(name).to_lowercase().into()
}
