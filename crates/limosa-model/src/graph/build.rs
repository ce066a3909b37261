//! Builds the graph: nodes, dependencies within apps, dependencies across apps, squashes, then the checks.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use smol_str::SmolStr;

use super::{
    Direction, GraphError, GraphOptions, Loader, MigrationGraph, MissingNode, cycle,
    loader::DiskMigration,
    node::{self, Node, Presence},
    replace,
};
use crate::MigrationId;

const FIRST: &str = "__first__";
const LATEST: &str = "__latest__";

/// Follows `MigrationLoader.build_graph` of Django's `db/migrations/loader.py`.
pub(super) fn build(
    loader: &Loader,
    recorded: BTreeSet<MigrationId>,
    options: GraphOptions,
) -> Result<MigrationGraph, Vec<GraphError>> {
    let mut applied = vec![false; loader.len()];
    for key in recorded.iter().filter_map(|id| loader.key(id)) {
        applied[key] = true;
    }
    let mut builder = Builder::new(loader, options);
    for migration in loader.disk() {
        builder.nodes[migration.key].presence = Presence::Real;
    }
    for migration in loader.disk() {
        builder.add_internal(migration);
    }
    for migration in loader.disk() {
        builder.add_external(migration);
    }
    if !builder.errors.is_empty() {
        return Err(builder.errors);
    }
    if options.replace_migrations {
        replace::replace_migrations(loader, options, &mut builder.nodes, &mut applied).map_err(|error| vec![error])?;
    }
    let missing = builder.missing();
    if !missing.is_empty() {
        return Err(missing);
    }
    cycle::ensure_not_cyclic(loader, &builder.nodes).map_err(|error| vec![error])?;
    Ok(MigrationGraph { loader: loader.clone(), options, nodes: builder.nodes, applied, recorded })
}

struct Builder<'l> {
    loader: &'l Loader,
    options: GraphOptions,
    nodes: Vec<Node>,
    /// What was named but is not on disk, in the order in which it was met.
    dummies: Vec<Dummy>,
    errors: Vec<GraphError>,
    /// The roots and leaves already looked up, until an app changes.
    ends: BTreeMap<(SmolStr, Direction), Option<usize>>,
}

#[derive(Clone, Copy)]
struct Dummy {
    key: usize,
    origin: usize,
    run_before: bool,
}

impl<'l> Builder<'l> {
    fn new(loader: &'l Loader, options: GraphOptions) -> Self {
        Self {
            loader,
            options,
            nodes: vec![Node::default(); loader.len()],
            dummies: Vec::new(),
            errors: Vec::new(),
            ends: BTreeMap::new(),
        }
    }

    /// Adds the dependencies within the app, which `__first__` and `__latest__` of other apps rely on.
    fn add_internal(&mut self, migration: &DiskMigration) {
        for &parent in &migration.dependencies {
            if self.same_app(parent, migration.key) && self.loader.id(parent).name != FIRST {
                self.connect(migration.key, migration.key, parent);
            }
        }
    }

    fn add_external(&mut self, migration: &DiskMigration) {
        for &parent in &migration.dependencies {
            if self.same_app(parent, migration.key) {
                continue;
            }
            if let Some(parent) = self.resolve(parent, migration.key) {
                self.connect(migration.key, migration.key, parent);
            }
        }
        for &child in &migration.run_before {
            if let Some(child) = self.resolve(child, migration.key) {
                self.connect(migration.key, child, migration.key);
            }
        }
    }

    fn connect(&mut self, origin: usize, child: usize, parent: usize) {
        for (key, run_before) in [(child, true), (parent, false)] {
            if !self.nodes[key].is_present() {
                self.nodes[key].presence = Presence::Dummy;
                self.dummies.push(Dummy { key, origin, run_before });
                self.forget_ends(key);
            }
        }
        if self.same_app(child, parent) {
            self.forget_ends(child);
        }
        node::connect(&mut self.nodes, child, parent, origin);
    }

    /// Returns the migration for which `__first__` or `__latest__` stands (Django's `check_key`).
    fn resolve(&mut self, key: usize, origin: usize) -> Option<usize> {
        let MigrationId { app, name } = self.loader.id(key);
        let direction = match name.as_str() {
            FIRST => Direction::Forwards,
            LATEST => Direction::Backwards,
            _ => return Some(key),
        };
        if self.nodes[key].is_present() {
            return Some(key);
        }
        let apps = self.loader.apps();
        if self.same_app(key, origin) || apps.unmigrated.contains(app) {
            return None;
        }
        if !apps.migrated.contains(app) {
            self.errors.push(GraphError::UnknownApp { origin: self.loader.id(origin).clone(), app: app.clone() });
            return None;
        }
        let end = self.end(app, direction);
        if end.is_none() && !self.options.ignore_no_migrations {
            self.errors.push(GraphError::NoMigrations { origin: self.loader.id(origin).clone(), app: app.clone() });
        }
        end
    }

    /// Returns the smallest root or leaf of an app, as the graph stands.
    fn end(&mut self, app: &SmolStr, direction: Direction) -> Option<usize> {
        let Self { loader, nodes, ends, .. } = self;
        *ends.entry((app.clone(), direction)).or_insert_with(|| {
            let range: Range<usize> = loader.keys_of(app);
            node::ends(loader, nodes, range, direction).next()
        })
    }

    fn forget_ends(&mut self, key: usize) {
        if self.ends.is_empty() {
            return;
        }
        for direction in [Direction::Forwards, Direction::Backwards] {
            self.ends.remove(&(self.loader.id(key).app.clone(), direction));
        }
    }

    /// Returns an error for each migration that is named, not on disk and not replaced.
    fn missing(&self) -> Vec<GraphError> {
        let left = self.dummies.iter().filter(|dummy| self.nodes[dummy.key].is_present());
        left.map(|dummy| GraphError::NodeNotFound(Box::new(self.missing_node(dummy)))).collect()
    }

    fn missing_node(&self, dummy: &Dummy) -> MissingNode {
        let squashes = || {
            let squashes = self.loader.disk().iter();
            squashes.filter(|migration| migration.replaces.contains(&dummy.key))
        };
        let usable = squashes().any(|squash| self.nodes[squash.key].is_present());
        let unusable_squashes = match usable {
            true => Vec::new(),
            false => squashes().map(|squash| self.loader.id(squash.key).clone()).collect(),
        };
        MissingNode {
            origin: self.loader.id(dummy.origin).clone(),
            missing: self.loader.id(dummy.key).clone(),
            run_before: dummy.run_before,
            unusable_squashes,
            similar: self.loader.similar(self.loader.id(dummy.key)),
        }
    }

    fn same_app(&self, one: usize, other: usize) -> bool {
        self.loader.id(one).app == self.loader.id(other).app
    }
}
