//! Pending operations that were added to a migration when it was applied: they run after all that is applied.

use std::sync::Arc;

use limosa_engine::runner::states_forwards;
use limosa_model::graph::Direction;
use limosa_model::{Diagnostic, Migration, MigrationId};
use limosa_plan::planner::{PlannedMigration, Target};
use limosa_sql::dialect::Context;

use super::parts::{applied, part};
use super::{MigratePlan, Operations};
use crate::branches::objections_to_moving;
use crate::error::Error;
use crate::stages::needed_for;
use crate::workspace::Workspace;

/// Adds to a plan the pending operations of applied migrations that the target needs, before all else.
pub(super) fn add(plan: &mut MigratePlan, target: &Target) {
    let graph = &plan.graph;
    let needed = needed_for(graph, target);
    let order = graph.full_plan();
    let late = order.into_iter().filter(|id| plan.parts.late.contains_key(*id) && needed.contains(id));
    let late: Vec<PlannedMigration> =
        late.map(|id| PlannedMigration { id: id.clone(), direction: Direction::Forwards }).collect();
    plan.printed.splice(0..0, late.iter().cloned());
    plan.executed.splice(0..0, late);
}

/// Refuses pending operations that lead to other models, or may, when they run after all that is applied, and not where they stand.
///
/// # Errors
/// With what speaks against it.
pub(super) fn check(workspace: &Workspace, plan: &MigratePlan, context: &Context) -> Result<(), Error> {
    let mut wrong = Vec::new();
    let runs = |id: &MigrationId| {
        plan.executed.iter().any(|planned| planned.id == *id && planned.direction == Direction::Forwards)
    };
    let all = applied(workspace, &plan.graph, &plan.parts)?;
    for (id, late) in plan.parts.late.iter().filter(|(id, _)| runs(id)) {
        let place = all.iter().position(|migration| migration.id == *id).map_or(all.len(), |place| place + 1);
        let (before, after) = all.split_at(place);
        let others: Vec<&Arc<Migration>> = after.iter().collect();
        let moved = part(workspace.migration(id)?, |place| late.contains(&place));
        let states = states_forwards(workspace.base_state(), before, []);
        let (_, state) = states.map_err(|error| workspace.step_error(&error))?;
        if let Some(objection) = objections_to_moving(workspace, context, &state, &others, &moved).first() {
            wrong.push(refusal(workspace, id, late, &objection.message));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(workspace.diagnostics(wrong)) }
}

fn refusal(workspace: &Workspace, id: &MigrationId, late: &Operations, objection: &str) -> Diagnostic {
    let first = late.first().and_then(|place| workspace.migration(id).ok()?.operations.get(*place)?.span.0);
    let message = format!("{id} is applied, and its pending operations may not run after what was applied since");
    Diagnostic::error("late-operations", message)
        .at(first.or_else(|| workspace.span(id)), "added since")
        .help(format!("{objection}: make a migration of its own of them, after the others"))
}
