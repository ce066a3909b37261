//! What is applied, and whether that can be.

use std::collections::BTreeSet;

use super::{Direction, Loader, MigrationGraph};
use crate::{MigrationId, django::DjangoVersion};

/// How a migration comes to count as applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applied {
    /// The database has a row for it.
    Recorded,
    /// It is a squash of which everything is recorded, but not itself; the next run records it.
    Derived,
}

/// A migration that is recorded before one that it depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inconsistency {
    /// The migration that is recorded.
    pub applied: MigrationId,
    /// What it depends on, which is not.
    pub dependency: MigrationId,
}

impl MigrationGraph {
    /// Returns whether and how the migration counts as applied.
    ///
    /// A squash counts only when all that it replaces is recorded, whether it has a row itself or not.
    pub fn applied(&self, id: &MigrationId) -> Option<Applied> {
        let recorded = self.recorded.contains(id);
        let applied = match self.loader.key(id) {
            Some(key) => self.applied[key],
            None => recorded,
        };
        match (applied, recorded) {
            (false, _) => None,
            (true, true) => Some(Applied::Recorded),
            (true, false) => Some(Applied::Derived),
        }
    }

    /// Returns what the database records, known or not.
    pub fn recorded(&self) -> &BTreeSet<MigrationId> {
        &self.recorded
    }

    /// Returns the migrations of the graph that count as applied, in the order of execution.
    pub fn applied_plan(&self) -> Vec<&MigrationId> {
        let mut plan = self.full_plan();
        plan.retain(|id| self.applied(id).is_some());
        plan
    }

    /// Returns the recorded migrations with a dependency that is not recorded, in the order of ids.
    ///
    /// Django's `MigrationLoader.check_consistent_history` reports any one of them.
    pub fn inconsistencies(&self) -> Vec<Inconsistency> {
        let mut found = Vec::new();
        for applied in &self.recorded {
            let Some(key) = self.key(applied) else {
                continue;
            };
            for edge in self.nodes[key].edges(Direction::Forwards) {
                let dependency = self.loader.id(edge.to);
                if !self.recorded.contains(dependency) && !self.loader.all_replaced(dependency, &self.recorded) {
                    found.push(Inconsistency { applied: applied.clone(), dependency: dependency.clone() });
                }
            }
        }
        found
    }
}

impl Loader {
    /// Returns whether the migration is a squash and all that it replaces is in `applied`.
    ///
    /// From 6.0 on, a squash among what it replaces may be there through what that one replaces (Django's
    /// `MigrationLoader.all_replaced_applied`).
    pub fn all_replaced(&self, squash: &MigrationId, applied: &BTreeSet<MigrationId>) -> bool {
        let Some(squash) = self.key(squash).and_then(|key| self.squash_place(key)) else {
            return false;
        };
        let mut seen = BTreeSet::from([squash]);
        let mut open = vec![squash];
        while let Some(place) = open.pop() {
            for &key in &self.disk()[place].replaces {
                if applied.contains(self.id(key)) {
                    continue;
                }
                match self.squash_place(key) {
                    Some(nested) if self.version() >= DjangoVersion::V60 => {
                        if seen.insert(nested) {
                            open.push(nested);
                        }
                    }
                    _ => return false,
                }
            }
        }
        true
    }
}
