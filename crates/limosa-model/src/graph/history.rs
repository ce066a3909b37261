//! What is applied, and whether that can be.

use std::collections::BTreeSet;

use super::{Direction, Loader, MigrationGraph, replace};
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

/// A squash that can neither be run nor count as applied, because what it replaces is applied in part and the rest is nowhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HalfReplaced {
    /// The squash.
    pub squash: MigrationId,
    /// What it replaces and is applied.
    pub applied: Vec<MigrationId>,
    /// What it replaces, is not applied, and is not on disk.
    pub missing: Vec<MigrationId>,
}

impl MigrationGraph {
    /// Returns whether and how the migration counts as applied.
    ///
    /// A squash counts only when all that it replaces is recorded, whether it has a row itself or not, but for
    /// [`GraphOptions::follow_branches`](super::GraphOptions::follow_branches).
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
            let Some(key) = self.key(applied).filter(|_| !self.is_of_another_branch(applied)) else {
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

    /// Returns whether the migration counts as applied because another branch applied what it replaces, which is nowhere on disk.
    pub fn is_of_another_branch(&self, id: &MigrationId) -> bool {
        let mut replaced = self.loader.replaces(id).peekable();
        self.options.follow_branches
            && replaced.peek().is_some()
            && replaced.all(|id| self.recorded.contains(id) && !self.loader.contains(id))
    }

    /// Returns the squashes of which a part is applied and the rest cannot be, in the order in which they were found.
    ///
    /// Django leaves them out, and with them what they do, unless another migration depends on them.
    pub fn half_replaced(&self) -> Vec<HalfReplaced> {
        let squashes = self.loader.disk().iter().filter(|squash| {
            let is_left_out = self.options.replace_migrations && !self.nodes[squash.key].is_present();
            !squash.replaces.is_empty() && is_left_out && !self.applied[squash.key]
        });
        let half = squashes.map(|squash| {
            let keys = replace::status_keys(&self.loader, &squash.replaces);
            let id = |&key: &usize| self.loader.id(key).clone();
            let is_missing = |&&key: &&usize| !self.applied[key] && !self.loader.is_on_disk(key);
            HalfReplaced {
                squash: self.loader.id(squash.key).clone(),
                applied: keys.iter().filter(|&&key| self.applied[key]).map(id).collect(),
                missing: keys.iter().filter(is_missing).map(id).collect(),
            }
        });
        half.filter(|half| !half.applied.is_empty() && !half.missing.is_empty()).collect()
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
