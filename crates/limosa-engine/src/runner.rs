//! Runs a plan: each migration in one transaction with its history row where the database and the migration allow it.

mod code;
mod error;
mod fake_initial;
mod fence;
mod halfway;
mod journal;
mod migration;
mod record;
mod resume;
mod sending;
mod verdict;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use limosa_db::{Connection, History, Journal, JournalKey, Lease, RunLog};
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, ProjectState};
use limosa_plan::steps::{self, Skipped, StepError};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;

pub use error::{Halfway, RunError, RunErrorKind};
pub use journal::{fingerprint, is_still};

use crate::bridge::{Bridge, Portion};
use crate::causes;
use crate::events::{Event, Events};
use crate::functions::Functions;
use crate::interrupt::Interrupt;

/// One migration to run.
#[derive(Clone, Debug)]
pub struct Job {
    /// The migration.
    pub migration: Arc<Migration>,
    /// Which way.
    pub direction: Direction,
    /// The state before the migration, in either direction.
    pub before: ProjectState,
    /// Whether it is only recorded, not run.
    pub fake: Fake,
    /// Whether only the project's Python can run it.
    pub python: bool,
    /// What routers keep from the database.
    pub skipped: Skipped,
    /// What routers say does not belong there, when it is asked whether the tables are there already (`--fake-initial`).
    pub undetected: Skipped,
    /// The rows to add to the history (or to remove from it, backwards), in order.
    pub records: Vec<MigrationId>,
    /// The places of the operations that run, where the others ran before or run later.
    pub operations: Option<BTreeSet<usize>>,
    /// Whether other operations of the migration run later, so that it is not whole afterwards.
    pub is_part: bool,
    /// What else is sent where the migration is recorded.
    pub statements: Vec<String>,
}

impl Job {
    /// Returns what of its migration it runs.
    pub fn portion(&self) -> Portion {
        Portion { id: self.migration.id.clone(), operations: self.operations.clone() }
    }
}

/// Whether a migration is only recorded, not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fake {
    /// It is run.
    #[default]
    No,
    /// It is run, unless it is an initial one whose tables are there already (`--fake-initial`).
    Initial,
    /// It is recorded only (`--fake`).
    Yes,
}

/// What is to be taken of a step that began in an earlier run, where nothing tells whether it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// It happened.
    Done,
    /// It did not, or may happen again.
    Again,
}

/// Runs migrations on one database.
pub struct Runner<'a> {
    /// The connection, which holds the lock.
    pub connection: &'a Connection,
    /// What the schema editor goes by.
    pub context: &'a Context,
    /// The lease, which is checked with every write of the history.
    pub lease: Option<&'a Lease>,
    /// The history table.
    pub history: &'a History,
    /// The record of the run.
    pub log: Option<&'a RunLog>,
    /// The alias of the database in the settings.
    pub alias: &'a str,
    /// Python, when the jobs need it.
    pub bridge: Option<&'a mut Bridge>,
    /// The functions of the embedding program.
    pub functions: &'a Functions,
    /// Who listens.
    pub events: &'a Events,
    /// Who may ask the run to stop.
    pub interrupt: &'a Interrupt,
    /// From which migration on content types follow renamed models; `None` for never.
    pub content_types: ContentTypes,
    /// What is applied before the run, in the graph's order: where Python's state begins.
    pub applied: Vec<Portion>,
    /// The state after all migrations on disk, where `--fake-initial` finds models that stand in for swappable ones.
    pub live: ProjectState,
    /// What is to be taken of a step of which nothing tells whether it happened; without it the run stops there.
    pub unfinished: Option<Unfinished>,
    catalog: Option<Catalog>,
    /// The journal, once a migration needs it, and the migrations that were half-applied then.
    journal: Option<(Journal, BTreeSet<JournalKey>)>,
    /// How many jobs Python's state has seen.
    seen_by_python: Option<usize>,
}

/// When content types follow renamed models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentTypes {
    /// Never: the app is not installed.
    Never,
    /// From its first migration on.
    AfterFirstMigration,
    /// From the start, up to where its first migration is unapplied.
    Available,
}

impl<'a> Runner<'a> {
    /// Returns a runner that has looked at nothing yet.
    pub fn new(
        connection: &'a Connection,
        context: &'a Context,
        history: &'a History,
        alias: &'a str,
        functions: &'a Functions,
        events: &'a Events,
        interrupt: &'a Interrupt,
    ) -> Self {
        Self {
            connection,
            context,
            lease: None,
            history,
            log: None,
            alias,
            bridge: None,
            functions,
            events,
            interrupt,
            content_types: ContentTypes::Never,
            applied: Vec::new(),
            live: ProjectState::default(),
            unfinished: None,
            catalog: None,
            journal: None,
            seen_by_python: None,
        }
    }

    /// Runs the jobs in order and returns how many ended well.
    ///
    /// # Errors
    /// At the first that fails: it says what failed and what is left behind.
    pub async fn run(&mut self, jobs: &[Job]) -> Result<usize, RunError> {
        self.events.send(Event::RunStarted { migrations: jobs.len() });
        for (index, job) in jobs.iter().enumerate() {
            let (id, direction) = (job.migration.id.clone(), job.direction);
            let number = index + 1;
            self.events.send(Event::MigrationStarted { id: id.clone(), direction, number, total: jobs.len() });
            let began = Instant::now();
            let rename = self.follows_renames(job);
            self.show_step(|| format!("{id} ({number} of {})", jobs.len()));
            let result = match self.bring_python_to(jobs, index).await {
                Ok(()) => self.run_job(job, rename).await,
                Err(error) => Err(error),
            };
            let faked = match result {
                Ok(faked) => faked,
                Err(error) => {
                    let error = self.explain_loss(job, error).await;
                    self.note_failure(job, &error, began.elapsed()).await;
                    if matches!(error.kind, RunErrorKind::ConnectionLost { applied: true, .. }) {
                        let took = began.elapsed();
                        self.events.send(Event::MigrationFinished {
                            id,
                            direction,
                            faked: job.fake == Fake::Yes,
                            took,
                        });
                    }
                    return Err(self.explained(error, index, jobs.len()).await);
                }
            };
            self.events.send(Event::MigrationFinished { id, direction, faked, took: began.elapsed() });
        }
        Ok(jobs.len())
    }

    /// Adds to a failure what usually causes it, and how far the run came.
    async fn explained(&self, error: RunError, index: usize, total: usize) -> RunError {
        let mut explanation = match &error.kind {
            RunErrorKind::Statement { sql, error } => causes::explain(self.context.dialect, sql, error),
            RunErrorKind::ForeignKeys { table, .. } => Some(causes::explain_foreign_keys(self.context.dialect, table)),
            _ => None,
        };
        if let Some(explanation) = &mut explanation
            && !self.connection.is_closed()
        {
            causes::look(explanation, self.connection).await;
        }
        RunError { explanation, done: index, not_reached: total - index - 1, ..error }
    }

    /// Brings Python's state to that before a job, when the job needs it.
    async fn bring_python_to(&mut self, jobs: &[Job], index: usize) -> Result<(), RunError> {
        let job = &jobs[index];
        let Some(bridge) = self.bridge.as_deref_mut().filter(|_| job.python) else { return Ok(()) };
        let portions = |jobs: &[Job]| jobs.iter().map(Job::portion).collect::<Vec<_>>();
        let mut result = match (job.direction, self.seen_by_python) {
            (Direction::Backwards, None) => {
                let keep: Vec<MigrationId> =
                    jobs.iter().filter(|job| job.python).map(|job| job.migration.id.clone()).collect();
                match bridge.keep_states(&self.applied, &keep).await {
                    Ok(()) => bridge.go_before(&job.migration.id).await,
                    failed => failed,
                }
            }
            (Direction::Backwards, Some(_)) => bridge.go_before(&job.migration.id).await,
            (Direction::Forwards, None) => {
                bridge.set_state(&[self.applied.clone(), portions(&jobs[..index])].concat()).await
            }
            (Direction::Forwards, Some(seen)) => bridge.advance(&portions(&jobs[seen..index])).await,
        };
        if result.is_ok() && job.operations.is_some() {
            result = bridge.enter(&job.portion()).await;
        }
        // The job itself moves the state along while it runs.
        self.seen_by_python = Some(index + 1);
        result.map_err(|error| RunError::before(job, RunErrorKind::Python(error)))
    }

    /// Returns whether content types follow renamed models in this migration.
    ///
    /// Source: Django `contrib/contenttypes/management/__init__.py`, `inject_rename_contenttypes_operations`.
    fn follows_renames(&mut self, job: &Job) -> bool {
        let first = job.migration.id.app == "contenttypes" && job.migration.id.name == "0001_initial";
        if first && self.content_types != ContentTypes::Never {
            self.content_types = match job.direction {
                Direction::Forwards => ContentTypes::Available,
                Direction::Backwards => ContentTypes::Never,
            };
            return false;
        }
        self.content_types == ContentTypes::Available
    }
}

/// Returns the state before each migration of a forwards run, and the state when all have run.
///
/// All applied migrations come first, in the graph's order, then those of the run.
/// Source: Django `db/migrations/executor.py`, `_migrate_all_forwards`.
///
/// # Errors
/// When an operation does not fit the state that it is applied to.
pub fn states_forwards<'m>(
    base: &ProjectState,
    applied: impl IntoIterator<Item = &'m Arc<Migration>>,
    run: impl IntoIterator<Item = &'m Arc<Migration>>,
) -> Result<(Vec<ProjectState>, ProjectState), StepError> {
    let mut state = base.clone();
    for migration in applied {
        steps::advance(migration, &mut state)?;
    }
    let mut states = Vec::new();
    for migration in run {
        states.push(state.clone());
        steps::advance(migration, &mut state)?;
    }
    Ok((states, state))
}

/// Returns the state before each migration that a backwards run unapplies, by its id, and the state when all have run.
///
/// `applied` are all applied migrations in the graph's order, those of the run among them.
/// Source: Django `db/migrations/executor.py`, `_migrate_all_backwards`.
///
/// # Errors
/// When an operation does not fit the state that it is applied to.
pub fn states_backwards<'m>(
    base: &ProjectState,
    applied: impl IntoIterator<Item = &'m Arc<Migration>>,
    run: &BTreeSet<MigrationId>,
) -> Result<(BTreeMap<MigrationId, ProjectState>, ProjectState), StepError> {
    let (mut state, mut end) = (base.clone(), base.clone());
    let mut states = BTreeMap::new();
    for migration in applied {
        if run.contains(&migration.id) {
            states.insert(migration.id.clone(), state.clone());
        } else {
            steps::advance(migration, &mut end)?;
        }
        steps::advance(migration, &mut state)?;
    }
    Ok((states, end))
}
