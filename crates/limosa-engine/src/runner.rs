//! Runs a plan: each migration in one transaction with its history row where the database and the migration allow it.

mod error;
mod migration;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use limosa_db::{Connection, History};
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, ProjectState};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;

pub use error::{RunError, RunErrorKind};

use crate::bridge::Bridge;
use crate::events::{Event, Events};
use crate::functions::Functions;

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
    pub fake: bool,
    /// The rows to add to the history (or to remove from it, backwards), in order.
    pub records: Vec<MigrationId>,
}

/// Runs migrations on one database.
pub struct Runner<'a> {
    /// The connection, which holds the lock.
    pub connection: &'a Connection,
    /// What the schema editor goes by.
    pub context: &'a Context,
    /// The history table.
    pub history: &'a History,
    /// Python, when the jobs need it.
    pub bridge: Option<&'a mut Bridge>,
    /// The functions of the embedding program.
    pub functions: &'a Functions,
    /// Who listens.
    pub events: &'a Events,
    /// From which migration on content types follow renamed models; `None` for never.
    pub content_types: ContentTypes,
    catalog: Option<Catalog>,
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
        functions: &'a Functions,
        events: &'a Events,
    ) -> Self {
        let content_types = ContentTypes::Never;
        Self { connection, context, history, bridge: None, functions, events, content_types, catalog: None }
    }

    /// Runs the jobs in order and returns how many ended well.
    ///
    /// # Errors
    /// At the first that fails: it says what failed and what is left behind.
    pub async fn run(&mut self, jobs: &[Job]) -> Result<usize, RunError> {
        let started = Instant::now();
        self.events.send(Event::RunStarted { migrations: jobs.len() });
        for (index, job) in jobs.iter().enumerate() {
            let (id, direction) = (job.migration.id.clone(), job.direction);
            let number = index + 1;
            self.events.send(Event::MigrationStarted { id: id.clone(), direction, number, total: jobs.len() });
            let began = Instant::now();
            let rename = self.follows_renames(job);
            if job.fake {
                self.fake(job).await?;
            } else {
                self.run_job(job, rename).await?;
            }
            self.events.send(Event::MigrationFinished { id, direction, faked: job.fake, took: began.elapsed() });
        }
        self.events.send(Event::RunFinished { migrations: jobs.len(), took: started.elapsed() });
        Ok(jobs.len())
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

/// Returns the state before each of `jobs`: all applied migrations in the graph's order, up to the one that is meant.
///
/// Source: Django `db/migrations/executor.py`, `_migrate_all_forwards` and `_migrate_all_backwards`.
///
/// # Errors
/// When an operation does not fit the state that it is applied to.
pub fn states_before<'m>(
    full_plan: impl IntoIterator<Item = &'m Arc<Migration>>,
    applied: impl Fn(&MigrationId) -> bool,
    jobs: &BTreeMap<MigrationId, Direction>,
) -> Result<(BTreeMap<MigrationId, ProjectState>, ProjectState), limosa_plan::steps::StepError> {
    let mut states = BTreeMap::new();
    let mut state = ProjectState::default();
    let mut end = None;
    for migration in full_plan {
        match jobs.get(&migration.id) {
            Some(direction) => {
                states.insert(migration.id.clone(), state.clone());
                if *direction == Direction::Backwards && end.is_none() {
                    end = Some(state.clone());
                }
            }
            None if !applied(&migration.id) => continue,
            None => {
                if let Some(end) = &mut end {
                    limosa_plan::steps::advance(migration, end)?;
                }
            }
        }
        limosa_plan::steps::advance(migration, &mut state)?;
    }
    Ok((states, end.unwrap_or(state)))
}
