//! The cases: what the old and the new version of the application differ in, and the migrations between them.

use anyhow::{Context, Result};
use indexmap::IndexMap;
use serde::Deserialize;

use crate::bench::database::Kind;

/// The models of a version: their fields, each with its declaration, and `Meta` with its lines.
pub(super) type Models = IndexMap<String, IndexMap<String, String>>;

/// A change of the application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) title: String,
    /// Only on these.
    #[serde(default)]
    databases: Vec<String>,
    /// The body of a migration that belongs to the old version.
    #[serde(default)]
    pub(super) before: Option<String>,
    /// The bodies of the migrations of the deploy.
    pub(super) migrations: Vec<String>,
    /// What brings the rows of the old code in order when it runs nowhere any more, before `--post-deploy`.
    #[serde(default)]
    pub(super) clean: Option<String>,
    /// What the old version changes of the base; an empty declaration takes a field away.
    #[serde(default)]
    old: Models,
    /// What the new version changes of the old one.
    #[serde(default)]
    new: Models,
    /// The models that the new version has no more.
    #[serde(default)]
    remove: Vec<String>,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

const FILES: [&str; 5] = [
    include_str!("cases/fields.toml"),
    include_str!("cases/types.toml"),
    include_str!("cases/models.toml"),
    include_str!("cases/keys.toml"),
    include_str!("cases/rules.toml"),
];

/// Returns the models that every case begins with.
pub(super) fn base() -> Result<Models> {
    toml::from_str(include_str!("cases/base.toml")).context("cases/base.toml")
}

/// Returns all cases.
pub(super) fn all() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for file in FILES {
        cases.extend(toml::from_str::<Cases>(file)?.case);
    }
    Ok(cases)
}

impl Case {
    /// Returns whether it is tried on a database.
    pub(super) fn is_for(&self, kind: Kind) -> bool {
        self.databases.is_empty() || self.databases.iter().any(|name| name == kind.name())
    }

    /// Returns the models of the old version.
    pub(super) fn old_models(&self, base: &Models) -> Models {
        changed(base, &self.old)
    }

    /// Returns the models of the new version.
    pub(super) fn new_models(&self, base: &Models) -> Models {
        let mut models = changed(&self.old_models(base), &self.new);
        models.retain(|name, _| !self.remove.contains(name));
        models
    }
}

fn changed(models: &Models, changes: &Models) -> Models {
    let mut models = models.clone();
    for (model, fields) in changes {
        let known = models.entry(model.clone()).or_default();
        for (field, declaration) in fields {
            known.insert(field.clone(), declaration.clone());
        }
        known.retain(|_, declaration| !declaration.is_empty());
    }
    models
}
