//! Migrations that an earlier run left half-applied: what may run before they are finished.

use std::collections::BTreeSet;

use limosa_db::{Journal, JournalKey};
use limosa_model::MigrationId;
use limosa_model::graph::Direction;

use crate::connected::Connected;
use crate::error::Error;
use crate::migrate::MigratePlan;

/// The migrations that are half-applied or half-unapplied.
#[derive(Debug, Default)]
pub(crate) struct HalfApplied(BTreeSet<(MigrationId, bool)>);

impl HalfApplied {
    /// Reads them from the journal.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub(crate) async fn read(connected: &Connected) -> Result<Self, Error> {
        let journal = Journal::of(&connected.connection, connected.history.table()).await?;
        let found = journal.half_applied(&connected.connection).await?;
        let id = |key: &JournalKey| MigrationId::new(key.app.as_str(), key.name.as_str());
        Ok(Self(found.iter().map(|(key, _)| (id(key), key.backwards)).collect()))
    }

    /// Returns whether a migration is half-way in this direction, so that its steps cannot be told from the database as it is.
    pub(crate) fn contains(&self, id: &MigrationId, direction: Direction) -> bool {
        self.0.contains(&(id.clone(), direction == Direction::Backwards))
    }

    /// Returns whether a migration is half-way in either direction.
    pub(crate) fn names(&self, id: &MigrationId) -> bool {
        [Direction::Forwards, Direction::Backwards].into_iter().any(|direction| self.contains(id, direction))
    }

    /// Refuses a plan that leaves a migration half-unapplied, or goes below one that is half-applied.
    ///
    /// # Errors
    /// For the first such migration.
    pub(crate) fn check(&self, plan: &MigratePlan) -> Result<(), Error> {
        let planned = |id: &MigrationId, direction| {
            plan.executed.iter().any(|planned| planned.id == *id && planned.direction == direction)
        };
        let goes_back = plan.executed.iter().any(|planned| planned.direction == Direction::Backwards);
        let divided = plan.parts.done.keys().chain(plan.parts.begun.keys());
        for id in divided.filter(|_| goes_back) {
            let needs = |later: &MigrationId, earlier: &MigrationId| {
                plan.graph.forwards_plan(later).is_some_and(|needed| needed.contains(&earlier))
            };
            if plan.executed.iter().any(|planned| needs(id, &planned.id) || needs(&planned.id, id)) {
                return Err(Error::HalfApplied {
                    message: format!("{id} is half-applied: some of its operations wait until after the deploy"),
                    help: format!("finish it with `limosa migrate {} {}` first", id.app, id.name),
                });
            }
        }
        for (id, backwards) in self.0.iter().filter(|(id, _)| plan.graph.contains(id)) {
            let is_below = || {
                let before = plan.graph.forwards_plan(id).unwrap_or_default();
                before.into_iter().any(|before| planned(before, Direction::Backwards))
            };
            if *backwards && !planned(id, Direction::Backwards) {
                let before = plan.graph.parents(id).find(|parent| parent.app == id.app);
                let target = before.map_or("zero", |before| before.name.as_str());
                return Err(Error::HalfApplied {
                    message: format!("{id} is half-unapplied: an earlier run was stopped in it"),
                    help: format!("finish it with `limosa migrate {} {target}`", id.app),
                });
            }
            if !*backwards && goes_back && is_below() {
                return Err(Error::HalfApplied {
                    message: format!("{id} is half-applied: an earlier run was stopped in it"),
                    help: format!("finish it with `limosa migrate {} {}` before it is unapplied", id.app, id.name),
                });
            }
        }
        Ok(())
    }
}
