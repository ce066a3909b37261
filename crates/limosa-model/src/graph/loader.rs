//! What is on disk: the migrations with their references as numbers, and the apps.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};

use smol_str::SmolStr;

use super::{GraphError, GraphOptions, MigrationGraph, build};
use crate::{Migration, MigrationId, django::DjangoVersion};

/// What the graph needs to know of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphNode {
    /// The key.
    pub id: MigrationId,
    /// What must be applied before.
    pub dependencies: Vec<MigrationId>,
    /// What must be applied after.
    pub run_before: Vec<MigrationId>,
    /// What it stands for, when it is a squash.
    pub replaces: Vec<MigrationId>,
}

impl From<&Migration> for GraphNode {
    fn from(migration: &Migration) -> Self {
        Self {
            id: migration.id.clone(),
            dependencies: migration.dependencies.clone(),
            run_before: migration.run_before.clone(),
            replaces: migration.replaces.clone(),
        }
    }
}

/// The labels of the installed apps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apps {
    /// The apps that have a package of migrations, even an empty one.
    pub migrated: BTreeSet<SmolStr>,
    /// The apps that have none.
    pub unmigrated: BTreeSet<SmolStr>,
}

/// The migrations on disk; cheap to clone.
///
/// Behaves as `MigrationLoader` of Django's `db/migrations/loader.py` after `load_disk`.
#[derive(Clone, Debug)]
pub struct Loader(Arc<Disk>);

#[derive(Debug)]
struct Disk {
    version: DjangoVersion,
    apps: Apps,
    /// Every migration that exists or is named, in the order of ids; a key is a place in here.
    ids: Vec<MigrationId>,
    /// What is on disk, in the order in which it was found.
    migrations: Vec<DiskMigration>,
    /// The place in `migrations` of each key.
    places: Vec<Option<usize>>,
}

/// A migration on disk, its references as keys.
#[derive(Debug)]
pub(super) struct DiskMigration {
    pub(super) key: usize,
    pub(super) dependencies: Vec<usize>,
    pub(super) run_before: Vec<usize>,
    pub(super) replaces: Vec<usize>,
}

impl Loader {
    /// Takes over the migrations, in the order in which Django finds them: apps as installed, then by name.
    ///
    /// # Errors
    /// When two migrations have the same id.
    pub fn new<'m>(
        migrations: impl IntoIterator<Item = &'m GraphNode>,
        mut apps: Apps,
        version: DjangoVersion,
    ) -> Result<Self, Vec<GraphError>> {
        let found: Vec<&GraphNode> = migrations.into_iter().collect();
        for migration in &found {
            if !apps.migrated.contains(&migration.id.app) {
                apps.migrated.insert(migration.id.app.clone());
            }
            apps.unmigrated.remove(&migration.id.app);
        }
        let numbering = Numbering::new(&found);
        let mut places = vec![None; numbering.ids.len()];
        let mut errors = Vec::new();
        let mut migrations = Vec::with_capacity(found.len());
        for migration in found {
            let disk = numbering.migration(migration);
            if places[disk.key].replace(migrations.len()).is_some() {
                errors.push(GraphError::Duplicate(migration.id.clone()));
            }
            migrations.push(disk);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let ids = numbering.ids.into_iter().cloned().collect();
        Ok(Self(Arc::new(Disk { version, apps, ids, migrations, places })))
    }

    /// Builds the graph for a database in which the given migrations are recorded as applied.
    ///
    /// # Errors
    /// When a dependency does not exist, squashes replace one another in a circle or dependencies form one. The
    /// first error is the one that Django reports; others of its kind follow.
    pub fn graph(
        &self,
        recorded: impl IntoIterator<Item = MigrationId>,
        options: GraphOptions,
    ) -> Result<MigrationGraph, Vec<GraphError>> {
        build::build(self, recorded.into_iter().collect(), options)
    }

    /// Returns the line of Django whose behaviour is followed.
    pub fn version(&self) -> DjangoVersion {
        self.0.version
    }

    /// Returns the labels of the installed apps.
    pub fn apps(&self) -> &Apps {
        &self.0.apps
    }

    /// Returns the migrations on disk, in the order in which they were found.
    pub fn migrations(&self) -> impl Iterator<Item = &MigrationId> {
        self.0.migrations.iter().map(|migration| self.id(migration.key))
    }

    /// Returns whether the migration is on disk.
    pub fn contains(&self, id: &MigrationId) -> bool {
        self.disk_migration(id).is_some()
    }

    /// Returns the squashes on disk, in the order in which they were found.
    pub fn squashes(&self) -> impl Iterator<Item = &MigrationId> {
        let squashes = self.0.migrations.iter().filter(|migration| !migration.replaces.is_empty());
        squashes.map(|migration| self.id(migration.key))
    }

    /// Returns what the migration says it replaces: nothing when it is not a squash on disk.
    pub fn replaces(&self, id: &MigrationId) -> impl DoubleEndedIterator<Item = &MigrationId> {
        let replaces = match self.disk_migration(id) {
            Some(migration) => migration.replaces.as_slice(),
            None => &[],
        };
        replaces.iter().map(|&key| self.id(key))
    }

    pub(super) fn disk(&self) -> &[DiskMigration] {
        &self.0.migrations
    }

    /// Returns the number of keys.
    pub(super) fn len(&self) -> usize {
        self.0.ids.len()
    }

    pub(super) fn id(&self, key: usize) -> &MigrationId {
        &self.0.ids[key]
    }

    pub(super) fn key(&self, id: &MigrationId) -> Option<usize> {
        self.0.ids.binary_search(id).ok()
    }

    /// Returns the place on disk of a squash.
    pub(super) fn squash_place(&self, key: usize) -> Option<usize> {
        self.0.places[key].filter(|&place| !self.0.migrations[place].replaces.is_empty())
    }

    /// Returns the keys of everything that exists or is named in an app.
    pub(super) fn keys_of(&self, app: &str) -> Range<usize> {
        let ids = &self.0.ids;
        let start = ids.partition_point(|id| id.app.as_str() < app);
        let end = ids.partition_point(|id| id.app.as_str() <= app);
        start..end
    }

    pub(super) fn is_on_disk(&self, key: usize) -> bool {
        self.0.places[key].is_some()
    }

    fn disk_migration(&self, id: &MigrationId) -> Option<&DiskMigration> {
        let place = self.0.places[self.key(id)?]?;
        self.0.migrations.get(place)
    }
}

/// Gives every id that occurs its number.
struct Numbering<'m> {
    ids: Vec<&'m MigrationId>,
    keys: HashMap<&'m MigrationId, usize>,
}

impl<'m> Numbering<'m> {
    fn new(migrations: &[&'m GraphNode]) -> Self {
        let mut ids = Vec::with_capacity(migrations.len());
        let mut keys = HashMap::with_capacity(migrations.len());
        for migration in migrations {
            for id in mentioned(migration) {
                keys.entry(id).or_insert_with(|| {
                    ids.push(id);
                    0
                });
            }
        }
        ids.sort_unstable();
        for (key, &id) in ids.iter().enumerate() {
            keys.insert(id, key);
        }
        Self { ids, keys }
    }

    fn migration(&self, migration: &GraphNode) -> DiskMigration {
        let keys = |ids: &[MigrationId]| ids.iter().map(|id| self.keys[id]).collect();
        DiskMigration {
            key: self.keys[&migration.id],
            dependencies: keys(&migration.dependencies),
            run_before: keys(&migration.run_before),
            replaces: keys(&migration.replaces),
        }
    }
}

fn mentioned(migration: &GraphNode) -> impl Iterator<Item = &MigrationId> {
    let lists = [&migration.dependencies, &migration.run_before, &migration.replaces];
    std::iter::once(&migration.id).chain(lists.into_iter().flatten())
}
