//! The whole pending plan: every migration, every step, its transaction.

mod cost;
mod halves;

use limosa_check::Stats;
use limosa_db::{DbErrorKind, introspect};
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, Operation, Span};
use limosa_plan::branches::Unordered;
use limosa_plan::stage::Half;
use limosa_plan::steps::{self, Compiler, Step};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;
use serde::Serialize;

use self::cost::Costs;
pub use self::cost::{Cost, PlanLock};
pub use self::halves::{PlanHalf, halves};
use crate::branches;
use crate::check::stats;
use crate::connected::{self, Connected};
use crate::error::Error;
use crate::migrate::{self, MigratePlan};
use crate::stages::{self, StagedMigration};
use crate::workspace::Workspace;
use limosa_engine::runner::Fake;

/// A migration of the plan.
#[derive(Clone, Debug, Serialize)]
pub struct PlanMigration {
    /// The label of its app.
    pub app: String,
    /// Its name.
    pub name: String,
    /// Whether it is unapplied.
    pub backwards: bool,
    /// Whether it is one transaction with its history row.
    pub transaction: bool,
    /// The half of a deploy in which it runs: `pre-deploy`, `post-deploy`, `either`, `mixed` or `unclear`.
    pub stage: &'static str,
    /// Why.
    pub stage_because: String,
    /// Whether it can be unapplied afterwards.
    pub reversible: bool,
    /// Its operations, in the order in which they run.
    pub operations: Vec<PlanOperation>,
}

/// An operation of the plan, or (at the end) the statements that were put off.
#[derive(Clone, Debug, Serialize)]
pub struct PlanOperation {
    /// What it does.
    pub description: String,
    /// The half of a deploy in which it runs: that of its migration, where that is not `mixed`.
    pub stage: &'static str,
    /// Whether there is a way back.
    pub reversible: bool,
    /// Where it was written, `path:line:column`.
    pub place: Option<String>,
    /// Its steps.
    pub steps: Vec<PlanStep>,
}

/// All that a plan does.
#[derive(Clone, Debug)]
pub struct Steps {
    /// The migrations, in the order in which they run.
    pub migrations: Vec<PlanMigration>,
    /// The pairs of data migrations whose order nothing settles.
    pub unordered: Vec<Unordered>,
}

/// A step of the plan.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PlanStep {
    /// SQL.
    Sql {
        /// The text.
        sql: String,
        /// What it costs who works on the database meanwhile.
        #[serde(flatten)]
        cost: Cost,
    },
    /// Code of the project, run by its Python.
    Python,
    /// A function of the embedding program.
    Rust {
        /// Its name.
        function: String,
    },
}

/// Returns all steps of a plan.
///
/// Names that exist already come from the database; those that the plan itself makes are followed. After SQL of the project and Python
/// code, whose effect on the schema is not known, the names are those that would be there without it.
///
/// # Errors
/// When an operation does not fit the state, or its SQL cannot be written.
pub async fn steps(
    workspace: &mut Workspace,
    connected: Option<&Connected>,
    alias: &str,
    plan: &MigratePlan,
) -> Result<Steps, Error> {
    let context = connected::context_at(workspace, connected, alias)?;
    let mut catalog = match connected {
        Some(connected) => introspect::load(&connected.connection).await?,
        None => Catalog::new(context.dialect),
    };
    let (mut jobs, end) = migrate::jobs(workspace, plan, Fake::No, &context)?;
    let unordered = branches::doubts(workspace, plan, &end, &context);
    let stages = stages::of_plan(workspace, plan, &context)?;
    let applied = migrate::applied_portions(workspace, &plan.graph, &plan.parts)?;
    workspace.route(alias, &context, &applied, &mut jobs).await?;
    let mut migrations = Vec::with_capacity(jobs.len());
    let mut costs = Costs::new(match connected {
        Some(connected) => match stats::of(&connected.connection).await {
            // Who only looks may not see how much there is.
            Err(Error::Database(error)) if error.kind == DbErrorKind::Permission => Stats::default(),
            stats => stats?,
        },
        None => Stats::default(),
    });
    for job in &jobs {
        let staged = stages.iter().find(|staged| staged.id == job.migration.id);
        let tables = catalog.clone();
        let compiler = Compiler::new(&context, &mut catalog, &job.migration, &job.before, job.direction, false);
        let compiler = compiler.map(|compiler| compiler.without(&job.skipped));
        let compiled = compiler.and_then(steps::compile).map_err(|error| workspace.step_error(&error))?.0;
        let half = staged.map_or(Half::Either, StagedMigration::half);
        let backwards = job.direction == Direction::Backwards;
        let runs_itself = job.migration.runs_itself(true);
        let operations = compiled.into_iter().map(|compiled| PlanOperation {
            description: compiled.description(),
            stage: operation_stage(half, &job.migration, staged, compiled.operation),
            reversible: backwards || runs_itself || compiled.operation.is_none_or(steps::has_way_back),
            place: place(&*workspace, compiled.operation.and_then(|operation| operation.span.0)),
            steps: compiled.steps.into_iter().map(|step| costs.step(step, &tables, &context)).collect(),
        });
        let MigrationId { app, name } = &job.migration.id;
        migrations.push(PlanMigration {
            app: app.to_string(),
            name: name.to_string(),
            backwards,
            reversible: backwards || steps::irreversible(workspace.migration(&job.migration.id)?).is_empty(),
            transaction: steps::is_one_transaction(&context, &job.migration, job.direction),
            stage: stages::half_name(half),
            stage_because: staged.map(|staged| stages::describe(workspace, staged)).unwrap_or_default(),
            operations: operations.collect(),
        });
    }
    Ok(Steps { migrations, unordered })
}

/// Returns the half in which an operation runs.
fn operation_stage(
    half: Half,
    migration: &Migration,
    staged: Option<&StagedMigration>,
    operation: Option<&Operation>,
) -> &'static str {
    if half != Half::Mixed {
        return stages::half_name(half);
    }
    let place = migration.operations.iter().position(|known| operation.is_some_and(|one| std::ptr::eq(one, known)));
    let of = place.and_then(|place| staged?.staged.operations.get(place)).and_then(|operation| operation.stage);
    stages::half_name(of.map_or(Half::Either, Half::Of))
}

fn place(workspace: &Workspace, span: Option<Span>) -> Option<String> {
    let location = workspace.sources().location(span?)?;
    Some(format!("{}:{}:{}", location.path.display(), location.line, location.column))
}

impl Costs {
    fn step(&mut self, step: Step, tables: &Catalog, context: &Context) -> PlanStep {
        match step {
            Step::Sql(sql) => PlanStep::Sql { cost: self.of(&sql, tables, context), sql },
            Step::Python { .. } => PlanStep::Python,
            Step::Rust { function } => PlanStep::Rust { function: function.to_string() },
        }
    }
}
