//! Several clusters on one database: a run begins when enough members ask for it (`migrate --quorum N`).
//!
//! Source of the idea: django-syzygy, `management/commands/migrate.py`, `Command._handle_quorum`. There a cache counts calls; here rows
//! of the database name the members, each good as long as it is renewed. What enough of them asked for is done by whoever gets the lease
//! first; the others find nothing left to do, or finish what that one was killed at.

use std::time::{Duration, Instant};

use limosa_db::{DbError, DbErrorKind, Quorum, QuorumCall, QuorumMember, Standing};
use limosa_engine::events::Events;
use limosa_model::graph::Direction;

use crate::connected::Connected;
use crate::error::Error;
use crate::run_record::Fingerprint;
use crate::stages;

/// What a member asks for.
#[derive(Clone, Debug)]
pub struct Call {
    /// What the member is called: one that comes again under its name is counted once.
    pub member: String,
    /// How many members have to be there, itself among them.
    pub needed: u32,
    /// How long it waits for them.
    pub timeout: Duration,
    /// The half of the deploy, as it is spelled; nothing for a run of everything.
    pub half: Option<&'static str>,
}

/// The place of a member among those that may run.
#[derive(Debug)]
pub struct Seat {
    table: Quorum,
    call: QuorumCall,
}

/// How often a member looks for the others.
const PAUSE: Duration = Duration::from_secs(1);

/// How often it is told for whom a member waits, when nothing changes.
const REMIND: Duration = Duration::from_secs(30);

/// Waits until enough members ask for the same, and returns the member's seat; none when there is nothing to run.
///
/// `plan` plans what is to run, which others may do meanwhile; `pause` sleeps, and returns whether to stop.
///
/// # Errors
/// When they do not come in time, another process takes the member's name, the plan cannot be made, or the database refuses.
pub async fn gather(
    connected: &Connected,
    wanted: &Call,
    events: &Events,
    plan: impl AsyncFn() -> Result<Fingerprint, Error>,
    mut pause: impl AsyncFnMut(Duration) -> bool,
) -> Result<Option<Seat>, Error> {
    let (connection, life) = (&connected.connection, connected.lease_life());
    let Some(mut call) = asked(connected, wanted, &plan().await?) else { return Ok(None) };
    let table = Quorum::of(connection, connected.history.table(), life).await?;
    table.create(connection).await?;
    let mut members = table.read(connection).await?;
    let seat = |call: QuorumCall| Seat { table: table.clone(), call };
    if members.iter().any(|known| is_rest(&call, known)) {
        table.come_again(connection, &call).await?;
        return Ok(Some(seat(call)));
    }
    let mut is_in = tolerate(table.join(connection, &call).await)?.is_some();
    let started = Instant::now();
    let mut told: Option<(Vec<String>, Duration)> = None;
    loop {
        if let Some(now) = tolerate(table.read(connection).await)? {
            members = now;
        }
        let own = members.iter().find(|known| known.call.member == call.member && known.call.run_id == call.run_id);
        match own.map(|own| own.standing) {
            Some(Standing::Reached | Standing::Failed) => return Ok(Some(seat(call))),
            None if is_in => return Err(displaced(&call)),
            Some(Standing::Waiting) | None => {}
        }
        let arrived: Vec<String> =
            members.iter().filter(|known| is_with(&call, known)).map(|known| known.call.member.clone()).collect();
        if arrived.len() >= call.needed as usize {
            tolerate(table.reach(connection, &call).await)?;
            continue;
        }
        let waited = started.elapsed();
        if waited >= wanted.timeout {
            table.leave(connection, &call).await?;
            return Err(not_reached(&call, wanted.timeout, &arrived, &members));
        }
        if told.as_ref().is_none_or(|(names, at)| *names != arrived || waited - *at >= REMIND) {
            events.gathering(arrived.clone(), call.needed, waited);
            told = Some((arrived, waited));
        }
        if pause(PAUSE.min(life / 4).min(wanted.timeout - waited)).await {
            table.leave(connection, &call).await?;
            return Err(DbError::new(DbErrorKind::Cancelled, "interrupted while waiting for the other members").into());
        }
        // Others may have done some of it, or all.
        match asked(connected, wanted, &plan().await?) {
            None => {
                table.leave(connection, &call).await?;
                return Ok(None);
            }
            Some(now) if !is_in => {
                call = now;
                is_in = tolerate(table.join(connection, &call).await)?.is_some();
            }
            Some(now) if now != call => {
                call = now;
                tolerate(table.change(connection, &call).await)?;
            }
            Some(_) => _ = tolerate(table.renew(connection, &call).await)?,
        }
    }
}

impl Seat {
    /// Fails when another member ran, and has failed; to be asked by whoever holds the lease.
    ///
    /// # Errors
    /// Then, and when the database refuses.
    pub async fn check(&self, connected: &Connected) -> Result<(), Error> {
        let members = self.table.read(&connected.connection).await?;
        let own = members.into_iter().find(|known| known.call.member == self.call.member);
        match own.filter(|own| own.standing == Standing::Failed) {
            None => Ok(()),
            Some(own) => Err(Error::Quorum {
                message: format!("another member of the quorum failed: {}", own.said.unwrap_or_default()),
                help: "this one has run nothing; mend what failed, and let all members come again".to_owned(),
                has_failed: true,
            }),
        }
    }

    /// Gives the seat back; with a failure all members end, else they go on.
    pub async fn end(self, connected: &Connected, failure: Option<&str>) {
        let connection = &connected.connection;
        // Where the database cannot be written any more, the others go on when the lease is over.
        _ = match failure {
            Some(said) => self.table.fail(connection, &self.call, said).await,
            None => self.table.leave(connection, &self.call).await,
        };
    }
}

/// Returns what a member asks for; nothing when there is nothing to run.
fn asked(connected: &Connected, wanted: &Call, plan: &Fingerprint) -> Option<QuorumCall> {
    let line = |(id, direction): &(limosa_model::MigrationId, Direction)| match direction {
        Direction::Forwards => format!("{id}"),
        Direction::Backwards => format!("-{id}"),
    };
    (!plan.migrations.is_empty()).then(|| QuorumCall {
        member: wanted.member.clone(),
        run_id: connected.run_id.clone(),
        needed: wanted.needed,
        fingerprint: format!("{}:{}", wanted.half.unwrap_or("all"), plan.number),
        migrations: plan.migrations.iter().map(line).collect::<Vec<_>>().join("\n"),
    })
}

/// Returns whether a member waits for the same, or may run it already.
fn is_with(call: &QuorumCall, known: &QuorumMember) -> bool {
    let is_same = known.call.fingerprint == call.fingerprint && known.call.needed == call.needed;
    is_same && (known.standing == Standing::Reached || known.standing == Standing::Waiting && known.is_alive)
}

/// Returns whether a row says that the member may run, and what it asks for is what was left then, or less.
fn is_rest(call: &QuorumCall, known: &QuorumMember) -> bool {
    let half = |fingerprint: &str| fingerprint.split(':').next().map(str::to_owned);
    let then: Vec<&str> = known.call.migrations.lines().collect();
    known.call.member == call.member
        && known.standing == Standing::Reached
        && known.call.needed == call.needed
        && half(&known.call.fingerprint) == half(&call.fingerprint)
        && call.migrations.lines().all(|migration| then.contains(&migration))
}

/// Leaves a failure that passes to the next try.
fn tolerate<T>(result: Result<T, DbError>) -> Result<Option<T>, DbError> {
    match result {
        Err(error) if error.kind.is_retryable() => Ok(None),
        result => result.map(Some),
    }
}

fn displaced(call: &QuorumCall) -> Error {
    Error::Quorum {
        message: format!("another process has taken the place of the member `{}`", call.member),
        help: "a member that comes again counts once; where they are two, give each a name of its own with --member"
            .to_owned(),
        has_failed: false,
    }
}

fn not_reached(call: &QuorumCall, timeout: Duration, arrived: &[String], members: &[QuorumMember]) -> Error {
    let mut message = format!(
        "the quorum was not reached within {}: {} of {} members were there: {}",
        stages::duration(timeout),
        arrived.len(),
        call.needed,
        arrived.join(", ")
    );
    for other in members.iter().filter(|known| known.call.member != call.member && !is_with(call, known)) {
        let name = &other.call.member;
        message += &match (other.standing, other.is_alive) {
            (Standing::Waiting, true) if other.call.needed != call.needed => {
                format!("; {name} waits for {} members", other.call.needed)
            }
            (Standing::Waiting, true) => format!("; {name} waits with another plan: {}", difference(call, &other.call)),
            (Standing::Waiting, false) => format!("; {name} was there and is gone, last seen at {} UTC", other.seen),
            (Standing::Reached, _) => format!("; {name} runs another plan: {}", difference(call, &other.call)),
            (Standing::Failed, _) => format!("; {name} was told of a failure and has not come again"),
        };
    }
    let help = "nothing was changed by this member; start the missing ones, with the same number and the same version of the project, and this one again";
    Error::Quorum { message, help: help.to_owned(), has_failed: false }
}

/// Says what another plan has that this one has not, and the other way round.
fn difference(call: &QuorumCall, other: &QuorumCall) -> String {
    let only = |one: &QuorumCall, two: &QuorumCall| {
        let known: Vec<&str> = two.migrations.lines().collect();
        one.migrations.lines().find(|migration| !known.contains(migration)).map(str::to_owned)
    };
    match (only(other, call), only(call, other)) {
        (Some(migration), _) => format!("with {migration}"),
        (None, Some(migration)) => format!("without {migration}"),
        (None, None) => "its files, its half or its order differ".to_owned(),
    }
}
