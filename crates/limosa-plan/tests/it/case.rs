//! A project made up from a seed: migrations with all that can go wrong among them, a history and targets.

use std::collections::BTreeSet;

use fastrand::Rng;
use limosa_model::{
    MigrationId,
    django::DjangoVersion,
    graph::{Apps, GraphError, GraphNode, Loader},
};
use limosa_plan::planner::Target;

const APPS: [&str; 4] = ["a", "b", "c", "d"];
const UNMIGRATED: &str = "u";
const EMPTY: &str = "e";
const UNKNOWN: &str = "x";

/// What a test asks about.
#[derive(Debug)]
pub(crate) struct Case {
    /// In the order in which they are found on disk.
    pub(crate) migrations: Vec<GraphNode>,
    pub(crate) applied: Vec<MigrationId>,
    pub(crate) replace: bool,
    /// App and beginning of a name.
    pub(crate) prefixes: Vec<(String, String)>,
    /// The targets of each run, one run after the other.
    pub(crate) runs: Vec<Vec<Target>>,
}

impl Case {
    pub(crate) fn random(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        // Every third project is well-formed, so that the deep parts are reached often.
        let mut maker =
            Maker { wild: rng.u8(0..3) > 0, rng, timeline: Vec::new(), squashes: Vec::new(), deleted: BTreeSet::new() };
        maker.timeline();
        maker.squashes();
        maker.finish()
    }

    pub(crate) fn apps(&self) -> Apps {
        let migrated = APPS.iter().chain([&EMPTY]);
        Apps { migrated: migrated.map(|&app| app.into()).collect(), unmigrated: BTreeSet::from([UNMIGRATED.into()]) }
    }

    pub(crate) fn loader(&self, version: DjangoVersion) -> Result<Loader, Vec<GraphError>> {
        Loader::new(&self.migrations, self.apps(), version)
    }
}

struct Maker {
    rng: Rng,
    wild: bool,
    /// The migrations in the order in which someone wrote them.
    timeline: Vec<GraphNode>,
    squashes: Vec<GraphNode>,
    deleted: BTreeSet<MigrationId>,
}

impl Maker {
    fn timeline(&mut self) {
        let apps = self.rng.usize(1..=APPS.len());
        for number in 1..=self.rng.usize(1..=18) {
            let app = APPS[self.rng.usize(0..apps)];
            let name = match self.chance(5) {
                true => format!("{number}_odd"),
                false => format!("{number:04}_x"),
            };
            let mut node = node(app, &name);
            let own: Vec<MigrationId> = self.of_app(app);
            match own.last() {
                Some(last) if !self.wildly(8) => node.dependencies.push(last.clone()),
                _ => {}
            }
            if self.wildly(8) {
                node.dependencies.extend(self.pick(&own));
            }
            let all: Vec<MigrationId> = self.timeline.iter().map(|node| node.id.clone()).collect();
            while self.chance(35) {
                node.dependencies.extend(self.pick(&all));
            }
            if self.chance(12) {
                let app = self.some_app();
                node.dependencies.push(MigrationId::new(app, "__first__"));
            }
            if self.wildly(6) {
                let app = self.some_app();
                node.dependencies.push(MigrationId::new(app, "__latest__"));
            }
            if self.wildly(2) {
                let app = self.some_app();
                node.run_before.push(MigrationId::new(app, "__first__"));
            }
            if self.wildly(1) {
                let app = self.some_app();
                node.dependencies.push(MigrationId::new(app, "0099_missing"));
            }
            if self.chance(6)
                && let Some(last) = self.timeline.last_mut()
            {
                last.run_before.push(node.id.clone());
            }
            self.rng.shuffle(&mut node.dependencies);
            self.timeline.push(node);
        }
    }

    /// Squashes ranges of an app, also ranges with squashes in them.
    fn squashes(&mut self) {
        for round in 0..self.rng.usize(0..5) {
            let app = APPS[self.rng.usize(0..APPS.len())];
            let own = self.of_app(app);
            if own.len() < 2 {
                continue;
            }
            let start = self.rng.usize(0..own.len() - 1);
            let end = self.rng.usize(start + 1..own.len());
            let mut squash = node(app, &format!("{}_squashed_{round}", own[start].name));
            let mut replaces = own[start..=end].to_vec();
            let inner: Vec<GraphNode> = self.squashes.iter().filter(|squash| squash.id.app == app).cloned().collect();
            if !inner.is_empty() && self.chance(60) {
                let inner = &inner[self.rng.usize(0..inner.len())];
                replaces.retain(|id| !inner.replaces.contains(id));
                let place = self.rng.usize(0..=replaces.len());
                replaces.insert(place, inner.id.clone());
            }
            if self.wildly(5) {
                let all: Vec<MigrationId> = self.timeline.iter().map(|node| node.id.clone()).collect();
                replaces.extend(self.pick(&all));
            }
            if self.wildly(4) {
                replaces.push(MigrationId::new(app, "0098_gone"));
            }
            if self.wildly(2)
                && let Some(other) = self.squashes.last_mut()
            {
                other.replaces.push(squash.id.clone());
            }
            let keep = self.wildly(10);
            for old in self.timeline.iter().filter(|node| replaces.contains(&node.id)) {
                for dependency in &old.dependencies {
                    if !replaces.contains(dependency) && !squash.dependencies.contains(dependency) && !keep {
                        squash.dependencies.push(dependency.clone());
                    }
                }
            }
            if self.wildly(5) {
                squash.run_before.extend(self.pick(&own));
            }
            if self.chance(30) {
                let last = own[end].clone();
                for node in &mut self.timeline {
                    for dependency in &mut node.dependencies {
                        if *dependency == last && self.rng.bool() {
                            *dependency = squash.id.clone();
                        }
                    }
                }
            }
            match self.rng.u8(0..5) {
                0 => self.deleted.extend(replaces.iter().cloned()),
                1 => {
                    let one = self.pick(&replaces);
                    self.deleted.extend(one);
                }
                _ => {}
            }
            if self.wildly(10) {
                self.rng.shuffle(&mut replaces);
            }
            squash.replaces = replaces;
            self.squashes.push(squash);
        }
    }

    fn finish(mut self) -> Case {
        let applied = self.applied();
        let everything: Vec<MigrationId> =
            self.timeline.iter().chain(&self.squashes).map(|node| node.id.clone()).collect();
        let mut runs = Vec::new();
        let mut prefixes = Vec::new();
        for _ in 0..self.rng.usize(1..=3) {
            let targets = if self.chance(15) { self.rng.usize(2..5) } else { 1 };
            runs.push((0..targets).map(|_| self.target(&everything)).collect());
            if let Some(id) = self.pick(&everything) {
                let length = self.rng.usize(1..=id.name.len());
                prefixes.push((id.app.to_string(), id.name[..length].to_owned()));
            }
        }
        let mut order = APPS;
        self.rng.shuffle(&mut order);
        let deleted = self.deleted;
        let found = self.timeline.into_iter().chain(self.squashes);
        let mut migrations: Vec<GraphNode> = found.filter(|node| !deleted.contains(&node.id)).collect();
        migrations.sort_by_key(|node| (order.iter().position(|app| node.id.app == *app), node.id.name.clone()));
        Case { migrations, applied, replace: self.rng.u8(0..8) > 0, prefixes, runs }
    }

    fn applied(&mut self) -> Vec<MigrationId> {
        let mut applied: Vec<MigrationId> = self.timeline.iter().map(|node| node.id.clone()).collect();
        match self.rng.u8(0..6) {
            0 => return Vec::new(),
            1 => applied.retain(|_| self.rng.u8(0..100) < 60),
            2 => {}
            _ => applied.truncate(self.rng.usize(0..=applied.len())),
        }
        for squash in &self.squashes {
            if self.rng.u8(0..100) < 30 {
                applied.push(squash.id.clone());
            }
        }
        applied
    }

    fn target(&mut self, everything: &[MigrationId]) -> Target {
        let app = APPS[self.rng.usize(0..APPS.len())].into();
        match self.rng.u8(0..8) {
            0 => Target::All,
            1 => Target::App(app),
            2 => Target::Zero(app),
            _ => self.pick(everything).map_or(Target::All, Target::Migration),
        }
    }

    fn some_app(&mut self) -> &'static str {
        match self.rng.u8(0..100) {
            0..10 => UNMIGRATED,
            10..13 if self.wild => EMPTY,
            13..16 if self.wild => UNKNOWN,
            _ => {
                // An app without migrations is an error that would hide all others.
                let known: Vec<&str> =
                    APPS.into_iter().filter(|app| self.timeline.iter().any(|node| node.id.app == *app)).collect();
                if known.is_empty() { UNMIGRATED } else { known[self.rng.usize(0..known.len())] }
            }
        }
    }

    fn of_app(&self, app: &str) -> Vec<MigrationId> {
        let own = self.timeline.iter().filter(|node| node.id.app == app);
        own.map(|node| node.id.clone()).collect()
    }

    fn pick(&mut self, ids: &[MigrationId]) -> Option<MigrationId> {
        if ids.is_empty() { None } else { Some(ids[self.rng.usize(0..ids.len())].clone()) }
    }

    fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(0..100) < percent
    }

    /// As [`chance`](Self::chance), for what a well-formed project does not have.
    fn wildly(&mut self, percent: u8) -> bool {
        self.wild && self.chance(percent)
    }
}

fn node(app: &str, name: &str) -> GraphNode {
    GraphNode {
        id: MigrationId::new(app, name),
        dependencies: Vec::new(),
        run_before: Vec::new(),
        replaces: Vec::new(),
    }
}
