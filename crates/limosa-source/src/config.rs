//! Configuration: the file, the environment over it, options over both; each value knows where it came from.

mod checks;
mod env;
mod field_class;
mod file;
mod keys;
mod policies;
mod routing;
mod secret;
mod sourced;
mod stages;
mod table;
mod upwards;
pub mod variables;

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use limosa_model::django::DjangoVersion;
use limosa_model::{Diagnostic, SmolStr};

pub use checks::CheckSection;
pub use env::Env;
pub use field_class::FieldClass;
pub use file::{CONFIG_FILE, ConfigFile, DjangoSection};
pub use keys::{KEYS, Key};
pub use policies::{PolicySection, PolicyTest};
pub use routing::Routing;
pub use secret::Secret;
pub use sourced::{Origin, Sourced};
pub use stages::StageSection;

use crate::sources::Sources;

/// What the command line, or the program that embeds Limosa, says; it goes before everything else.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder of the project (`--project`).
    pub project: Option<PathBuf>,
    /// The project's interpreter (`--python`).
    pub python: Option<PathBuf>,
    /// The settings module (`--settings`).
    pub settings: Option<String>,
    /// The database (`--database-url`).
    pub database_url: Option<Secret>,
    /// The line of Django to behave as.
    pub django: Option<DjangoVersion>,
}

/// The configuration of a project after everything was put together.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the project.
    pub project: Sourced<PathBuf>,
    /// The project's interpreter.
    pub python: Option<Sourced<PathBuf>>,
    /// The settings module.
    pub settings: Option<Sourced<SmolStr>>,
    /// The database, when one is named.
    pub database_url: Option<Sourced<Secret>>,
    /// The line of Django to behave as, when one is named.
    pub django_version: Option<Sourced<DjangoVersion>>,
    /// The table of the history, when one is named.
    pub history_table: Option<Sourced<SmolStr>>,
    /// Whether the record of runs keeps statements, when that is said.
    pub history_sql: Option<Sourced<bool>>,
    /// The apps of a native project: label and folder.
    pub apps: IndexMap<SmolStr, Sourced<PathBuf>>,
    /// Field classes that are not Django's: how they store.
    pub fields: IndexMap<SmolStr, FieldClass>,
    /// The databases beside the settings of a Django project, or instead of them.
    pub databases: IndexMap<SmolStr, Sourced<Secret>>,
    /// Which apps and models live in which databases.
    pub routing: Routing,
    /// In which half of a deploy migrations run.
    pub stages: StageSection,
    /// Which safety checks run, and what they pass over.
    pub checks: CheckSection,
    /// The settings of a Django project, described for use without Python.
    pub django: DjangoSection,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// The environment that was read.
    pub env: Env,
}

impl Config {
    /// Puts the configuration together; what is wrong with it is a diagnostic, and then the value counts as absent.
    pub fn load(options: &Options, env: &Env, sources: &Sources) -> (Self, Vec<Diagnostic>) {
        let project = project_folder(options, env);
        let (file, mut diagnostics) = ConfigFile::find(&project.value, sources);
        let relative = |path: PathBuf| project.value.join(path);
        let python = first([
            options.python.clone().map(|path| Sourced::option(path, "--python")),
            from_env(env, variables::PYTHON).map(|path| path.map(PathBuf::from)),
            file.python.clone().map(|path| path.map(relative)),
        ]);
        let settings = first([
            options.settings.as_deref().map(|name| Sourced::option(name.into(), "--settings")),
            from_env(env, variables::SETTINGS).map(|name| name.map(SmolStr::from)),
            from_env(env, variables::DJANGO_SETTINGS_MODULE).map(|name| name.map(SmolStr::from)),
            file.settings.clone(),
        ]);
        let database_url = first([
            options.database_url.clone().map(|url| Sourced::option(url, "--database-url")),
            from_env(env, variables::LIMOSA_DATABASE_URL).map(|url| url.map(Secret::new)),
            from_env(env, variables::DATABASE_URL).map(|url| url.map(Secret::new)),
            file.database_url.clone(),
        ]);
        let django_from_env = from_env(env, variables::DJANGO).and_then(|version| match version.value.parse() {
            Ok(parsed) => Some(version.map(|_| parsed)),
            Err(error) => {
                let message = format!("{} is not understood: {error}", variables::DJANGO.name);
                diagnostics.push(Diagnostic::error("unsupported-django", message));
                None
            }
        });
        let django_version = first([
            options.django.map(|version| Sourced::option(version, "--django")),
            django_from_env,
            file.django_version.clone(),
        ]);
        let config = Self {
            python,
            settings,
            database_url,
            django_version,
            history_table: file.history_table,
            history_sql: file.history_sql,
            apps: file.apps.into_iter().map(|(label, path)| (label, path.map(relative))).collect(),
            fields: file.fields,
            databases: file.databases,
            routing: file.routing,
            stages: file.stages,
            checks: file.checks,
            django: file.django,
            file: file.path,
            env: env.clone(),
            project,
        };
        (config, diagnostics)
    }
}

/// Returns the project's folder: the option's, the environment's, or the nearest one from the current folder upwards that holds one.
fn project_folder(options: &Options, env: &Env) -> Sourced<PathBuf> {
    first([
        options.project.clone().map(|path| Sourced::option(path, "--project")),
        from_env(env, variables::PROJECT).map(|path| path.map(PathBuf::from)),
    ])
    .unwrap_or_else(|| {
        let current = absolute(Path::new("."));
        let named = options.settings.is_some() || env.non_empty(variables::SETTINGS.name).is_some();
        let found = if named { None } else { upwards::find(&current) };
        Sourced { value: found.unwrap_or(current), origin: Origin::Default }
    })
    .map(|path| absolute(&path))
}

/// Returns the path as one from the root; links are left as they are, as Python leaves them.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn from_env(env: &Env, variable: variables::Variable) -> Option<Sourced<String>> {
    env.non_empty(variable.name)
        .map(|value| Sourced { value: value.to_owned(), origin: Origin::Environment(variable.name) })
}

fn first<T, const N: usize>(candidates: [Option<T>; N]) -> Option<T> {
    candidates.into_iter().flatten().next()
}
