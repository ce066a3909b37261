//! Our own checks on a case: a migration after one that makes a shop.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use limosa_check::finding::Level;
use limosa_check::history::History;
use limosa_check::plan::{Plan, PlannedMigration};
use limosa_check::{Finding, Rules, Stats, checks, judge};
use limosa_model::django::DjangoVersion;
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, ProjectState, Value};
use limosa_plan::steps::Skipped;
use limosa_source::python::{Context as Reading, Modules, SourceKnowledge, code_facts, read_migration};
use limosa_source::sources::{Source, Sources};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect, Flavour};

use super::case::{Body, Case, Database};

/// The migration that comes before each case: its tables are old.
pub(super) const SHOP: &str = include_str!("../../checks/shop.py");

/// Returns what all checks find in a case.
pub(super) fn judge_case(case: &Case) -> Result<Vec<Finding>> {
    let context = context(case);
    let mut catalog = Catalog::new(context.dialect);
    let (shop, _) = migration(SHOP, 1)?;
    let (migration, source) = migration(&text(case), 2)?;
    let skipped = Skipped::default();
    let mut plan = |migration, state: &ProjectState| {
        PlannedMigration::new(&context, &mut catalog, migration, state, Direction::Forwards, &skipped)
            .map_err(|error| anyhow!("{error}"))
    };
    let before = plan(&shop, &ProjectState::default()).context("the shop")?.after;
    let mut planned = plan(&migration, &before)?;
    planned.read_code(|code| match code {
        Value::Reference(path) => code_facts(&source, path.strip_prefix("shop.migrations.case.")?),
        _ => None,
    });
    let plan = Plan {
        context: &context,
        stats: &Stats::default(),
        history: &History::default(),
        deploys: vec![vec![planned]],
    };
    Ok(judge(&plan, &Rules { checks: checks::ALL, policies: &[] }))
}

/// Returns the text of the migration of a case.
pub(super) fn text(case: &Case) -> String {
    let (head, mut attributes) = match &case.body {
        Body::Sql(sql) => {
            (String::new(), format!("operations = [migrations.RunSQL({}, migrations.RunSQL.noop)]", python_string(sql)))
        }
        Body::Django(body) if body.contains("operations =") => {
            let start =
                body.lines().take_while(|line| !line.starts_with("operations =")).map(|line| line.len() + 1).sum();
            (body[..start].to_owned(), body[start..].to_owned())
        }
        Body::Django(body) => (String::new(), format!("operations = [{body}]")),
    };
    if !case.transaction {
        attributes.insert_str(0, "atomic = False\n");
    }
    let attributes: String = attributes.lines().map(|line| format!("    {line}\n")).collect();
    let postgres = match case.database {
        Database::Postgres => {
            "from django.contrib.postgres.constraints import ExclusionConstraint\n\
             from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently\n\
             from django.contrib.postgres.operations import RemoveIndexConcurrently, ValidateConstraint\n"
        }
        _ => "",
    };
    format!(
        "from django.db import migrations, models\nfrom django.db.models import F, Func, Q, Value\n\
         from django.db.models.functions import Lower, Now, Random\n{postgres}\n\n{head}\n\nclass Migration(migrations.Migration):\n    \
         dependencies = [(\"shop\", \"0001_initial\")]\n{attributes}"
    )
}

/// Writes a string as Python does, each line of it in the same line.
fn python_string(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    format!("\"{escaped}\"")
}

/// Returns how bad a finding is where it counts as one.
pub(super) fn counts(finding: &Finding) -> bool {
    finding.level >= Level::Warning
}

fn context(case: &Case) -> Context {
    let dialect = match case.database {
        Database::Postgres => Dialect::Postgres,
        Database::Mysql | Database::Mariadb => Dialect::MySql,
    };
    let mut context = Context::new(dialect, DjangoVersion::V52);
    match case.database {
        Database::Mysql => context.server_version = (8, 4, 0),
        Database::Mariadb => {
            context.flavour = Flavour::MariaDb;
            context.server_version = (10, 11, 6);
        }
        Database::Postgres => {}
    }
    if let Some(major) = case.version {
        context.server_version = (major, 0, 0);
    }
    context
}

fn migration(text: &str, number: usize) -> Result<(Migration, Arc<Source>)> {
    let (sources, modules) = (Sources::default(), Modules::default());
    let source: Arc<Source> =
        sources.add(Path::new("shop/migrations/case.py"), text.into()).map_err(|error| anyhow!("{error:?}"))?;
    let context = Reading::new(&sources, &modules);
    let id = MigrationId::new("shop", format!("{number:04}_case"));
    let (raw, diagnostics) = read_migration(&context, &source, id, "shop.migrations.case");
    let raw = raw.with_context(|| format!("{text}\n{diagnostics:?}"))?;
    let understood = raw.migration_with(&SourceKnowledge::new(context, Some(&raw)));
    Ok((understood.map_err(|problems| anyhow!("{text}\n{problems:?}"))?, source))
}
