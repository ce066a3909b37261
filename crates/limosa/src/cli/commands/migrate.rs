//! `limosa migrate`: applies migrations, or unapplies them back to one.

use std::fmt::Write as _;
use std::time::Duration;

use limosa_db::{DbError, DbErrorKind, LockWait};
use limosa_engine::events::{Event, Events};
use limosa_engine::interrupt::Interrupt;
use limosa_engine::runner::Fake;
use limosa_model::graph::Direction;
use limosa_model::operations::{OperationKind, Sql};
use limosa_model::{Migration, MigrationId, Operation};
use limosa_plan::planner::{Target, resolve_targets};
use limosa_sql::dialect::Dialect;

use crate::cli::args::{Format, MigrateArgs};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::{BOLD, WARN};
use crate::cli::reporter::Reporter;
use crate::cli::signals::Signals;
use crate::connected::{self, Connected};
use crate::error::Error;
use crate::migrate::{self, MigratePlan};
use crate::situation::Situation;
use crate::workspace::Workspace;

pub(super) async fn run(context: &mut CommandContext, args: &MigrateArgs) -> Result<Exit, Error> {
    let mut workspace = context.workspace().await?;
    let (app, name) = (args.app_label.as_deref(), args.migration_name.as_deref());
    if let Some(label) = app {
        workspace.check_app(label)?;
    }
    if args.plan || args.check_unapplied {
        return look(context, &workspace, args).await;
    }
    let fake = match (args.fake, args.fake_initial) {
        (true, _) => Fake::Yes,
        (false, true) => Fake::Initial,
        (false, false) => Fake::No,
    };
    let reporter = Reporter::new(context);
    let events = reporter.events();
    if context.database_is_missing(&workspace)? && !is_worth_a_file(context, &workspace, (app, name), fake)? {
        reporter.event(&Event::RunStarted { migrations: 0 });
        reporter.event(&Event::RunFinished { migrations: 0, took: Duration::ZERO });
        reporter.finish();
        return Ok(Exit::Done);
    }
    let connected = context.connect(&workspace).await?;
    let wait = match args.wait {
        _ if args.no_wait => LockWait::No,
        Some(limit) => LockWait::For(limit),
        None => LockWait::Forever,
    };
    let mut signals = Signals::listen()?;
    let Some(lock) = signals.unless(connected.lock(wait, &events)).await else {
        return Err(DbError::new(DbErrorKind::Cancelled, "interrupted while waiting for another runner").into());
    };
    let lock = lock?;
    let result = locked(context, &mut workspace, &connected, (app, name), fake, &events, &mut signals).await;
    reporter.finish();
    let released = lock.release(&connected.connection).await;
    let exit = result?;
    released?;
    Ok(exit)
}

async fn locked(
    context: &mut CommandContext,
    workspace: &mut Workspace,
    connected: &Connected,
    (app, name): (Option<&str>, Option<&str>),
    fake: Fake,
    events: &Events,
    signals: &mut Signals,
) -> Result<Exit, Error> {
    let situation = Situation::read(workspace, &connected.connection, &connected.history, false).await?;
    situation.check(workspace)?;
    let target = resolve_targets(&situation.graph, app, name)?;
    let plan = migrate::plan(workspace, &situation, &target)?;
    context.printer.say(&header(&situation, &target, &plan));
    let interrupt = Interrupt::new(connected.connection.cancel_handle());
    let run = migrate::run(workspace, connected, &plan, fake, events, &interrupt);
    signals.interrupting(run, &interrupt).await?;
    Ok(Exit::Done)
}

/// Looks at the project as it would be applied to an empty database, so that one that is wrong leaves no empty file behind.
///
/// Returns whether there is anything to apply.
fn is_worth_a_file(
    context: &mut CommandContext,
    workspace: &Workspace,
    (app, name): (Option<&str>, Option<&str>),
    fake: Fake,
) -> Result<bool, Error> {
    let situation = Situation::empty(workspace)?;
    situation.check(workspace)?;
    let target = resolve_targets(&situation.graph, app, name)?;
    let plan = migrate::plan(workspace, &situation, &target)?;
    let sql = connected::context(workspace, Dialect::Sqlite, 3_045_000);
    migrate::jobs(workspace, &plan, fake, &sql)?;
    let is_empty = situation.graph.full_plan().is_empty();
    if is_empty {
        context.printer.note(&format!("{WARN}warning{WARN:#}: the project has no migrations\n"));
        context.printer.say(&header(&situation, &target, &plan));
    }
    Ok(!is_empty)
}

/// `--plan` and `--check`: nothing is changed, not even an empty SQLite file made.
async fn look(context: &mut CommandContext, workspace: &Workspace, args: &MigrateArgs) -> Result<Exit, Error> {
    let situation = match context.connect_if_present(workspace).await? {
        Some(connected) => Situation::read(workspace, &connected.connection, &connected.history, false).await?,
        None => Situation::empty(workspace)?,
    };
    situation.check(workspace)?;
    let target = resolve_targets(&situation.graph, args.app_label.as_deref(), args.migration_name.as_deref())?;
    let plan = migrate::plan(workspace, &situation, &target)?;
    if args.plan {
        match context.printer.format {
            Format::Text => {
                let text = planned(workspace, &plan)?;
                context.printer.data(&text);
            }
            Format::Json => {
                let planned: Vec<_> = plan
                    .printed
                    .iter()
                    .map(|planned| {
                        let backwards = planned.direction == Direction::Backwards;
                        serde_json::json!({ "app": planned.id.app, "name": planned.id.name, "backwards": backwards })
                    })
                    .collect();
                context.printer.json(&serde_json::json!({ "version": 1, "migrations": planned }));
            }
        }
    }
    Ok(if args.check_unapplied && !plan.printed.is_empty() { Exit::Pending } else { Exit::Done })
}

/// Source: Django `core/management/commands/migrate.py`, `Command.handle`.
fn header(situation: &Situation, target: &Target, plan: &MigratePlan) -> String {
    let mut text = format!("{BOLD}Operations to perform:{BOLD:#}\n");
    let line = match target {
        Target::All => {
            let mut apps: Vec<String> =
                situation.graph.leaf_nodes(None).iter().map(|leaf| leaf.app.to_string()).collect();
            apps.dedup();
            let apps = if apps.is_empty() { "(none)".to_owned() } else { apps.join(", ") };
            format!("  {BOLD}Apply all migrations: {BOLD:#}{apps}")
        }
        Target::App(app) => format!("  {BOLD}Apply all migrations: {BOLD:#}{app}"),
        Target::Zero(app) => format!("  {BOLD}Unapply all migrations: {BOLD:#}{app}"),
        Target::Migration(id) => format!("  {BOLD}Target specific migration: {BOLD:#}{}, from {}", id.name, id.app),
    };
    _ = writeln!(text, "{line}\n{BOLD}Running migrations:{BOLD:#}");
    if plan.executed.is_empty() {
        text.push_str("  No migrations to apply.\n");
    }
    text
}

/// Source: Django `core/management/commands/migrate.py`, `--plan` and `describe_operation`.
fn planned(workspace: &Workspace, plan: &MigratePlan) -> Result<String, Error> {
    let mut text = format!("{BOLD}Planned operations:{BOLD:#}\n");
    if plan.printed.is_empty() {
        text.push_str("  No planned migration operations.\n");
    }
    for planned in &plan.printed {
        let migration: &Migration = workspace.migration(&planned.id)?;
        let id: &MigrationId = &planned.id;
        _ = writeln!(text, "{BOLD}{id}{BOLD:#}");
        let backwards = planned.direction == Direction::Backwards;
        for operation in &migration.operations {
            _ = writeln!(text, "    {}", describe(operation, backwards));
        }
    }
    Ok(text)
}

fn describe(operation: &Operation, backwards: bool) -> String {
    let (prefix, action) = match &operation.kind {
        OperationKind::RunPython(op) => {
            let code = if backwards { op.reverse_code.as_ref() } else { Some(&op.code) };
            ("", Some(code.map(|_| op.doc.as_deref().filter(|_| !backwards).unwrap_or_default().to_owned())))
        }
        OperationKind::RunSql(op) => {
            let sql = if backwards { op.reverse_sql.as_ref() } else { Some(&op.sql) };
            ("", Some(sql.map(sql_text)))
        }
        _ => (if backwards { "Undo " } else { "" }, None),
    };
    let tail = match action {
        None => String::new(),
        Some(None) => " -> IRREVERSIBLE".into(),
        Some(Some(text)) if text.is_empty() => String::new(),
        Some(Some(text)) => shortened(&format!(" -> {}", text.replace('\n', ""))),
    };
    format!("{prefix}{}{tail}", operation.describe())
}

fn sql_text(sql: &Sql) -> String {
    match sql {
        Sql::Script(script) => script.to_string(),
        Sql::Statements(statements) => {
            let texts: Vec<String> = statements.iter().map(|(sql, _)| format!("'{sql}'")).collect();
            format!("[{}]", texts.join(", "))
        }
    }
}

/// Cuts a text to 40 characters, the last of them an ellipsis.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}
