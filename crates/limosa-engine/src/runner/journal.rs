//! The journal of a migration that is not one transaction: what is written when, so that the next run knows how far this one came.
//!
//! A step takes effect in one transaction with its row where the database can do that. Where it cannot, the row is written before the
//! step, with the definitions of what the step changes. That a later step has begun says that those before it are done.

mod place;

use std::collections::VecDeque;

use limosa_db::{DbError, Failpoint, Journal, JournalKey, JournalStep, Lease, StepState, definition, failpoint};
use limosa_model::graph::Direction;
use limosa_plan::steps::{Compiler, Step};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::{self, Control, Repeat};

pub(super) use self::place::Place;
use super::work::{Failure, Owner, Work};
use super::{Job, RunErrorKind, Runner};
use crate::bridge::Marks;
use crate::events::Event;
use crate::session::statements_of;

/// The journal of one migration.
pub(super) struct JobJournal {
    table: Journal,
    key: JournalKey,
    run_id: String,
    /// What an earlier run left and this one has not come to.
    pub(super) left: VecDeque<JournalStep>,
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
        let begun = self.left.iter().rposition(|step| step.state != StepState::Pending);
        let is_done = |(index, step): (usize, &JournalStep)| {
            step.statement.is_some() && (step.state == StepState::Finished || begun.is_some_and(|begun| index < begun))
        };
        self.left.iter().enumerate().filter(|pair| is_done(*pair)).count()
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

    /// Returns the statement that says how far a step came; rows that were not written yet go with it.
    pub(super) fn write(&mut self, position: i64, state: StepState, before: Option<&str>) -> String {
        self.has_rows = true;
        let Some(index) = self.unwritten.iter().position(|row| row.position == position) else {
            return self.table.update(&self.key, position, state, before, &self.run_id);
        };
        self.tried.clone_from(&self.unwritten);
        self.unwritten[index].state = state;
        self.unwritten[index].before = before.map(str::to_owned);
        self.table.insert(&self.key, &std::mem::take(&mut self.unwritten))
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
        let left: VecDeque<JournalStep> = match half_applied.contains(&key) {
            true => table.read(self.connection, &key).await?.into(),
            false => VecDeque::new(),
        };
        Ok(Some(JobJournal {
            table: table.clone(),
            key,
            run_id: self.lease.and_then(Lease::run_id).unwrap_or_default().to_owned(),
            has_rows: !left.is_empty(),
            next: left.back().map_or(0, |step| step.position + 1),
            left,
            unwritten: Vec::new(),
            tried: Vec::new(),
            own_transaction: false,
        }))
    }

    /// Runs the steps of an operation one by one.
    pub(super) async fn journaled(
        &self,
        work: &mut Work<'_>,
        owner: &Owner,
        place: Place,
        steps: Vec<Step>,
        compiler: Option<&mut Compiler<'_>>,
    ) -> Result<(), Failure> {
        let Some(journal) = &mut work.journal else { return Ok(()) };
        let dialect = self.context.dialect;
        let waiting = compiler.as_ref().map(|compiler| compiler.waiting()).filter(|waiting| !waiting.is_empty());
        let waiting = waiting.and_then(|waiting| serde_json::to_string(&waiting).ok());
        let mut statements: Vec<Option<String>> = Vec::new();
        let mut code = None;
        for step in steps {
            match step {
                Step::Sql(sql) => statements.extend(statements_of(&sql, dialect).into_iter().map(Some)),
                step => code = Some(step),
            }
        }
        match code {
            // Code is all that its operation does.
            Some(step) => {
                let positions = journal.add(owner, &place, &[None], waiting);
                let position = positions.first().copied().unwrap_or_default();
                self.journaled_code(work, owner, position, step, compiler).await
            }
            None => self.run_statements(work, owner, &place, &statements, waiting).await,
        }
    }

    /// Runs the statements of an operation.
    pub(super) async fn run_statements(
        &self,
        work: &mut Work<'_>,
        owner: &Owner,
        place: &Place,
        statements: &[Option<String>],
        waiting: Option<String>,
    ) -> Result<(), Failure> {
        let Some(journal) = &mut work.journal else { return Ok(()) };
        let positions = journal.add(owner, place, statements, waiting);
        for (position, sql) in positions.into_iter().zip(statements.iter().flatten()) {
            self.statement(work, owner, position, sql).await?;
        }
        Ok(())
    }

    /// Runs one statement.
    pub(super) async fn statement(
        &self,
        work: &mut Work<'_>,
        owner: &Owner,
        position: i64,
        sql: &str,
    ) -> Result<(), Failure> {
        if self.interrupt.is_requested() {
            return Err(owner.failed(RunErrorKind::Interrupted));
        }
        self.events.send(Event::Statement { sql: sql.to_owned() });
        work.progress.executed(std::iter::once(sql), self.context.dialect);
        match self.once(work, position, sql).await {
            Ok(()) => {
                failpoint(Failpoint::StatementSent);
                work.progress.succeeded(owner.number, sql);
                Ok(())
            }
            Err(kind) => {
                let is_undone = !kind.is_lost_connection() && !self.may_leave_something(sql);
                work.progress.changed |= !is_undone;
                self.close_failed(work, position, &kind, is_undone).await;
                Err(owner.failed(kind))
            }
        }
    }

    /// Runs a statement in such a way that the next run knows whether it happened.
    async fn once(&self, work: &mut Work<'_>, position: i64, sql: &str) -> Result<(), RunErrorKind> {
        let dialect = self.context.dialect;
        let repeat = split::repeat(sql, dialect, self.connection.server_version());
        let Some(journal) = &mut work.journal else { return Ok(()) };
        if journal.own_transaction {
            let ends = match repeat {
                Repeat::Control(Control::Commit | Control::Rollback) => true,
                // A definition ends it on MySQL.
                _ => dialect == Dialect::MySql && !matches!(repeat, Repeat::Transaction | Repeat::Session),
            };
            if !ends {
                self.send_one(work, sql).await?;
                return self.write(work, position, StepState::Finished).await;
            }
            if !matches!(repeat, Repeat::Shown) {
                self.write(work, position, StepState::Started).await?;
            }
        }
        match repeat {
            Repeat::Transaction => match self.together(work, position, sql).await {
                // It is none of those that are known to be refused there.
                Err(RunErrorKind::Statement { error, .. }) if error.kind == limosa_db::DbErrorKind::InTransaction => {
                    self.announced(work, position, StepState::Entered, None).await?;
                    self.send_one(work, sql).await
                }
                result => result,
            },
            Repeat::Shown => {
                let change = split::change(sql, dialect);
                let before = match &change {
                    Some(change) => definition::definitions(self.connection, change).await?,
                    None => Vec::new(),
                };
                let before = serde_json::to_string(&before).unwrap_or_default();
                self.announced(work, position, StepState::Started, Some(&before)).await?;
                self.send_one(work, sql).await
            }
            Repeat::Unknown => {
                self.announced(work, position, StepState::Entered, None).await?;
                self.send_one(work, sql).await
            }
            Repeat::Control(Control::Begin) => {
                // Its rows are there before it, and what it does is noted inside.
                self.announced(work, position, StepState::Pending, None).await?;
                self.send_one(work, sql).await?;
                self.set_own_transaction(work, true);
                self.write(work, position, StepState::Finished).await
            }
            Repeat::Control(_) => {
                self.set_own_transaction(work, false);
                self.send_one(work, sql).await
            }
            Repeat::Session | Repeat::Harmless => {
                self.check_lease(&mut work.session).await?;
                self.send_one(work, sql).await
            }
        }
    }

    /// Runs a statement in one transaction with its row.
    async fn together(&self, work: &mut Work<'_>, position: i64, sql: &str) -> Result<(), RunErrorKind> {
        let Some(journal) = &mut work.journal else { return Ok(()) };
        let row = journal.write(position, StepState::Finished, None);
        self.kept(work, &[sql, &row]).await
    }

    /// Runs statements in one transaction that is kept only if the lease is still ours.
    async fn kept(&self, work: &mut Work<'_>, statements: &[&str]) -> Result<(), RunErrorKind> {
        work.session.begin().await?;
        let done = async {
            for sql in statements {
                self.send_one(work, sql).await?;
                failpoint(Failpoint::StepSent);
            }
            self.check_lease(&mut work.session).await
        };
        let done = done.await;
        match done {
            Ok(()) => work.session.commit().await?,
            // The first error is the one to tell.
            Err(_) => _ = work.session.undo().await,
        }
        if let Some(journal) = &mut work.journal {
            journal.close(done.is_ok());
        }
        done
    }

    /// Says that a step begins, before it does.
    pub(super) async fn announced(
        &self,
        work: &mut Work<'_>,
        position: i64,
        state: StepState,
        before: Option<&str>,
    ) -> Result<(), RunErrorKind> {
        self.set_own_transaction(work, false);
        let Some(journal) = &mut work.journal else { return Ok(()) };
        let sql = journal.write(position, state, before);
        self.kept(work, &[&sql]).await?;
        failpoint(Failpoint::StepAnnounced);
        Ok(())
    }

    /// Runs code; what it does in a transaction of its own comes with its row.
    async fn journaled_code(
        &self,
        work: &mut Work<'_>,
        owner: &Owner,
        position: i64,
        step: Step,
        compiler: Option<&mut Compiler<'_>>,
    ) -> Result<(), Failure> {
        if self.interrupt.is_requested() {
            return Err(owner.failed(RunErrorKind::Interrupted));
        }
        let was_changed = work.progress.changed;
        let ran = async {
            self.announced(work, position, StepState::Pending, None).await?;
            work.progress.changed = true;
            work.progress.code(&owner.description);
            let Some(journal) = &mut work.journal else { return Ok(()) };
            let takes_waiting = matches!(&step, Step::Python { path, .. } if !path.is_empty());
            let marks = Marks {
                before: journal.write(position, StepState::Entered, None),
                after: match takes_waiting {
                    true => journal.table.finish_with_waiting(&journal.key, position),
                    false => journal.write(position, StepState::Finished, None),
                },
                fence: self.lease.and_then(Lease::fence).map(|fence| fence.statement().to_owned()),
            };
            self.code(work, step, compiler, Some(&marks)).await
        };
        match ran.await {
            Ok(()) => {
                failpoint(Failpoint::CodeRan);
                Ok(())
            }
            Err(kind) => {
                let is_undone = self.is_undone(work, position).await;
                if is_undone {
                    work.progress.changed = was_changed;
                }
                self.close_failed(work, position, &kind, is_undone).await;
                Err(owner.failed(kind))
            }
        }
    }

    /// Returns whether the transaction that a step shared with its row is known to be rolled back.
    async fn is_undone(&self, work: &Work<'_>, position: i64) -> bool {
        let Some(journal) = &work.journal else { return false };
        let steps = journal.table.read(self.connection, &journal.key).await.unwrap_or_default();
        steps.iter().any(|step| step.position == position && step.state == StepState::Pending)
    }

    /// Returns whether a statement that fails may have done a part: what is not in a transaction, but for definitions of MySQL.
    fn may_leave_something(&self, sql: &str) -> bool {
        let dialect = self.context.dialect;
        match split::repeat(sql, dialect, self.connection.server_version()) {
            Repeat::Shown => dialect == Dialect::Postgres,
            Repeat::Harmless | Repeat::Unknown => true,
            Repeat::Transaction | Repeat::Session | Repeat::Control(_) => false,
        }
    }

    /// Says how far a step came.
    async fn write(&self, work: &mut Work<'_>, position: i64, state: StepState) -> Result<(), RunErrorKind> {
        let Some(journal) = &mut work.journal else { return Ok(()) };
        let sql = journal.write(position, state, None);
        self.send_one(work, &sql).await
    }

    /// Sends one statement.
    pub(super) async fn send_one(&self, work: &mut Work<'_>, sql: &str) -> Result<(), RunErrorKind> {
        let sent = work.session.execute(sql).await;
        sent.map_err(|error| RunErrorKind::refused(sql.to_owned(), error, self.context.dialect))
    }

    fn set_own_transaction(&self, work: &mut Work<'_>, open: bool) {
        if let Some(journal) = &mut work.journal {
            journal.own_transaction = open;
        }
    }

    /// Notes why a step failed, or forgets the migration when nothing of it is done; that it cannot be written changes nothing.
    async fn close_failed(&self, work: &mut Work<'_>, position: i64, kind: &RunErrorKind, is_undone: bool) {
        let Some(journal) = work.journal.as_mut().filter(|journal| journal.has_rows && !journal.own_transaction) else {
            return;
        };
        let mut statements = Vec::new();
        if work.progress.changed {
            if !journal.unwritten.is_empty() {
                statements.push(journal.table.insert(&journal.key, &std::mem::take(&mut journal.unwritten)));
            }
            statements.push(journal.table.finish_before(&journal.key, position));
            statements.push(journal.table.note_error(&journal.key, position, &kind.to_string(), is_undone));
        } else {
            statements.push(journal.table.forget(&journal.key, 0));
        }
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        _ = self.kept(work, &statements).await;
    }
}
