//! `limosa check --deploy`: whether the new code may start.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::json;

use super::{fail_on, json, text};
use crate::check::deploy::{self, Gate};
use crate::check::{Configured, Options, Selection};
use crate::cli::args::{CheckArgs, Format};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::{BAD, BOLD, GOOD};
use crate::error::Error;
use crate::stages::{self, StagedMigration};
use crate::workspace::Workspace;

pub(super) async fn run(context: &mut CommandContext, args: &CheckArgs) -> Result<Exit, Error> {
    let mut workspace = context.workspace().await?;
    let configured = Configured::read(&workspace, &args.select, &args.ignore)?;
    let connected = context.connect_if_present(&workspace).await?;
    let fail_on = fail_on(args, &configured);
    let options = Options {
        selection: Selection::Pending,
        stats: None,
        stats_out: None,
        baseline: args.baseline.clone().or_else(|| configured.baseline.clone()),
        write_baseline: None,
        configured,
        divides: true,
    };
    let gate = deploy::gate(&mut workspace, connected.as_ref(), &context.alias, &options, fail_on).await?;
    match context.printer.format {
        Format::Text => {
            let text = write(&gate, &workspace, context.printer.colors_stdout());
            context.printer.data(&text);
        }
        Format::Json => {
            let shown = |migrations: &[StagedMigration]| -> Vec<Shown> {
                migrations.iter().map(|migration| Shown::new(migration, &workspace)).collect()
            };
            let breaks: Vec<_> = gate.breaks.iter().map(|finding| json::finding(finding, &workspace)).collect();
            context.printer.json(&json!({
                "version": 1,
                "ready": gate.is_open(),
                "needed": shown(&gate.needed),
                "breaks": breaks,
                "left": shown(&gate.left),
            }));
        }
    }
    Ok(if gate.is_open() { Exit::Done } else { Exit::Pending })
}

/// A migration, as JSON says it.
#[derive(Serialize)]
struct Shown {
    app: String,
    name: String,
    stage: &'static str,
    why: String,
}

impl Shown {
    fn new(migration: &StagedMigration, workspace: &Workspace) -> Self {
        Self {
            app: migration.id.app.to_string(),
            name: migration.id.name.to_string(),
            stage: stages::half_name(migration.half()),
            why: stages::describe(workspace, migration),
        }
    }
}

fn write(gate: &Gate, workspace: &Workspace, color: bool) -> String {
    let mut text = String::new();
    let list = |text: &mut String, title: &str, migrations: &[StagedMigration]| {
        if !migrations.is_empty() {
            _ = writeln!(text, "{BOLD}{title}:{BOLD:#}");
        }
        for migration in migrations {
            _ = writeln!(text, "  {}: {}", migration.id, stages::describe(workspace, migration));
        }
    };
    for finding in &gate.breaks {
        text.push_str(&text::finding(finding, workspace, color));
    }
    list(&mut text, "The new code needs what is not applied", &gate.needed);
    list(&mut text, "Left for the end of the deploy", &gate.left);
    let todo = match (gate.breaks.is_empty(), gate.needed.is_empty()) {
        (true, true) => None,
        (true, false) => Some("run `limosa migrate --pre-deploy`, and this again"),
        (false, _) => {
            Some("change what breaks, or say why it may (`# limosa: ignore CODE -- reason`), before any of it runs")
        }
    };
    _ = match todo {
        None => writeln!(text, "{GOOD}ready{GOOD:#}: the new code may start"),
        Some(todo) => writeln!(text, "{BAD}not ready{BAD:#}: {todo}"),
    };
    text
}
