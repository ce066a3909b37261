//! Why a plan cannot be divided, with what to do about it.

use limosa_model::graph::Direction;
use limosa_model::{Diagnostic, Stage};

use super::divide::Held;
use super::words::{describe, operation, operation_place, place, when};
use super::{StagedMigration, half_name};
use crate::branches::Objection;
use crate::workspace::Workspace;

/// A migration that is to run in this half stands behind one that is not.
pub(super) fn stuck(
    workspace: &Workspace,
    migration: &StagedMigration,
    held: &Held,
    objections: &[Objection],
) -> Diagnostic {
    let other = &held.migration;
    let (id, other_id) = (&migration.id, &other.id);
    let backwards = migration.direction == Direction::Backwards;
    let message = match backwards {
        false => format!("{id} is to run before the deploy and depends on {other_id}, which is to run after it"),
        true => format!("{id} is to be unapplied before the deploy and {other_id}, which depends on it, after it"),
    };
    let mut diagnostic = Diagnostic::error("stage-order", message);
    for migration in [migration, other] {
        let label = format!("{}: {}", half_name(migration.half()), describe(workspace, migration));
        diagnostic = diagnostic.at(place(workspace, migration), label);
    }
    let mut reasons: Vec<String> = Vec::new();
    for objection in objections {
        if !reasons.contains(&objection.message) {
            reasons.push(objection.message.clone());
        }
    }
    let why = match reasons.as_slice() {
        [] => String::new(),
        reasons => format!("they may not change places: {}; ", reasons.join(", ")),
    };
    diagnostic.help(format!(
        "{why}give one of them another stage (`stage` in its file, or `[stages.overrides]` in limosa.toml), or run {other_id} first, \
         when the old code is gone (`limosa migrate --post-deploy`), or remove the dependency if nothing of it is needed"
    ))
}

/// The operations of a migration have different stages.
pub(super) fn mixed(workspace: &Workspace, migration: &StagedMigration, objection: Option<&Objection>) -> Diagnostic {
    let id = &migration.id;
    let message = format!("operations of {id} belong to different halves of the deploy");
    let mut diagnostic = Diagnostic::error("mixed-stages", message);
    for stage in [Stage::PreDeploy, Stage::PostDeploy] {
        if let Some(at) = migration.staged.first(stage) {
            let label = format!("{stage}: {}", operation(workspace, migration, at));
            diagnostic = diagnostic.at(operation_place(workspace, migration, at), label);
        }
    }
    let why = objection.map(|objection| format!("it cannot be divided: {}; ", objection.message)).unwrap_or_default();
    diagnostic.help(format!(
        "{why}make two migrations of it, or say in which half it runs: `stage` in its file, or \"{id}\" in `[stages.fallbacks]` of limosa.toml"
    ))
}

/// What a migration says of its stage is not understood.
pub(super) fn unclear(workspace: &Workspace, migration: &StagedMigration) -> Diagnostic {
    let id = &migration.id;
    let [before, after] = Stage::NAMES;
    Diagnostic::error("unknown-stage", format!("what {id} says of its stage is not understood"))
        .at(place(workspace, migration), format!("neither {} nor {}", when(Stage::PreDeploy), when(Stage::PostDeploy)))
        .help(format!(
            "write \"{before}\" or \"{after}\", a member of django-syzygy's `Stage`, or a call of django-safemigrate's `Safe`"
        ))
}
