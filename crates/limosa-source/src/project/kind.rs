//! Which kind of project a folder holds.

use std::path::PathBuf;

use thiserror::Error;

use crate::config::{CONFIG_FILE, Config, Origin, variables};
use crate::django::manage::Manage;
use crate::native::layout;

/// What kind of project it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Django project: migrations in Python, the history in `django_migrations`.
    Django,
    /// A native one: migrations in TOML and SQL, the history in `limosa_migrations`.
    Native,
}

/// Why a folder could not be opened as a project.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// There is no such folder.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// The folder holds no project.
    #[error(
        "{} holds no project: neither `manage.py` (and no settings module is named), nor `limosa.toml`, nor migrations in `*/migrations/*.toml` or `*.sql`", .0.display()
    )]
    NoProject(PathBuf),
    /// Nothing names the settings module.
    #[error("`manage.py` in {} does not say which settings module it uses", .0.display())]
    NoSettings(PathBuf),
}

impl OpenError {
    /// Returns what to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoFolder(_) => "name the project's folder with --project or LIMOSA_PROJECT",
            Self::NoProject(_) => {
                "name the project's folder with --project, or a settings module with --settings; `limosa init` begins a new project"
            }
            Self::NoSettings(_) => {
                "name the settings module with --settings, DJANGO_SETTINGS_MODULE or `settings` in limosa.toml"
            }
        }
    }
}

/// Decides what kind of project the configured folder holds.
pub(super) fn decide(config: &Config, manage: Option<&Manage>) -> Result<Kind, OpenError> {
    let root = &config.project.value;
    if !root.is_dir() {
        return Err(OpenError::NoFolder(root.clone()));
    }
    if manage.is_some() || config.django.describes_project() {
        return Ok(Kind::Django);
    }
    // A variable that is set for all of a shell says less than what the folder holds.
    let named_for_it = |origin: Origin| origin != Origin::Environment(variables::DJANGO_SETTINGS_MODULE.name);
    match &config.settings {
        Some(settings) if named_for_it(settings.origin) => return Ok(Kind::Django),
        _ => {}
    }
    if root.join(CONFIG_FILE).is_file() || !config.apps.is_empty() || layout::is_native(root) {
        return Ok(Kind::Native);
    }
    if config.settings.is_some() { Ok(Kind::Django) } else { Err(OpenError::NoProject(root.clone())) }
}
