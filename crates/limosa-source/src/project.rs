//! Opening a project: what kind it is, its configuration, settings, apps and migrations.

mod answer;
mod inspect;
mod kind;
mod need;
mod open;
mod read;
mod settle;
mod text;
mod understand;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use limosa_model::{Diagnostic, Migration, Severity, SmolStr};

use crate::config::{Config, Env};
use crate::describe::ProjectDescription;
use crate::django::interpreter::Interpreter;
use crate::django::module_path::ModulePath;
use crate::django::receivers;
use crate::sources::Sources;

pub use crate::django::app::{App, DefaultAutoField, Migrations};
pub use crate::django::settings::{Backend, Database, ProjectSettings, SettingValues};
pub use answer::Answer;
pub use inspect::{InspectedFile, Inspection, Inspector};
pub use kind::{Kind, OpenError};
pub use need::{Doubt, Need};

/// A project as far as it was read.
#[derive(Debug)]
pub struct Project {
    /// The folder.
    pub root: PathBuf,
    /// What kind it is.
    pub kind: Kind,
    /// The configuration.
    pub config: Config,
    /// The project's Python, when one was found; it is not started here.
    pub interpreter: Option<Interpreter>,
    /// The apps, in the order in which they are installed.
    pub apps: Vec<App>,
    /// The settings.
    pub settings: ProjectSettings,
    /// The migrations of all apps: apps in order, the migrations of each sorted by name.
    pub migrations: Vec<Migration>,
    /// What is wrong with any of it.
    pub diagnostics: Vec<Diagnostic>,
    /// What only Python can answer; while there is any, the rest may be incomplete.
    pub needs: Vec<Need>,
    /// The table of applied migrations.
    pub history_table: SmolStr,
    /// The files that were read, by which spans are shown.
    pub sources: Arc<Sources>,
    modules: ModulePath,
    /// The environment that evaluation sees; nothing when `manage.py` may change it.
    evaluation_env: Option<Env>,
    receivers: OnceLock<Vec<PathBuf>>,
    /// The models of apps without migrations, as the bridge encodes them.
    unmigrated: Vec<serde_json::Value>,
    models_are_known: bool,
    described: Option<Box<ProjectDescription>>,
    /// The files of a native project that the program carries.
    embedded: BTreeMap<PathBuf, String>,
}

impl Project {
    /// Returns whether something is wrong so that nothing may run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Returns the apps whose migrations are read.
    pub fn migrated_apps(&self) -> impl Iterator<Item = &App> {
        self.apps.iter().filter(|app| app.is_migrated())
    }

    /// Returns the apps without migrations, or with migrations that are switched off.
    pub fn unmigrated_apps(&self) -> impl Iterator<Item = &App> {
        self.apps.iter().filter(|app| !app.is_migrated())
    }

    /// Returns the app of this label.
    pub fn app(&self, label: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.label == label)
    }

    /// Returns what Django calls the vendor of the database that is worked on, when that is known.
    pub(crate) fn vendor(&self) -> Option<&'static str> {
        read::vendor(&self.settings, &self.config)
    }

    /// Returns what the project's Python said about it, when it was asked.
    pub fn description(&self) -> Option<&ProjectDescription> {
        self.described.as_deref()
    }

    /// Returns the files in which apps other than Django's own mention `pre_migrate` or `post_migrate`; looked for once.
    ///
    /// When there is any, what follows a run is the bridge's business.
    pub fn receivers(&self) -> &[PathBuf] {
        self.receivers.get_or_init(|| match self.kind {
            Kind::Django => receivers::find(&self.apps, self.settings.module.as_deref(), &self.modules),
            Kind::Native => Vec::new(),
        })
    }
}
