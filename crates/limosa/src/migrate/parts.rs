//! Migrations whose operations run in different halves of a deploy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use limosa_engine::bridge::Portion;
use limosa_engine::runner;
use limosa_model::graph::{Direction, MigrationGraph};
use limosa_model::operations::{OperationKind, SeparateDatabaseAndState};
use limosa_model::{Diagnostic, Migration, MigrationId, Operation};

use crate::error::Error;
use crate::workspace::Workspace;

/// The places of operations among those of their migration.
pub type Operations = BTreeSet<usize>;

/// The migrations of which only some operations ran, or are to run.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The operations that ran.
    pub done: BTreeMap<MigrationId, Operations>,
    /// The operations that an earlier run began with, outside of any transaction, and did not finish.
    pub begun: BTreeMap<MigrationId, Operations>,
    /// The pending operations that did not run, of migrations that are applied without them.
    pub late: BTreeMap<MigrationId, Operations>,
    /// The operations that are to run now, of migrations that will not be whole then.
    pub now: BTreeMap<MigrationId, Operations>,
}

impl Parts {
    /// Returns whether an operation is among those that the plan runs, of a migration that is in it.
    pub fn runs(&self, id: &MigrationId, place: usize, direction: Direction) -> bool {
        if let Some(late) = self.late.get(id) {
            return late.contains(&place) == (direction == Direction::Forwards);
        }
        let has = |parts: &BTreeMap<MigrationId, Operations>| parts.get(id).map(|part| part.contains(&place));
        !has(&self.done).unwrap_or(false) && has(&self.now).unwrap_or(true)
    }

    /// Returns whether some operations of a migration ran, and others did not.
    pub fn divides(&self, id: &MigrationId) -> bool {
        [&self.done, &self.begun, &self.now, &self.late].into_iter().any(|parts| parts.contains_key(id))
    }
}

/// Returns a migration that does some of its operations and nothing in the place of the others, so that all keep their places.
pub(crate) fn part(migration: &Arc<Migration>, runs: impl Fn(usize) -> bool) -> Arc<Migration> {
    let mut part = Migration::clone(migration);
    let others = part.operations.iter_mut().enumerate().filter(|(place, _)| !runs(*place));
    for operation in others.map(|(_, operation)| operation) {
        let nothing = SeparateDatabaseAndState { database_operations: Vec::new(), state_operations: Vec::new() };
        let span = operation.span;
        *operation = Operation::new(OperationKind::SeparateDatabaseAndState(nothing));
        operation.span = span;
    }
    Arc::new(part)
}

/// Returns what is applied, in the graph's order: whole migrations, and of others what ran.
///
/// # Errors
/// When a migration is not there.
pub(crate) fn applied(
    workspace: &Workspace,
    graph: &MigrationGraph,
    parts: &Parts,
) -> Result<Vec<Arc<Migration>>, Error> {
    let of = |portion: Portion| {
        let whole = workspace.migration(&portion.id)?;
        Ok(match &portion.operations {
            Some(operations) => part(whole, |place| operations.contains(&place)),
            None => Arc::clone(whole),
        })
    };
    applied_portions(workspace, graph, parts)?.into_iter().map(of).collect()
}

/// Returns what is applied as Python's state knows it: in the graph's order, of each migration what ran.
///
/// # Errors
/// When a migration is not there.
pub(crate) fn applied_portions(
    workspace: &Workspace,
    graph: &MigrationGraph,
    parts: &Parts,
) -> Result<Vec<Portion>, Error> {
    let mut applied = Vec::new();
    for id in graph.full_plan() {
        let operations = if let Some(late) = parts.late.get(id) {
            Some(others(workspace.migration(id)?, late))
        } else if graph.applied(id).is_some() {
            None
        } else if let Some(done) = parts.done.get(id) {
            Some(done.clone())
        } else {
            continue;
        };
        applied.push(Portion { id: id.clone(), operations });
    }
    Ok(applied)
}

/// Returns the places of the operations of a migration that are not among these.
pub(super) fn others(migration: &Migration, operations: &Operations) -> Operations {
    (0..migration.operations.len()).filter(|place| !operations.contains(place)).collect()
}

/// Writes down operations, each with what tells whether it was edited since.
pub(crate) fn write(migration: &Migration, operations: &Operations) -> String {
    let line = |place: &usize| {
        let operation = migration.operations.get(*place);
        format!("{place} {}", operation.map(runner::fingerprint).unwrap_or_default())
    };
    operations.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads what was written down; an error when an operation that ran is another now.
pub(crate) fn read(
    workspace: &Workspace,
    id: &MigrationId,
    text: &str,
    is_done: bool,
) -> Result<Operations, Box<Diagnostic>> {
    let known = workspace.migration(id).ok();
    let mut operations = Operations::new();
    for line in text.lines() {
        let Some((place, then)) = line.split_once(' ') else { continue };
        let Ok(place) = place.parse::<usize>() else { continue };
        let now = known.and_then(|migration| migration.operations.get(place));
        let is_still = now.is_some_and(|operation| runner::is_still(&runner::fingerprint(operation), then));
        // What did not end may be mended: the journal knows what is fixed.
        if is_done && !is_still {
            let message = format!("{id} was edited between its two halves: operation {} is another", place + 1);
            let span = now.and_then(|operation| operation.span.0).or_else(|| workspace.span(id));
            return Err(Box::new(Diagnostic::error("divided-edited", message).at(span, "here").help(
                "put the operations back that ran before the deploy, in their places; what is to be changed belongs into another migration",
            )));
        }
        operations.insert(place);
    }
    Ok(operations)
}
