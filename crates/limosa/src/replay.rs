//! Migrations followed from nothing, without a database.

use limosa_model::graph::Direction;
use limosa_model::{Migration, ProjectState};
use limosa_plan::steps::{self, Compiler};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;

use crate::error::Error;
use crate::workspace::Workspace;

/// Returns the state after a migration; the catalog becomes what the database holds then.
///
/// # Errors
/// When an operation does not fit the state, or its SQL cannot be written.
pub(crate) fn follow(
    workspace: &Workspace,
    context: &Context,
    catalog: &mut Catalog,
    state: &ProjectState,
    migration: &Migration,
) -> Result<ProjectState, Error> {
    let compiler = Compiler::new(context, catalog, migration, state, Direction::Forwards, false);
    let compiled = compiler.and_then(steps::compile).map_err(|error| workspace.step_error(&error))?;
    Ok(compiled.1)
}
