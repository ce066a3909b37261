//! Runs one migration.

use limosa_db::{Failpoint, Lease, RunLog, failpoint, introspect};
use limosa_model::graph::Direction;
use limosa_plan::steps::{Compiled, Compiler, Step, is_one_transaction};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Dialect;

use super::halfway::Progress;
use super::journal::{JobJournal, Place};
use super::record::outcome;
use super::work::{Failure, Owner, Pending, Purpose, Work};
use super::{Fake, Job, RunError, RunErrorKind, Runner, fake_initial};
use crate::bridge::OperationPath;
use crate::events::Event;
use crate::session::Session;

/// What the last step of a migration does.
const RECORD: &str = "Record the migration";

impl Runner<'_> {
    /// Runs a migration, its steps and its history rows, or only records it; returns whether it was only recorded.
    pub(super) async fn run_job(&mut self, job: &Job, rename_content_types: bool) -> Result<bool, RunError> {
        if self.interrupt.is_requested() {
            return Err(RunError::before(job, RunErrorKind::Interrupted));
        }
        let journal = self.open_journal(job).await.map_err(|error| RunError::before(job, error.into()))?;
        let done = journal.as_ref().filter(|journal| journal.is_begun()).map(JobJournal::done);
        if job.fake == Fake::Yes {
            return self.record(job, journal.as_ref()).await.map(|()| true);
        }
        let mut catalog = match self.catalog.take() {
            Some(catalog) => catalog,
            None => {
                let loaded = introspect::load(self.connection).await;
                loaded.map_err(|error| RunError::before(job, error.into()))?
            }
        };
        if job.fake == Fake::Initial
            && done.unwrap_or_default() == 0
            && job.direction == Direction::Forwards
            && fake_initial::is_applied(job, &self.live, &catalog, self.context)
        {
            self.catalog = Some(catalog);
            return self.record(job, journal.as_ref()).await.map(|()| true);
        }
        if let Some(done) = done {
            self.events.send(Event::MigrationResumed { done });
        }
        let mut bridge = self.bridge.take();
        let mut progress = Progress::new(self.log.map(RunLog::text));
        let result = match &mut bridge {
            None if job.python => Err((RunErrorKind::NoPython.into(), false)),
            Some(bridge) if job.python => {
                let session = Session::Bridge(bridge, self.context.dialect);
                self.run_in(session, job, journal, &mut catalog, rename_content_types, &mut progress).await
            }
            _ => {
                let session = Session::Direct(self.connection);
                self.run_in(session, job, journal, &mut catalog, rename_content_types, &mut progress).await
            }
        };
        self.bridge = bridge;
        let stale = result.map_err(|(failure, stays)| failed(job, failure, progress, stays))?;
        self.catalog = (!stale).then_some(catalog);
        Ok(false)
    }

    /// Records a migration without running it.
    async fn record(&self, job: &Job, journal: Option<&JobJournal>) -> Result<(), RunError> {
        let record = async {
            self.connection.begin().await?;
            self.check_lease(&mut Session::Direct(self.connection)).await?;
            let mut records = self.records(job, journal);
            records.extend(self.note(job, "faked", &Progress::new(self.log.map(RunLog::text)), &[]));
            self.connection.batch(&records).await.map_err(|failed| failed.error)?;
            Ok(self.connection.commit().await?)
        };
        let result: Result<(), RunErrorKind> = record.await;
        if result.is_err() {
            _ = self.connection.rollback().await;
        }
        result.map_err(|kind| RunError::before(job, kind))
    }

    /// Returns whether the catalog is stale afterwards; an error comes with whether something of it stays.
    async fn run_in(
        &self,
        session: Session<'_>,
        job: &Job,
        journal: Option<JobJournal>,
        catalog: &mut Catalog,
        rename_content_types: bool,
        progress: &mut Progress,
    ) -> Result<bool, (Failure, bool)> {
        let migration = &job.migration;
        let compiler =
            Compiler::new(self.context, catalog, migration, &job.before, job.direction, rename_content_types)
                .map_err(|error| (Failure::from(error), false))?
                .without(&job.skipped);
        failpoint(Failpoint::MigrationReached);
        let mut work = Work { session, job, pending: Pending::default(), progress, journal };
        let entered = work.session.enter(self.is_transaction(job)).await;
        entered.map_err(|error| (RunErrorKind::from(error).into(), false))?;
        failpoint(Failpoint::MigrationEntered);
        let result = self.steps(&mut work, compiler).await;
        let left = work.session.leave(result.is_ok()).await;
        failpoint(Failpoint::MigrationLeft);
        let is_undone = self.is_transaction(job) && !matches!(left, Ok(false));
        let stale = match (result, left) {
            (Ok(stale), Ok(_)) => Ok(stale),
            (Ok(_), Err(error)) => Err(RunErrorKind::from(error).into()),
            (Err(failure), _) => Err(failure),
        };
        let stays = !is_undone && work.progress.changed;
        stale.map_err(|failure| (failure, stays))
    }

    /// Returns whether a migration and its history rows are one transaction: it wants that, and the database can do it.
    pub(super) fn is_transaction(&self, job: &Job) -> bool {
        is_one_transaction(self.context, &job.migration, job.direction)
    }

    async fn steps(&self, work: &mut Work<'_>, mut compiler: Compiler<'_>) -> Result<bool, Failure> {
        let result = self.operations(work, &mut compiler).await;
        if result.is_err() {
            work.progress.rest = compiler.rest();
        }
        let stale = result?;
        if !self.go_on_at_the_end(work).await? {
            let (deferred, _) = compiler.finish();
            self.step(work, deferred, Place::end(), None).await?;
        }
        if self.context.dialect == Dialect::Sqlite {
            self.send(work).await?;
            if let Some((table, parent)) = work.session.broken_foreign_key().await.map_err(RunErrorKind::from)? {
                return Err(RunErrorKind::ForeignKeys { table, parent }.into());
            }
        }
        let transaction = self.is_transaction(work.job);
        if !transaction {
            self.send(work).await?;
            work.session.begin().await.map_err(RunErrorKind::from)?;
        }
        failpoint(Failpoint::StepsDone);
        let number = work.progress.enter(RECORD);
        let owner = |description: &str, purpose| {
            let operation = Owner::operation(number, description.to_owned(), None);
            Owner { purpose, ..operation }
        };
        let note = self.note(work.job, outcome(work.job), work.progress, &work.pending.scripts);
        if let Some(fence) = self.lease.and_then(Lease::fence) {
            work.pending.fence = Some(work.pending.scripts.len());
            work.pending.push(&owner("Check the lease", Purpose::Keep), vec![fence.statement().to_owned()]);
        }
        work.pending.push(&owner(RECORD, Purpose::Record), self.records(work.job, work.journal.as_ref()));
        work.pending
            .push(&owner("Note the migration in the record of runs", Purpose::Keep), note.into_iter().collect());
        self.send(work).await?;
        failpoint(Failpoint::LeaseChecked);
        failpoint(Failpoint::Recorded);
        if !transaction {
            work.session.commit().await.map_err(RunErrorKind::from)?;
            failpoint(Failpoint::RecordKept);
        }
        Ok(stale)
    }

    /// Runs the operations, and returns whether the catalog is stale afterwards.
    async fn operations(&self, work: &mut Work<'_>, compiler: &mut Compiler<'_>) -> Result<bool, Failure> {
        let mut stale = false;
        loop {
            if self.go_on(work, compiler).await? {
                stale = true;
                continue;
            }
            if stale && compiler.needs_catalog() {
                self.send(work).await?;
                compiler.set_catalog(work.session.catalog(self.connection).await.map_err(RunErrorKind::from)?);
                stale = false;
            }
            if let Some(unknown) = compiler.unknown_default() {
                self.send(work).await?;
                let Session::Bridge(bridge, _) = &mut work.session else { return Err(RunErrorKind::NoPython.into()) };
                let operation = OperationPath::of_database(work.job.migration.id.clone(), &unknown.path);
                let value = bridge.effective_default(&operation, self.alias, work.job.direction.into()).await;
                let value = value.map_err(RunErrorKind::from)?;
                compiler.supply_default(unknown, value);
            }
            let place = compiler.upcoming().map_or_else(Place::whole, |(operation, path)| Place::of(operation, path));
            let Some(compiled) = compiler.next_operation()? else { break };
            stale |= compiled.is_opaque();
            self.step(work, compiled, place, Some(&mut *compiler)).await?;
        }
        Ok(stale)
    }

    async fn step(
        &self,
        work: &mut Work<'_>,
        compiled: Compiled<'_>,
        place: Place,
        compiler: Option<&mut Compiler<'_>>,
    ) -> Result<(), Failure> {
        if compiled.operation.is_none() && compiled.steps.is_empty() {
            return Ok(());
        }
        let description = compiled.description();
        let number = work.progress.enter(&description);
        let span = compiled.operation.and_then(|operation| operation.span.0);
        let owner = Owner::operation(number, description, span);
        if compiled.operation.is_some() {
            self.announce(work.job, &owner);
        }
        if work.journal.is_some() {
            return self.journaled(work, &owner, place, compiled.steps, compiler).await;
        }
        let mut compiler = compiler;
        for step in compiled.steps {
            match step {
                Step::Sql(sql) => work.pending.push(&owner, vec![sql]),
                step => {
                    self.send(work).await?;
                    self.before_sending(work).await?;
                    work.progress.changed = true;
                    work.progress.code(&owner.description);
                    let result = self.code(work, step, compiler.as_deref_mut(), None).await;
                    result.map_err(|kind| owner.failed(kind))?;
                    failpoint(Failpoint::CodeRan);
                }
            }
        }
        Ok(())
    }

    /// Says which operation is come to.
    pub(super) fn announce(&self, job: &Job, owner: &Owner) {
        self.show_step(|| format!("{}: {}", job.migration.id, owner.description));
        self.events.send(Event::OperationStarted { description: owner.description.clone() });
    }
}

fn failed(job: &Job, failure: Failure, mut progress: Progress, stays: bool) -> RunError {
    let (operation, span) = failure.operation.map_or((None, None), |(operation, span)| (Some(operation), span));
    RunError {
        migration: job.migration.id.clone(),
        operation,
        span,
        kind: failure.kind,
        rolled_back: !stays,
        sent: progress.sent.take().unwrap_or_default(),
        halfway: stays.then(|| progress.halfway(failure.number)),
        explanation: None,
        done: 0,
        not_reached: 0,
    }
}
