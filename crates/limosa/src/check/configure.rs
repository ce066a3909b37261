//! What `[checks]` says, with the options of the command over it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use limosa_check::{Check, Finding, Level, Policy, Rules, checks};
use limosa_model::{Diagnostic, MigrationId, SmolStr};
use limosa_source::config::{CheckSection, Sourced};

use super::policies;
use crate::error::Error;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// What `[checks]` says.
#[derive(Clone, Debug, Default)]
pub struct Configured {
    /// The checks that run.
    pub checks: Vec<&'static Check>,
    /// The project's own rules, those that do not run among them.
    pub policies: Arc<Vec<Policy>>,
    /// The level from which on a finding makes the exit code 1.
    pub fail_on: Option<Level>,
    /// The file of the findings that are known.
    pub baseline: Option<PathBuf>,
    /// The file that says how much the tables hold.
    pub stats: Option<PathBuf>,
    levels: BTreeMap<SmolStr, Level>,
    /// Labels and `app.migration`, with the words for checks.
    ignores: BTreeMap<SmolStr, Vec<SmolStr>>,
    passed_over: Arc<BTreeSet<MigrationId>>,
}

impl Configured {
    /// Reads what the configuration says; `select` and `ignore` are the words of the command's options.
    ///
    /// # Errors
    /// When it names a check, a level, an app or a migration that there is not.
    pub fn read(workspace: &Workspace, select: &[String], ignore: &[String]) -> Result<Self, Error> {
        let mut policies = policies::read(workspace.project()).map_err(|wrong| workspace.diagnostics(wrong))?;
        let rules = Rules { checks: checks::ALL, policies: &policies };
        if let Some(word) = select.iter().chain(ignore).find(|word| rules.meant(word).is_empty()) {
            return Err(unknown(word));
        }
        let section = &workspace.project().config.checks;
        let wrong = wrong(workspace, section, &rules);
        if !wrong.is_empty() {
            return Err(workspace.diagnostics(wrong));
        }
        let words = |words: &[Sourced<SmolStr>]| words.iter().map(|word| word.value.clone()).collect::<Vec<_>>();
        let (extended, left_out) = (words(&section.extend), words(&section.ignore));
        let runs = |default: bool, code: &str, name: &str| {
            let meant = |words: &[SmolStr]| words.iter().any(|word| checks::names(word, code, name));
            let asked = |words: &[String]| words.iter().any(|word| checks::names(word, code, name));
            let runs = match select {
                [] => (default || meant(&extended)) && !meant(&left_out),
                select => asked(select),
            };
            runs && !asked(ignore)
        };
        let mut levels = BTreeMap::new();
        for (word, level) in &section.levels {
            let level = Level::parse(&level.value);
            levels.extend(rules.meant(word).into_iter().filter_map(|code| Some((SmolStr::new(code), level?))));
        }
        policies.iter_mut().for_each(|policy| policy.runs = runs(true, &policy.code, &policy.name));
        let file =
            |name: &Option<Sourced<SmolStr>>| name.as_ref().map(|name| workspace.root().join(name.value.as_str()));
        Ok(Self {
            checks: checks::ALL.iter().copied().filter(|check| runs(check.default, check.code, check.name)).collect(),
            policies: Arc::new(policies),
            fail_on: section.fail_on.as_ref().and_then(|level| Level::parse(&level.value)),
            baseline: file(&section.baseline),
            stats: file(&section.stats),
            levels,
            ignores: section.ignores.iter().map(|(key, codes)| (key.clone(), words(codes))).collect(),
            passed_over: Arc::new(passed_over(workspace, section)?),
        })
    }

    /// Returns whether a migration is not looked at, because it is older than the checks are in the project.
    pub fn passes_over(&self, id: &MigrationId) -> bool {
        self.passed_over.contains(id)
    }

    /// Returns what looks at a plan.
    pub(super) fn rules(&self) -> Rules<'_> {
        Rules { checks: &self.checks, policies: &self.policies }
    }

    /// Gives findings the levels of the configuration, and leaves out what it ignores.
    pub(super) fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let counts = |finding: &Finding| {
            let keys = [finding.migration.app.clone(), SmolStr::from(finding.migration.to_string())];
            let words = keys.iter().filter_map(|key| self.ignores.get(key)).flatten();
            !words.into_iter().any(|word| checks::names(word, &finding.code, &finding.name))
        };
        let leveled = |mut finding: Finding| {
            // A size that is known says more than the configuration.
            if let Some(level) = self.levels.get(finding.code.as_str()).filter(|_| finding.estimate.is_none()) {
                finding.level = *level;
            }
            finding
        };
        findings.into_iter().filter(counts).map(leveled).collect()
    }
}

/// The error for a word that names no check.
pub fn unknown(word: &str) -> Error {
    Error::Usage { message: format!("no check is called `{word}`"), help: "`limosa explain` lists the checks".into() }
}

/// Returns what the configuration names that there is not.
fn wrong(workspace: &Workspace, section: &CheckSection, rules: &Rules<'_>) -> Vec<Diagnostic> {
    let is_check = |word: &str| !rules.meant(word).is_empty();
    let error = |message: String, word: &Sourced<SmolStr>, help: &str| {
        Diagnostic::error("invalid-configuration", message).at(word.span(), "here").help(help)
    };
    let mut wrong = Vec::new();
    let words = section.extend.iter().chain(&section.ignore).chain(section.ignores.values().flatten());
    for word in words.filter(|word| !is_check(&word.value)) {
        wrong.push(error(format!("no check is called `{}`", word.value), word, "`limosa explain` lists the checks"));
    }
    for (word, level) in &section.levels {
        if !is_check(word) {
            wrong.push(error(format!("no check is called `{word}`"), level, "`limosa explain` lists the checks"));
        }
    }
    for level in section.levels.values().chain(&section.fail_on).filter(|level| Level::parse(&level.value).is_none()) {
        let help = "write \"note\", \"warning\" or \"error\"";
        wrong.push(error(format!("unknown level `{}`", level.value), level, help));
    }
    for (key, codes) in &section.ignores {
        let is_known = match key.split_once('.') {
            Some((app, name)) => workspace.migration(&MigrationId::new(app, name)).is_ok(),
            None => workspace.check_app(key).is_ok(),
        };
        if let Some(first) = codes.first().filter(|_| !is_known) {
            wrong.push(error(
                format!("there is no app or migration `{key}`"),
                first,
                "write `app` or `\"app.migration\"`",
            ));
        }
    }
    for (app, name) in &section.start_after {
        if workspace.migration(&MigrationId::new(app.clone(), name.value.clone())).is_err() {
            let message = format!("there is no migration `{app}.{}`", name.value);
            wrong.push(error(message, name, "write the whole name of a migration of the app"));
        }
    }
    wrong
}

/// Returns the migrations of apps that come before those at which the checks begin, and these themselves.
fn passed_over(workspace: &Workspace, section: &CheckSection) -> Result<BTreeSet<MigrationId>, Error> {
    if section.start_after.is_empty() {
        return Ok(BTreeSet::new());
    }
    let graph = Situation::unreplaced(workspace, &workspace.loader()?)?;
    let mut passed = BTreeSet::new();
    for (app, name) in &section.start_after {
        let last = MigrationId::new(app.clone(), name.value.clone());
        let before = graph.state_plan(std::slice::from_ref(&last), true).into_iter().filter(|id| id.app == *app);
        passed.extend(before.cloned());
        passed.insert(last);
    }
    Ok(passed)
}
