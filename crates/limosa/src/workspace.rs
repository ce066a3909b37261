//! A project that is understood: what could be read, and what was asked of its Python.

mod ask;
mod errors;
mod questions;
mod routing;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use limosa_db::{AutoField, DatabaseUrl, DjangoDatabase};
use limosa_engine::bridge::{Bridge, CollectedSql, OperationPath, Run};
use limosa_engine::events::Events;
use limosa_engine::functions::Functions;
use limosa_engine::interrupt::Interrupt;
use limosa_engine::runner::Job;
use limosa_model::graph::{Apps, Direction, GraphNode, Loader};
use limosa_model::{Diagnostic, Migration, MigrationId, ProjectState, Severity, SmolStr, Span, Value};
use limosa_plan::steps::UnknownDefault;
use limosa_source::config::{Env, Options, Origin, Secret, Sourced};
use limosa_source::project::{Database, Kind, Project};
use limosa_source::sources::Sources;

use crate::connected::Connected;
use crate::error::Error;

/// A project that is understood.
#[derive(Debug)]
pub struct Workspace {
    project: Project,
    migrations: HashMap<MigrationId, Arc<Migration>>,
    base: ProjectState,
    /// Whether models are in the base that no migration refers to.
    is_complete: bool,
    bridge: Option<Bridge>,
    listener: ask::Listener,
    functions: Functions,
}

impl Workspace {
    /// Opens the project that the options, the environment and the configuration name.
    ///
    /// # Errors
    /// When there is none, or something about it is wrong.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        Self::of(Project::open(options, &Env::process())?).await
    }

    /// Asks Python what could not be read of a project.
    ///
    /// # Errors
    /// When something about the project is wrong, or Python cannot answer.
    pub async fn of(mut project: Project) -> Result<Self, Error> {
        let listener = ask::Listener::default();
        let bridge = ask::all(&mut project, &listener).await?;
        if project.has_errors() {
            return Err(Error::Project { diagnostics: project.diagnostics, sources: project.sources });
        }
        let base = project.unmigrated_state();
        let migrations = std::mem::take(&mut project.migrations);
        let migrations = migrations.into_iter().map(|migration| (migration.id.clone(), Arc::new(migration))).collect();
        Ok(Self { project, migrations, base, is_complete: false, bridge, listener, functions: Functions::default() })
    }

    /// Registers functions of the embedding program.
    pub fn set_functions(&mut self, functions: Functions) {
        self.functions = functions;
    }

    /// Returns the project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Returns the files that were read.
    pub fn sources(&self) -> &Sources {
        &self.project.sources
    }

    /// Returns what is doubtful about the project without being wrong.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.project.diagnostics.iter().filter(|diagnostic| diagnostic.severity < Severity::Error)
    }

    /// Returns the migrations on disk, for the graph.
    ///
    /// # Errors
    /// When two have the same key.
    pub fn loader(&self) -> Result<Loader, Error> {
        let order: HashMap<&str, usize> =
            self.project.apps.iter().enumerate().map(|(index, app)| (app.label.as_str(), index)).collect();
        let mut nodes: Vec<GraphNode> =
            self.migrations.values().map(|migration| GraphNode::from(migration.as_ref())).collect();
        nodes.sort_by_cached_key(|node| (order.get(node.id.app.as_str()).copied(), node.id.clone()));
        let apps = Apps {
            migrated: self.project.migrated_apps().map(|app| app.label.clone()).collect(),
            unmigrated: self.project.unmigrated_apps().map(|app| app.label.clone()).collect(),
        };
        Loader::new(&nodes, apps, self.project.settings.django).map_err(|errors| self.graph_errors(&errors))
    }

    /// Returns a migration.
    ///
    /// # Errors
    /// When there is none of that name on disk.
    pub fn migration(&self, id: &MigrationId) -> Result<&Arc<Migration>, Error> {
        self.migrations.get(id).ok_or_else(|| Error::NoMigration(id.clone()))
    }

    /// Returns the models of apps without migrations: where every state begins.
    pub fn base_state(&self) -> &ProjectState {
        &self.base
    }

    /// Returns the labels of the apps, in the order of installation.
    pub fn app_labels(&self) -> Vec<String> {
        self.project.apps.iter().map(|app| app.label.to_string()).collect()
    }

    /// Refuses a label that no app has.
    ///
    /// # Errors
    /// When no app has it.
    pub fn check_app(&self, label: &str) -> Result<(), Error> {
        match self.project.app(label) {
            Some(_) => Ok(()),
            None => Err(Error::NoApp { label: label.to_owned(), known: self.app_labels() }),
        }
    }

    /// Returns the labels of the apps with models, in the order of installation.
    pub fn apps_with_models(&self) -> Vec<SmolStr> {
        self.project.apps.iter().filter(|app| app.has_models).map(|app| app.label.clone()).collect()
    }

    /// Returns whether an app of that label is installed.
    pub fn installs(&self, label: &str) -> bool {
        self.project.app(label).is_some()
    }

    /// Returns the table of the history.
    pub fn history_table(&self) -> &SmolStr {
        &self.project.history_table
    }

    /// Returns `SITE_ID`.
    pub fn site_id(&self) -> i64 {
        self.project.settings.site_id.unwrap_or(1)
    }

    /// Returns the database of an alias.
    ///
    /// # Errors
    /// When there is none, or it is not understood.
    pub fn database_url(&self, alias: &str) -> Result<DatabaseUrl, Error> {
        let root = self.project.root.as_path();
        if let Some(url) = self.url_override(alias) {
            return Ok(DatabaseUrl::parse(url)?.below(root));
        }
        if self.project.kind == Kind::Native {
            return if alias == "default" {
                Ok(DatabaseUrl::sqlite(root.join("db.sqlite3")))
            } else {
                Err(self.no_database(alias))
            };
        }
        let database = self.project.settings.databases.get(alias).ok_or_else(|| self.no_database(alias))?;
        Ok(DatabaseUrl::from_django(&django(database))?.below(root))
    }

    /// Returns whether the settings name a backend of `django.contrib.gis` for a database; nothing when they name none at all.
    pub fn is_spatial(&self, alias: &str) -> Option<bool> {
        let engine = &self.project.settings.databases.get(alias)?.engine;
        Some(engine.contains(".gis.") || engine.ends_with(".postgis") || engine.ends_with(".spatialite"))
    }

    /// Returns the aliases of all databases, in order.
    ///
    /// # Errors
    /// When a URL takes the place of one of them, or there is none.
    pub fn all_databases(&self) -> Result<Vec<SmolStr>, Error> {
        if self.project.config.database_url.as_ref().is_some_and(is_option) {
            return Err(Error::Usage {
                message: "--all-databases does not go together with one database's URL".into(),
                help: "leave --database-url out, or --all-databases".into(),
            });
        }
        let usable = |alias: &&SmolStr| {
            let settings = self.project.settings.databases.get(alias.as_str());
            let is_copy = settings.is_some_and(|database| database.engine.is_empty() || database.mirror.is_some());
            !is_copy || self.url_override(alias).is_some()
        };
        Ok(self.aliases().iter().filter(usable).cloned().collect())
    }

    /// Returns the aliases of all databases: those of the settings first, then those of the configuration.
    fn aliases(&self) -> Vec<SmolStr> {
        let mut aliases: Vec<SmolStr> = self.project.settings.databases.keys().cloned().collect();
        let native = self.project.kind == Kind::Native || aliases.is_empty();
        let default = native.then(|| SmolStr::new_static("default"));
        for alias in default.iter().chain(self.project.config.databases.keys()) {
            if !aliases.contains(alias) {
                aliases.push(alias.clone());
            }
        }
        aliases
    }

    /// Returns the URL that takes the place of the settings: for a Django project only one that is meant for Limosa.
    ///
    /// One that is not given as an option is that of the database `default`; the configuration can name others.
    pub fn url_override(&self, alias: &str) -> Option<&str> {
        let shared = |url: &&Sourced<Secret>| {
            self.project.kind == Kind::Django && url.origin == Origin::Environment("DATABASE_URL")
        };
        let one = self.project.config.database_url.as_ref().filter(|url| !shared(url));
        let one = one.filter(|url| is_option(url) || alias == "default");
        one.or_else(|| self.project.config.databases.get(alias)).map(|url| url.value.expose())
    }

    /// Returns the folder of the project.
    pub fn root(&self) -> &Path {
        &self.project.root
    }

    /// Returns where a migration was written, as far as that is known.
    pub fn span(&self, id: &MigrationId) -> Option<Span> {
        let source = self.migrations.get(id)?.source?;
        Some(Span { source, start: 0, end: 0 })
    }

    /// Returns whether apps of the project listen to what happens before and after a run.
    pub fn has_receivers(&self) -> bool {
        !self.project.receivers().is_empty()
    }

    /// Refuses to run what only Python can run, when the project has none.
    ///
    /// # Errors
    /// For the first such migration.
    pub fn check_runs(&self, jobs: &[Job]) -> Result<(), Error> {
        let Some(job) = jobs.iter().find(|job| job.python) else { return Ok(()) };
        let backwards = job.direction == Direction::Backwards;
        let code = job.migration.operations.iter().find(|operation| operation.needs_python(backwards, &job.before));
        self.check_python(&job.migration.id, code.and_then(|operation| operation.span.0), "run the code")
    }

    /// Starts the project's Python and connects it.
    ///
    /// # Errors
    /// When Python cannot be started, or cannot connect.
    pub async fn start_bridge(
        &mut self,
        connected: &Connected,
        events: &Events,
        interrupt: &Interrupt,
    ) -> Result<(), Error> {
        let alias = connected.alias.as_str();
        if self.url_override(alias).is_some()
            && !ask::given_databases(&self.project)?.iter().any(|(given, _)| given == alias)
        {
            return Err(Error::Usage {
                message: format!("the project's Python code is needed, whose database `{alias}` cannot be led to the given URL"),
                help: "leave --database-url (LIMOSA_DATABASE_URL, `database-url`) out, and let the settings name the database".into(),
            });
        }
        self.listener.set(events);
        let bridge = self.started_bridge().await?;
        bridge.connect(&connected.alias).await?;
        interrupt.also_interrupts(bridge.interrupter());
        Ok(())
    }

    /// Asks Python for defaults that only it can compute, in the state before a migration.
    ///
    /// # Errors
    /// When Python cannot be started, or the project's code raises an error.
    pub async fn defaults(
        &mut self,
        id: &MigrationId,
        before: &[MigrationId],
        unknown: Vec<UnknownDefault>,
        alias: &str,
        direction: Direction,
    ) -> Result<Vec<(UnknownDefault, Value)>, Error> {
        let mut known = Vec::with_capacity(unknown.len());
        let Some(first) = unknown.first() else { return Ok(known) };
        let span = self.operation_span(id, first.path.first().copied());
        self.check_python(id, span, &format!("compute the default of `{}`", first.field))?;
        let bridge = self.started_bridge().await?;
        bridge.set_state(before).await?;
        for unknown in unknown {
            let operation = OperationPath::of_database(id.clone(), &unknown.path);
            let value = bridge.effective_default(&operation, alias, direction.into()).await?;
            known.push((unknown, value));
        }
        Ok(known)
    }

    /// Asks Python for the statements of an operation of the project's own class; `before` are the migrations before its own.
    ///
    /// # Errors
    /// When Python cannot be started, or the project's code raises an error.
    pub async fn collect_sql(
        &mut self,
        id: &MigrationId,
        index: usize,
        before: &[MigrationId],
        alias: &str,
        direction: Direction,
    ) -> Result<CollectedSql, Error> {
        self.check_python(id, self.operation_span(id, Some(index)), "tell the statements of an operation")?;
        let bridge = self.started_bridge().await?;
        bridge.set_state(before).await?;
        let operation = OperationPath::new(id.clone(), index);
        Ok(bridge.collect_sql(&operation, alias, direction.into()).await?)
    }

    /// Makes the tables that these apps, which have no migrations, lack; returns what Django's command says about it.
    ///
    /// # Errors
    /// When Python was not started, or the database refuses.
    pub async fn sync_apps(&mut self, run: Run<'_>, labels: &[SmolStr]) -> Result<String, Error> {
        let labels: Vec<&str> = labels.iter().map(SmolStr::as_str).collect();
        let bridge = self.started_bridge().await?;
        Ok(bridge.sync_apps(&labels, run.alias, run.verbosity).await?)
    }

    fn operation_span(&self, id: &MigrationId, index: Option<usize>) -> Option<Span> {
        self.migrations.get(id)?.operations.get(index?)?.span.0
    }

    async fn started_bridge(&mut self) -> Result<&mut Bridge, Error> {
        match &mut self.bridge {
            Some(bridge) => Ok(bridge),
            none => Ok(none.insert(ask::start(&self.project, &self.listener).await?)),
        }
    }

    /// Sends `pre_migrate` with the state after `applied`.
    ///
    /// # Errors
    /// When a receiver raises an error.
    pub async fn pre_migrate(
        &mut self,
        run: Run<'_>,
        applied: &[MigrationId],
        plan: &[(MigrationId, bool)],
    ) -> Result<(), Error> {
        if let Some(bridge) = &mut self.bridge {
            bridge.set_state(applied).await?;
            bridge.pre_migrate(run, plan).await?;
        }
        Ok(())
    }

    /// Sends `post_migrate` with the state after `applied`.
    ///
    /// # Errors
    /// When a receiver raises an error.
    pub async fn post_migrate(
        &mut self,
        run: Run<'_>,
        applied: &[MigrationId],
        plan: &[(MigrationId, bool)],
    ) -> Result<(), Error> {
        if let Some(bridge) = &mut self.bridge {
            bridge.set_state(applied).await?;
            bridge.post_migrate(run, plan).await?;
        }
        Ok(())
    }

    /// Returns the type of the history's ids.
    pub fn history_id(&self) -> AutoField {
        match self.project.settings.default_auto_field.rsplit('.').next() {
            Some("AutoField") => AutoField::Integer,
            Some("SmallAutoField") => AutoField::Small,
            _ => AutoField::Big,
        }
    }

    /// Returns the registered functions and the bridge, when it is running.
    pub fn run_parts(&mut self) -> (&Functions, Option<&mut Bridge>) {
        (&self.functions, self.bridge.as_mut())
    }

    fn no_database(&self, alias: &str) -> Error {
        let known = self.aliases().iter().map(ToString::to_string).collect();
        Error::NoDatabase { alias: alias.to_owned(), known }
    }
}

fn is_option(url: &Sourced<Secret>) -> bool {
    matches!(url.origin, Origin::Option(_))
}

fn django(database: &Database) -> DjangoDatabase {
    DjangoDatabase {
        engine: database.engine.to_string(),
        name: database.name.clone(),
        user: database.user.clone(),
        password: database.password.expose().to_owned(),
        host: database.host.clone(),
        port: database.port.clone(),
        options: database.options.clone(),
    }
}
