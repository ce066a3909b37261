//! The example of a test: a migration on top of the project's, or on top of models of its own.

use std::path::Path;

use limosa_check::plan::PlannedMigration;
use limosa_check::policy::Why;
use limosa_check::stats::TableStats;
use limosa_check::{Plan, Policy, Stats};
use limosa_model::graph::Direction;
use limosa_model::{Diagnostic, Migration, MigrationId, ProjectState, SmolStr, Span};
use limosa_plan::steps::Skipped;
use limosa_source::config::{PolicyTest, Sourced};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect, Flavour};

use super::super::{code, history, stages};
use crate::connected;
use crate::error::Error;
use crate::replay;
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
    let failed = |error: Error| match error {
        Error::Project { diagnostics, .. } => diagnostics,
        other => vec![wrong(other.to_string(), Some(test.span))],
    };
    let context = match &test.database {
        Some(named) => database(workspace, alias, named).map_err(|wrong| vec![wrong])?,
        None => connected::context_at(workspace, None, alias).map_err(failed)?,
    };
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
        state = replay::follow(workspace, &context, &mut catalog, &state, &before).map_err(failed)?;
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
    let text = dedented(text);
    if text.lines().any(|line| line.starts_with("class ")) {
        return text;
    }
    let is_operations =
        |line: &str| line.strip_prefix("operations").is_some_and(|rest| rest.trim_start().starts_with('='));
    let body = if text.lines().any(is_operations) { text } else { format!("operations = [\n{text}\n]") };
    let body: Vec<String> = body.lines().map(|line| format!("    {line}")).collect();
    format!("{IMPORTS}\n\nclass Migration(migrations.Migration):\n{}\n", body.join("\n"))
}

/// Returns a text without the white space with which all of its lines begin, and without empty lines around it.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let filled = text.lines().filter(|line| !line.trim().is_empty());
    let common = filled.map(indent).min().unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(|line| line.get(common..).unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
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
        [] => Err(vec![
            wrong("the project has no migrations of its own, and the test names no app".to_owned(), Some(test.span))
                .help("write `app = \"…\"`, or models of the test's own in `before`"),
        ]),
        _ => Err(vec![
            wrong("the project has several apps, and the test names none".to_owned(), Some(test.span))
                .help("write `app = \"…\"`"),
        ]),
    }
}

/// Returns the database that a test names.
fn database(workspace: &Workspace, alias: &str, named: &Sourced<SmolStr>) -> Result<Context, Diagnostic> {
    let (vendor, version) = named.value.split_once(' ').unwrap_or((&named.value, ""));
    let (dialect, flavour) = match vendor.to_lowercase().as_str() {
        "postgresql" | "postgres" => (Dialect::Postgres, Flavour::Plain),
        "mysql" => (Dialect::MySql, Flavour::Plain),
        "mariadb" => (Dialect::MySql, Flavour::MariaDb),
        "sqlite" => (Dialect::Sqlite, Flavour::Plain),
        _ => {
            let help = "write \"postgresql\", \"mysql\", \"mariadb\" or \"sqlite\", and a version if it matters";
            return Err(wrong(format!("unknown database `{}`", named.value), named.span()).help(help));
        }
    };
    let mut context = connected::context(workspace, alias, dialect);
    context.flavour = flavour;
    if flavour == Flavour::MariaDb {
        context.server_version = (10, 11, 0);
    }
    if !version.is_empty() {
        let parts: Result<Vec<u32>, _> = version.split('.').map(str::parse).collect();
        context.server_version = match parts.as_deref() {
            Ok([major]) => (*major, 0, 0),
            Ok([major, minor]) => (*major, *minor, 0),
            Ok([major, minor, patch]) => (*major, *minor, *patch),
            _ => {
                let help = format!("write numbers, such as \"{vendor} 10.11\"");
                return Err(wrong(format!("`{version}` is no version"), named.span()).help(help));
            }
        };
    }
    Ok(context)
}

/// Returns the state that the migrations of the project lead to, with its catalog.
fn project_state(workspace: &Workspace, context: &Context, catalog: &mut Catalog) -> Result<ProjectState, Error> {
    let graph = Situation::empty(workspace)?.graph;
    let mut state = workspace.base_state().clone();
    for id in graph.full_plan() {
        let migration = workspace.migration(id)?;
        state = replay::follow(workspace, context, catalog, &state, migration)?;
    }
    Ok(state)
}

fn wrong(message: String, span: Option<Span>) -> Diagnostic {
    Diagnostic::error("invalid-test", message).at(span, "in this test")
}
