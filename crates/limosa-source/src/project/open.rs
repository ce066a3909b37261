//! Opening a project.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use limosa_model::{Diagnostic, SmolStr};

use super::{App, Backend, Doubt, Kind, Need, OpenError, Project, read};
use crate::config::{Config, Env, Options, Origin, variables};
use crate::django::apps;
use crate::django::classes::Classes;
use crate::django::interpreter::Interpreter;
use crate::django::manage::Manage;
use crate::django::module_path::ModulePath;
use crate::django::settings::{self, ProjectSettings};
use crate::native::layout;
use crate::python::context::Context;
use crate::python::{Modules, backends};
use crate::sources::Sources;

const DJANGO_HISTORY: &str = "django_migrations";
const NATIVE_HISTORY: &str = "limosa_migrations";

impl Project {
    /// Opens the project that the options, the environment and the configuration name.
    ///
    /// Nothing is started: what only the project's Python can answer is among the needs.
    ///
    /// # Errors
    /// When there is no project. What is wrong with a project is among its diagnostics.
    pub fn open(options: &Options, env: &Env) -> Result<Self, OpenError> {
        let sources = Arc::new(Sources::default());
        let (mut config, diagnostics) = Config::load(options, env, &sources);
        let manage = Manage::read(&config.project.value, &sources);
        match super::kind::decide(&config, manage.as_ref())? {
            Kind::Django => {
                // The settings of a Django project read the variable themselves, or mean something else by it.
                config.database_url.take_if(|url| url.origin == Origin::Environment(variables::DATABASE_URL.name));
                Self::open_django(config, manage, sources, diagnostics)
            }
            Kind::Native => Ok(Self::open_native(config, sources, diagnostics)),
        }
    }

    /// Opens a native project whose files a program carries: paths such as `blog/migrations/0001_initial.toml`, and texts.
    ///
    /// Nothing is read from the disk; of the options only the database is used.
    pub fn embedded(files: impl IntoIterator<Item = (PathBuf, String)>, options: &Options) -> Self {
        let sources = Arc::new(Sources::default());
        let (config, _) = Config::load(
            &Options { project: Some(PathBuf::from("/embedded")), ..options.clone() },
            &Env::empty(),
            &sources,
        );
        let embedded: BTreeMap<PathBuf, String> = files.into_iter().collect();
        let apps = layout::embedded_apps(embedded.keys().map(PathBuf::as_path));
        let project = Self::native(config, apps, embedded, sources, Vec::new());
        // A database that is named without a folder is in the program's current one.
        Self { root: std::path::absolute(".").unwrap_or_else(|_| project.root.clone()), ..project }
    }

    fn open_django(
        config: Config,
        manage: Option<Manage>,
        sources: Arc<Sources>,
        mut diagnostics: Vec<Diagnostic>,
    ) -> Result<Self, OpenError> {
        let interpreter = Interpreter::find(&config);
        let mut modules = ModulePath::new(&config, interpreter.as_ref());
        let manage = manage.unwrap_or_default();
        if manage.changes_path {
            modules.doubt();
        }
        let module = settings_module(&config, &manage)?;
        let env = module.as_deref().map(|module| config.env.with(variables::DJANGO_SETTINGS_MODULE.name, module));
        let env = env.filter(|_| !manage.changes_environment);
        let reading =
            settings::read(&config, module.as_deref(), env.as_ref(), &mut modules, &sources, &mut diagnostics);
        let mut doubts = reading.doubts;
        let without_django = modules.is_complete() && modules.module("django").is_none();
        let mut installed_apps = reading.installed_apps;
        if let Some(interpreter) = interpreter.as_ref().filter(|_| without_django) {
            let message =
                format!("Django is not installed for {} ({})", interpreter.executable.display(), interpreter.found);
            let help = "name the project's own interpreter with --python, LIMOSA_PYTHON or `python` in limosa.toml";
            diagnostics.push(Diagnostic::error("no-django", message).help(help));
            // Without it nothing else can be said, and Python would not know more.
            installed_apps.clear();
            doubts.clear();
        }
        let evaluated = Modules::default();
        let context = read::context(&sources, &evaluated, &modules, &reading.settings, env.as_ref(), &config);
        let backends = backends(&context, &reading.settings, &mut doubts);
        let classes = Classes::new(context);
        let apps = apps::read(&installed_apps, &reading.settings, &classes, &modules, &mut doubts, &mut diagnostics);
        let mut settings = reading.settings;
        for (alias, backend) in backends {
            settings.databases.entry(alias).and_modify(|database| database.backend = Some(backend));
        }
        let mut project = Self {
            root: config.project.value.clone(),
            kind: Kind::Django,
            history_table: history_table(&config, DJANGO_HISTORY),
            interpreter,
            apps,
            settings,
            migrations: Vec::new(),
            diagnostics,
            needs: Vec::new(),
            config,
            sources,
            modules,
            evaluation_env: env,
            receivers: OnceLock::new(),
            unmigrated: Vec::new(),
            models_are_known: false,
            described: None,
            embedded: BTreeMap::new(),
        };
        project.check_python_is_there(&mut doubts);
        if doubts.is_empty() {
            project.read_migrations();
        } else {
            project.needs.push(Need::Describe { doubts });
        }
        Ok(project)
    }

    fn open_native(config: Config, sources: Arc<Sources>, diagnostics: Vec<Diagnostic>) -> Self {
        let named = config.apps.iter().map(|(label, path)| (label.clone(), path.value.clone())).collect();
        let apps = layout::apps(&config.project.value, &named);
        Self::native(config, apps, BTreeMap::new(), sources, diagnostics)
    }

    fn native(
        config: Config,
        apps: Vec<App>,
        embedded: BTreeMap<PathBuf, String>,
        sources: Arc<Sources>,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        let django = config.django_version.as_ref().map(|version| version.value).unwrap_or_default();
        let mut settings = ProjectSettings::new(django);
        settings.default_auto_field = SmolStr::new_static("django.db.models.BigAutoField");
        let mut project = Self {
            root: config.project.value.clone(),
            kind: Kind::Native,
            history_table: history_table(&config, NATIVE_HISTORY),
            interpreter: None,
            apps,
            settings,
            migrations: Vec::new(),
            diagnostics,
            needs: Vec::new(),
            modules: ModulePath::new(&config, None),
            evaluation_env: None,
            config,
            sources,
            receivers: OnceLock::new(),
            unmigrated: Vec::new(),
            models_are_known: false,
            described: None,
            embedded,
        };
        apps::check_unique(&project.apps, &mut project.diagnostics);
        project.read_migrations();
        project
    }

    /// Turns doubts that come from a missing Python into what the user can do about it.
    fn check_python_is_there(&mut self, doubts: &mut [Doubt]) {
        if let (None, Some(doubt)) = (&self.interpreter, doubts.first()) {
            let message = format!(
                "the project's Python was not found, and without it the project is not understood: {}",
                doubt.reason
            );
            let help = "name the interpreter with --python, LIMOSA_PYTHON or `python` in limosa.toml, or activate its environment";
            self.diagnostics.push(Diagnostic::error("no-python", message).at(doubt.span, "here").help(help));
        }
    }
}

/// Returns the settings module: the configured one, or the one that `manage.py` names.
fn settings_module(config: &Config, manage: &Manage) -> Result<Option<SmolStr>, OpenError> {
    if let Some(settings) = &config.settings {
        return Ok(Some(settings.value.clone()));
    }
    match manage.settings.as_slice() {
        [module] => Ok(Some(module.into())),
        _ if config.django.describes_project() => Ok(None),
        _ => Err(OpenError::NoSettings(config.project.value.clone())),
    }
}

fn history_table(config: &Config, default: &'static str) -> SmolStr {
    config.history_table.as_ref().map_or(SmolStr::new_static(default), |table| table.value.clone())
}

/// Looks at the backends that are not Django's; what such a one is built on is doubtful where neither its source nor its name tells it.
fn backends(context: &Context<'_>, settings: &ProjectSettings, doubts: &mut Vec<Doubt>) -> Vec<(SmolStr, Backend)> {
    let mut found = Vec::new();
    for (alias, database) in &settings.databases {
        if database.engine.is_empty() || database.is_djangos() {
            continue;
        }
        match backends::read(context, &database.engine) {
            Some((vendor, own_editor)) => {
                found.extend(Backend::new(vendor, own_editor).map(|backend| (alias.clone(), backend)));
            }
            None if database.vendor().is_none() => {
                let reason = format!(
                    "the database `{alias}` has the backend `{}`, whose source does not tell what it is built on",
                    database.engine
                );
                doubts.push(Doubt::new(reason, None));
            }
            None => {}
        }
    }
    found
}
