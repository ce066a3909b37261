//! `limosa showmigrations`: lists migrations and says which are applied, in Django's layout.

mod history;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use limosa_db::AppliedMigration;
use limosa_model::MigrationId;
use limosa_model::graph::{Applied, MigrationGraph};
use limosa_plan::planner::Target;
use serde::Serialize;

use crate::cli::args::{Format, ShowMigrationsArgs};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::BOLD;
use crate::connected::{self, Connected};
use crate::error::Error;
use crate::migrate;
use crate::situation::Situation;
use crate::stages;
use crate::workspace::Workspace;

/// In which half of a deploy pending migrations run.
type Stages = BTreeMap<MigrationId, &'static str>;

#[derive(Serialize)]
struct Listed<'a> {
    app: &'a str,
    name: &'a str,
    applied: bool,
    /// Whether it is a squash whose replaced migrations are all applied but that is not recorded itself.
    unrecorded: bool,
    applied_at: Option<&'a str>,
    /// The half of a deploy in which it will run; nothing for one that is applied and has no pending operations that wait.
    stage: Option<&'static str>,
    replaces: usize,
    dependencies: Vec<String>,
}

pub(super) async fn run(context: &mut CommandContext, args: &ShowMigrationsArgs) -> Result<Exit, Error> {
    let workspace = context.workspace().await?;
    if args.history {
        return history::run(context, &workspace, args).await;
    }
    for label in &args.app_label {
        workspace.check_app(label)?;
    }
    let connected = context.connect_if_present(&workspace).await?;
    let situation = Situation::of(&workspace, connected.as_ref(), true).await?;
    let stages = match args.stages || context.printer.format == Format::Json {
        true => pending_stages(&workspace, &situation, connected.as_ref(), &context.alias),
        false => Stages::new(),
    };
    let (printer, verbosity) = (&mut context.printer, context.verbosity);
    let text = match (printer.format, args.plan) {
        (Format::Json, _) => {
            let ids = if args.plan {
                plan_order(&situation.graph, &args.app_label)
            } else {
                list_order(&situation.graph, &args.app_label)
            };
            let listed: Vec<Listed<'_>> = ids.iter().map(|id| listed(id, &situation, &stages)).collect();
            printer.json(&serde_json::json!({ "version": 1, "migrations": listed }));
            return Ok(Exit::Done);
        }
        (Format::Text, true) => plan(&situation, &args.app_label, verbosity, &stages),
        (Format::Text, false) => list(&situation, &args.app_label, verbosity, &stages),
    };
    printer.data(&text);
    Ok(Exit::Done)
}

/// Source: Django `core/management/commands/showmigrations.py`, `show_list`.
fn list(situation: &Situation, labels: &[String], verbosity: u8, stages: &Stages) -> String {
    let graph = &situation.graph;
    let mut text = String::new();
    for app in apps(graph, labels) {
        _ = writeln!(text, "{BOLD}{app}{BOLD:#}");
        let ids = app_order(graph, &app);
        if ids.is_empty() {
            text.push_str(" (no migrations)\n");
        }
        for id in ids {
            let squashed = graph.loader().replaces(id).count();
            let mut title = id.name.to_string();
            if squashed > 0 {
                _ = write!(title, " ({squashed} squashed migrations)");
            }
            match graph.applied(id) {
                Some(Applied::Recorded) => {
                    // Django takes a squash for applied because of what it replaces, and forgets its own row.
                    let at = applied_at(situation, id).filter(|_| verbosity >= 2 && squashed == 0);
                    // As Django, without the fraction of the second.
                    let at = at.map(|at| at.split('.').next().unwrap_or(at));
                    let at = at.map(|at| format!(" (applied at {at})")).unwrap_or_default();
                    _ = writeln!(text, " [X] {title}{at}{}", waiting(id, situation));
                }
                Some(Applied::Derived) => {
                    _ = writeln!(text, " [-] {title} Run 'limosa migrate' to finish recording.");
                }
                None => _ = writeln!(text, " [ ] {title}{}", stage(id, stages)),
            }
        }
    }
    text
}

/// Source: Django `core/management/commands/showmigrations.py`, `show_plan`.
fn plan(situation: &Situation, labels: &[String], verbosity: u8, stages: &Stages) -> String {
    let graph = &situation.graph;
    let ids = plan_order(graph, labels);
    if ids.is_empty() {
        return "(no migrations)\n".into();
    }
    let mut text = String::new();
    for id in ids {
        let mark = if graph.applied(id).is_some() { "[X]" } else { "[ ]" };
        let dependencies: Vec<String> = graph.parents(id).map(ToString::to_string).collect();
        let dependencies = if verbosity >= 2 && !dependencies.is_empty() {
            format!(" ... ({})", dependencies.join(", "))
        } else {
            String::new()
        };
        _ = writeln!(text, "{mark}  {id}{dependencies}{}{}", waiting(id, situation), stage(id, stages));
    }
    text
}

/// Returns the apps in the order in which they were asked for or else, sorted, all with a package of migrations.
fn apps(graph: &MigrationGraph, labels: &[String]) -> Vec<String> {
    if !labels.is_empty() {
        return labels.to_vec();
    }
    graph.loader().apps().migrated.iter().map(ToString::to_string).collect()
}

fn list_order<'g>(graph: &'g MigrationGraph, labels: &[String]) -> Vec<&'g MigrationId> {
    apps(graph, labels).iter().flat_map(|app| app_order(graph, app)).collect()
}

/// Returns an app's migrations in the order of the plans of its leaves.
fn app_order<'g>(graph: &'g MigrationGraph, app: &str) -> Vec<&'g MigrationId> {
    ordered(graph, &[app.to_owned()]).into_iter().filter(|id| id.app == app).collect()
}

fn plan_order<'g>(graph: &'g MigrationGraph, labels: &[String]) -> Vec<&'g MigrationId> {
    if labels.is_empty() { graph.full_plan() } else { ordered(graph, labels) }
}

fn ordered<'g>(graph: &'g MigrationGraph, labels: &[String]) -> Vec<&'g MigrationId> {
    let mut seen = BTreeSet::new();
    let mut ids = Vec::new();
    for leaf in graph.leaf_nodes(None).into_iter().filter(|leaf| labels.iter().any(|label| leaf.app == label.as_str()))
    {
        let plan = graph.forwards_plan(&leaf).unwrap_or_default();
        ids.extend(plan.into_iter().filter(|id| seen.insert(*id)));
    }
    ids
}

fn listed<'a>(id: &'a MigrationId, situation: &'a Situation, stages: &Stages) -> Listed<'a> {
    let graph = &situation.graph;
    Listed {
        app: &id.app,
        name: &id.name,
        applied: graph.applied(id).is_some(),
        unrecorded: graph.applied(id) == Some(Applied::Derived),
        applied_at: applied_at(situation, id),
        stage: stages.get(id).copied(),
        replaces: graph.loader().replaces(id).count(),
        dependencies: graph.parents(id).map(ToString::to_string).collect(),
    }
}

/// Returns the stages of what is pending; nothing where there is no plan, which `migrate` tells.
fn pending_stages(workspace: &Workspace, situation: &Situation, connected: Option<&Connected>, alias: &str) -> Stages {
    let staged = connected::context_at(workspace, connected, alias).and_then(|context| {
        let plan = migrate::plan(workspace, situation, &Target::All)?;
        stages::of_plan(workspace, &plan, &context)
    });
    let staged = staged.unwrap_or_default();
    staged.iter().map(|migration| (migration.id.clone(), stages::half_name(migration.half()))).collect()
}

/// Returns the stage of a migration behind its name.
fn stage(id: &MigrationId, stages: &Stages) -> String {
    stages.get(id).map(|stage| format!(" ({stage})")).unwrap_or_default()
}

/// Returns behind the name of an applied migration that it got pending operations since.
fn waiting(id: &MigrationId, situation: &Situation) -> &'static str {
    if situation.parts.late.contains_key(id) { " (pending operations wait)" } else { "" }
}

fn applied_at<'a>(situation: &'a Situation, id: &MigrationId) -> Option<&'a str> {
    let row = |row: &&AppliedMigration| row.app == id.app.as_str() && row.name == id.name.as_str();
    situation.rows.iter().rev().find(row).map(|row| row.applied.as_str())
}
