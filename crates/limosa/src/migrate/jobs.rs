//! From a plan to jobs: each migration with the state that it starts from.

use std::collections::BTreeSet;
use std::sync::Arc;

use limosa_engine::runner::{Fake, Job, states_backwards, states_forwards};
use limosa_model::graph::Direction;
use limosa_model::{Diagnostic, Migration, MigrationId, ProjectState};
use limosa_plan::planner::{Recorder, what_to_record};
use limosa_plan::steps::{self, Skipped};
use limosa_sql::dialect::Context;

use super::parts::{Operations, applied, others, part};
use super::{MigratePlan, late};
use crate::error::Error;
use crate::workspace::Workspace;

/// Returns the jobs of a plan with the states that they start from, and the state when all have run.
///
/// # Errors
/// When an operation does not fit the state that it is applied to.
pub fn jobs(
    workspace: &Workspace,
    plan: &MigratePlan,
    fake: Fake,
    context: &Context,
) -> Result<(Vec<Job>, ProjectState), Error> {
    late::check(workspace, plan, context)?;
    let loader = plan.graph.loader();
    let units = units(workspace, plan)?;
    let direction = plan.direction();
    let (befores, end) = states(workspace, plan, fake)?;
    let mut recorder = Recorder::new(&plan.graph);
    let wrong = units.iter().filter(|unit| fake != Fake::Yes && unit.operations.is_some());
    let wrong = wrong.filter(|unit| steps::runs_whole(context, &unit.migration, direction));
    let wrong: Vec<Diagnostic> = wrong.map(|unit| refusal(workspace, &unit.migration)).collect();
    if !wrong.is_empty() {
        return Err(workspace.diagnostics(wrong));
    }
    let jobs = units.into_iter().zip(befores).map(|(unit, before)| {
        let Unit { migration, operations, is_part } = unit;
        let records = match direction {
            Direction::Forwards if is_part => Vec::new(),
            Direction::Forwards => recorder.next(&migration.id),
            Direction::Backwards => what_to_record(loader, &migration.id, direction),
        };
        let (skipped, undetected, statements) = (Skipped::default(), Skipped::default(), Vec::new());
        let python = fake != Fake::Yes && steps::needs_python(context, &migration, &before, direction, &skipped);
        Job {
            migration,
            direction,
            before,
            fake,
            python,
            skipped,
            undetected,
            records,
            operations,
            is_part,
            statements,
        }
    });
    Ok((jobs.collect(), end))
}

/// What runs as one: a migration, or some of its operations.
struct Unit {
    migration: Arc<Migration>,
    /// The places of the operations, where it is not all of them.
    operations: Option<Operations>,
    /// Whether it is not whole afterwards.
    is_part: bool,
}

/// Returns what a plan runs, in order.
fn units(workspace: &Workspace, plan: &MigratePlan) -> Result<Vec<Unit>, Error> {
    let parts = &plan.parts;
    let mut units = Vec::with_capacity(plan.executed.len());
    for planned in &plan.executed {
        let (id, whole) = (&planned.id, workspace.migration(&planned.id)?);
        let mut push = |operations: Operations, is_part| {
            let migration = part(whole, |place| operations.contains(&place));
            units.push(Unit { migration, operations: Some(operations), is_part });
        };
        if let Some(late) = parts.late.get(id) {
            match planned.direction {
                Direction::Forwards => push(late.clone(), true),
                Direction::Backwards => push(others(whole, late), false),
            }
            continue;
        }
        // What was begun is finished first, as it was begun.
        let begun = parts.begun.get(id);
        begun.into_iter().for_each(|begun| push(begun.clone(), true));
        match (parts.now.get(id), begun.or_else(|| parts.done.get(id))) {
            (Some(_), Some(_)) => {}
            (Some(now), None) => push(now.clone(), true),
            (None, Some(done)) => push(others(whole, done), false),
            (None, None) => units.push(Unit { migration: Arc::clone(whole), operations: None, is_part: false }),
        }
    }
    Ok(units)
}

/// Refuses to run only some operations of a migration that runs itself.
fn refusal(workspace: &Workspace, migration: &Migration) -> Diagnostic {
    let message =
        format!("{} runs itself in a way of its own, and only some of its operations are to run", migration.id);
    Diagnostic::error("runs-as-a-whole", message)
        .at(workspace.span(&migration.id), "this one")
        .help("make a migration of its own of the operations that are left")
}

/// Returns the states before the migrations of a plan, in the order in which they run, and the state when all have run.
///
/// # Errors
/// When an operation does not fit the state that it is applied to.
pub(crate) fn states(
    workspace: &Workspace,
    plan: &MigratePlan,
    fake: Fake,
) -> Result<(Vec<ProjectState>, ProjectState), Error> {
    let base = workspace.base_state();
    let applied = applied(workspace, &plan.graph, &plan.parts)?;
    let run: Vec<Arc<Migration>> = units(workspace, plan)?.into_iter().map(|unit| unit.migration).collect();
    let wrong = |error| workspace.step_error(&error);
    Ok(match plan.direction() {
        // Faked migrations do not move the state (Django: `apply_migration` with `fake`).
        Direction::Forwards if fake == Fake::Yes => {
            let (_, end) = states_forwards(base, &applied, []).map_err(wrong)?;
            (vec![end.clone(); run.len()], end)
        }
        Direction::Forwards => states_forwards(base, &applied, &run).map_err(wrong)?,
        Direction::Backwards => {
            let ids: BTreeSet<MigrationId> = run.iter().map(|migration| migration.id.clone()).collect();
            let (mut states, end) = states_backwards(base, &applied, &ids).map_err(wrong)?;
            (run.iter().map(|migration| states.remove(&migration.id).unwrap_or_default()).collect(), end)
        }
    })
}

/// Returns the state after all migrations on disk.
pub(super) fn everything(workspace: &Workspace, plan: &MigratePlan) -> Result<ProjectState, Error> {
    let all = all(workspace, plan.graph.full_plan())?;
    let states = states_forwards(workspace.base_state(), all.iter().copied(), []);
    states.map(|(_, end)| end).map_err(|error| workspace.step_error(&error))
}

fn all<'w, 'i>(
    workspace: &'w Workspace,
    ids: impl IntoIterator<Item = &'i MigrationId>,
) -> Result<Vec<&'w Arc<Migration>>, Error> {
    ids.into_iter().map(|id| workspace.migration(id)).collect()
}
