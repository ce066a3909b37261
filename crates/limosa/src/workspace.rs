//! A project that is understood: what could be read, and what was asked of its Python.

mod ask;
mod databases;
mod errors;
mod python;
mod questions;
mod routing;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use limosa_db::AutoField;
use limosa_engine::bridge::Bridge;
use limosa_engine::functions::Functions;
use limosa_model::graph::{Apps, GraphNode, Loader};
use limosa_model::{Diagnostic, Migration, MigrationId, ProjectState, Severity, SmolStr, Span};
use limosa_source::config::{Env, Options};
use limosa_source::project::Project;
use limosa_source::sources::Sources;

use crate::error::Error;

/// A project that is understood.
#[derive(Debug)]
pub struct Workspace {
    project: Project,
    migrations: HashMap<MigrationId, Arc<Migration>>,
    base: ProjectState,
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
        Ok(Self { project, migrations, base, bridge, listener, functions: Functions::default() })
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
        self.loader_of(self.migrations.values().map(|migration| GraphNode::from(migration.as_ref())).collect())
    }

    /// Returns these migrations, for a graph: those on disk as they would be after a change.
    ///
    /// # Errors
    /// When two have the same key.
    pub(crate) fn loader_of(&self, mut nodes: Vec<GraphNode>) -> Result<Loader, Error> {
        let order: HashMap<&str, usize> =
            self.project.apps.iter().enumerate().map(|(index, app)| (app.label.as_str(), index)).collect();
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

    /// Returns all migrations on disk, in the order of their ids.
    pub fn migrations(&self) -> Vec<&Arc<Migration>> {
        let mut migrations: Vec<&Arc<Migration>> = self.migrations.values().collect();
        migrations.sort_by(|one, other| one.id.cmp(&other.id));
        migrations
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

    /// Returns the type of the history's ids.
    pub fn history_id(&self) -> AutoField {
        match self.project.settings.default_auto_field.rsplit('.').next() {
            Some("AutoField") => AutoField::Integer,
            Some("SmallAutoField") => AutoField::Small,
            _ => AutoField::Big,
        }
    }
}
