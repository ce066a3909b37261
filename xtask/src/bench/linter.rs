//! django-migration-linter's side: all migrations of a project judged by it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::database::Database;
use super::process::{self, Sample};
use super::project::Project;
use crate::servers::succeed;

/// django-migration-linter in an interpreter that has it beside Django.
#[derive(Debug)]
pub(super) struct Linter {
    python: PathBuf,
    version: String,
    cache: Option<PathBuf>,
}

/// The module of settings that puts the linter's app beside those of the project.
const SETTINGS: &str = "linter_settings";

impl Linter {
    pub(super) fn new(python: &Path, cache: Option<&Path>) -> Result<Self> {
        let code = "import importlib.metadata as m; print(m.version('django-migration-linter'), 'with Django', m.version('django'))";
        let version = succeed(Command::new(python).args(["-c", code]))
            .context("--linter: the interpreter has no Django or no django-migration-linter")?;
        Ok(Self { python: std::path::absolute(python)?, version, cache: cache.map(std::path::absolute).transpose()? })
    }

    /// Returns what it is.
    pub(super) fn title(&self) -> String {
        format!("django-migration-linter {}", self.version)
    }

    /// Lets it judge all migrations, or returns what that needed in an earlier run, and whether it did.
    pub(super) fn lint(&self, project: &Project, database: &Database<'_>) -> Result<(Sample, bool)> {
        let name = format!("linter-{}-{}.json", self.version.replace(' ', "-"), project.size);
        let kept = self.cache.as_ref().map(|cache| cache.join(name));
        if let Some(text) = kept.as_ref().and_then(|path| fs::read_to_string(path).ok()) {
            return Ok((serde_json::from_str(&text)?, true));
        }
        let settings = "from settings import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'django_migration_linter']\n";
        fs_err::write(project.folder.join(format!("{SETTINGS}.py")), settings)?;
        let mut command = Command::new(&self.python);
        command.args(["-m", "django", "lintmigrations", "--no-cache"]).current_dir(&project.folder);
        command.env("PYTHONPATH", &project.folder).env("DJANGO_SETTINGS_MODULE", SETTINGS);
        database.environment(&mut command);
        let sample = process::run_finding(&mut command, "Valid migrations: ")?;
        if let Some(path) = kept {
            fs_err::create_dir_all(path.parent().unwrap_or(&path))?;
            fs_err::write(path, serde_json::to_string(&sample)?)?;
        }
        Ok((sample, false))
    }
}
