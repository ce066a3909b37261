//! Lets the checks look at a plan.

use crate::check::{Check, Look};
use crate::finding::{Finding, Findings};
use crate::plan::{Plan, PlannedMigration};
use crate::policy::{self, Policy};
use crate::rules::Rules;
use crate::so_far::SoFar;
use crate::subject::Subject;

/// Lets checks and policies look at a plan; findings come in the order in which the plan runs.
pub fn judge(plan: &Plan<'_>, rules: &Rules<'_>) -> Vec<Finding> {
    let here = rules.checks.iter().copied().filter(|check| check.databases.contains(&plan.context.dialect));
    let checks: Vec<&'static Check> = here.collect();
    let policies: Vec<&Policy> = rules.policies.iter().filter(|policy| policy.runs).collect();
    let mut found = Vec::new();
    let mut own = Vec::new();
    subjects(plan, &mut |subject| {
        // A migration itself is looked at before its operations.
        if subject.operation.is_none() {
            found.extend(gathered(std::mem::take(&mut own)));
        }
        look(&checks, subject, &mut own);
        own.extend(policy::look(&policies, subject));
    });
    found.extend(gathered(own));
    found
}

/// Goes through all that is looked at: each migration, its operations, their statements.
pub(crate) fn subjects(plan: &Plan<'_>, look: &mut dyn FnMut(&Subject<'_>)) {
    for deploy in &plan.deploys {
        let mut so_far = SoFar::new(plan.stats);
        for migration in deploy {
            so_far.begin(migration.transaction);
            look_at(plan, deploy, migration, &mut so_far, look);
            so_far.end_transaction();
        }
    }
}

fn look_at(
    plan: &Plan<'_>,
    deploy: &[PlannedMigration<'_>],
    migration: &PlannedMigration<'_>,
    so_far: &mut SoFar,
    look: &mut dyn FnMut(&Subject<'_>),
) {
    look(&Subject { plan, deploy, so_far, migration, operation: None, statement: None });
    for operation in &migration.operations {
        let operation_of_it = Some(operation);
        look(&Subject { plan, deploy, so_far, migration, operation: operation_of_it, statement: None });
        for statement in &operation.statements {
            look(&Subject { plan, deploy, so_far, migration, operation: operation_of_it, statement: Some(statement) });
            so_far.follow(statement, plan.context.dialect);
        }
        so_far.follow_operation(&operation.meaning);
    }
}

/// Lets checks look at a subject.
fn look(checks: &[&'static Check], subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let is_after = subject.is_post_deploy();
    let is_due = |check: &&&Check| if is_after { !check.before_deploy } else { !check.after_deploy };
    for check in checks.iter().filter(is_due) {
        let look = match (check.look, subject.operation, subject.statement) {
            (Look::Migration(look), None, None)
            | (Look::Operation(look), Some(_), None)
            | (Look::Statement(look), Some(_), Some(_)) => look,
            _ => continue,
        };
        let mut findings = Findings { subject, check, found: Vec::new() };
        look(subject, &mut findings);
        if let Some(fix) = check.fix.filter(|_| !findings.found.is_empty()) {
            let fixes = fix(subject);
            findings.found.iter_mut().for_each(|finding| finding.fixes.clone_from(&fixes));
        }
        found.append(&mut findings.found);
    }
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
