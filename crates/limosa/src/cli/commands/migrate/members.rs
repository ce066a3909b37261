//! The members of a quorum: waiting for them before a run, and telling them how it ended.

use limosa_engine::events::Events;

use super::Request;
use crate::cli::redact::redact;
use crate::cli::signals::Signals;
use crate::connected::Connected;
use crate::error::Error;
use crate::quorum::{self, Seat};
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

/// Gives the seat back because of an error, unless the run goes on.
pub(super) async fn end(seat: Option<Seat>, connected: &Connected, error: &Error) {
    if let Some(seat) = seat.filter(|_| error.goes_on().is_none()) {
        let failure = ends_all(error).then(|| error.to_string());
        seat.end(connected, failure.map(|said| redact(&said).into_owned()).as_deref()).await;
    }
}

/// Returns whether the other members of a quorum are to end with an error, too; if not, one of them runs what this one did not.
fn ends_all(error: &Error) -> bool {
    !is_interrupted(error) && !matches!(error, Error::TakenOver(_) | Error::Lock(_) | Error::Quorum { .. })
}
