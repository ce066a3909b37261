//! Runs the steps of an operation one by one, each in such a way that the next run knows whether it happened.

use limosa_db::{Failpoint, Lease, StepState, definition, failpoint};
use limosa_plan::steps::{Compiler, Step};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::{self, Control, Repeat};

use super::super::work::{Failure, Owner, Work};
use super::super::{RunErrorKind, Runner};
use super::Place;
use crate::bridge::Marks;
use crate::events::Event;
use crate::session::statements_of;

impl Runner<'_> {
    /// Runs the steps of an operation one by one.
    pub(in super::super) async fn journaled(
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
    pub(in super::super) async fn run_statements(
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
    pub(in super::super) async fn statement(
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
    pub(super) async fn once(&self, work: &mut Work<'_>, position: i64, sql: &str) -> Result<(), RunErrorKind> {
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

    /// Runs code; what it does in a transaction of its own comes with its row.
    pub(super) async fn journaled_code(
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
                before: journal.write(position, StepState::Entered, None, None),
                after: match takes_waiting {
                    true => journal.table.finish_with_waiting(&journal.key, position),
                    false => journal.write(position, StepState::Finished, None, None),
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
    pub(super) async fn is_undone(&self, work: &Work<'_>, position: i64) -> bool {
        let Some(journal) = &work.journal else { return false };
        let steps = journal.table.read(self.connection, &journal.key).await.unwrap_or_default();
        steps.iter().any(|step| step.position == position && step.state == StepState::Pending)
    }

    /// Returns whether a statement that fails may have done a part: what is not in a transaction, but for definitions of MySQL.
    pub(super) fn may_leave_something(&self, sql: &str) -> bool {
        let dialect = self.context.dialect;
        match split::repeat(sql, dialect, self.connection.server_version()) {
            Repeat::Shown => dialect == Dialect::Postgres,
            Repeat::Harmless | Repeat::Unknown => true,
            Repeat::Transaction | Repeat::Session | Repeat::Control(_) => false,
        }
    }
}
