//! Evaluates the settings module and takes out what decides about migrations.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;
use limosa_model::django::DjangoVersion;
use limosa_model::{Diagnostic, SmolStr, SourceId, Span, Value};

use super::{Database, ProjectSettings, SettingValues, defaults};
use crate::config::{Config, Env};
use crate::django::module_path::{Module, ModulePath};
use crate::project::Doubt;
use crate::python::{Context, Modules, evaluate_module};
use crate::sources::Sources;

const GLOBAL_SETTINGS: &str = "django.conf.global_settings";

/// The settings as far as they were understood.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) settings: ProjectSettings,
    /// `INSTALLED_APPS`, with the places where entries were written.
    pub(crate) installed_apps: Vec<(SmolStr, Option<Span>)>,
    /// What only Python can say.
    pub(crate) doubts: Vec<Doubt>,
}

/// Reads the settings of a project, from the configuration's description or from the settings module.
pub(crate) fn read(
    config: &Config,
    module: Option<&str>,
    env: Option<&Env>,
    path: &mut ModulePath,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Reading {
    let installed = installed_django(path);
    let django = django_version(config, installed.as_deref(), diagnostics);
    let mut doubts = Vec::new();
    let described = config.django.describes_project();
    let own = match module.filter(|_| !described) {
        Some(module) => evaluate(module, env, path, &config.project.value, sources, diagnostics, &mut doubts),
        None => SettingValues::new(IndexMap::new(), true),
    };
    let (defaults, complete) = match global_settings(path, sources) {
        Some(defaults) => (defaults, true),
        None => (defaults::known(django), false),
    };
    let mut values = own.over(defaults, complete);
    values.extend(config.django.settings.iter().map(|(name, value)| (name.clone(), value.value.clone())), false);
    let mut taker = Taker { values: &values, doubts: &mut doubts };
    let installed_apps = match &config.django.installed_apps {
        Some(apps) => apps.iter().map(|app| (app.value.clone(), app.span())).collect(),
        None => taker.texts("INSTALLED_APPS").into_iter().map(|app| (app, None)).collect(),
    };
    let settings = ProjectSettings {
        module: module.map(SmolStr::from),
        django_installed: installed,
        default_auto_field: taker.text("DEFAULT_AUTO_FIELD").unwrap_or_else(|| defaults::auto_field(django)),
        auth_user_model: taker.text("AUTH_USER_MODEL").unwrap_or_else(|| "auth.User".into()),
        swappable: BTreeMap::new(),
        use_tz: taker.get("USE_TZ").and_then(|value| value.truth()).unwrap_or(defaults::use_tz(django)),
        time_zone: taker.text("TIME_ZONE").unwrap_or_default(),
        site_id: taker.get("SITE_ID").and_then(|value| i64::try_from(value.as_int()?).ok()),
        default_tablespace: taker.text("DEFAULT_TABLESPACE").filter(|text| !text.is_empty()),
        default_index_tablespace: taker.text("DEFAULT_INDEX_TABLESPACE").filter(|text| !text.is_empty()),
        databases: taker.databases(described || config.database_url.is_some()),
        routers: taker.get("DATABASE_ROUTERS").is_some_and(|value| value.truth() != Some(false)),
        migration_modules: taker.migration_modules(),
        values: SettingValues::default(),
        ..ProjectSettings::new(django)
    };
    Reading { settings: ProjectSettings { values, ..settings }, installed_apps, doubts }
}

/// Evaluates the settings module; its names in capitals are the settings.
fn evaluate(
    module: &str,
    env: Option<&Env>,
    path: &mut ModulePath,
    root: &Path,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
    doubts: &mut Vec<Doubt>,
) -> SettingValues {
    let file = match path.module(module) {
        Some(Module::Source(file)) => file,
        Some(_) => {
            doubts.push(Doubt::new(format!("the settings module `{module}` has no Python source"), None));
            return SettingValues::default();
        }
        None => {
            let message = format!("the settings module `{module}` was not found");
            let help = "name it with --settings, LIMOSA_SETTINGS or `settings` in limosa.toml, or the project's folder with --project";
            diagnostics.push(Diagnostic::error("no-settings", message).help(help));
            return SettingValues::new(IndexMap::new(), true);
        }
    };
    let modules = Modules::default();
    let context = Context { resolver: path, environment: env.map(Env::variables), ..Context::new(sources, &modules) };
    let loaded = sources.read(&file).and_then(|source| evaluate_module(&context, source, module));
    diagnostics.extend(modules.diagnostics());
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return SettingValues::default();
        }
    };
    for diagnostic in &loaded.diagnostics {
        // Settings that raise an error are settings that Django cannot start with, unless reading went wrong: Python knows.
        if diagnostic.code == "raises" {
            let span = diagnostic.labels.first().map(|(span, _)| *span);
            doubts.push(Doubt::new(diagnostic.message.clone(), span));
        } else {
            diagnostics.push(diagnostic.clone());
        }
    }
    for star in &loaded.unread_stars {
        doubts.push(Doubt::new(format!("`{module}` imports all names of `{star}`, which could not be read"), None));
    }
    let is_setting = |name: &SmolStr| !name.chars().any(char::is_lowercase) && name.chars().any(char::is_uppercase);
    let own: IndexMap<SmolStr, Value> = loaded
        .globals
        .iter()
        .filter(|(name, _)| is_setting(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if mentions(sources, loaded.source, root, &CHANGES_PATH).is_some() {
        path.doubt();
    }
    let dynamic = mentions(sources, loaded.source, root, &CHANGES_NAMES);
    if let Some((span, marker)) = dynamic {
        doubts.push(Doubt::new(format!("`{module}` may set names by `{marker}`"), Some(span)));
    } else if !own.contains_key("INSTALLED_APPS") && loaded.unread_stars.is_empty() {
        doubts.push(Doubt::new(format!("`{module}` does not say what INSTALLED_APPS is"), None));
    }
    SettingValues::new(own, loaded.unread_stars.is_empty() && dynamic.is_none())
}

/// What changes where modules are looked for.
const CHANGES_PATH: [&str; 4] = ["sys.path.", "sys.path[", "sys.path =", "site.addsitedir"];

/// What sets names of a module in ways that are not followed.
const CHANGES_NAMES: [&str; 9] = [
    "globals()",
    "vars()",
    "locals()",
    "exec(",
    "sys.modules[",
    "split_settings",
    "dynaconf",
    "import configurations",
    "from configurations",
];

/// Returns where a settings module, or one of the project's that was read for it, mentions one of these.
fn mentions(sources: &Sources, first: SourceId, root: &Path, markers: &[&'static str]) -> Option<(Span, &'static str)> {
    let mut read = (first.0..).map_while(|id| sources.get(SourceId(id)));
    read.find_map(|source| {
        if !source.path.starts_with(root) {
            return None;
        }
        let mut at = 0;
        source.text.split_inclusive('\n').find_map(|line| {
            let start = at;
            at += line.len();
            let code = line.split('#').next().unwrap_or(line);
            let found = markers.iter().find_map(|marker| code.find(marker).map(|offset| (offset, *marker)));
            found.map(|(offset, marker)| (source.span(start + offset..start + offset + marker.len()), marker))
        })
    })
}

/// Returns the version that the installed Django says it is (Django: `django/__init__.py`, `VERSION`).
fn installed_django(path: &ModulePath) -> Option<SmolStr> {
    let Some(Module::Source(file)) = path.module("django") else { return None };
    let text = fs_err::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("VERSION = ("))?;
    let parts: Vec<&str> =
        line.trim_end_matches(')').split(',').map(|part| part.trim().trim_matches(['"', '\''])).collect();
    let [major, minor, micro, stage, serial] = parts.as_slice() else { return None };
    let micro = if *micro == "0" { String::new() } else { format!(".{micro}") };
    Some(match *stage {
        "final" => format!("{major}.{minor}{micro}").into(),
        "alpha" if *serial == "0" => format!("{major}.{minor}{micro}.dev").into(),
        stage => format!("{major}.{minor}{micro}{}{serial}", if stage == "rc" { "rc" } else { &stage[..1] }).into(),
    })
}

fn django_version(config: &Config, installed: Option<&str>, diagnostics: &mut Vec<Diagnostic>) -> DjangoVersion {
    if let Some(version) = &config.django_version {
        return version.value;
    }
    match installed.map(str::parse) {
        Some(Ok(version)) => version,
        Some(Err(error)) => {
            let help = "name the line that it comes nearest to: `django = \"6.1\"` in limosa.toml, or LIMOSA_DJANGO";
            diagnostics.push(Diagnostic::error("unsupported-django", format!("{error}")).help(help));
            DjangoVersion::default()
        }
        None => DjangoVersion::default(),
    }
}

/// Reads the defaults of the installed Django.
fn global_settings(path: &ModulePath, sources: &Sources) -> Option<IndexMap<SmolStr, Value>> {
    let modules = Modules::default();
    let context = Context { resolver: path, ..Context::new(sources, &modules) };
    let Some(Module::Source(file)) = path.module(GLOBAL_SETTINGS) else { return None };
    let loaded = evaluate_module(&context, sources.read(&file).ok()?, GLOBAL_SETTINGS).ok()?;
    let settings = loaded.globals.iter().filter(|(name, _)| name.chars().all(|c| !c.is_lowercase()));
    Some(settings.map(|(name, value)| (name.clone(), value.clone())).collect())
}

struct Taker<'a> {
    values: &'a SettingValues,
    doubts: &'a mut Vec<Doubt>,
}

impl Taker<'_> {
    /// Returns a setting that holds nothing opaque; else there is a doubt.
    fn get(&mut self, name: &str) -> Option<&Value> {
        match self.values.lookup(name) {
            Ok(Some(value)) => match value.find_opaque() {
                Some(opaque) => {
                    self.doubts.push(Doubt::new(format!("the setting {name} {}", opaque.reason), opaque.span));
                    None
                }
                None => Some(value),
            },
            Ok(None) => None,
            Err(reason) => {
                // One reason for all settings is enough.
                if self.doubts.is_empty() {
                    self.doubts.push(Doubt::new(format!("the setting {name} {reason}"), None));
                }
                None
            }
        }
    }

    fn text(&mut self, name: &str) -> Option<SmolStr> {
        let value = self.get(name)?.clone();
        match value {
            Value::Str(text) => Some(text),
            Value::None => None,
            _ => self.strange(name, "a text"),
        }
    }

    fn texts(&mut self, name: &str) -> Vec<SmolStr> {
        let Some(value) = self.get(name).cloned() else { return Vec::new() };
        value.strings().or_else(|| self.strange(name, "a list of texts")).unwrap_or_default()
    }

    fn migration_modules(&mut self) -> IndexMap<SmolStr, Option<SmolStr>> {
        let Some(value) = self.get("MIGRATION_MODULES").cloned() else { return IndexMap::new() };
        let pair = |(label, module): &(Value, Value)| match (label, module) {
            (Value::Str(label), Value::Str(module)) => Some((label.clone(), Some(module.clone()))),
            (Value::Str(label), Value::None) => Some((label.clone(), None)),
            _ => None,
        };
        let modules = value.pairs().and_then(|pairs| pairs.iter().map(pair).collect::<Option<_>>());
        modules.or_else(|| self.strange("MIGRATION_MODULES", "a dictionary of texts")).unwrap_or_default()
    }

    /// Reads `DATABASES`; what is opaque of it does not matter when the database is `named` elsewhere.
    fn databases(&mut self, named: bool) -> IndexMap<SmolStr, Database> {
        let mut databases = IndexMap::new();
        let mut doubts = Vec::new();
        match self.values.lookup("DATABASES") {
            Err(reason) if self.doubts.is_empty() => {
                doubts.push(Doubt::new(format!("the setting DATABASES {reason}"), None))
            }
            Err(_) | Ok(None) => {}
            Ok(Some(value)) => match value.pairs() {
                None => {
                    let opaque = value.find_opaque();
                    let reason = opaque.map_or("is not a plain dictionary", |opaque| opaque.reason.as_str());
                    doubts.push(Doubt::new(
                        format!("the setting DATABASES {reason}"),
                        opaque.and_then(|opaque| opaque.span),
                    ));
                }
                Some(pairs) => {
                    for (alias, entry) in pairs {
                        let Some(alias) = alias.as_str() else { continue };
                        match Database::read(entry) {
                            Ok(database) => _ = databases.insert(alias.into(), database),
                            Err(opaque) => {
                                let reason = format!("the database `{alias}` of the settings {}", opaque.reason);
                                doubts.push(Doubt::new(reason, opaque.span));
                            }
                        }
                    }
                }
            },
        }
        if !named {
            self.doubts.append(&mut doubts);
        }
        databases
    }

    fn strange<T>(&mut self, name: &str, expected: &str) -> Option<T> {
        self.doubts.push(Doubt::new(format!("the setting {name} is not {expected}"), None));
        None
    }
}
