//! What Django says and does.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use limosa::MigrationId;
use limosa::workspace::Workspace;

use super::Args;
use super::places::Places;

/// Prints which migrations can be undone.
const REVERSIBLE: &str = "
import json, django
django.setup()
from django.db.migrations.loader import MigrationLoader
from django.db.migrations import Migration
loader = MigrationLoader(None, ignore_no_migrations=True)
print(json.dumps([[*key, all(o.reversible for o in m.operations)] for key, m in loader.disk_migrations.items()]))
";

/// Undoes and applies one migration on another database than that of the settings; prints what failed.
const UNDO: &str = "
import json, sys, django
from django.conf import settings
name, app, migration = sys.argv[1:]
settings.DATABASES['default']['NAME'] = name
django.setup()
from django.db import connections
connections['default'].prepare_database()
from django.db.migrations.executor import MigrationExecutor
failed = None
for backwards in (True, False):
    executor = MigrationExecutor(connections['default'])
    try:
        executor.migrate([], plan=[(executor.loader.graph.nodes[app, migration], backwards)])
    except Exception as error:
        failed = '%s: %s: %s' % ('undo' if backwards else 'apply', type(error).__name__, error)
        break
connections.close_all()
print(json.dumps(failed))
";

/// Django in the project's interpreter.
#[derive(Debug)]
pub(super) struct Django {
    python: PathBuf,
    project: PathBuf,
    settings: String,
}

impl Django {
    pub(super) fn new(args: &Args, workspace: &Workspace) -> Result<Self> {
        let settings = workspace.project().settings.module.clone().context("no settings module is known")?;
        let project = std::path::absolute(&args.project)?;
        Ok(Self { python: std::path::absolute(&args.python)?, project, settings: settings.to_string() })
    }

    /// Returns for each migration whether it can be undone.
    pub(super) fn reversible(&self) -> Result<BTreeMap<MigrationId, bool>> {
        let said: Vec<(String, String, bool)> = serde_json::from_str(&self.run(REVERSIBLE, &[])?)?;
        Ok(said.into_iter().map(|(app, name, reversible)| (MigrationId::new(app, name), reversible)).collect())
    }

    /// Undoes and applies a migration on the copy; an inner error says what failed.
    pub(super) fn undo_and_apply(&self, places: &Places, id: &MigrationId) -> Result<Result<(), String>> {
        let failed: Option<String> = serde_json::from_str(&self.run(UNDO, &[&places.copy_name(), &id.app, &id.name])?)?;
        Ok(failed.map_or(Ok(()), Err))
    }

    fn run(&self, code: &str, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.python);
        command.args(["-c", code]).args(arguments).current_dir(&self.project);
        command.env("PYTHONPATH", &self.project).env("DJANGO_SETTINGS_MODULE", &self.settings);
        let output = command.output().context("start Python")?;
        ensure!(output.status.success(), "Python failed: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().last().unwrap_or_default().to_owned())
    }
}
