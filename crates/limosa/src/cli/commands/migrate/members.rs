//! The members of a quorum: waiting for them before a run, and telling them how it ended.

use limosa_engine::events::Events;

use super::Request;
use crate::cli::redact::redact;
use crate::cli::signals::Signals;
use crate::connected::Connected;
use crate::error::Error;
use crate::quorum::{self, End, Seat};
use crate::run_record::{self, is_interrupted};
use crate::workspace::Workspace;

/// Waits for the other members of the quorum, where one is asked for.
pub(super) async fn gather(
    workspace: &Workspace,
    connected: &Connected,
    request: &Request<'_>,
    events: &Events,
    signals: &mut Signals,
) -> Result<Option<Seat>, Error> {
    let Some(call) = request.quorum() else { return Ok(None) };
    let planned = async || {
        let (_, _, planned) = super::plan(workspace, connected, request).await?;
        run_record::fingerprint(workspace, planned.plan())
    };
    let pause = async |time| signals.unless(tokio::time::sleep(time)).await.is_none();
    quorum::gather(connected, &call, events, planned, pause).await
}

/// Fails when another member of the quorum ran, and has failed.
pub(super) async fn check(seat: Option<&Seat>, connected: &Connected) -> Result<(), Error> {
    match seat {
        Some(seat) => seat.check(connected).await,
        None => Ok(()),
    }
}

/// Gives the seat back, unless the run goes on over another connection.
pub(super) async fn end<T>(seat: Option<Seat>, connected: &Connected, result: &Result<T, Error>) {
    let Some(seat) = seat else { return };
    match result {
        Ok(_) => seat.end(connected, End::Done).await,
        Err(error) if error.goes_on().is_some() => {}
        Err(error) if ends_all(error) => seat.end(connected, End::Failed(&redact(&error.to_string()))).await,
        Err(_) => seat.end(connected, End::Left).await,
    }
}

/// Returns whether the other members of a quorum are to end with an error, too; if not, one of them runs what this one did not.
fn ends_all(error: &Error) -> bool {
    !is_interrupted(error) && !matches!(error, Error::TakenOver(_) | Error::Lock(_) | Error::Quorum { .. })
}
