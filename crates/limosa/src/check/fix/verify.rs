//! Whether what takes the place of a migration does the same, and whether the findings are gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use limosa_check::plan::PlannedMigration;
use limosa_check::{Finding, FixKind, Level, Plan, judge};
use limosa_model::field::Field;
use limosa_model::graph::Direction;
use limosa_model::operations::OperationKind;
use limosa_model::{Migration, ModelId, ProjectState};
use limosa_plan::steps::Skipped;
use limosa_sql::catalog::Catalog;

use super::super::{code, history, stages};
use super::Fixer;
use super::overlay::Overlay;
use crate::error::Error;
use crate::replay;
use crate::situation::Situation;

/// Refuses what leads to other models, leaves a finding, or makes a new one that is an error.
pub(super) fn check(
    fixer: &Fixer<'_>,
    attempt: &Overlay,
    migration: &Arc<Migration>,
    chain: &[Arc<Migration>],
    fixes: &BTreeMap<usize, BTreeSet<FixKind>>,
    findings: &[&Finding],
) -> Result<(), String> {
    let failed = |error: Error| format!("what was to be written does not fit: {error}");
    let (state, catalog) = before(fixer, attempt, migration).map_err(failed)?;
    let old = run(fixer, &state, &catalog, std::slice::from_ref(migration)).map_err(failed)?;
    let new = run(fixer, &state, &catalog, chain).map_err(failed)?;
    let (expected, made) = (old.after, without_defaults(new.after, migration, fixes));
    let is_other = |id: &ModelId| expected.model(id).ok() != made.model(id).ok();
    if let Some(id) = expected.differing(&made).into_iter().find(is_other) {
        return Err(format!("what was to be written leads to another model {id}"));
    }
    let count = |found: &[Finding], code: &str| found.iter().filter(|finding| finding.code == code).count();
    for finding in findings {
        let fixed = findings.iter().filter(|other| other.code == finding.code).count();
        if count(&new.found, &finding.code) + fixed > count(&old.found, &finding.code) {
            return Err(format!("{} would be found again", finding.code));
        }
    }
    let errors = new.found.iter().filter(|finding| finding.level == Level::Error);
    for error in errors {
        if count(&new.found, &error.code) > count(&old.found, &error.code) {
            return Err(format!("it would be found that {} ({})", error.message, error.code));
        }
    }
    Ok(())
}

/// Returns the state and the catalog before a migration, with what was fixed before.
fn before(fixer: &Fixer<'_>, attempt: &Overlay, migration: &Migration) -> Result<(ProjectState, Catalog), Error> {
    let workspace = fixer.workspace;
    let graph = Situation::empty(workspace)?.graph;
    let mut catalog = Catalog::new(fixer.context.dialect);
    let mut state = workspace.base_state().clone();
    for id in graph.full_plan().into_iter().take_while(|id| **id != migration.id) {
        for link in attempt.chain(workspace, id)? {
            state = replay::follow(workspace, fixer.context, &mut catalog, &state, &link)?;
        }
    }
    Ok((state, catalog))
}

/// What migrations lead to.
struct Ran {
    after: ProjectState,
    found: Vec<Finding>,
}

fn run(
    fixer: &Fixer<'_>,
    state: &ProjectState,
    catalog: &Catalog,
    migrations: &[Arc<Migration>],
) -> Result<Ran, Error> {
    let workspace = fixer.workspace;
    let (mut catalog, mut after) = (catalog.clone(), state.clone());
    let mut deploy = Vec::new();
    for migration in migrations {
        let skipped = Skipped::default();
        let planned =
            PlannedMigration::new(fixer.context, &mut catalog, migration, &after, Direction::Forwards, &skipped)
                .map_err(|error| workspace.step_error(&error))?;
        after = planned.after.clone();
        deploy.push(planned);
    }
    let mut deploys = vec![deploy];
    stages::divide(workspace, &mut deploys, fixer.context.dialect, false)?;
    code::read(workspace, &mut deploys);
    let history = history::read(workspace)?;
    let plan = Plan { context: fixer.context, stats: fixer.stats, history: &history, deploys };
    Ok(Ran { found: judge(&plan, &fixer.configured.rules()), after })
}

/// Returns a state without the defaults of the database that a fix gave to new fields.
fn without_defaults(
    mut state: ProjectState,
    migration: &Migration,
    fixes: &BTreeMap<usize, BTreeSet<FixKind>>,
) -> ProjectState {
    for (operation, _) in fixes.iter().filter(|(_, kinds)| kinds.contains(&FixKind::DbDefault)) {
        let Some(OperationKind::AddField(op)) = migration.operations.get(*operation).map(|operation| &operation.kind)
        else {
            continue;
        };
        let Ok(model) = state.model_mut(&ModelId::new(migration.id.app.clone(), &op.model)) else { continue };
        if let Some(field) = model.fields.get_mut(&op.name) {
            let mut without = Field::clone(field);
            without.db_default = None;
            without.kwargs.remove("db_default");
            *field = Arc::new(without);
        }
    }
    state
}
