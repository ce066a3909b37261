//! `migrate --plan` and `--check`: what would run, without running it.

use std::fmt::Write as _;

use limosa_model::graph::Direction;
use limosa_model::operations::{OperationKind, Sql, StateEffect};
use limosa_model::{Migration, MigrationId, Operation, Value};
use limosa_sql::dialect::Context;

use super::Request;
use crate::branches;
use crate::cli::args::Format;
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::held::{self, HeldLine};
use crate::cli::order;
use crate::cli::printer::BOLD;
use crate::connected;
use crate::error::Error;
use crate::migrate::{self, MigratePlan};
use crate::situation::Situation;
use crate::workspace::Workspace;

/// Looks at a database and says what would run; nothing is changed, not even an empty SQLite file made.
pub(super) async fn look(
    context: &mut CommandContext,
    workspace: &Workspace,
    request: &Request<'_>,
) -> Result<Exit, Error> {
    let connected = context.connect_if_present(workspace).await?;
    let situation = Situation::of(workspace, connected.as_ref(), false).await?;
    let sql = connected::context_at(workspace, connected.as_ref(), &context.alias)?;
    show(context, workspace, &situation, request, &sql)
}

/// Says what would run on a database that was looked at.
pub(super) fn show(
    context: &mut CommandContext,
    workspace: &Workspace,
    situation: &Situation,
    request: &Request<'_>,
    sql: &Context,
) -> Result<Exit, Error> {
    situation.check(workspace)?;
    let (_, planned) = request.plan(workspace, situation, sql)?;
    let plan = planned.plan();
    let held =
        planned.half().map(|half| (half.stage, held::migrations(workspace, half))).filter(|(_, held)| !held.is_empty());
    if request.args.plan {
        match context.printer.format {
            Format::Text => {
                let mut text = operations(workspace, plan)?;
                text.extend(held.map(|(stage, held)| held::text(stage, &held)));
                context.printer.data(&text);
                warn(context, workspace, plan, request, sql)?;
            }
            Format::Json => {
                let migrations: Vec<_> = plan
                    .printed
                    .iter()
                    .map(|planned| {
                        let backwards = planned.direction == Direction::Backwards;
                        serde_json::json!({ "app": planned.id.app, "name": planned.id.name, "backwards": backwards })
                    })
                    .collect();
                let mut line = serde_json::json!({ "version": 1, "migrations": migrations, "database": context.alias });
                if planned.half().is_some() {
                    let held = held.map(|(_, held)| held).unwrap_or_default();
                    line["held"] = held.iter().map(|held| serde_json::json!(HeldLine::from(held))).collect();
                }
                context.printer.json(&line);
            }
        }
    }
    Ok(if request.args.check_unapplied && planned.is_pending() { Exit::Pending } else { Exit::Done })
}

/// Tells of data migrations whose order nothing settles.
fn warn(
    context: &mut CommandContext,
    workspace: &Workspace,
    plan: &MigratePlan,
    request: &Request<'_>,
    sql: &Context,
) -> Result<(), Error> {
    // That an operation does not fit the state is told when the plan is to be run.
    if let Ok((_, end)) = migrate::jobs(workspace, plan, request.options.fake, sql) {
        for pair in branches::doubts(workspace, plan, &end, sql) {
            context.printer.note(&order::line(&pair));
        }
    }
    Ok(())
}

/// Source: Django `core/management/commands/migrate.py`, `--plan` and `describe_operation`.
fn operations(workspace: &Workspace, plan: &MigratePlan) -> Result<String, Error> {
    let mut text = format!("{BOLD}Planned operations:{BOLD:#}\n");
    if plan.printed.is_empty() {
        text.push_str("  No planned migration operations.\n");
    }
    for planned in &plan.printed {
        let migration: &Migration = workspace.migration(&planned.id)?;
        let id: &MigrationId = &planned.id;
        _ = writeln!(text, "{BOLD}{id}{BOLD:#}");
        let backwards = planned.direction == Direction::Backwards;
        let runs =
            migration.operations.iter().enumerate().filter(|(place, _)| plan.parts.runs(id, *place, planned.direction));
        for (_, operation) in runs {
            _ = writeln!(text, "    {}", describe(operation, backwards));
        }
    }
    Ok(text)
}

fn describe(operation: &Operation, backwards: bool) -> String {
    // An operation of the project's own class has the code of the one that it is built on.
    let built_on = match &operation.kind {
        OperationKind::Custom(custom) => match &custom.effect {
            StateEffect::Base(base) => base,
            _ => operation,
        },
        _ => operation,
    };
    let (prefix, action) = match &built_on.kind {
        OperationKind::RunPython(op) => {
            let code = if backwards { op.reverse_code.as_ref() } else { Some(&op.code) };
            let doc = if backwards { op.reverse_doc.as_deref() } else { op.doc.as_deref() };
            ("", Some(code.map(|_| doc.unwrap_or_default().to_owned())))
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
            let texts: Vec<String> = statements
                .iter()
                .map(|(sql, params)| match params {
                    None => python_text(sql),
                    Some(params) => format!("({}, {})", python_text(sql), python_value(params)),
                })
                .collect();
            format!("[{}]", texts.join(", "))
        }
    }
}

/// Writes a text as Python shows it in a list.
fn python_text(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            _ if letter == quote => shown.extend(['\\', letter]),
            _ => shown.push(letter),
        }
    }
    shown.push(quote);
    shown
}

fn python_value(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(python_value).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(number) => number.to_string(),
        Value::Str(text) => python_text(text),
        Value::List(items) => format!("[{}]", all(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", all(items)),
        Value::Tuple(items) => format!("({})", all(items)),
        _ => "…".into(),
    }
}

/// Cuts a text to 40 characters, the last of them an ellipsis.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}
