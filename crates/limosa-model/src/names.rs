//! The names of migrations and models, compared and ordered as Django compares and orders them.

use std::fmt;

use smol_str::SmolStr;

/// The key of a migration: an app's label and the migration's name, ordered as a pair of strings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MigrationId {
    /// The label of the app, such as `auth`.
    pub app: SmolStr,
    /// The name of the migration, such as `0001_initial`.
    pub name: SmolStr,
}

impl MigrationId {
    /// Returns the id of migration `name` in app `app`.
    pub fn new(app: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Self {
        Self { app: app.into(), name: name.into() }
    }
}

impl fmt::Display for MigrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app, self.name)
    }
}

/// The key of a model: an app's label and the model's name in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId {
    /// The label of the app.
    pub app: SmolStr,
    /// The name of the model in lower case.
    pub name: SmolStr,
}

impl ModelId {
    /// Returns the id of model `name` (in any case) in app `app`.
    pub fn new(app: impl Into<SmolStr>, name: &str) -> Self {
        Self { app: app.into(), name: lower(name) }
    }

    /// Resolves a reference as it stands in a relation: `Model` (of `app`), `other.Model`, or `self` (which is `model`).
    pub fn resolve(reference: &str, app: &str, model: &str) -> Self {
        match reference.split_once('.') {
            Some((app, name)) => Self::new(app, name),
            None if reference == "self" => Self::new(app, model),
            None => Self::new(app, reference),
        }
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app, self.name)
    }
}

/// Returns `name` in lower case, without a copy when it already is.
pub fn lower(name: &str) -> SmolStr {
    if name.chars().any(char::is_uppercase) { name.to_lowercase().into() } else { name.into() }
}
