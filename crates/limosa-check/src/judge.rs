//! Lets the checks look at a plan.

use crate::check::{Check, Look};
use crate::finding::{Finding, Findings};
use crate::plan::{Plan, PlannedMigration};
use crate::so_far::SoFar;
use crate::subject::Subject;

/// Lets checks look at a plan; findings come in the order in which the plan runs.
pub fn judge(plan: &Plan<'_>, checks: &[&'static Check]) -> Vec<Finding> {
    let here = checks.iter().copied().filter(|check| check.databases.contains(&plan.context.dialect));
    let checks: Vec<&'static Check> = here.collect();
    let mut found = Vec::new();
    for deploy in &plan.deploys {
        let mut so_far = SoFar::default();
        for migration in deploy {
            look_at(&Eyes { plan, deploy, checks: &checks }, migration, &mut so_far, &mut found);
        }
    }
    found
}

/// Who looks, and at what.
struct Eyes<'a> {
    plan: &'a Plan<'a>,
    deploy: &'a [PlannedMigration<'a>],
    checks: &'a [&'static Check],
}

fn look_at(eyes: &Eyes<'_>, migration: &PlannedMigration<'_>, so_far: &mut SoFar, found: &mut Vec<Finding>) {
    let before = found.len();
    so_far.begin(migration.transaction);
    eyes.look(&subject(eyes, migration, so_far), found);
    for operation in &migration.operations {
        eyes.look(&Subject { operation: Some(operation), ..subject(eyes, migration, so_far) }, found);
        for statement in &operation.statements {
            let at = subject(eyes, migration, so_far);
            eyes.look(&Subject { operation: Some(operation), statement: Some(statement), ..at }, found);
            so_far.follow(statement, eyes.plan.context.dialect);
        }
        so_far.follow_operation(&operation.meaning);
    }
    so_far.end_transaction();
    let own = found.split_off(before);
    found.extend(gathered(own));
}

/// Keeps of the findings of a migration the worst one of each kind of which one is enough, and counts the others.
fn gathered(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<(Finding, usize)> = Vec::with_capacity(findings.len());
    for finding in findings {
        let same = kept.iter_mut().find(|(first, _)| finding.once && first.once && first.code == finding.code);
        match same {
            Some((first, more)) => {
                *more += 1;
                if finding.level > first.level {
                    *first = finding;
                }
            }
            None => kept.push((finding, 0)),
        }
    }
    let counted = |(mut finding, more): (Finding, usize)| {
        if more > 0 {
            finding.message += &format!(" (and {more} more like it)");
        }
        finding
    };
    kept.into_iter().map(counted).collect()
}

fn subject<'a>(eyes: &'a Eyes<'a>, migration: &'a PlannedMigration<'a>, so_far: &'a SoFar) -> Subject<'a> {
    Subject { plan: eyes.plan, deploy: eyes.deploy, so_far, migration, operation: None, statement: None }
}

impl Eyes<'_> {
    fn look(&self, subject: &Subject<'_>, found: &mut Vec<Finding>) {
        let is_after = subject.migration.is_post_deploy();
        for check in self.checks.iter().filter(|check| !(is_after && check.before_deploy)) {
            let look = match (check.look, subject.operation, subject.statement) {
                (Look::Migration(look), None, None)
                | (Look::Operation(look), Some(_), None)
                | (Look::Statement(look), Some(_), Some(_)) => look,
                _ => continue,
            };
            let mut findings = Findings { subject, check, found: Vec::new() };
            look(subject, &mut findings);
            found.append(&mut findings.found);
        }
    }
}
