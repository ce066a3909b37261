//! `showmigrations --history`: the record of runs, the last one last.

use std::fmt::Write as _;
use std::time::Duration;

use limosa_db::{RunFilter, RunLog, RunState, RunTime, StoredMigration, StoredRun};
use serde::Serialize;

use crate::cli::args::{Format, ShowMigrationsArgs};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::{BAD, BOLD, GOOD, WARN};
use crate::error::Error;
use crate::workspace::Workspace;

/// A run in JSON.
#[derive(Serialize)]
struct Run<'a> {
    run: &'a str,
    outcome: &'a str,
    command: Option<&'a str>,
    limosa: &'a str,
    user: Option<&'a str>,
    host: Option<&'a str>,
    pid: Option<i64>,
    started_at: &'a str,
    finished_at: Option<&'a str>,
    seconds: Option<f64>,
    plan_fingerprint: Option<&'a str>,
    took_over: Option<&'a str>,
    taken_over_by: Option<&'a str>,
    error_code: Option<&'a str>,
    error: Option<&'a str>,
    migrations: Vec<Done<'a>>,
}

/// What a run did with a migration, in JSON.
#[derive(Serialize)]
struct Done<'a> {
    app: &'a str,
    name: &'a str,
    backwards: bool,
    outcome: &'a str,
    started_at: &'a str,
    finished_at: Option<&'a str>,
    seconds: Option<f64>,
    statements: i64,
    sql_hash: &'a str,
    sql: Option<&'a str>,
}

pub(super) async fn run(
    context: &mut CommandContext,
    workspace: &Workspace,
    args: &ShowMigrationsArgs,
) -> Result<Exit, Error> {
    let filter = RunFilter {
        migrations: args.app_label.iter().map(|label| wanted(label)).collect(),
        limit: args.limit,
        sql: context.printer.format == Format::Json || context.verbosity >= 2,
    };
    let runs = match context.connect_if_present(workspace).await? {
        Some(connected) => RunLog::read(&connected.connection, connected.history.table(), &filter).await?,
        None => None,
    };
    let runs = runs.unwrap_or_default();
    let printer = &mut context.printer;
    match printer.format {
        Format::Json => {
            let runs: Vec<Run<'_>> = runs.iter().map(Run::from).collect();
            printer.json(&serde_json::json!({ "version": 1, "runs": runs }));
        }
        Format::Text if runs.is_empty() => printer.data("(no runs)\n"),
        Format::Text => {
            let texts: Vec<String> = runs.iter().map(text).collect();
            printer.data(&texts.join("\n"));
        }
    }
    Ok(Exit::Done)
}

/// Reads `app` or `app.name`, of which the beginning is enough.
fn wanted(label: &str) -> (String, Option<String>) {
    match label.split_once('.') {
        Some((app, name)) => (app.to_owned(), Some(name.to_owned())),
        None => (label.to_owned(), None),
    }
}

fn text(run: &StoredRun) -> String {
    let color = match &run.state {
        RunState::Ended(word) if word == "applied" => GOOD,
        RunState::Ended(_) | RunState::Died => BAD,
        RunState::TakenOver(_) | RunState::Running => WARN,
    };
    let mut text = format!("{BOLD}{} UTC{BOLD:#}  {color}{}{color:#}", whole_seconds(&run.time), run.state.word());
    if let RunState::TakenOver(by) = &run.state {
        _ = write!(text, " by run {by}");
    }
    if let Some(took) = run.time.took() {
        _ = write!(text, " in {}", shown(took));
    }
    let who = run.user.as_deref().unwrap_or("somebody");
    let place = run.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
    let command = run.command.as_deref().unwrap_or("(another program)");
    _ = writeln!(text, "  {command}\n    run {}, by {who}{place}, Limosa {}", run.run_id, run.version);
    for migration in &run.migrations {
        text += &line(migration);
    }
    if let Some(error) = &run.error {
        _ = writeln!(text, "    {BAD}error{BAD:#}: {}", error.lines().next().unwrap_or_default());
    } else if let Some(code) = &run.error_code {
        _ = writeln!(text, "    {BAD}error{BAD:#}: {code}");
    }
    text
}

fn line(migration: &StoredMigration) -> String {
    let name = match migration.app.as_str() {
        "" => "the history".to_owned(),
        app => format!("{app}.{}", migration.name),
    };
    let took = migration.time.took().map(shown).unwrap_or_default();
    let statements = match migration.statements {
        1 => "1 statement".to_owned(),
        many => format!("{many} statements"),
    };
    let mut text = format!("    {:<10} {name}  {took}, {statements}\n", migration.outcome);
    for line in migration.sql.iter().flat_map(|sql| sql.lines()) {
        _ = writeln!(text, "        {line}");
    }
    text
}

fn whole_seconds(time: &RunTime) -> &str {
    time.started_at.split('.').next().unwrap_or_default()
}

fn shown(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds {
        0..60 => format!("{:.3} s", took.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

impl<'a> From<&'a StoredRun> for Run<'a> {
    fn from(run: &'a StoredRun) -> Self {
        Self {
            run: &run.run_id,
            outcome: run.state.word(),
            command: run.command.as_deref(),
            limosa: &run.version,
            user: run.user.as_deref(),
            host: run.host.as_deref(),
            pid: run.pid,
            started_at: &run.time.started_at,
            finished_at: run.time.finished_at.as_deref(),
            seconds: run.time.took().map(|took| took.as_secs_f64()),
            plan_fingerprint: run.plan_fingerprint.as_deref(),
            took_over: run.took_over.as_deref(),
            taken_over_by: match &run.state {
                RunState::TakenOver(by) => Some(by),
                _ => None,
            },
            error_code: run.error_code.as_deref(),
            error: run.error.as_deref(),
            migrations: run.migrations.iter().map(Done::from).collect(),
        }
    }
}

impl<'a> From<&'a StoredMigration> for Done<'a> {
    fn from(migration: &'a StoredMigration) -> Self {
        Self {
            app: &migration.app,
            name: &migration.name,
            backwards: migration.backwards,
            outcome: &migration.outcome,
            started_at: &migration.time.started_at,
            finished_at: migration.time.finished_at.as_deref(),
            seconds: migration.time.took().map(|took| took.as_secs_f64()),
            statements: migration.statements,
            sql_hash: &migration.sql_hash,
            sql: migration.sql.as_deref(),
        }
    }
}
