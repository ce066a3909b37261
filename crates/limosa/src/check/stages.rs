//! The halves of a deploy, for the checks: what runs when the old code is gone cannot break it.

use limosa_check::plan::PlannedMigration;
use limosa_model::Migration;
use limosa_plan::stage;
use limosa_sql::dialect::Dialect;

use crate::error::Error;
use crate::stages::rules;
use crate::workspace::Workspace;

/// Says of the migrations of deploys in which half they run.
///
/// What is inferred counts only where the project divides its deploys: where it configures stages, or a migration says its own, or where that is asked for (`always`).
/// Elsewhere everything runs while the old code does.
pub(super) fn divide(
    workspace: &Workspace,
    deploys: &mut [Vec<PlannedMigration<'_>>],
    dialect: Dialect,
    always: bool,
) -> Result<(), Error> {
    let rules = rules::of(workspace)?;
    let is_written = workspace.project().config.stages.written;
    let says = || !rules.overrides.is_empty() || !rules.fallbacks.is_empty() || says_stage(workspace);
    let divides = always || is_written || says();
    if !divides {
        return Ok(());
    }
    for deploy in deploys {
        let steps = deploy.iter().map(|planned| (planned.migration, &planned.before));
        let stages = stage::stages(steps, &rules, dialect).map_err(|error| workspace.step_error(&error))?;
        for (planned, staged) in deploy.iter_mut().zip(stages) {
            planned.staged = Some(staged);
        }
    }
    Ok(())
}

/// Returns whether a migration of the project says in which half it runs.
fn says_stage(workspace: &Workspace) -> bool {
    let says = |migration: &Migration| stage::declared(migration).is_ok_and(|declared| declared.is_some());
    workspace.migrations().into_iter().any(|migration| says(migration))
}
