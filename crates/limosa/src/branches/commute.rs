//! Whether two branches may be applied in either order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use limosa_engine::runner::states_forwards;
use limosa_model::graph::MigrationGraph;
use limosa_model::state::ModelState;
use limosa_model::{Migration, MigrationId, ModelId, Operation, ProjectState, SmolStr, Span, Stage};
use limosa_plan::branches::Touched;
use limosa_plan::steps::StepError;
use limosa_sql::dialect::Context;

use super::Judge;
use super::objects::{Object, objects};
use crate::error::Error;
use crate::migrate::{Operations, part};
use crate::workspace::Workspace;

/// Why two operations of different branches may not change places.
#[derive(Clone, Debug)]
pub struct Objection {
    /// What speaks against it.
    pub message: String,
    /// The operations, in words, with where they were written.
    pub operations: Vec<(String, Option<Span>)>,
}

/// An operation of a branch, with what it changes.
struct Effect {
    /// The migration and the operation, in words.
    what: String,
    span: Option<Span>,
    /// The parts of the schema that it changes or relies on; nothing when that is not known.
    objects: Option<Vec<Object>>,
    /// The rows that it may change.
    rows: Touched,
    /// The tables of the models that it changes.
    tables: BTreeSet<SmolStr>,
}

/// Returns why two leaves may not be applied in either order; nothing when it is proved that they may.
///
/// It is proved when no two operations of the branches change the same part of the schema or the same rows, and both orders lead to the
/// same models.
///
/// # Errors
/// When a migration of the branches is not there.
pub fn objections(
    workspace: &Workspace,
    graph: &MigrationGraph,
    context: &Context,
    leaves: [&MigrationId; 2],
) -> Result<Vec<Objection>, Error> {
    let [one, other] = leaves;
    let all = |leaves: [&MigrationId; 2]| -> Result<Vec<&Arc<Migration>>, Error> {
        let leaves = leaves.map(MigrationId::clone);
        graph.state_plan(&leaves, true).into_iter().map(|id| workspace.migration(id)).collect()
    };
    let state = |leaves| -> Result<_, Error> {
        let migrations = all(leaves)?;
        Ok(states_forwards(workspace.base_state(), migrations, []).map(|(_, state)| state))
    };
    let (first, second) = (state([one, other])?, state([other, one])?);
    let none = ProjectState::default();
    let judge = Judge { workspace, end: first.as_ref().or(second.as_ref()).unwrap_or(&none), context };
    let (ours, theirs) = (effects(&judge, graph, one, other)?, effects(&judge, graph, other, one)?);
    Ok(between(&ours, &theirs, &first, &second))
}

/// Returns why a migration may not be applied before others, which come first otherwise; nothing when it is proved that it may.
///
/// `before` is the state that they start from.
pub fn objections_to_moving(
    workspace: &Workspace,
    context: &Context,
    before: &ProjectState,
    others: &[&Arc<Migration>],
    moved: &Arc<Migration>,
) -> Vec<Objection> {
    let state = |order: &[&Arc<Migration>]| states_forwards(before, order.iter().copied(), []).map(|(_, state)| state);
    let first = state(&[others, &[moved]].concat());
    let second = state(&[&[moved], others].concat());
    let none = ProjectState::default();
    let judge = Judge { workspace, end: first.as_ref().or(second.as_ref()).unwrap_or(&none), context };
    let of = |migration: &Arc<Migration>| -> Vec<Effect> {
        migration.operations.iter().map(|operation| Effect::of(&judge, migration, operation)).collect()
    };
    let theirs: Vec<Effect> = others.iter().flat_map(|migration| of(migration)).collect();
    between(&theirs, &of(moved), &first, &second)
}

/// Returns the operations of a migration that run before the deploy, when it is proved that they may run before the others.
///
/// `stages` are those of its operations; one that may run in either goes where nothing keeps it from. `before` is the state that the
/// migration starts from.
///
/// # Errors
/// With what speaks against it.
pub fn division(
    workspace: &Workspace,
    context: &Context,
    before: &ProjectState,
    migration: &Arc<Migration>,
    stages: &[Option<Stage>],
) -> Result<Operations, Vec<Objection>> {
    let state = |order: &[&Arc<Migration>]| states_forwards(before, order.iter().copied(), []).map(|(_, state)| state);
    let whole = state(&[migration]);
    let none = ProjectState::default();
    let judge = Judge { workspace, end: whole.as_ref().unwrap_or(&none), context };
    let effects: Vec<Effect> =
        migration.operations.iter().map(|operation| Effect::of(&judge, migration, operation)).collect();
    let (mut first, mut rest) = (Operations::new(), Vec::new());
    for (place, (effect, stage)) in effects.iter().zip(stages).enumerate() {
        let mut objections = rest.iter().filter_map(|&other: &usize| effects[other].objection(effect));
        match (stage, objections.next()) {
            (Some(Stage::PostDeploy), _) | (None, Some(_)) => rest.push(place),
            (Some(Stage::PreDeploy) | None, None) => _ = first.insert(place),
            (Some(Stage::PreDeploy), Some(objection)) => return Err(vec![objection]),
        }
    }
    let divided =
        state(&[&part(migration, |place| first.contains(&place)), &part(migration, |place| !first.contains(&place))]);
    let objections = between(&[], &[], &whole, &divided);
    if objections.is_empty() { Ok(first) } else { Err(objections) }
}

/// Returns why two lists of operations may not change places.
fn between(
    ours: &[Effect],
    theirs: &[Effect],
    first: &Result<ProjectState, StepError>,
    second: &Result<ProjectState, StepError>,
) -> Vec<Objection> {
    let mut reasons = Vec::new();
    for effect in ours {
        reasons.extend(theirs.iter().filter_map(|other| effect.objection(other)));
    }
    if reasons.is_empty() {
        let message = match (first, second) {
            (Ok(first), Ok(second)) if models(first) == models(second) => return reasons,
            (Ok(_), Ok(_)) => "the two orders lead to different models".to_owned(),
            (Err(error), _) | (_, Err(error)) => format!("one of the orders does not work: {error}"),
        };
        reasons.push(Objection { message, operations: Vec::new() });
    }
    reasons
}

/// Returns the operations of the migrations that one leaf needs and the other does not.
fn effects(
    judge: &Judge<'_>,
    graph: &MigrationGraph,
    leaf: &MigrationId,
    other: &MigrationId,
) -> Result<Vec<Effect>, Error> {
    let common: BTreeSet<&MigrationId> = graph.forwards_plan(other).unwrap_or_default().into_iter().collect();
    let mut effects = Vec::new();
    for id in graph.forwards_plan(leaf).unwrap_or_default().into_iter().filter(|id| !common.contains(id)) {
        let migration = judge.workspace.migration(id)?;
        effects.extend(migration.operations.iter().map(|operation| Effect::of(judge, migration, operation)));
    }
    Ok(effects)
}

impl Effect {
    fn of(judge: &Judge<'_>, migration: &Migration, operation: &Operation) -> Self {
        let mut rows = Touched::default();
        judge.add(migration, operation, &mut rows);
        let objects = objects(&migration.id.app, operation);
        let models = objects.iter().flatten().filter_map(Object::changed_model);
        let mut tables: BTreeSet<SmolStr> = models.map(|model| judge.table(model)).collect();
        judge.add_schema(operation, &mut rows, &mut tables);
        let what = format!("{}: {}", migration.id, operation.describe());
        Self { what, span: operation.span.0, objects, rows, tables }
    }

    /// Returns why the order of two operations may matter.
    fn objection(&self, other: &Self) -> Option<Objection> {
        let pair = |message: String| {
            let operations = [self, other].map(|effect| (effect.what.clone(), effect.span)).to_vec();
            Some(Objection { message, operations })
        };
        let (Some(own), Some(others)) = (&self.objects, &other.objects) else {
            return pair("what one of them does to the models is not known".to_owned());
        };
        if own.iter().any(|object| others.iter().any(|other| object.disturbs(other))) {
            return pair("both change the same part of the schema".to_owned());
        }
        let is_unknown = |one: &Self, other: &Self| one.rows.unknown && other.does_something();
        if is_unknown(self, other) || is_unknown(other, self) {
            return pair("nobody can tell what one of them changes".to_owned());
        }
        let changes =
            |effect: &Self, table: &SmolStr| effect.rows.tables.contains(table) || effect.tables.contains(table);
        let own = self.rows.tables.iter().filter(|table| changes(other, table));
        let both: BTreeSet<&str> =
            own.chain(other.rows.tables.iter().filter(|table| changes(self, table))).map(SmolStr::as_str).collect();
        if both.is_empty() {
            return None;
        }
        pair(format!("both may change {}", both.into_iter().collect::<Vec<_>>().join(", ")))
    }

    fn does_something(&self) -> bool {
        self.rows != Touched::default() || self.objects.as_ref().is_none_or(|objects| !objects.is_empty())
    }
}

/// Returns the models of a state, the indexes and constraints of each by their names: their order says nothing.
fn models(state: &ProjectState) -> BTreeMap<ModelId, ModelState> {
    let sorted = |model: &Arc<ModelState>| {
        let mut model = ModelState::clone(model);
        model.options.indexes.sort_by(|one, other| one.name.cmp(&other.name));
        model.options.constraints.sort_by(|one, other| one.name.cmp(&other.name));
        (model.id(), model)
    };
    state.models().map(sorted).collect()
}
