//! What the tests of the checks share: a shop with customers and orders, and what a check finds in a deploy on top of it.

use std::path::Path;
use std::sync::Arc;

use limosa_model::django::DjangoVersion;
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, ProjectState, Value};
use limosa_plan::stage;
use limosa_plan::steps::Skipped;
use limosa_source::python::{Context as Reading, Modules, SourceKnowledge, code_facts, read_migration};
use limosa_source::sources::{Source, Sources};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect};

use crate::check::Check;
use crate::finding::Finding;
use crate::gather::gathered;
use crate::history::History;
use crate::judge::judge;
use crate::plan::{Plan, PlannedMigration};
use crate::rules::Rules;
use crate::stats::Stats;

/// Asserts how many findings a check has in each deploy of a table.
///
/// A deploy is SQL, which becomes one `RunSQL` operation, or operations in Python (`migrations.RemoveField(…)`), or the body of a
/// migration in Python, known by its `operations =`, after which `atomic = False` and functions may stand as well. SQL that begins with `-- not atomic` is a migration without a transaction. A line
/// `----` begins another migration of the same deploy. The models are those of the checks' examples: see `shop.py`.
#[track_caller]
pub(crate) fn expect(check: &'static Check, dialect: Dialect, cases: &[(impl AsRef<str>, usize)]) {
    expect_with(check, &Context::new(dialect, DjangoVersion::V52), &Stats::default(), cases);
}

/// Does what [`expect`] does on each database of the check.
#[track_caller]
pub(crate) fn expect_everywhere(check: &'static Check, cases: &[(impl AsRef<str>, usize)]) {
    for dialect in check.databases {
        expect(check, *dialect, cases);
    }
}

/// Does what [`expect`] does on a database of which more is known.
#[track_caller]
pub(crate) fn expect_with(check: &'static Check, context: &Context, stats: &Stats, cases: &[(impl AsRef<str>, usize)]) {
    for (deploy, expected) in cases {
        let deploy = deploy.as_ref();
        let found = found(check, context, stats, deploy);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(found.len(), *expected, "{} on {}: {deploy}\n{messages:#?}", check.code, context.dialect);
    }
}

/// Returns what a check finds in a deploy.
pub(crate) fn found(check: &'static Check, context: &Context, stats: &Stats, deploy: &str) -> Vec<Finding> {
    with_plan(context, stats, deploy, |plan| gathered(judge(plan, &Rules { checks: &[check], policies: &[] })))
}

/// Returns what a function makes of the plan of a deploy.
pub(crate) fn with_plan<T>(context: &Context, stats: &Stats, deploy: &str, then: impl FnOnce(&Plan<'_>) -> T) -> T {
    let mut catalog = Catalog::new(context.dialect);
    let mut state = ProjectState::default();
    let (shop, _) = migration(include_str!("../../limosa/tests/it/checks/shop.py"), 0);
    let bodies = deploy.split("\n----\n").enumerate();
    let read = bodies.map(|(index, body)| migration(&python(body), index + 1));
    let (migrations, sources): (Vec<Migration>, Vec<Arc<Source>>) = read.unzip();
    let mut plan = |migration| {
        let skipped = Skipped::default();
        let planned = PlannedMigration::new(context, &mut catalog, migration, &state, Direction::Forwards, &skipped)
            .unwrap_or_else(|error| panic!("{deploy}\n{error}"));
        state = planned.after.clone();
        planned
    };
    plan(&shop);
    let mut planned: Vec<PlannedMigration<'_>> = migrations.iter().map(plan).collect();
    if migrations.iter().any(|migration| stage::declared(migration).is_ok_and(|declared| declared.is_some())) {
        let steps = planned.iter().map(|planned| (planned.migration, &planned.before));
        let stages =
            stage::stages(steps, &stage::Rules::default(), context.dialect).unwrap_or_else(|error| panic!("{error}"));
        planned.iter_mut().zip(stages).for_each(|(planned, staged)| planned.staged = Some(staged));
    }
    for (planned, source) in planned.iter_mut().zip(&sources) {
        planned.read_code(|code| match code {
            Value::Reference(path) => code_facts(source, path.strip_prefix("shop.migrations.example.")?),
            _ => None,
        });
    }
    then(&Plan { context, stats, history: &History::default(), deploys: vec![planned] })
}

/// Returns the text of a migration with this body.
fn python(body: &str) -> String {
    let body = match body.contains("operations =") {
        true => body.to_owned(),
        false if body.contains("migrations.") => format!("operations = [{body}]"),
        false => format!(
            "atomic = {}\noperations = [migrations.RunSQL({body:?}, \"\")]",
            python_bool(!body.starts_with("-- not atomic"))
        ),
    };
    let lines: Vec<&str> = body.trim().lines().map(|line| line.trim_end()).collect();
    let is_attribute =
        |line: &&str| ["operations =", "atomic =", "stage ="].iter().any(|start| line.trim_start().starts_with(start));
    let (head, attributes) = lines.split_at(lines.iter().position(is_attribute).unwrap_or_default());
    let attributes: Vec<String> = attributes.iter().map(|line| format!("    {line}")).collect();
    format!(
        "from django.contrib.postgres.constraints import ExclusionConstraint\n\
         from django.contrib.postgres.operations import (\n    AddConstraintNotValid, AddIndexConcurrently, \
         RemoveIndexConcurrently, ValidateConstraint,\n)\n\
         from django.db import migrations, models\nfrom django.db.models import F, Q\n\n{}\n\n\
         class Migration(migrations.Migration):\n{}\n",
        head.join("\n"),
        attributes.join("\n")
    )
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Reads a migration of the shop.
fn migration(text: &str, index: usize) -> (Migration, Arc<Source>) {
    let (sources, modules) = (Sources::default(), Modules::default());
    let source: Arc<Source> =
        sources.add(Path::new("shop/migrations/example.py"), text.into()).unwrap_or_else(|error| panic!("{error:?}"));
    let context = Reading::new(&sources, &modules);
    let id = MigrationId::new("shop", format!("{index:04}_example"));
    let (raw, diagnostics) = read_migration(&context, &source, id, "shop.migrations.example");
    let raw = raw.unwrap_or_else(|| panic!("{text}\n{diagnostics:?}"));
    let understood = raw.migration_with(&SourceKnowledge::new(context, Some(&raw)));
    (understood.unwrap_or_else(|problems| panic!("{text}\n{problems:?}")), source)
}
