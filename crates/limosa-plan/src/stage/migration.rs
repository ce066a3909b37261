//! The stage of a migration.

use std::time::Duration;

use limosa_model::state::ProjectState;
use limosa_model::{Migration, SmolStr, Stage};
use limosa_sql::dialect::Dialect;

use super::Rules;
use super::declared::{declared, delay};
use super::operation::{Fresh, OperationStage, operation_stage};
use crate::steps::{StepError, advance_operation};

/// In which half of a deploy a migration runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// In this one.
    Of(Stage),
    /// In either: in the first one that nothing keeps it from.
    Either,
    /// In both: its operations have different stages.
    Mixed,
    /// Nobody knows: what it says of itself is not understood.
    Unclear,
}

/// Why a migration has its stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It says so, by this attribute or key.
    Explicit(SmolStr),
    /// The configuration says so under this key, whatever its operations do.
    Override(SmolStr),
    /// The configuration says so under this key, because its operations have different stages.
    Fallback(SmolStr),
    /// The configuration says so of apps of others, because its operations have different stages.
    ThirdParty,
    /// Its operations have it; the first of them stands at this place.
    Operation(usize),
    /// None of its operations asks for one.
    Nothing,
    /// Nothing is applied: there is no code that runs meanwhile.
    Empty,
}

/// The stage of a migration, forwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// The half.
    pub half: Half,
    /// Why.
    pub why: Why,
    /// How long after the deploy it waits.
    pub delay: Option<Duration>,
    /// The stages of its operations, in order.
    pub operations: Vec<OperationStage>,
}

impl Staged {
    /// Returns the place of the first operation with a stage.
    pub fn first(&self, stage: Stage) -> Option<usize> {
        self.operations.iter().position(|operation| operation.stage == Some(stage))
    }
}

/// Returns the stages of the migrations of a plan, in the order in which they are applied, each with the state before it.
///
/// # Errors
/// When an operation does not fit the state.
pub fn stages<'m>(
    migrations: impl IntoIterator<Item = (&'m Migration, &'m ProjectState)>,
    rules: &Rules,
    dialect: Dialect,
) -> Result<Vec<Staged>, StepError> {
    let mut fresh = Fresh::default();
    migrations.into_iter().map(|(migration, before)| stage(migration, before, &mut fresh, rules, dialect)).collect()
}

/// Returns the stage of a migration; `fresh` is what the plan made before it, and then what it has made after it.
///
/// # Errors
/// When an operation does not fit the state.
pub fn stage(
    migration: &Migration,
    before: &ProjectState,
    fresh: &mut Fresh,
    rules: &Rules,
    dialect: Dialect,
) -> Result<Staged, StepError> {
    let app = migration.id.app.as_str();
    let mut state = before.clone();
    let mut operations = Vec::with_capacity(migration.operations.len());
    for operation in &migration.operations {
        let from = state.clone();
        advance_operation(operation, app, &mut state)?;
        operations.push(operation_stage(app, operation, &from, &state, fresh, dialect));
        fresh.follow(app, operation, &state);
    }
    let mut staged = Staged { half: Half::Either, why: Why::Nothing, delay: delay(migration), operations };
    match declared(migration) {
        Err(attribute) => (staged.half, staged.why) = (Half::Unclear, Why::Explicit(attribute)),
        Ok(Some(declared)) => {
            staged.half = declared.stage.map_or(Half::Either, Half::Of);
            staged.why = Why::Explicit(declared.attribute);
            staged.delay = declared.delay;
        }
        Ok(None) => (staged.half, staged.why) = by_rules(migration, &staged, rules),
    }
    Ok(staged)
}

fn by_rules(migration: &Migration, staged: &Staged, rules: &Rules) -> (Half, Why) {
    if let Some((key, stage)) = rules.override_of(&migration.id) {
        return (Half::Of(stage), Why::Override(key));
    }
    match (staged.first(Stage::PreDeploy), staged.first(Stage::PostDeploy)) {
        (None, None) => (Half::Either, Why::Nothing),
        (Some(place), None) => (Half::Of(Stage::PreDeploy), Why::Operation(place)),
        (None, Some(place)) => (Half::Of(Stage::PostDeploy), Why::Operation(place)),
        (Some(_), Some(place)) => match (rules.fallback_of(&migration.id), rules.third_party_of(&migration.id)) {
            (Some((key, stage)), _) => (Half::Of(stage), Why::Fallback(key)),
            (None, Some(stage)) => (Half::Of(stage), Why::ThirdParty),
            (None, None) => (Half::Mixed, Why::Operation(place)),
        },
    }
}
