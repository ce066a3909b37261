//! The example of a test: a migration on top of the project's, or on top of models of its own.

use std::path::Path;

use limosa_check::plan::PlannedMigration;
use limosa_check::policy::Why;
use limosa_check::stats::TableStats;
use limosa_check::{Plan, Policy, Stats};
use limosa_model::graph::Direction;
use limosa_model::{Diagnostic, Migration, MigrationId, ProjectState, SmolStr};
use limosa_plan::steps::{self, Compiler, Skipped};
use limosa_source::config::{PolicyTest, Sourced};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect, Flavour};

use super::super::{code, history, stages};
use crate::connected;
use crate::error::Error;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// What Python's short form of an example may use.
const IMPORTS: &str = "\
import datetime
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, BTreeIndex, GinIndex, GistIndex, HashIndex
from django.contrib.postgres.operations import (
    AddConstraintNotValid, AddIndexConcurrently, BtreeGinExtension, BtreeGistExtension, CITextExtension,
    CreateExtension, HStoreExtension, RemoveIndexConcurrently, TrigramExtension, UnaccentExtension, ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Now, Upper
";

/// Returns what a policy says of the example of a test.
pub(super) fn judged(
    workspace: &Workspace,
    alias: &str,
    policy: &Policy,
    test: &PolicyTest,
) -> Result<Vec<Why>, Vec<Diagnostic>> {
    let wrong = |message: String| vec![Diagnostic::error("invalid-test", message).at(test.span, "in this test")];
    let failed = |error: Error| match error {
        Error::Project { diagnostics, .. } => diagnostics,
        other => wrong(other.to_string()),
    };
    let context = database(workspace, alias, test).map_err(failed)??;
    let app = app(workspace, test)?;
    let mut catalog = Catalog::new(context.dialect);
    let mut state = match &test.before {
        Some(_) => ProjectState::default(),
        None => project_state(workspace, &context, &mut catalog).map_err(failed)?,
    };
    let before = test.before.as_ref().map(|before| {
        let id = MigrationId::new(app.clone(), "0000_before");
        workspace.project().understand(id, Path::new("before.py"), &python(&before.value))
    });
    if let Some(before) = before.transpose()? {
        let compiler = Compiler::new(&context, &mut catalog, &before, &state, Direction::Forwards, false);
        state = compiler.and_then(steps::compile).map_err(|error| failed(workspace.step_error(&error)))?.1;
    }
    let migration = example(workspace, app, test)?;
    let skipped = Skipped::default();
    let planned = PlannedMigration::new(&context, &mut catalog, &migration, &state, Direction::Forwards, &skipped);
    let mut deploys = vec![vec![planned.map_err(|error| failed(workspace.step_error(&error)))?]];
    stages::divide(workspace, &mut deploys, context.dialect, false).map_err(failed)?;
    code::read(workspace, &mut deploys);
    let history = history::read(workspace).map_err(failed)?;
    let rows = |(table, rows): (&SmolStr, &Sourced<i64>)| {
        let rows = u64::try_from(rows.value).unwrap_or_default();
        // As large as rows of an ordinary table are.
        (table.clone(), TableStats { rows, bytes: rows * 100, index_bytes: rows * 20, writes_per_second: None })
    };
    let stats = Stats { tables: test.rows.iter().map(rows).collect(), ..Stats::default() };
    Ok(policy.explain(&Plan { context: &context, stats: &stats, history: &history, deploys }))
}

/// Reads the migration of the example.
fn example(workspace: &Workspace, app: SmolStr, test: &PolicyTest) -> Result<Migration, Vec<Diagnostic>> {
    let id = MigrationId::new(app, "9999_example");
    let project = workspace.project();
    match (&test.python, &test.sql, &test.toml) {
        (Some(text), ..) => project.understand(id, Path::new("example.py"), &python(&text.value)),
        (_, Some(text), _) => project.understand(id, Path::new("example.sql"), &text.value),
        (_, _, text) => {
            project.understand(id, Path::new("example.toml"), text.as_ref().map_or("", |text| text.value.as_str()))
        }
    }
}

/// Returns a whole migration in Python: what is given may be one, the body of its class, or its operations.
fn python(text: &str) -> String {
    let lines = || text.lines().map(str::trim_end);
    if lines().any(|line| line.starts_with("class ")) {
        return text.to_owned();
    }
    let is_body = lines().any(|line| line.trim_start().starts_with("operations ="));
    let body = if is_body { text.trim().to_owned() } else { format!("operations = [\n{}\n]", text.trim()) };
    let body: Vec<String> = body.lines().map(|line| format!("    {line}")).collect();
    format!("{IMPORTS}\n\nclass Migration(migrations.Migration):\n{}\n", body.join("\n"))
}

/// Returns the app that the example is in: the one that is named, or `app` with models of its own, or the project's only one.
fn app(workspace: &Workspace, test: &PolicyTest) -> Result<SmolStr, Vec<Diagnostic>> {
    match (&test.app, &test.before) {
        (Some(app), _) => return Ok(app.value.clone()),
        (None, Some(_)) => return Ok(SmolStr::new_static("app")),
        (None, None) => {}
    }
    let own = |label: &&SmolStr| {
        let mut migrations = workspace.migrations().into_iter().filter(|migration| migration.id.app == **label);
        migrations.any(|migration| {
            let source = migration.source.and_then(|source| workspace.sources().get(source));
            source.is_some_and(|source| crate::rebase::is_own(workspace, &source.path))
        })
    };
    let apps: Vec<&SmolStr> = workspace.project().migrated_apps().map(|app| &app.label).collect();
    let own: Vec<&SmolStr> = apps.into_iter().filter(own).collect();
    match own.as_slice() {
        [app] => Ok((*app).clone()),
        _ => {
            let message = "the project has several apps, and the test names none".to_owned();
            let diagnostic = Diagnostic::error("invalid-test", message).at(test.span, "in this test");
            Err(vec![diagnostic.help("write `app = \"…\"`")])
        }
    }
}

/// Returns the database of the example: the one that is named, or that of the project.
fn database(workspace: &Workspace, alias: &str, test: &PolicyTest) -> Result<Result<Context, Vec<Diagnostic>>, Error> {
    let Some(named) = &test.database else {
        let dialect = workspace.database_url(alias)?.dialect();
        return Ok(Ok(connected::context(workspace, alias, dialect)));
    };
    let (vendor, version) = named.value.split_once(' ').unwrap_or((&named.value, ""));
    let (dialect, flavour) = match vendor.to_lowercase().as_str() {
        "postgresql" | "postgres" => (Dialect::Postgres, Flavour::Plain),
        "mysql" => (Dialect::MySql, Flavour::Plain),
        "mariadb" => (Dialect::MySql, Flavour::MariaDb),
        "sqlite" => (Dialect::Sqlite, Flavour::Plain),
        _ => {
            let message = format!("unknown database `{}`", named.value);
            let diagnostic = Diagnostic::error("invalid-test", message).at(named.span(), "here");
            let help = "write \"postgresql\", \"mysql\", \"mariadb\" or \"sqlite\", and a version if it matters";
            return Ok(Err(vec![diagnostic.help(help)]));
        }
    };
    let mut context = connected::context(workspace, alias, dialect);
    context.flavour = flavour;
    if flavour == Flavour::MariaDb {
        context.server_version = (10, 11, 0);
    }
    if !version.is_empty() {
        let mut parts = version.split('.').map(|part| part.parse().ok());
        let mut next = || parts.next().unwrap_or(Some(0));
        match (next(), next(), next()) {
            (Some(major), Some(minor), Some(patch)) => context.server_version = (major, minor, patch),
            _ => {
                let message = format!("`{version}` is no version");
                return Ok(Err(vec![Diagnostic::error("invalid-test", message).at(named.span(), "here")]));
            }
        }
    }
    Ok(Ok(context))
}

/// Returns the state that the migrations of the project lead to, with its catalog.
fn project_state(workspace: &Workspace, context: &Context, catalog: &mut Catalog) -> Result<ProjectState, Error> {
    let graph = Situation::empty(workspace)?.graph;
    let mut state = workspace.base_state().clone();
    for id in graph.full_plan() {
        let migration = workspace.migration(id)?;
        let compiler = Compiler::new(context, catalog, migration, &state, Direction::Forwards, false);
        state = compiler.and_then(steps::compile).map_err(|error| workspace.step_error(&error))?.1;
    }
    Ok(state)
}
