//! `limosa migrate`: applies migrations, or unapplies them back to one, on one database or on all.

mod announce;
mod look;
mod members;
mod prune;
mod request;

use std::time::Duration;

use limosa_db::{DbError, DbErrorKind, Lease, LockError, LockWait};
use limosa_engine::events::{Event, Events};
use limosa_engine::interrupt::Interrupt;
use limosa_model::SmolStr;
use limosa_plan::planner::Target;
use limosa_sql::dialect::Dialect;

use self::announce::announce;
use self::request::{Planned, Request};
use crate::cli::args::MigrateArgs;
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::held;
use crate::cli::printer::{BAD, BOLD, WARN};
use crate::cli::reporter::Reporter;
use crate::cli::signals::Signals;
use crate::connected::{self, Connected};
use crate::error::Error;
use crate::migrate::{self, Run};
use crate::run_record::{self, Fingerprint};
use crate::situation::Situation;
use crate::workspace::Workspace;

/// How often a run goes on in the same migration after its connection was lost.
const LOST: usize = 3;

pub(super) async fn run(context: &mut CommandContext, args: &MigrateArgs) -> Result<Exit, Error> {
    let mut workspace = context.workspace().await?;
    let request = Request::new(context, &workspace, args)?;
    if args.all_databases {
        return on_all(context, &mut workspace, &request).await;
    }
    workspace.database_url(&context.alias)?;
    on_one(context, &mut workspace, &request).await.map(|(exit, _)| exit)
}

/// Goes through all databases in the order of the settings, and stops at the first that fails.
async fn on_all(context: &mut CommandContext, workspace: &mut Workspace, request: &Request<'_>) -> Result<Exit, Error> {
    let aliases = workspace.all_databases()?;
    let mut outcomes: Vec<(SmolStr, String)> = Vec::new();
    let mut exit = Exit::Done;
    let mut failure = None;
    for alias in aliases {
        context.alias = alias.to_string();
        if failure.is_some() {
            outcomes.push((alias, format!("{WARN}not reached{WARN:#}")));
            continue;
        }
        if !request.args.check_unapplied || request.args.plan {
            context.printer.say(&format!("{BOLD}Database {alias}:{BOLD:#}\n"));
        }
        let outcome = match on_one(context, workspace, request).await {
            Ok((found, migrations)) => {
                exit = if found == Exit::Done { exit } else { found };
                match migrations {
                    0 => "nothing to do".to_owned(),
                    1 => "1 migration".to_owned(),
                    many => format!("{many} migrations"),
                }
            }
            Err(error) => {
                failure = Some(error);
                format!("{BAD}failed{BAD:#}")
            }
        };
        outcomes.push((alias, outcome));
    }
    if !request.only_looks() {
        let lines: Vec<String> = outcomes.iter().map(|(alias, outcome)| format!("  {alias}: {outcome}\n")).collect();
        context.printer.say(&format!("{BOLD}Databases:{BOLD:#}\n{}", lines.concat()));
    }
    failure.map_or(Ok(exit), Err)
}

/// Migrates one database, or looks at it; returns how many migrations ran.
async fn on_one(
    context: &mut CommandContext,
    workspace: &mut Workspace,
    request: &Request<'_>,
) -> Result<(Exit, usize), Error> {
    let args = request.args;
    if request.only_looks() {
        return look::look(context, workspace, request).await.map(|exit| (exit, 0));
    }
    let reporter = Reporter::new(context);
    let events = reporter.events();
    if context.database_is_missing(workspace)?
        && let Some(exit) = without_a_file(context, workspace, request).await?
    {
        if !args.prune {
            reporter.event(&Event::RunStarted { migrations: 0 });
            reporter.event(&Event::RunFinished { migrations: 0, took: Duration::ZERO });
            reporter.finish();
        }
        return Ok((exit, 0));
    }
    let wait = match args.wait {
        _ if args.no_wait => LockWait::No,
        Some(limit) => LockWait::For(limit),
        None => LockWait::Forever,
    };
    let mut signals = Signals::listen().map_err(|error| Error::System { what: "cannot listen to signals", error })?;
    let (mut before, mut lost) = (0, 0);
    loop {
        let connected = context.connect(workspace).await?;
        context.printer.set_run(&connected.run_id);
        let seat = members::gather(workspace, &connected, request, &events, &mut signals).await?;
        let Some((lock, planned)) = signals.unless(lock(workspace, &connected, request, wait, &events)).await else {
            let interrupted = DbError::new(DbErrorKind::Cancelled, "interrupted while waiting for another runner");
            let interrupted = Err(Error::from(interrupted));
            members::end(seat, &connected, &interrupted).await;
            return interrupted;
        };
        let (result, released) = match lock {
            Err(error) => {
                let result = Err(error);
                members::end(seat, &connected, &result).await;
                (result, Ok(()))
            }
            Ok(lock) => {
                let result = match members::check(seat.as_ref(), &connected).await {
                    Ok(()) => {
                        let planned = planned.as_ref();
                        locked(context, workspace, &connected, &lock, request, planned, &events, &mut signals).await
                    }
                    Err(error) => Err(error),
                };
                let result = match result {
                    Err(error) => Err(connected.explain_loss(&lock, error).await),
                    done => done,
                };
                // The others are told before one of them gets the lease.
                members::end(seat, &connected, &result).await;
                (result, lock.release(&connected.connection).await)
            }
        };
        if let Some(on) = result.as_ref().err().and_then(Error::goes_on)
            && (on.applied > 0 || lost < LOST)
        {
            // What is left is planned anew, over another connection.
            lost = if on.applied > 0 { 0 } else { lost + 1 };
            before += on.applied;
            events.output(on.said.to_owned());
            workspace.disconnect().await?;
            continue;
        }
        reporter.finish();
        let (exit, migrations) = result?;
        // All is done; a lease that was lost with its connection holds nobody up.
        match released {
            Err(error) if error.kind != DbErrorKind::ConnectionLost => return Err(error.into()),
            _ => return Ok((exit, before + migrations)),
        }
    }
}

/// Takes the lease; returns what was planned, too, when it had to be waited for.
async fn lock(
    workspace: &Workspace,
    connected: &Connected,
    request: &Request<'_>,
    wait: LockWait,
    events: &Events,
) -> (Result<Lease, Error>, Option<Fingerprint>) {
    match connected.lock(LockWait::No, events).await {
        Err(Error::Lock(LockError::Held(_))) if wait != LockWait::No => {
            // What cannot be planned yet is told when it is our turn.
            let planned = plan(workspace, connected, request).await;
            let planned = planned.and_then(|(_, _, planned)| run_record::fingerprint(workspace, planned.plan())).ok();
            (connected.lock(wait, events).await, planned)
        }
        result => (result, None),
    }
}

/// Reads the history and plans what is asked for.
async fn plan(
    workspace: &Workspace,
    connected: &Connected,
    request: &Request<'_>,
) -> Result<(Situation, Target, Planned), Error> {
    let situation = Situation::read(workspace, &connected.connection, &connected.history, false).await?;
    situation.check(workspace)?;
    let (target, planned) = request.plan(workspace, &situation, &connected.context)?;
    Ok((situation, target, planned))
}

#[expect(clippy::too_many_arguments, reason = "all that a run goes by")]
async fn locked(
    context: &mut CommandContext,
    workspace: &mut Workspace,
    connected: &Connected,
    lease: &Lease,
    request: &Request<'_>,
    planned: Option<&Fingerprint>,
    events: &Events,
    signals: &mut Signals,
) -> Result<(Exit, usize), Error> {
    let (situation, target, plan) = plan(workspace, connected, request).await?;
    if let Some(planned) = planned {
        let now = run_record::fingerprint(workspace, plan.plan())?;
        if now.number != planned.number {
            events.plan_changed(planned.without(&now), now.without(planned), now.migrations.len());
        }
    }
    if let Some(app) = request.args.app_label.as_deref().filter(|_| request.args.prune) {
        prune::prune(context, &situation, Some((&*workspace, connected, lease)), app).await?;
        return look::show(context, workspace, &situation, request, &connected.context).map(|exit| (exit, 0));
    }
    let app = request.args.app_label.as_deref();
    if let Some(doubt) = situation.doubt(&connected.connection, &connected.history).await? {
        context.printer.note(&format!("{WARN}warning{WARN:#}: {doubt}\n"));
    }
    context.printer.say(&announce(&situation, &target, &request.options.synchronize, app));
    let interrupt = Interrupt::new(connected.connection.cancel_handle());
    let mut options = request.options.clone();
    if let Some(half) = plan.half() {
        options.put_off = half.put_off();
        if !half.held.is_empty() {
            events.held(half.stage, held::migrations(workspace, half));
        }
    }
    let mut run = Run { workspace, connected, lease, options: &options, events, interrupt: &interrupt };
    let report = signals.interrupting(run.run(plan.plan()), &interrupt).await?;
    Ok((Exit::Done, report.migrations.len()))
}

/// Looks at the project as it would be applied to an empty database, so that one that is wrong leaves no empty file behind.
///
/// Returns how the run ends without one; nothing when there is something to do.
async fn without_a_file(
    context: &mut CommandContext,
    workspace: &Workspace,
    request: &Request<'_>,
) -> Result<Option<Exit>, Error> {
    let situation = Situation::empty(workspace)?;
    situation.check(workspace)?;
    let sql = connected::context(workspace, &context.alias, Dialect::Sqlite);
    let (target, plan) = request.plan(workspace, &situation, &sql)?;
    if let Some(app) = request.args.app_label.as_deref().filter(|_| request.args.prune) {
        prune::prune(context, &situation, None, app).await?;
        return look::show(context, workspace, &situation, request, &sql).map(Some);
    }
    migrate::jobs(workspace, plan.plan(), request.options.fake, &sql)?;
    let synchronize = &request.options.synchronize;
    let is_empty = situation.graph.full_plan().is_empty() && synchronize.is_empty();
    if is_empty {
        context.printer.note(&format!("{WARN}warning{WARN:#}: the project has no migrations\n"));
        let app = request.args.app_label.as_deref();
        context.printer.say(&announce(&situation, &target, synchronize, app));
    }
    Ok(is_empty.then_some(Exit::Done))
}
