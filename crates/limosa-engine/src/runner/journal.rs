//! The journal of a migration that is not one transaction: what is written when, so that the next run knows how far this one came.
//!
//! A step takes effect in one transaction with its row where the database can do that. Where it cannot, the row is written before the
//! step, with the definitions of what the step changes. That a later step has begun says that those before it are done.

mod place;
mod steps;
mod write;

use std::collections::VecDeque;

use limosa_db::{DbError, Fence, Journal, JournalKey, JournalStep, Lease, StepState, known_done};
use limosa_model::graph::Direction;

pub(super) use self::place::Place;
pub use self::place::{fingerprint, is_still};
use super::work::Owner;
use super::{Job, Runner};

/// The journal of one migration.
pub(super) struct JobJournal {
    table: Journal,
    key: JournalKey,
    run_id: String,
    /// What an earlier run left and this one has not come to.
    pub(super) left: VecDeque<JournalStep>,
    /// How many statements of those are known to be done.
    done: usize,
    /// Rows that go with the next one that is written.
    unwritten: Vec<JournalStep>,
    /// Rows that were written in a transaction that is not kept yet.
    tried: Vec<JournalStep>,
    /// Whether the table holds rows of the migration.
    has_rows: bool,
    next: i64,
    /// Whether a transaction is open that the project's own SQL began.
    own_transaction: bool,
}

impl JobJournal {
    /// Returns whether an earlier run began the migration.
    pub(super) fn is_begun(&self) -> bool {
        self.has_rows
    }

    /// Returns how many steps an earlier run is known to have done.
    pub(super) fn done(&self) -> usize {
        self.done
    }

    /// Returns the statement that forgets the steps once the migration is recorded.
    pub(super) fn forget(&self) -> Option<String> {
        self.has_rows.then(|| self.table.forget(&self.key, 0))
    }

    /// Returns the statement that forgets steps from a position on.
    pub(super) fn forget_from(&mut self, position: i64) -> String {
        self.next = position;
        self.table.forget(&self.key, position)
    }

    /// Returns the statement that says how far a step came; rows that were not written yet go with it, and the fence where it can.
    pub(super) fn write(
        &mut self,
        position: i64,
        state: StepState,
        before: Option<&str>,
        fence: Option<&Fence>,
    ) -> String {
        self.has_rows = true;
        let Some(index) = self.unwritten.iter().position(|row| row.position == position) else {
            return self.table.update(&self.key, position, state, before, &self.run_id, fence);
        };
        self.tried.clone_from(&self.unwritten);
        self.unwritten[index].state = state;
        self.unwritten[index].before = before.map(str::to_owned);
        self.table.insert(&self.key, &std::mem::take(&mut self.unwritten), fence)
    }

    /// Notes whether the transaction of the rows that were written last is kept.
    fn close(&mut self, is_kept: bool) {
        let tried = std::mem::take(&mut self.tried);
        if !is_kept {
            self.unwritten = tried;
        }
    }

    /// Adds the steps of an operation; returns their positions.
    fn add(
        &mut self,
        owner: &Owner,
        place: &Place,
        statements: &[Option<String>],
        waiting: Option<String>,
    ) -> Vec<i64> {
        let row = |position: i64, statement: Option<String>, state: StepState| JournalStep {
            position,
            operation: place.path.clone(),
            description: owner.description.clone(),
            fingerprint: place.fingerprint.clone(),
            statement,
            state,
            before: None,
            waiting: waiting.clone(),
            run_id: self.run_id.clone(),
            started_at: None,
            error: None,
        };
        let first = self.next;
        if statements.is_empty() {
            self.unwritten.push(row(first, None, StepState::Finished));
            self.next += 1;
            return Vec::new();
        }
        let rows: Vec<JournalStep> = (first..)
            .zip(statements)
            .map(|(position, statement)| row(position, statement.clone(), StepState::Pending))
            .collect();
        self.next += i64::try_from(rows.len()).unwrap_or_default();
        let positions = rows.iter().map(|row| row.position).collect();
        self.unwritten.extend(rows);
        positions
    }
}

impl Runner<'_> {
    /// Opens the journal of a migration; nothing where that is one transaction.
    pub(super) async fn open_journal(&mut self, job: &Job) -> Result<Option<JobJournal>, DbError> {
        if self.is_transaction(job) {
            return Ok(None);
        }
        let (table, half_applied) = match &self.journal {
            Some(known) => known,
            None => {
                let table = Journal::of(self.connection, self.history.table()).await?;
                table.create(self.connection).await?;
                let half_applied = table.half_applied(self.connection).await?.into_iter().map(|(key, _)| key).collect();
                self.journal.insert((table, half_applied))
            }
        };
        let key = JournalKey {
            app: job.migration.id.app.to_string(),
            name: job.migration.id.name.to_string(),
            backwards: job.direction == Direction::Backwards,
        };
        let left = match half_applied.contains(&key) {
            true => table.read(self.connection, &key).await?,
            false => Vec::new(),
        };
        Ok(Some(JobJournal {
            table: table.clone(),
            key,
            run_id: self.lease.and_then(Lease::run_id).unwrap_or_default().to_owned(),
            has_rows: !left.is_empty(),
            next: left.last().map_or(0, |step| step.position + 1),
            done: left[..known_done(&left)].iter().filter(|step| step.statement.is_some()).count(),
            left: left.into(),
            unwritten: Vec::new(),
            tried: Vec::new(),
            own_transaction: false,
        }))
    }
}
