//! Goes on with a migration that an earlier run began.

use limosa_db::{JournalStep, StepState, known_done};
use limosa_model::operations::OperationKind;
use limosa_plan::steps::{Compiler, Step, StepError};
use limosa_sql::dialect::Dialect;
use limosa_sql::editor::Waiting;
use limosa_sql::split::{self, Repeat};
use limosa_sql::statement::Foreign;

use super::journal::Place;
use super::verdict::{Verdict, verdict};
use super::work::{Failure, Owner, Work};
use super::{RunErrorKind, Runner, Unfinished};
use crate::bridge::read_waiting;
use crate::events::Event;
use crate::session::statements_of;

impl Runner<'_> {
    /// Does what is left of the next operation, if an earlier run came to it; returns whether that is over.
    pub(super) async fn go_on(&self, work: &mut Work<'_>, compiler: &mut Compiler<'_>) -> Result<bool, Failure> {
        if !has_left(work) {
            return Ok(false);
        }
        let (place, description, span) = match compiler.upcoming() {
            Some((operation, path)) => (Place::of(operation, path), operation.describe(), operation.span.0),
            None if compiler.runs_whole() => (Place::whole(), "The migration's own code".to_owned(), None),
            None => return Ok(false),
        };
        work.progress.changed = true;
        let owner = Owner::operation(work.progress.enter(&description), description, span);
        let steps = take(work, &place);
        let Some(last) = steps.last() else {
            // No row stands for what was rolled back by the project's own SQL: the rows after it say that it is over.
            compiler.skip_operation();
            return Ok(true);
        };
        let settled = self.settle(work, &owner, &steps).await?;
        if settled.is_fresh() && place.path != Place::END {
            // Edited or not, it is told anew.
            self.forget(work, last.position - i64::try_from(steps.len()).unwrap_or_default() + 1)
                .await
                .map_err(|kind| owner.failed(kind))?;
            work.progress.leave();
            return Ok(false);
        }
        let own_sql =
            compiler.upcoming().is_some_and(|(operation, _)| matches!(operation.kind, OperationKind::RunSql(_)));
        let statements = match own_sql {
            // The project's own SQL may have been mended where it failed.
            true => fresh_statements(compiler, self.context.dialect)?,
            false => {
                compiler.skip_operation();
                if steps.iter().any(|step| !place.is_still(&step.fingerprint)) {
                    return Err(owner.failed(RunErrorKind::Edited { operation: owner.description.clone() }));
                }
                steps.iter().map(|step| step.statement.clone()).collect()
            }
        };
        self.complete(work, &owner, &place, &steps, settled, &statements).await?;
        restore_waiting(compiler, last)?;
        Ok(true)
    }

    /// Does what is left of the statements that were put off to the end of the migration; returns whether that is over.
    pub(super) async fn go_on_at_the_end(&self, work: &mut Work<'_>) -> Result<bool, Failure> {
        let Some(next) = work.journal.as_ref().and_then(|journal| journal.left.front()) else { return Ok(false) };
        let description = next.description.clone();
        let place = Place::end();
        if next.operation != place.path {
            // An operation ran that the migration does not have any more.
            return Err(RunErrorKind::Edited { operation: description }.into());
        }
        let owner = Owner::operation(work.progress.enter(&description), description, None);
        let steps = take(work, &place);
        let settled = self.settle(work, &owner, &steps).await?;
        let statements: Vec<Option<String>> = steps.iter().map(|step| step.statement.clone()).collect();
        self.complete(work, &owner, &place, &steps, settled, &statements).await.map(|()| true)
    }

    /// Finds out how many steps of an operation are done, and sets the session as they did.
    async fn settle(&self, work: &mut Work<'_>, owner: &Owner, steps: &[JournalStep]) -> Result<Settled, Failure> {
        let done = if has_left(work) { steps.len() } else { known_done(steps) };
        for (index, step) in steps.iter().enumerate() {
            if index >= done {
                match self.todo(work, step).await.map_err(|kind| owner.failed(kind))? {
                    Todo::Nothing => {
                        let closed = self.announced(work, step.position, StepState::Finished, None).await;
                        closed.map_err(|kind| owner.failed(kind))?;
                    }
                    Todo::Run { first, again } => return Ok(Settled { done: index, first, again }),
                }
            }
            self.set_session(work, owner, step).await?;
        }
        Ok(Settled { done: steps.len(), first: None, again: false })
    }

    /// Does what is left of an operation, whose statements are these now.
    async fn complete(
        &self,
        work: &mut Work<'_>,
        owner: &Owner,
        place: &Place,
        steps: &[JournalStep],
        settled: Settled,
        statements: &[Option<String>],
    ) -> Result<(), Failure> {
        let is_same = |(step, statement): (&JournalStep, &Option<String>)| step.statement == *statement;
        // A step of which a part is done must be the same, too.
        let fixed = settled.done + usize::from(settled.first.is_some());
        let is_longer = settled.done == steps.len() && statements.len() > steps.len();
        if is_longer || statements.len() < fixed || !steps.iter().zip(statements).take(fixed).all(is_same) {
            return Err(owner.failed(RunErrorKind::Edited { operation: owner.description.clone() }));
        }
        let Some(next) = steps.get(settled.done) else { return Ok(()) };
        self.announce(work.job, owner);
        if let Some(sql) = settled.first {
            self.check_lease(&mut work.session).await.map_err(|kind| owner.failed(kind))?;
            self.events.send(Event::Statement { sql: sql.clone() });
            self.send_one(work, &sql).await.map_err(|kind| owner.failed(kind))?;
        }
        let mut done = settled.done;
        if !settled.again {
            let closed = self.announced(work, next.position, StepState::Finished, None).await;
            closed.map_err(|kind| owner.failed(kind))?;
            done += 1;
        }
        let Some(next) = steps.get(done) else { return Ok(()) };
        self.forget(work, next.position).await.map_err(|kind| owner.failed(kind))?;
        self.run_statements(work, owner, place, &statements[done..], next.waiting.clone()).await
    }

    /// Returns what is to be done about a step that is not known to be done.
    async fn todo(&self, work: &Work<'_>, step: &JournalStep) -> Result<Todo, RunErrorKind> {
        let all = Todo::Run { first: None, again: true };
        let sql = step.statement.as_deref();
        let verdict = match (step.state, sql) {
            (StepState::Finished, _) => Verdict::Done,
            (StepState::Pending, _) => Verdict::NotDone,
            (StepState::Started, Some(sql)) => verdict(self.connection, sql, step.before.as_deref()).await?,
            (StepState::Started | StepState::Entered, _) => Verdict::Unknown,
        };
        Ok(match verdict {
            Verdict::Done => Todo::Nothing,
            Verdict::NotDone => all,
            Verdict::Rest { first, again } => Todo::Run { first: Some(first), again },
            Verdict::Different { expected, found } => {
                return Err(RunErrorKind::Different { statement: sql.unwrap_or_default().to_owned(), expected, found });
            }
            Verdict::Unknown => match self.unfinished {
                Some(Unfinished::Done) => Todo::Nothing,
                Some(Unfinished::Again) => all,
                None => {
                    return Err(RunErrorKind::Unfinished {
                        migration: work.job.migration.id.clone(),
                        statement: step.statement.clone(),
                        since: step.started_at.clone(),
                        run: step.run_id.clone(),
                    });
                }
            },
        })
    }

    /// Lets a statement that is done set the session once more.
    async fn set_session(&self, work: &mut Work<'_>, owner: &Owner, step: &JournalStep) -> Result<(), Failure> {
        let (dialect, version) = (self.context.dialect, self.connection.server_version());
        match &step.statement {
            Some(sql) if split::repeat(sql, dialect, version) == Repeat::Session => {
                self.send_one(work, sql).await.map_err(|kind| owner.failed(kind))
            }
            _ => Ok(()),
        }
    }

    /// Forgets steps of which nothing is done.
    async fn forget(&self, work: &mut Work<'_>, position: i64) -> Result<(), RunErrorKind> {
        let Some(journal) = &mut work.journal else { return Ok(()) };
        let sql = journal.forget_from(position);
        self.check_lease(&mut work.session).await?;
        self.send_one(work, &sql).await
    }
}

/// How far the steps of an operation came.
struct Settled {
    /// How many are done.
    done: usize,
    /// A statement that clears away or completes what is done of the next one.
    first: Option<String>,
    /// Whether the next one runs then.
    again: bool,
}

impl Settled {
    /// Returns whether nothing is done.
    fn is_fresh(&self) -> bool {
        self.done == 0 && self.first.is_none() && self.again
    }
}

/// What is to be done about a step.
enum Todo {
    /// It is done.
    Nothing,
    /// A statement that clears or completes it, and whether it then runs.
    Run { first: Option<String>, again: bool },
}

fn has_left(work: &Work<'_>) -> bool {
    work.journal.as_ref().is_some_and(|journal| !journal.left.is_empty())
}

/// Takes the steps of an operation.
fn take(work: &mut Work<'_>, place: &Place) -> Vec<JournalStep> {
    let Some(journal) = &mut work.journal else { return Vec::new() };
    let count = journal.left.iter().take_while(|step| step.operation == place.path).count();
    journal.left.drain(..count).collect()
}

/// Returns the statements of the next operation as they are now, and passes over it.
fn fresh_statements(compiler: &mut Compiler<'_>, dialect: Dialect) -> Result<Vec<Option<String>>, StepError> {
    let steps = compiler.next_operation()?.map_or_else(Vec::new, |compiled| compiled.steps);
    let statements = steps.into_iter().flat_map(|step| match step {
        Step::Sql(sql) => statements_of(&sql, dialect),
        Step::Python { .. } | Step::Rust { .. } => Vec::new(),
    });
    let statements: Vec<Option<String>> = statements.map(Some).collect();
    // One row stands for an operation that has none.
    Ok(if statements.is_empty() { vec![None] } else { statements })
}

/// Sets what waits for the end of the migration to what waited after a step.
fn restore_waiting(compiler: &mut Compiler<'_>, step: &JournalStep) -> Result<(), RunErrorKind> {
    let own = |text: &String| serde_json::from_str::<Vec<Foreign>>(text).ok();
    let waiting = match &step.waiting {
        None => Some(Vec::new()),
        Some(text) => {
            own(text).map(|waiting| waiting.into_iter().map(Waiting::New).collect()).or_else(|| read_waiting(text))
        }
    };
    let waiting = waiting.ok_or_else(|| RunErrorKind::Edited { operation: step.description.clone() })?;
    compiler.set_waiting(waiting);
    Ok(())
}
