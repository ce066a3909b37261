//! What the project's own interpreter says about the project: the bridge's answer to `describe`.

use std::fmt;
use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A Django project as its own settings and apps describe it.
///
/// It can be kept and used again for as long as what it was read from is unchanged (`read`); it holds passwords.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectDescription {
    /// The version of Django, such as `5.2.19`.
    pub django: String,
    /// The version of Python.
    pub python: String,
    /// The interpreter.
    pub executable: PathBuf,
    /// The environment that the interpreter belongs to (`sys.prefix`).
    pub prefix: PathBuf,
    /// Where Python looks for modules.
    pub sys_path: Vec<String>,
    /// The settings module.
    pub settings_module: Option<String>,
    /// The installed apps, in order.
    pub apps: Vec<AppDescription>,
    /// The databases by alias.
    pub databases: IndexMap<String, DatabaseDescription>,
    /// The database routers.
    pub routers: Vec<String>,
    /// `AUTH_USER_MODEL`.
    pub auth_user_model: String,
    /// The settings by which models are swapped, with the model that each stands for.
    pub swappable: IndexMap<String, Swappable>,
    /// `DEFAULT_AUTO_FIELD`.
    pub default_auto_field: String,
    /// `USE_TZ`.
    pub use_tz: bool,
    /// `TIME_ZONE`.
    pub time_zone: Option<String>,
    /// `SITE_ID`.
    pub site_id: Option<i64>,
    /// `DEFAULT_TABLESPACE`.
    pub default_tablespace: String,
    /// `DEFAULT_INDEX_TABLESPACE`.
    pub default_index_tablespace: String,
    /// The receivers of `pre_migrate`, in the order in which they are called.
    pub pre_migrate: Vec<Receiver>,
    /// The receivers of `post_migrate`, in the order in which they are called.
    pub post_migrate: Vec<Receiver>,
    /// The models of the apps without migrations, encoded; [`crate::export::ExportedModel::decode`] reads them.
    pub unmigrated_models: Vec<serde_json::Value>,
    /// What all of it depends on.
    pub read: ReadFrom,
}

/// An installed app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppDescription {
    /// The dotted path of its package.
    pub name: String,
    /// The label.
    pub label: String,
    /// The folder.
    pub path: PathBuf,
    /// What it is called in Django's administration.
    pub verbose_name: String,
    /// The primary key of models that declare none.
    pub default_auto_field: String,
    /// Whether it has a `models` module; only then signals are sent for it.
    pub has_models: bool,
    /// Where its migrations are.
    pub migrations: MigrationPackage,
}

/// Where an app's migrations are, or why it has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MigrationPackage {
    /// The dotted path of the package; none when they are disabled.
    pub module: Option<String>,
    /// Whether `MIGRATION_MODULES` names it.
    pub explicit: bool,
    /// The folders of the package.
    pub paths: Vec<PathBuf>,
    /// Why the app counts as one without migrations; `None` when it has them.
    pub missing: Option<MissingMigrations>,
    /// The error, when the package could not be imported.
    pub error: Option<serde_json::Value>,
}

/// Why an app has no migrations (Django: `MigrationLoader.load_disk`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingMigrations {
    /// `MIGRATION_MODULES` says `None`.
    Disabled,
    /// There is no package.
    None,
    /// It is a module, not a package.
    Module,
    /// It is a folder without `__init__.py`.
    Namespace,
    /// It cannot be imported, which Django takes for an error.
    Error,
}

/// A database of the settings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DatabaseDescription {
    /// `ENGINE`.
    pub engine: String,
    /// `NAME`.
    pub name: String,
    /// `USER`.
    pub user: String,
    /// `PASSWORD`; not shown by `Debug`.
    pub password: String,
    /// `HOST`.
    pub host: String,
    /// `PORT`.
    pub port: String,
    /// `OPTIONS`, encoded; [`crate::export::decode_value`] reads them.
    pub options: serde_json::Value,
    /// `TIME_ZONE` of this database.
    pub time_zone: Option<String>,
    /// The alias of the database that this one is a copy of (`TEST["MIRROR"]`).
    #[serde(default)]
    pub mirror: Option<String>,
    /// What Django calls the kind of database: `postgresql`, `mysql`, `sqlite`; none when its driver is missing.
    pub vendor: Option<String>,
    /// Whether its schema editor is not one of Django's.
    #[serde(default)]
    pub own_editor: bool,
    /// Why there is no vendor.
    pub error: Option<String>,
}

impl fmt::Debug for DatabaseDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseDescription")
            .field("engine", &self.engine)
            .field("name", &self.name)
            .field("user", &self.user)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("vendor", &self.vendor)
            .finish_non_exhaustive()
    }
}

/// A model that a setting can replace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swappable {
    /// The model that the setting can replace.
    pub model: String,
    /// The model that the setting names.
    pub value: Option<String>,
}

/// A receiver of a signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// The dotted path of the function.
    pub path: String,
    /// The app for which it is called; `None` for all.
    pub sender: Option<String>,
    /// Whether it is Django's own.
    pub django: bool,
}

/// What a description was read from; while none of it changes, the description holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadFrom {
    /// Files of the project that were imported or opened.
    pub files: Vec<PathBuf>,
    /// Files that were looked for and were not there, such as local settings.
    pub absent: Vec<PathBuf>,
    /// Files and folders that were looked for and were there.
    #[serde(default)]
    pub present: Vec<PathBuf>,
    /// Folders that were listed.
    #[serde(default)]
    pub folders: Vec<PathBuf>,
    /// Folders with installed packages.
    #[serde(default)]
    pub packages: Vec<PathBuf>,
    /// The interpreter.
    #[serde(default)]
    pub programs: Vec<PathBuf>,
    /// Environment variables.
    pub environment: Vec<String>,
    /// Whether the names of all environment variables were looked at.
    pub whole_environment: bool,
}
