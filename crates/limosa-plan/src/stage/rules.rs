//! What the configuration says of stages.

use std::collections::{BTreeMap, BTreeSet};

use limosa_model::{MigrationId, SmolStr, Stage};

/// What the configuration says of stages; keys are labels of apps and `app.migration`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// What goes before the operations.
    pub overrides: BTreeMap<SmolStr, Stage>,
    /// What decides where the operations have different stages.
    pub fallbacks: BTreeMap<SmolStr, Stage>,
    /// What decides there for the apps of others.
    pub third_party: Option<Stage>,
    /// The labels of the apps of others.
    pub third_party_apps: BTreeSet<SmolStr>,
}

impl Rules {
    /// Returns the override for a migration, with its key.
    pub fn override_of(&self, id: &MigrationId) -> Option<(SmolStr, Stage)> {
        find(&self.overrides, id)
    }

    /// Returns the fallback for a migration, with its key.
    pub fn fallback_of(&self, id: &MigrationId) -> Option<(SmolStr, Stage)> {
        find(&self.fallbacks, id)
    }

    /// Returns the fallback for a migration of others.
    pub fn third_party_of(&self, id: &MigrationId) -> Option<Stage> {
        self.third_party.filter(|_| self.third_party_apps.contains(&id.app))
    }
}

fn find(rules: &BTreeMap<SmolStr, Stage>, id: &MigrationId) -> Option<(SmolStr, Stage)> {
    let of = |key: SmolStr| rules.get(&key).map(|stage| (key, *stage));
    of(id.to_string().into()).or_else(|| of(id.app.clone()))
}
