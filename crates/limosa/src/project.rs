//! The library's front door: open a project, connect, migrate.

use std::path::{Path, PathBuf};

use limosa_db::{Lease, LockWait};
use limosa_engine::events::{Event, Events};
use limosa_engine::functions::{BoxError, BoxFuture, Functions, Transaction};
use limosa_engine::interrupt::Interrupt;
use limosa_plan::planner;
use limosa_source::config::{Env, Options, Secret};
use limosa_source::project::Project as SourceProject;

use crate::connected::Connected;
use crate::error::Error;
use crate::migrate::{self, Report, Run, RunOptions};
use crate::situation::Situation;
use crate::workspace::Workspace;

/// A project: its migrations, and the functions that they run.
#[derive(Debug)]
pub struct Project {
    origin: Origin,
    functions: Functions,
    events: Events,
}

#[derive(Debug)]
enum Origin {
    Folder(PathBuf),
    Embedded(Vec<(PathBuf, String)>),
}

/// Where to end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// All migrations of all apps.
    #[default]
    Latest,
    /// All migrations of an app.
    App(String),
    /// This migration of an app; later ones are unapplied.
    Migration(String, String),
    /// None of an app's migrations.
    Zero(String),
}

impl Project {
    /// Opens the project in a folder: a native one (`*/migrations/*.{toml,sql}`, `limosa.toml`) or a Django project.
    ///
    /// # Errors
    /// When there is no such folder, or it holds no project. What is wrong with its files is found by [`Project::connect`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref().to_owned();
        let options = Options { project: Some(folder.clone()), ..Options::default() };
        SourceProject::open(&options, &Env::process())?;
        Ok(Self::of(Origin::Folder(folder)))
    }

    /// Returns the project of files that the program carries: paths such as `blog/migrations/0001_initial.toml`, and texts.
    pub fn embedded(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
        Self::of(Origin::Embedded(files))
    }

    fn of(origin: Origin) -> Self {
        Self { origin, functions: Functions::default(), events: Events::none() }
    }

    /// Registers a function that migrations run by this name (`op = "RunRust"`), inside their transaction.
    #[must_use]
    pub fn register<T: 'static, E: Into<BoxError> + 'static>(
        mut self,
        name: &str,
        function: impl for<'t> Fn(Transaction<'t>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    ) -> Self {
        self.functions.register(name, function);
        self
    }

    /// Calls a listener for everything that happens in a run.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.events = Events::new(listener);
        self
    }

    /// Reads the project and connects to a database: `postgres://user@host/name`, `mysql://user@host/name` or `sqlite:path`.
    ///
    /// # Errors
    /// When something about the project is wrong, or the database cannot be reached.
    pub async fn connect(self, database_url: &str) -> Result<Database, Error> {
        let url = Some(Secret::new(database_url));
        let mut workspace = match self.origin {
            Origin::Folder(folder) => {
                let options = Options { project: Some(folder), database_url: url, ..Options::default() };
                Workspace::open(&options).await?
            }
            Origin::Embedded(files) => {
                let options = Options { database_url: url, ..Options::default() };
                Workspace::of(SourceProject::embedded(files, &options)).await?
            }
        };
        workspace.set_functions(self.functions);
        let connected = Connected::open(&workspace, "default").await?;
        Ok(Database { workspace, connected, events: self.events })
    }
}

/// A project on a database.
#[derive(Debug)]
pub struct Database {
    workspace: Workspace,
    connected: Connected,
    events: Events,
}

impl Database {
    /// Applies or unapplies migrations until the target is reached; waits while another runner is at work.
    ///
    /// # Errors
    /// When the graph or the history is wrong, the database refuses, or a migration fails (it is rolled back then).
    pub async fn migrate(&mut self, target: Target) -> Result<Report, Error> {
        let lock = self.connected.lock(LockWait::Forever, &self.events).await?;
        let result = self.locked(target, &lock).await;
        let released = lock.release(&self.connected.connection).await;
        let report = result?;
        released?;
        Ok(report)
    }

    /// Returns the migrations that are not applied yet, in the order in which they would be.
    ///
    /// # Errors
    /// When the graph or the history is wrong, or the database refuses.
    pub async fn pending(&self) -> Result<Vec<limosa_model::MigrationId>, Error> {
        let situation = self.situation().await?;
        let plan = migrate::plan(&self.workspace, &situation, &planner::Target::All)?;
        Ok(plan.executed.into_iter().map(|planned| planned.id).collect())
    }

    async fn situation(&self) -> Result<Situation, Error> {
        let Connected { connection, history, .. } = &self.connected;
        let situation = Situation::read(&self.workspace, connection, history, false).await?;
        situation.check(&self.workspace)?;
        Ok(situation)
    }

    async fn locked(&mut self, target: Target, lease: &Lease) -> Result<Report, Error> {
        let situation = self.situation().await?;
        let (app, name) = match &target {
            Target::Latest => (None, None),
            Target::App(app) => (Some(app.as_str()), None),
            Target::Migration(app, name) => (Some(app.as_str()), Some(name.as_str())),
            Target::Zero(app) => (Some(app.as_str()), Some("zero")),
        };
        let target = planner::resolve_targets(&situation.graph, app, name)?;
        let plan = migrate::plan(&self.workspace, &situation, &target)?;
        let interrupt = Interrupt::default();
        let options = RunOptions::default();
        let mut run = Run {
            workspace: &mut self.workspace,
            connected: &self.connected,
            lease,
            options: &options,
            events: &self.events,
            interrupt: &interrupt,
        };
        run.run(&plan).await
    }
}
