//! `limosa plan`: shows all that `migrate` would do, step by step.

mod html;

use std::fmt::Write as _;

use limosa_plan::planner::resolve_targets;

use crate::cli::args::{Format, PlanArgs};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::order::{self, Pair};
use crate::cli::printer::{BOLD, DIM};
use crate::error::Error;
use crate::migrate;
use crate::plan::{self, PlanMigration, PlanStep, Steps};
use crate::situation::Situation;

pub(super) async fn run(context: &mut CommandContext, args: &PlanArgs) -> Result<Exit, Error> {
    let mut workspace = context.workspace().await?;
    let (app, name) = (args.app_label.as_deref(), args.migration_name.as_deref());
    if let Some(label) = app {
        workspace.check_app(label)?;
    }
    let connected = context.connect_if_present(&workspace).await?;
    let situation = Situation::of(&workspace, connected.as_ref(), false).await?;
    situation.check(&workspace)?;
    let target = resolve_targets(&situation.graph, app, name)?;
    let planned = migrate::plan(&workspace, &situation, &target)?;
    let Steps { migrations, unordered } =
        plan::steps(&mut workspace, connected.as_ref(), &context.alias, &planned).await?;
    let halves = plan::halves(&migrations);
    match context.printer.format {
        Format::Text if context.html => {
            let page =
                html::Page { alias: &context.alias, migrations: &migrations, halves: &halves, unordered: &unordered };
            context.printer.data(&page.write());
        }
        Format::Text => {
            for pair in &unordered {
                context.printer.note(&order::line(pair));
            }
            context.printer.data(&text(&migrations));
        }
        Format::Json => {
            let unordered: Vec<Pair<'_>> = unordered.iter().map(Pair::from).collect();
            let plan =
                serde_json::json!({ "version": 1, "migrations": migrations, "halves": halves, "unordered": unordered });
            context.printer.json(&plan);
        }
    }
    Ok(Exit::Done)
}

fn text(migrations: &[PlanMigration]) -> String {
    if migrations.is_empty() {
        return "Nothing to do.\n".into();
    }
    let mut text = String::new();
    let mut statements = 0;
    for migration in migrations {
        let verb = if migration.backwards { "unapply" } else { "apply" };
        let transaction = if migration.transaction { "one transaction" } else { "no transaction" };
        _ = writeln!(
            text,
            "{BOLD}{verb} {}.{}{BOLD:#} ({transaction}, {})",
            migration.app, migration.name, migration.stage
        );
        if migration.stage != "pre-deploy" {
            _ = writeln!(text, "  -- {}: {}", migration.stage, migration.stage_because);
        }
        for operation in &migration.operations {
            _ = writeln!(text, "  -- {}", operation.description);
            if operation.steps.is_empty() {
                text.push_str("  (nothing in the database)\n");
            }
            for step in &operation.steps {
                statements += 1;
                match step {
                    PlanStep::Sql { sql, cost } => {
                        _ = writeln!(text, "  {}", sql.trim().replace('\n', "\n  "));
                        if let Some(line) = cost.line() {
                            _ = writeln!(text, "    {DIM}{line}{DIM:#}");
                        }
                    }
                    PlanStep::Python => text.push_str("  (Python code)\n"),
                    PlanStep::Rust { function } => _ = writeln!(text, "  (Rust function {function})"),
                }
            }
        }
    }
    _ = writeln!(text, "{} migrations, {statements} steps", migrations.len());
    text
}
