//! Lets the checks look at a plan.

use crate::check::{Check, Look};
use crate::finding::{Finding, Findings};
use crate::plan::{Plan, PlannedMigration};
use crate::policy;
use crate::rules::Rules;
use crate::so_far::SoFar;
use crate::subject::Subject;

/// Lets checks and policies look at a plan; findings come in the order in which the plan runs.
pub fn judge(plan: &Plan<'_>, rules: &Rules<'_>) -> Vec<Finding> {
    let here = rules.checks.iter().copied().filter(|check| check.databases.contains(&plan.context.dialect));
    let checks: Vec<&'static Check> = here.collect();
    let mut policies = policy::Looking::new(rules.policies);
    let mut found = Vec::new();
    subjects(plan, &mut |subject| {
        look(&checks, subject, &mut found);
        found.extend(policies.look(subject));
    });
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
    // What is put off runs after all operations, and belongs to its own all the same.
    for deferred in [false, true] {
        for operation in &migration.operations {
            if !deferred {
                look(&Subject { plan, deploy, so_far, migration, operation: Some(operation), statement: None });
            }
            for statement in operation.statements.iter().filter(|statement| statement.deferred == deferred) {
                look(&Subject {
                    plan,
                    deploy,
                    so_far,
                    migration,
                    operation: Some(operation),
                    statement: Some(statement),
                });
                so_far.follow(statement, plan.context.dialect);
            }
            if !deferred {
                so_far.follow_operation(&operation.meaning);
            }
        }
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
