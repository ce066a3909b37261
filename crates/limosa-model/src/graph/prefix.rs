//! Finds migrations by the beginning of their name, and names what may have been meant.

use smol_str::SmolStr;
use thiserror::Error;

use super::Loader;
use crate::MigrationId;
use crate::suggest::distance;

/// Why a name does not stand for one migration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PrefixError {
    /// The beginning fits several.
    #[error("more than one migration matches {prefix:?} in app {app:?}: {}", matches.join(", "))]
    Ambiguous {
        /// The label of the app.
        app: SmolStr,
        /// What was asked for.
        prefix: SmolStr,
        /// The names that begin with it, in order.
        matches: Vec<SmolStr>,
    },
    /// It fits none.
    #[error("cannot find a migration matching {prefix:?} in app {app:?}{}", did_you_mean(similar.as_ref()))]
    NotFound {
        /// The label of the app.
        app: SmolStr,
        /// What was asked for.
        prefix: SmolStr,
        /// A name that looks like it.
        similar: Option<SmolStr>,
    },
}

impl Loader {
    /// Returns the migration on disk whose name is `prefix` or, if there is none, the only one that begins with it.
    ///
    /// Replaced migrations and unusable squashes are found too, as in Django's
    /// `MigrationLoader.get_migration_by_prefix`. Django has no preference for the exact name: there, a name that is
    /// the beginning of another one cannot be asked for at all.
    ///
    /// # Errors
    /// When it fits none or several.
    pub fn find(&self, app: &str, prefix: &str) -> Result<&MigrationId, PrefixError> {
        let matches: Vec<&MigrationId> = self.of_app(app).filter(|id| id.name.starts_with(prefix)).collect();
        match matches.as_slice() {
            [] => Err(PrefixError::NotFound {
                app: app.into(),
                prefix: prefix.into(),
                similar: self.similar(&MigrationId::new(app, prefix)),
            }),
            // The exact name is the smallest of those that begin with it.
            [only] => Ok(only),
            [first, ..] if first.name == prefix => Ok(first),
            several => Err(PrefixError::Ambiguous {
                app: app.into(),
                prefix: prefix.into(),
                matches: several.iter().map(|id| id.name.clone()).collect(),
            }),
        }
    }

    /// Returns the name of a migration on disk that looks like the given one of the same app.
    pub(super) fn similar(&self, id: &MigrationId) -> Option<SmolStr> {
        most_similar(&id.name, self.of_app(&id.app).map(|id| &id.name)).cloned()
    }

    /// Returns the label of an installed app that looks like the given one.
    pub fn similar_app(&self, label: &str) -> Option<&SmolStr> {
        let apps = self.apps();
        // Someone who gives the dotted name of an app most likely means its label.
        let last = label.rsplit('.').next().unwrap_or(label);
        most_similar(last, apps.migrated.iter().chain(&apps.unmigrated))
    }

    fn of_app(&self, app: &str) -> impl Iterator<Item = &MigrationId> {
        let keys = self.keys_of(app).filter(|&key| self.is_on_disk(key));
        keys.map(|key| self.id(key))
    }
}

fn did_you_mean(similar: Option<&SmolStr>) -> String {
    similar.map_or_else(String::new, |similar| format!(", did you mean {similar:?}?"))
}

/// Returns the candidate with the fewest changed letters, if these are at most a third of it.
fn most_similar<'c>(wanted: &str, candidates: impl Iterator<Item = &'c SmolStr>) -> Option<&'c SmolStr> {
    candidates
        .map(|candidate| (distance(wanted, candidate), candidate))
        .filter(|(distance, candidate)| distance * 3 <= candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
