//! The apps of a project.

use std::path::PathBuf;

use limosa_model::SmolStr;

/// An app of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The label, by which migrations and models name it.
    pub label: SmolStr,
    /// The dotted name of its package; the folder's name in a native project.
    pub name: SmolStr,
    /// The folder of its package, when it has one.
    pub path: Option<PathBuf>,
    /// Where its migrations are.
    pub migrations: Migrations,
    /// The class of automatic primary keys; models in migrations name theirs, so that only new models need it.
    pub default_auto_field: DefaultAutoField,
    /// Whether it has a `models` module.
    pub has_models: bool,
}

/// The class of automatic primary keys of an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DefaultAutoField {
    /// The one of the settings.
    #[default]
    Settings,
    /// The one that the app's own configuration names.
    Named(SmolStr),
    /// One that is computed, and only Python knows.
    Computed,
}

/// Where the migrations of an app are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Migrations {
    /// In these files' folder.
    In {
        /// The dotted name of the package; empty in a native project.
        module: SmolStr,
        /// The folder.
        folder: PathBuf,
    },
    /// The app has none.
    Absent,
    /// `MIGRATION_MODULES` switches them off.
    Disabled,
}

impl App {
    /// Returns whether the app is a migrated one, be it without a single migration.
    pub fn is_migrated(&self) -> bool {
        matches!(self.migrations, Migrations::In { .. })
    }

    /// Returns whether the app is part of Django.
    pub fn is_django(&self) -> bool {
        self.name.starts_with("django.contrib.")
    }
}
