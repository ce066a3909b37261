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
    pause: impl AsyncFnMut(Duration) -> bool,
) -> Result<Option<Seat>, Error> {
    let connection = &connected.connection;
    let Some(call) = asked(connected, wanted, &plan().await?) else { return Ok(None) };
    let table = Quorum::of(connection, connected.history.table(), connected.life).await?;
    table.create(connection).await?;
    if let Some(begun) = table.read(connection).await?.into_iter().find(|known| is_rest(&call, known)) {
        let call = QuorumCall { run_id: call.run_id, ..begun.call };
        table.come_again(connection, &call).await?;
        return Ok(Some(Seat { table, call }));
    }
    let mut waiting = Waiting { connected, wanted, events, table, call, is_in: false, members: Vec::new() };
    match waiting.wait(plan, pause).await {
        Ok(true) => Ok(Some(Seat { table: waiting.table, call: waiting.call })),
        other => {
            // A row that cannot be removed counts until its time is over.
            _ = waiting.table.leave(connection, &waiting.call).await;
            other.map(|_| None)
        }
    }
}

/// A member that waits for the others.
struct Waiting<'a> {
    connected: &'a Connected,
    wanted: &'a Call,
    events: &'a Events,
    table: Quorum,
    call: QuorumCall,
    /// Whether its row is written.
    is_in: bool,
    /// All members, as they were read last.
    members: Vec<QuorumMember>,
}

impl Waiting<'_> {
    /// Waits for the others; returns whether the member may run, or else there is nothing left to run.
    async fn wait(
        &mut self,
        plan: impl AsyncFn() -> Result<Fingerprint, Error>,
        mut pause: impl AsyncFnMut(Duration) -> bool,
    ) -> Result<bool, Error> {
        let (connection, timeout) = (&self.connected.connection, self.wanted.timeout);
        let started = Instant::now();
        let mut told: Option<(Vec<String>, Duration)> = None;
        self.write(self.call.clone()).await?;
        loop {
            if let Some(members) = tolerate(self.table.read(connection).await)? {
                self.members = members;
                match self.members.iter().find(|known| is_own(&self.call, known)) {
                    Some(own) if own.standing != Standing::Waiting => {
                        self.call = own.call.clone();
                        return Ok(true);
                    }
                    Some(_) => {}
                    None if self.is_in && self.is_displaced() => return Err(displaced(&self.call)),
                    // Others have run all of it meanwhile, or it is not in yet.
                    None => self.is_in = false,
                }
                if self.is_in
                    && self.arrived().len() >= self.call.needed as usize
                    && tolerate(self.table.reach(connection, &self.call).await)?.is_some()
                {
                    continue;
                }
            }
            let (arrived, waited) = (self.arrived(), started.elapsed());
            if waited >= timeout {
                return Err(not_reached(&self.call, timeout, &arrived, &self.members));
            }
            if told.as_ref().is_none_or(|(names, at)| *names != arrived || waited - *at >= REMIND) {
                self.events.gathering(arrived.clone(), self.call.needed, waited);
                told = Some((arrived, waited));
            }
            if pause(PAUSE.min(self.connected.life / 4).min(timeout - waited)).await {
                let interrupted = "interrupted while waiting for the other members";
                return Err(DbError::new(DbErrorKind::Cancelled, interrupted).into());
            }
            // Others may have done some of it, or all.
            match asked(self.connected, self.wanted, &plan().await?) {
                None => return Ok(false),
                Some(now) => self.write(now).await?,
            }
        }
    }

    /// Writes, changes or renews the member's row.
    async fn write(&mut self, call: QuorumCall) -> Result<(), DbError> {
        let (table, connection) = (&self.table, &self.connected.connection);
        let written = match self.is_in {
            false => table.join(connection, &call).await,
            true if call != self.call => table.change(connection, &call).await,
            true => table.renew(connection, &call).await,
        };
        if tolerate(written)?.is_some() {
            (self.is_in, self.call) = (true, call);
        }
        Ok(())
    }

    /// Returns whether another run has the member's name.
    fn is_displaced(&self) -> bool {
        self.members.iter().any(|known| known.call.member == self.call.member)
    }

    /// Returns the names of the members that wait for the same, or may run it already.
    fn arrived(&self) -> Vec<String> {
        let with = self.members.iter().filter(|known| is_with(&self.call, known));
        with.map(|known| known.call.member.clone()).collect()
    }
}

/// How a member ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<'a> {
    /// All is done.
    Done,
    /// It ran nothing, or not all; the others go on.
    Left,
    /// Its run failed, as it says; all end.
    Failed(&'a str),
}

impl Seat {
    /// Fails when another member ran, and has failed; to be asked by whoever holds the lease.
    ///
    /// # Errors
    /// Then, and when the database refuses.
    pub async fn check(&self, connected: &Connected) -> Result<(), Error> {
        let members = self.table.read(&connected.connection).await?;
        let own = members.into_iter().find(|known| is_own(&self.call, known));
        match own.filter(|own| own.standing == Standing::Failed) {
            None => Ok(()),
            Some(own) => Err(Error::Quorum {
                message: format!("another member of the quorum failed: {}", own.said.unwrap_or_default()),
                help: "this one has run nothing; mend what failed, and let all members come again".to_owned(),
                has_failed: true,
            }),
        }
    }

    /// Gives the seat back.
    pub async fn end(self, connected: &Connected, end: End<'_>) {
        let connection = &connected.connection;
        // Where the database cannot be written any more, the others go on when the lease is over.
        _ = match end {
            End::Done => self.table.finish(connection, &self.call).await,
            End::Left => self.table.leave(connection, &self.call).await,
            End::Failed(said) => self.table.fail(connection, &self.call, said).await,
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

/// Returns whether a row is the one of this run.
fn is_own(call: &QuorumCall, known: &QuorumMember) -> bool {
    known.call.member == call.member && known.call.run_id == call.run_id
}

/// Returns whether a member waits for the same, or may run it already.
fn is_with(call: &QuorumCall, known: &QuorumMember) -> bool {
    let is_same = known.call.fingerprint == call.fingerprint && known.call.needed == call.needed;
    is_same && (known.standing == Standing::Reached || known.standing == Standing::Waiting && known.is_alive)
}

/// Returns whether a row says that the member may run, and what it asks for is what was left then, or less.
fn is_rest(call: &QuorumCall, known: &QuorumMember) -> bool {
    let half = |call: &QuorumCall| call.fingerprint.split(':').next().map(str::to_owned);
    let then: Vec<&str> = known.call.migrations.lines().collect();
    known.call.member == call.member
        && known.standing == Standing::Reached
        && known.call.needed == call.needed
        && half(&known.call) == half(call)
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
