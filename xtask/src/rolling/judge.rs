//! Holds what happened against what `check` said.

use std::collections::BTreeMap;

use super::load::{Happened, Version};

/// A half of a deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Half {
    /// What `--pre-deploy` runs.
    Before,
    /// What `--post-deploy` runs.
    After,
}

/// What `check` found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) code: String,
    pub(super) level: String,
    pub(super) message: String,
    /// The halves in which the migration runs that it is about.
    pub(super) halves: Vec<Half>,
}

/// What speaks against `check`.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    /// Failures that nothing foretold.
    pub(super) unforeseen: Vec<String>,
    /// Warnings that nothing came of.
    pub(super) unfounded: Vec<String>,
    locks_only: bool,
}

/// What a finding foretells: whose queries fail, when, and how.
struct Prophecy {
    versions: &'static [Version],
    phases: &'static [&'static str],
    kinds: &'static [&'static str],
}

const OLD: &[Version] = &[Version::Old];
const NEW: &[Version] = &[Version::New];
const BOTH: &[Version] = &[Version::Old, Version::New];

/// From the moment at which `--pre-deploy` runs until the old code stops.
const WITH_OLD: &[&str] = &["pre-deploy", "overlap"];
/// From the moment at which the new code starts until `--post-deploy` is done; a request that began before may end later.
const UNTIL_DONE: &[&str] = &["overlap", "post-deploy", "after"];
/// Those that are about who comes first: they come true or do not.
const RACES: &[&str] = &["LK018", "LK021"];

const AFTER: &[&str] = &["post-deploy", "after"];
/// What comes of a standstill on MariaDB: a row that `INSERT IGNORE` leaves out is not told as an error, and one that refers to a row of a table that is
/// exchanged meanwhile may be refused (1452; MDEV-37365: writes to a table take no lock on those that it refers to).
const STANDSTILL: &[&str] = &["lock", "value", "constraint"];

impl Found {
    /// Returns what it foretells; nothing for checks of other things than queries.
    fn prophecies(&self) -> Vec<Prophecy> {
        self.halves.iter().flat_map(|half| self.prophecy(*half)).collect()
    }

    fn prophecy(&self, half: Half) -> Vec<Prophecy> {
        let old = |kinds| vec![Prophecy { versions: OLD, phases: WITH_OLD, kinds }];
        let new = |kinds| vec![Prophecy { versions: NEW, phases: UNTIL_DONE, kinds }];
        match (self.code.as_str(), half) {
            ("BC001" | "BC002", _) => old(&["missing"]),
            ("BC003" | "BC004", Half::Before) => old(&["missing"]),
            ("BC003" | "BC004", Half::After) => new(&["missing"]),
            ("BC005" | "BC006" | "BC011", _) => old(&["null"]),
            ("BC007", Half::Before) => old(&["type", "value"]),
            ("BC007", Half::After) => new(&["type", "value"]),
            ("BC008", _) => old(&["constraint"]),
            ("BC012", Half::Before) => old(&["null-read"]),
            ("BC012", Half::After) => new(&["null-read"]),
            ("BC014", _) => new(&["null", "constraint"]),
            ("BC015", _) => new(&["constraint"]),
            ("BC016", _) => old(&["constraint"]),
            ("BC017", _) => new(&["missing", "null", "type"]),
            ("LK021", Half::Before) => vec![Prophecy { versions: BOTH, phases: WITH_OLD, kinds: STANDSTILL }],
            ("LK021", Half::After) => vec![Prophecy { versions: NEW, phases: AFTER, kinds: STANDSTILL }],
            (code, Half::Before) if code.starts_with("LK") => {
                vec![Prophecy { versions: BOTH, phases: WITH_OLD, kinds: &["lock"] }]
            }
            (code, Half::After) if code.starts_with("LK") => {
                vec![Prophecy { versions: NEW, phases: AFTER, kinds: &["lock"] }]
            }
            _ => Vec::new(),
        }
    }
}

impl Prophecy {
    fn covers(&self, version: Version, phase: &str, kind: &str) -> bool {
        self.versions.contains(&version) && self.phases.contains(&phase) && self.kinds.contains(&kind)
    }
}

impl Verdict {
    /// Returns whether what happened is what was said.
    pub(super) fn is_good(&self) -> bool {
        self.unforeseen.is_empty() && self.unfounded.is_empty()
    }

    /// Returns whether nothing but locks speaks against it.
    pub(super) fn is_about_locks(&self) -> bool {
        self.locks_only
    }
}

/// Holds what happened against what was found: where nothing was found nothing may have failed, and what was warned of must have.
///
/// A migration that was itself the victim of a deadlock, so that it had to be run again, counts as a failure of locks.
pub(super) fn judge(found: &[Found], phases: &BTreeMap<(Version, String), Happened>, repeated: u64) -> Verdict {
    let prophecies: Vec<(&Found, Prophecy)> =
        found.iter().flat_map(|found| found.prophecies().into_iter().map(move |prophecy| (found, prophecy))).collect();
    let failures = || {
        phases.iter().flat_map(|((version, phase), happened)| {
            happened.failures.iter().map(move |failure| (*version, phase.as_str(), failure))
        })
    };
    let mut verdict = Verdict { locks_only: true, ..Verdict::default() };
    for (version, phase, failure) in failures() {
        if !prophecies.iter().any(|(_, prophecy)| prophecy.covers(version, phase, &failure.kind)) {
            verdict.locks_only &= failure.kind == "lock";
            verdict.unforeseen.push(format!(
                "{version:?} code, {phase}, {} times {}: {} ({})",
                failure.count,
                failure.step,
                failure.error,
                failure.sql.as_deref().unwrap_or_default()
            ));
        }
    }
    let foretells_locks = found.iter().any(|found| found.code.starts_with("LK"));
    if repeated > 0 && !foretells_locks {
        verdict.unforeseen.push(format!("the migration itself ended in a deadlock, {repeated} times"));
    }
    for found in found.iter().filter(|found| found.level != "note") {
        let own: Vec<_> = found.prophecies();
        let happened = failures()
            .any(|(version, phase, failure)| own.iter().any(|prophecy| prophecy.covers(version, phase, &failure.kind)));
        if !own.is_empty() && !happened && !RACES.contains(&found.code.as_str()) {
            verdict.locks_only &= found.code.starts_with("LK");
            verdict.unfounded.push(format!("{} {}", found.code, found.message));
        }
    }
    verdict
}
