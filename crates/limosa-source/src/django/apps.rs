//! The installed apps of a Django project and their folders of migrations.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use limosa_model::{Diagnostic, SmolStr, Span};

use super::app::{App, Migrations};
use super::app_config::{self, AppConfig, Obstacle};
use super::classes::Classes;
use super::module_path::{Module, ModulePath};
use super::settings::ProjectSettings;
use crate::project::Doubt;

/// Reads `INSTALLED_APPS`; what only Python can say becomes a doubt.
pub(crate) fn read(
    entries: &[(SmolStr, Option<Span>)],
    settings: &ProjectSettings,
    classes: &Classes<'_>,
    path: &ModulePath,
    doubts: &mut Vec<Doubt>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<App> {
    let mut apps = Vec::with_capacity(entries.len());
    for (entry, span) in entries {
        match app_config::read(entry, *span, classes, path) {
            Ok(config) => match app(config, settings, path, doubts, diagnostics) {
                Some(app) => apps.push(app),
                None => continue,
            },
            Err(Obstacle::Doubt(reason, span)) => doubts.push(Doubt::new(reason, span)),
            Err(Obstacle::Wrong(diagnostic)) => diagnostics.push(*diagnostic),
        }
    }
    check_unique(&apps, diagnostics);
    apps
}

fn app(
    config: AppConfig,
    settings: &ProjectSettings,
    path: &ModulePath,
    doubts: &mut Vec<Doubt>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<App> {
    let folder = match (&config.path, path.module(&config.name)) {
        (Some(folder), _) => Some(PathBuf::from(folder.as_str())),
        (None, Some(Module::Source(file))) => file.parent().map(Path::to_owned),
        (None, Some(Module::Namespace(folders))) if folders.len() == 1 => folders.into_iter().next(),
        (None, Some(Module::Compiled)) => None,
        (None, Some(Module::Namespace(_))) => {
            let message = format!("the app `{}` is spread over several folders and names none of them", config.name);
            let help = "Django needs an AppConfig with a `path` attribute here";
            diagnostics.push(Diagnostic::error("invalid-app", message).help(help));
            None
        }
        (None, None) if path.is_complete() => {
            let message =
                format!("the app `{}` names the module `{}`, which does not exist", config.label, config.name);
            diagnostics.push(Diagnostic::error("invalid-app", message).help("correct the `name` of its AppConfig"));
            return None;
        }
        (None, None) => {
            doubts.push(Doubt::new(
                format!("the app `{}` was not found in the folders that are known", config.name),
                None,
            ));
            return None;
        }
    };
    let migrations = migrations(&config, settings, path, doubts, diagnostics);
    let has_models = path.module(&format!("{}.models", config.name)).is_some();
    Some(App {
        label: config.label,
        name: config.name,
        path: folder,
        migrations,
        default_auto_field: config.default_auto_field,
        has_models,
    })
}

/// Finds the folder of an app's migrations (Django: `db/migrations/loader.py`, `MigrationLoader.load_disk`).
fn migrations(
    config: &AppConfig,
    settings: &ProjectSettings,
    path: &ModulePath,
    doubts: &mut Vec<Doubt>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Migrations {
    let explicit = settings.migration_modules.get(&config.label);
    let module: SmolStr = match explicit {
        Some(None) => return Migrations::Disabled,
        Some(Some(module)) => module.clone(),
        None => format!("{}.migrations", config.name).into(),
    };
    match path.module(&module) {
        Some(Module::Source(file)) if file.file_name().is_some_and(|name| name == "__init__.py") => {
            match file.parent() {
                Some(folder) => Migrations::In { module, folder: folder.to_owned() },
                None => Migrations::Absent,
            }
        }
        // A plain module, and a folder without `__init__.py`, count as no migrations at all.
        Some(Module::Source(_) | Module::Namespace(_)) => Migrations::Absent,
        Some(Module::Compiled) => {
            doubts.push(Doubt::new(format!("`{module}` is compiled"), None));
            Migrations::Absent
        }
        None if explicit.is_some() && path.is_complete() => {
            let message =
                format!("MIGRATION_MODULES names `{module}` for the app `{}`, which does not exist", config.label);
            let help = "create the package with an `__init__.py`, or name None to switch its migrations off";
            diagnostics.push(Diagnostic::error("no-migration-module", message).help(help));
            Migrations::Absent
        }
        None => {
            if !path.is_complete() && path.module(&config.name).is_none() {
                doubts.push(Doubt::new(format!("`{module}` was not found in the folders that are known"), None));
            }
            Migrations::Absent
        }
    }
}

/// Reports labels and names that are there twice (Django: `apps/registry.py`, `Apps.populate`).
pub(crate) fn check_unique(apps: &[App], diagnostics: &mut Vec<Diagnostic>) {
    let mut labels: HashMap<&SmolStr, &App> = HashMap::new();
    for app in apps {
        if let Some(other) = labels.insert(&app.label, app) {
            let message = if other.name == app.name {
                format!("the app `{}` is installed twice", app.name)
            } else {
                format!("the apps `{}` and `{}` have the same label `{}`", other.name, app.name, app.label)
            };
            let help = "give one of them another `label` in its AppConfig, or remove one from INSTALLED_APPS";
            diagnostics.push(Diagnostic::error("duplicate-label", message).help(help));
        }
    }
}
