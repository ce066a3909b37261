//! One deploy: both halves of it, while the old and then the new version is at work.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::bench::database::Kind;

use super::Args;
use super::case::{Case, Models};
use super::judge::{self, Found, Half, Verdict};
use super::load::{Happened, Load, Version};
use super::place::{Database, Place};
use super::project::Project;

/// A case on a database.
pub(super) struct Deploy<'a> {
    pub(super) place: &'a Place,
    pub(super) case: &'a Case,
    pub(super) base: &'a Models,
    pub(super) args: &'a Args,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Run {
    /// The halves in which something ran.
    pub(super) halves: Vec<Half>,
    pub(super) found: Vec<Found>,
    pub(super) phases: BTreeMap<(Version, String), Happened>,
    /// How often `migrate` itself had to be run again, because it was the victim of a deadlock.
    pub(super) repeated: u64,
    pub(super) verdict: Verdict,
}

/// How often a case is tried in which it was only a lock that did not behave: the machine may have been busy.
const TRIES: usize = 3;

impl Deploy<'_> {
    /// Runs it, again when only a lock took longer, or less long, than was said.
    pub(super) fn run(&self) -> Result<Run> {
        let mut run = self.once()?;
        for _ in 1..TRIES {
            if run.verdict.is_good() || !run.verdict.is_about_locks() {
                break;
            }
            run = self.once()?;
        }
        Ok(run)
    }

    fn once(&self) -> Result<Run> {
        let case = self.case;
        let folder = self.place.folder(&case.name);
        let before: Vec<&str> = case.before.as_deref().into_iter().collect();
        let all: Vec<&str> = before.iter().copied().chain(case.migrations.iter().map(String::as_str)).collect();
        let old = Project::write(&folder.join("old"), self.base, &case.old_models(self.base), &before)?;
        let new = Project::write(&folder.join("new"), self.base, &case.new_models(self.base), &all)?;
        let database = self.place.database(&case.name)?;
        if !before.is_empty() {
            database.limosa(&old, &["migrate"])?;
        }
        let stages = stages(&database, &new)?;
        let found = found(&database, &new, &stages)?;

        let mut running = Load::start(&database, &old, Version::Old, self.args)?;
        running.begin("before", false)?;
        running.wait("before")?;
        running.begin("pre-deploy", false)?;
        let mut repeated = migrate(&database, &new, "--pre-deploy")?;
        let mut beside = Load::start(&database, &new, Version::New, self.args)?;
        running.begin("overlap", true)?;
        beside.begin("overlap", true)?;
        running.wait("overlap")?;
        beside.wait("overlap")?;
        let mut phases = BTreeMap::new();
        phases.extend(running.stop()?.into_iter().map(|(phase, happened)| ((Version::Old, phase), happened)));
        if let Some(clean) = &case.clean {
            database.execute(&[clean])?;
        }
        beside.begin("post-deploy", true)?;
        repeated += migrate(&database, &new, "--post-deploy")?;
        beside.begin("after", true)?;
        beside.wait("after")?;
        phases.extend(beside.stop()?.into_iter().map(|(phase, happened)| ((Version::New, phase), happened)));
        database.limosa(&new, &["migrate", "--check"]).context("something is left")?;

        let mut halves: Vec<Half> = stages.values().flatten().copied().collect();
        halves.sort();
        halves.dedup();
        let verdict = judge::judge(&found, &phases, if self.place.kind == Kind::Postgres { repeated } else { 0 });
        Ok(Run { halves, found, phases, repeated, verdict })
    }
}

/// Runs a half, again when the database ended it because of a deadlock; returns how often it did.
fn migrate(database: &Database<'_>, project: &Project, half: &str) -> Result<u64> {
    for repeated in 0..10 {
        let (code, stdout, stderr) = database.try_limosa(project, &["migrate", half])?;
        if code == Some(0) {
            return Ok(repeated);
        }
        ensure!(DEADLOCKS.iter().any(|code| stderr.contains(code)), "limosa migrate {half}: {stdout}{stderr}");
    }
    bail!("limosa migrate {half} ends in a deadlock again and again")
}

/// The codes of a deadlock, as they are told.
const DEADLOCKS: [&str; 2] = ["(40P01)", "(1213)"];

/// Returns in which halves each pending migration runs.
fn stages(database: &Database<'_>, project: &Project) -> Result<BTreeMap<String, Vec<Half>>> {
    let shown = database.json(project, &["showmigrations"])?;
    let migrations = shown["migrations"].as_array().context("no migrations")?;
    let mut stages = BTreeMap::new();
    for migration in migrations.iter().filter(|migration| migration["applied"] == false) {
        let name = format!("{}.{}", text(&migration["app"]), text(&migration["name"]));
        let halves = match text(&migration["stage"]) {
            "post-deploy" => vec![Half::After],
            "mixed" => vec![Half::Before, Half::After],
            // It goes with what it depends on, which is what stands before it here.
            "either" if stages.values().any(|halves: &Vec<Half>| halves.contains(&Half::After)) => vec![Half::After],
            _ => vec![Half::Before],
        };
        stages.insert(name, halves);
    }
    ensure!(!stages.is_empty(), "nothing is pending");
    Ok(stages)
}

/// Returns what `check` finds in the pending migrations.
fn found(database: &Database<'_>, project: &Project, stages: &BTreeMap<String, Vec<Half>>) -> Result<Vec<Found>> {
    let checked = database.json(project, &["check"])?;
    let findings = checked["findings"].as_array().context("no findings")?;
    let mut all = Vec::new();
    for finding in findings {
        let halves = stages.get(text(&finding["migration"])).cloned().unwrap_or_default();
        all.push(Found {
            code: text(&finding["code"]).to_owned(),
            level: text(&finding["level"]).to_owned(),
            message: text(&finding["message"]).to_owned(),
            halves,
        });
    }
    Ok(all)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
