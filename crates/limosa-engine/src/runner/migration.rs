//! Runs one migration.

use limosa_db::{Failpoint, RunLog, failpoint, introspect};
use limosa_model::Span;
use limosa_model::graph::Direction;
use limosa_plan::steps::{Compiled, Compiler, Step, StepError, is_one_transaction};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Dialect;

use super::halfway::Progress;
use super::record::outcome;
use super::{Fake, Job, RunError, RunErrorKind, Runner, fake_initial};
use crate::bridge::OperationPath;
use crate::events::Event;
use crate::functions::Transaction;
use crate::session::Session;

/// Statements that wait to be sent, each with the operation that it belongs to.
#[derive(Default)]
struct Pending {
    scripts: Vec<String>,
    owners: Vec<Owner>,
}

/// The operation that something belongs to.
#[derive(Clone)]
struct Owner {
    number: usize,
    description: String,
    span: Option<Span>,
}

/// What failed, before it is known to whom it belongs.
struct Failure {
    number: Option<usize>,
    operation: Option<(String, Option<Span>)>,
    kind: RunErrorKind,
}

impl From<RunErrorKind> for Failure {
    fn from(kind: RunErrorKind) -> Self {
        Self { number: None, operation: None, kind }
    }
}

impl From<StepError> for Failure {
    fn from(error: StepError) -> Self {
        Self { number: None, operation: Some((error.operation.clone(), error.span)), kind: error.into() }
    }
}

/// What the last step of a migration does.
const RECORD: &str = "Record the migration";

/// What is done with it, which is nothing that the migration is about.
const NOTE: &str = "Note the migration in the record of runs";

impl Runner<'_> {
    /// Runs a migration, its steps and its history rows, or only records it; returns whether it was only recorded.
    pub(super) async fn run_job(&mut self, job: &Job, rename_content_types: bool) -> Result<bool, RunError> {
        if self.interrupt.is_requested() {
            return Err(RunError::before(job, RunErrorKind::Interrupted));
        }
        if job.fake == Fake::Yes {
            return self.record(job).await.map(|()| true);
        }
        let mut catalog = match self.catalog.take() {
            Some(catalog) => catalog,
            None => {
                let loaded = introspect::load(self.connection).await;
                loaded.map_err(|error| RunError::before(job, error.into()))?
            }
        };
        if job.fake == Fake::Initial
            && job.direction == Direction::Forwards
            && fake_initial::is_applied(job, &self.live, &catalog, self.context)
        {
            self.catalog = Some(catalog);
            return self.record(job).await.map(|()| true);
        }
        let mut bridge = self.bridge.take();
        let mut progress = Progress::new(self.log.map(RunLog::text));
        let result = match &mut bridge {
            None if job.python => Err((RunErrorKind::NoPython.into(), false)),
            Some(bridge) if job.python => {
                let session = Session::Bridge(bridge, self.context.dialect);
                self.run_in(session, job, &mut catalog, rename_content_types, &mut progress).await
            }
            _ => {
                let session = Session::Direct(self.connection);
                self.run_in(session, job, &mut catalog, rename_content_types, &mut progress).await
            }
        };
        self.bridge = bridge;
        let stale = result.map_err(|(failure, stays)| failed(job, failure, progress, stays))?;
        self.catalog = (!stale).then_some(catalog);
        Ok(false)
    }

    /// Records a migration without running it.
    async fn record(&self, job: &Job) -> Result<(), RunError> {
        let record = async {
            self.connection.begin().await?;
            self.check_lease(&mut Session::Direct(self.connection)).await?;
            let mut records = self.records(job);
            records.extend(self.note(job, "faked", &Progress::new(self.log.map(RunLog::text))));
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
        mut session: Session<'_>,
        job: &Job,
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
        session.enter(self.is_transaction(job)).await.map_err(|error| (RunErrorKind::from(error).into(), false))?;
        failpoint(Failpoint::MigrationEntered);
        let result = self.steps(&mut session, job, compiler, progress).await;
        let left = session.leave(result.is_ok()).await;
        failpoint(Failpoint::MigrationLeft);
        let is_undone = self.is_transaction(job) && !matches!(left, Ok(false));
        let stale = match (result, left) {
            (Ok(stale), Ok(_)) => Ok(stale),
            (Ok(_), Err(error)) => Err(RunErrorKind::from(error).into()),
            (Err(failure), _) => Err(failure),
        };
        let stays = !is_undone && progress.changed;
        stale.map_err(|failure| (failure, stays))
    }

    /// Returns whether a migration and its history rows are one transaction: it wants that, and the database can do it.
    pub(super) fn is_transaction(&self, job: &Job) -> bool {
        is_one_transaction(self.context, &job.migration, job.direction)
    }

    async fn steps(
        &self,
        session: &mut Session<'_>,
        job: &Job,
        mut compiler: Compiler<'_>,
        progress: &mut Progress,
    ) -> Result<bool, Failure> {
        let mut pending = Pending::default();
        let result = self.operations(session, job, &mut compiler, &mut pending, progress).await;
        if result.is_err() {
            progress.rest = compiler.rest();
        }
        let stale = result?;
        let (deferred, _) = compiler.finish();
        self.step(session, job, deferred, None, &mut pending, progress).await?;
        if self.context.dialect == Dialect::Sqlite {
            self.send(session, job, &mut pending, progress).await?;
            if let Some((table, parent)) = session.broken_foreign_key().await.map_err(RunErrorKind::from)? {
                return Err(RunErrorKind::ForeignKeys { table, parent }.into());
            }
        }
        self.send(session, job, &mut pending, progress).await?;
        failpoint(Failpoint::StepsDone);
        let transaction = self.is_transaction(job);
        if !transaction {
            session.begin().await.map_err(RunErrorKind::from)?;
        }
        self.check_lease(session).await?;
        failpoint(Failpoint::LeaseChecked);
        let record = Owner { number: progress.enter(RECORD), description: RECORD.to_owned(), span: None };
        pending.push(&record, self.records(job));
        let note = self.note(job, outcome(job.direction), progress);
        pending.push(&Owner { description: NOTE.to_owned(), ..record }, note.into_iter().collect());
        self.send(session, job, &mut pending, progress).await?;
        failpoint(Failpoint::Recorded);
        if !transaction {
            session.commit().await.map_err(RunErrorKind::from)?;
            failpoint(Failpoint::RecordKept);
        }
        Ok(stale)
    }

    /// Runs the operations, and returns whether the catalog is stale afterwards.
    async fn operations(
        &self,
        session: &mut Session<'_>,
        job: &Job,
        compiler: &mut Compiler<'_>,
        pending: &mut Pending,
        progress: &mut Progress,
    ) -> Result<bool, Failure> {
        let mut stale = false;
        loop {
            if stale && compiler.needs_catalog() {
                self.send(session, job, pending, progress).await?;
                compiler.set_catalog(session.catalog(self.connection).await.map_err(RunErrorKind::from)?);
                stale = false;
            }
            if let Some(unknown) = compiler.unknown_default() {
                self.send(session, job, pending, progress).await?;
                let Session::Bridge(bridge, _) = session else { return Err(RunErrorKind::NoPython.into()) };
                let operation = OperationPath::of_database(job.migration.id.clone(), &unknown.path);
                let value = bridge.effective_default(&operation, self.alias, job.direction.into()).await;
                let value = value.map_err(RunErrorKind::from)?;
                compiler.supply_default(unknown, value);
            }
            let Some(compiled) = compiler.next_operation()? else { break };
            stale |= compiled.is_opaque();
            self.step(session, job, compiled, Some(&mut *compiler), pending, progress).await?;
        }
        Ok(stale)
    }

    async fn step(
        &self,
        session: &mut Session<'_>,
        job: &Job,
        compiled: Compiled<'_>,
        mut compiler: Option<&mut Compiler<'_>>,
        pending: &mut Pending,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        if compiled.operation.is_none() && compiled.steps.is_empty() {
            return Ok(());
        }
        let description = compiled.description();
        let number = progress.enter(&description);
        let owner = Owner { number, description, span: compiled.operation.and_then(|operation| operation.span.0) };
        if compiled.operation.is_some() {
            self.show_step(|| format!("{}: {}", job.migration.id, owner.description));
            self.events.send(Event::OperationStarted { description: owner.description.clone() });
        }
        for step in compiled.steps {
            match step {
                Step::Sql(sql) => pending.push(&owner, vec![sql]),
                step => {
                    self.send(session, job, pending, progress).await?;
                    self.before_step(session, job).await?;
                    progress.changed = true;
                    progress.code(&owner.description);
                    let result = self.code(session, job, step, compiler.as_deref_mut()).await;
                    result.map_err(|kind| owner.failed(kind))?;
                    failpoint(Failpoint::CodeRan);
                }
            }
        }
        Ok(())
    }

    /// Runs code; the statements that wait go to Django's schema editor and come back.
    async fn code(
        &self,
        session: &mut Session<'_>,
        job: &Job,
        step: Step,
        compiler: Option<&mut Compiler<'_>>,
    ) -> Result<(), RunErrorKind> {
        match (step, session) {
            (Step::Python { path, .. }, Session::Bridge(bridge, _)) if path.is_empty() => {
                Ok(bridge.run_migration(&job.migration.id, job.direction.into()).await?)
            }
            (Step::Python { path, .. }, Session::Bridge(bridge, _)) => {
                let operation = OperationPath::of_database(job.migration.id.clone(), &path);
                let waiting = compiler.as_ref().map_or_else(Vec::new, |compiler| compiler.waiting());
                let waiting =
                    bridge.run_operation(&operation, job.direction.into(), &waiting, self.context.dialect).await?;
                if let Some(compiler) = compiler {
                    compiler.set_waiting(waiting);
                }
                Ok(())
            }
            (Step::Rust { function }, Session::Direct(connection)) => {
                let Some(code) = self.functions.get(&function) else {
                    return Err(RunErrorKind::UnknownFunction(function.to_string()));
                };
                // A transaction of its own, where the migration has none although it wants one.
                let own = job.migration.atomic && !self.is_transaction(job);
                if own {
                    connection.begin().await?;
                }
                let result = code(Transaction::new(connection)).await;
                match result {
                    Ok(()) if own => connection.commit().await?,
                    Err(_) if own => connection.rollback().await?,
                    _ => {}
                }
                result.map_err(|source| RunErrorKind::Rust { function: function.to_string(), source })
            }
            (Step::Rust { function }, Session::Bridge(..)) => Err(RunErrorKind::Mixed(function.to_string())),
            (Step::Python { .. }, Session::Direct(_)) => Err(RunErrorKind::NoPython),
            (Step::Sql(_), _) => Ok(()),
        }
    }

    /// Sends what waits to be sent.
    async fn send(
        &self,
        session: &mut Session<'_>,
        job: &Job,
        pending: &mut Pending,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        let sent = std::mem::take(pending);
        if sent.scripts.is_empty() {
            return Ok(());
        }
        if self.interrupt.is_requested() {
            return Err(RunErrorKind::Interrupted.into());
        }
        self.before_step(session, job).await?;
        for (_, sql) in sent.owners.iter().zip(&sent.scripts).filter(|(owner, _)| owner.description != NOTE) {
            self.events.send(Event::Statement { sql: sql.clone() });
        }
        let result = session.run(&sent.scripts).await;
        let dialect = self.context.dialect;
        let tried = result.as_ref().map_or_else(|failed| failed.index + 1, |()| sent.scripts.len());
        let own = sent
            .owners
            .iter()
            .zip(&sent.scripts)
            .take(tried)
            .filter(|(owner, _)| owner.description != RECORD && owner.description != NOTE);
        progress.executed(own.map(|(_, sql)| sql.as_str()), dialect);
        if !self.is_transaction(job) {
            let good = result.as_ref().map_or_else(|failed| failed.index, |()| sent.scripts.len());
            for (owner, sql) in sent.owners.iter().zip(&sent.scripts).take(good) {
                progress.succeeded(owner.number, sql);
            }
        }
        result.map_err(|failed| {
            let sql = failed.statement;
            let kind = match failed.error.into() {
                RunErrorKind::Database(error) => RunErrorKind::Statement { sql, error },
                RunErrorKind::Python(error) => match error.refusal(dialect) {
                    Some(error) => RunErrorKind::Statement { sql, error },
                    None => RunErrorKind::Python(error),
                },
                kind => kind,
            };
            progress.changed |= failed.partly || kind.is_lost_connection();
            match sent.owners.get(failed.index) {
                Some(owner) => owner.failed(kind),
                None => kind.into(),
            }
        })
    }
}

impl Pending {
    fn push(&mut self, owner: &Owner, scripts: Vec<String>) {
        self.owners.extend(std::iter::repeat_n(owner.clone(), scripts.len()));
        self.scripts.extend(scripts);
    }
}

impl Owner {
    fn failed(&self, kind: RunErrorKind) -> Failure {
        Failure { number: Some(self.number), operation: Some((self.description.clone(), self.span)), kind }
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
