//! The projects whose migrations are crashed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::database::Database;

/// A project and how it is run.
#[derive(Clone, Debug)]
pub(super) struct Project {
    /// The name for people.
    pub(super) name: String,
    folder: PathBuf,
    django: Option<Django>,
}

/// What a Django project needs.
#[derive(Clone, Debug)]
struct Django {
    settings: String,
    python: PathBuf,
}

/// A project of this repository: the name, the folder, and for one of Django its settings and the variable that names the interpreter.
type Known = (&'static str, &'static str, Option<(&'static str, &'static str)>);

const KNOWN: [Known; 5] = [
    ("native", "tests/crashes/native", None),
    ("library", "tests/crashes/django", Some(("crash_settings", "LIMOSA_TEST_DJANGO"))),
    ("contrib", "tests/oracle/contrib", Some(("oracle_settings", "LIMOSA_TEST_DJANGO"))),
    ("shop", "examples/shop", Some(("shop.settings", "LIMOSA_TEST_DJANGO"))),
    ("reusable", "tests/oracle/reusable", Some(("oracle_settings", "LIMOSA_TEST_REUSABLE"))),
];

impl Project {
    /// Returns the names of the projects of this repository.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|(name, ..)| *name)
    }

    /// Returns a project of this repository.
    pub(super) fn named(name: &str) -> Result<Self> {
        let Some((name, folder, django)) = KNOWN.iter().find(|(known, ..)| *known == name) else {
            bail!("no project {name}: {} are known", Self::names().collect::<Vec<_>>().join(", "));
        };
        let django = match django {
            Some((settings, variable)) => {
                let pythons = std::env::var_os(variable).with_context(|| format!("{variable} names no interpreter"))?;
                let python = std::env::split_paths(&pythons).next().with_context(|| format!("{variable} is empty"))?;
                Some(Django { settings: (*settings).to_owned(), python })
            }
            None => None,
        };
        Ok(Self { name: (*name).to_owned(), folder: crate::workspace().join(folder), django })
    }

    /// Returns a Django project that stands elsewhere; its settings read the variables that [`Database::environment`] sets.
    pub(super) fn at(folder: &Path, settings: &str, python: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        let name = folder.file_name().context("the project's folder has no name")?.to_string_lossy().into_owned();
        let django = Django { settings: settings.to_owned(), python: std::path::absolute(python)? };
        Ok(Self { name, folder, django: Some(django) })
    }

    /// Returns the table of applied migrations.
    pub(super) fn history(&self) -> &'static str {
        if self.django.is_some() { "django_migrations" } else { "limosa_migrations" }
    }

    /// Returns a command that runs the program on a database; `cache` is for what it and Python keep.
    pub(super) fn command(&self, program: &Path, database: &Database, cache: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("XDG_CACHE_HOME", cache).env("PYTHONPYCACHEPREFIX", cache.join("pyc"));
        for variable in ["DATABASE_URL", "LIMOSA_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "LIMOSA_FAILPOINT"] {
            command.env_remove(variable);
        }
        match &self.django {
            Some(django) => {
                command.args(["--settings", &django.settings]).arg("--python").arg(&django.python);
                database.environment(&mut command);
            }
            None => _ = command.args(["--database-url", &database.url_text()]),
        }
        command
    }
}
