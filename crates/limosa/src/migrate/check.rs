//! What is looked at before the first migration runs, so that nothing stops half-way that could be told before.

use limosa_db::introspect;
use limosa_engine::runner::{Fake, Job};
use limosa_model::graph::Direction;
use limosa_plan::steps::{Compiled, Compiler, StepError, compile, irreversible};

use crate::connected::Connected;
use crate::error::Error;
use crate::half_applied::HalfApplied;
use crate::workspace::Workspace;

/// Refuses a plan that leads back over operations without a way back, before anything runs; it names them all.
pub(super) fn reversible(workspace: &Workspace, jobs: &[Job]) -> Result<(), Error> {
    let run = jobs.iter().filter(|job| job.direction == Direction::Backwards && job.fake != Fake::Yes);
    let errors: Vec<StepError> = run.flat_map(|job| irreversible(&job.migration)).collect();
    if errors.is_empty() { Ok(()) } else { Err(workspace.step_errors(&errors)) }
}

/// Tells all steps of the jobs before the first one runs, so that what cannot be told or reversed stops nothing half-way.
pub(super) async fn steps(
    workspace: &Workspace,
    connected: &Connected,
    jobs: &[Job],
    half_applied: &HalfApplied,
) -> Result<(), Error> {
    if jobs.iter().all(|job| job.fake == Fake::Yes) {
        return Ok(());
    }
    let mut catalog = introspect::load(&connected.connection).await?;
    let mut opaque = false;
    for job in jobs {
        if half_applied.contains(&job.migration.id, job.direction) {
            // Its journal knows what is left.
            opaque = true;
            continue;
        }
        let compiler =
            Compiler::new(&connected.context, &mut catalog, &job.migration, &job.before, job.direction, false);
        match compiler.map(|compiler| compiler.without(&job.skipped)).and_then(compile) {
            Ok((compiled, _)) => opaque |= compiled.iter().any(Compiled::is_opaque),
            // Code that nothing is known about may still bring the schema to where the operation expects it.
            Err(error) if opaque && error.is_wrong_catalog() => {}
            Err(error) => return Err(workspace.step_error(&error)),
        }
    }
    Ok(())
}
