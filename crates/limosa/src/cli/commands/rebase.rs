//! `limosa rebase`: brings two leaves of an app together.

use std::fmt::Write as _;
use std::path::Path;

use limosa_db::{History, LockWait};
use limosa_model::MigrationId;
use serde::Serialize;

use crate::cli::args::{Format, RebaseArgs};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::{BOLD, GOOD};
use crate::cli::reporter::Reporter;
use crate::connected::{self, Connected};
use crate::error::Error;
use crate::rebase::{self, Edit, FileChange, Rebase};
use crate::situation::Situation;
use crate::workspace::Workspace;

pub(super) async fn run(context: &mut CommandContext, args: &RebaseArgs) -> Result<Exit, Error> {
    let workspace = context.workspace().await?;
    let connected = if args.files_only { None } else { context.connect_if_present(&workspace).await? };
    let mut rebase = plan(context, &workspace, connected.as_ref(), args).await?;
    if args.yes {
        match &connected {
            Some(connected) if !rebase.history.is_empty() => {
                let events = Reporter::new(context).events();
                let lease = connected.lock(LockWait::Forever, &events).await?;
                // What is applied may be another thing by now.
                let done = match plan(context, &workspace, Some(connected), args).await {
                    Ok(again) => {
                        rebase = again;
                        let record = rebase.record(&workspace, connected, &lease, Some(&context.command));
                        rebase::write(&rebase.files, record).await
                    }
                    Err(error) => Err(error),
                };
                lease.release(&connected.connection).await?;
                done?;
            }
            _ => rebase::write(&rebase.files, async { Ok(()) }).await?,
        }
    }
    match context.printer.format {
        Format::Json => context.printer.json(&json(&workspace, context, &rebase, args.yes)),
        Format::Text => context.printer.data(&text(&workspace, &rebase, args.yes)),
    }
    Ok(Exit::Done)
}

async fn plan(
    context: &CommandContext,
    workspace: &Workspace,
    connected: Option<&Connected>,
    args: &RebaseArgs,
) -> Result<Rebase, Error> {
    let sql = connected::context_at(workspace, connected, &context.alias)?;
    let situation = Situation::of(workspace, connected, true).await?;
    let history = match connected {
        Some(connected) => connected.history.clone(),
        None => History::named(workspace.history_table().clone(), sql.dialect),
    };
    let leaves = rebase::leaves(workspace, &situation, args.app_label.as_deref())?;
    if args.merge {
        return rebase::merge(workspace, &situation, &sql, &leaves);
    }
    let (moved, onto) = (args.migration_name.as_deref(), args.onto.as_deref());
    let choice = rebase::choose(workspace, &situation, &leaves, moved, onto)?;
    let rebase = rebase::behind(workspace, &situation, &history, &choice)?;
    if let Some(connected) = connected {
        rebase.check(connected).await?;
    }
    Ok(rebase)
}

fn text(workspace: &Workspace, rebase: &Rebase, done: bool) -> String {
    let mut text = String::new();
    for change in &rebase.files {
        let path = shown(workspace, &change.path);
        let what = match (&change.new_path, &change.before) {
            (Some(new), _) => format!(" -> {}", shown(workspace, new)),
            (None, Some(_)) => String::new(),
            (None, None) => " (new)".to_owned(),
        };
        _ = writeln!(text, "{BOLD}{path}{BOLD:#}{what}");
        for Edit { line, from, to } in &change.edits {
            _ = writeln!(text, "  line {line}: {from} -> {to}");
        }
        if change.edits.is_empty() && change.new_path.is_none() {
            change.after.lines().for_each(|line| _ = writeln!(text, "{}", format!("  {line}").trim_end()));
        }
    }
    if !rebase.history.is_empty() {
        _ = writeln!(text, "{BOLD}history{BOLD:#}");
        rebase.history.iter().for_each(|sql| _ = writeln!(text, "  {sql};"));
    }
    if done {
        _ = writeln!(text, "{GOOD}Done.{GOOD:#}");
    } else {
        text.push_str("\nNothing was changed: the same command with --yes does it.\n");
    }
    text
}

fn json(workspace: &Workspace, context: &CommandContext, rebase: &Rebase, done: bool) -> serde_json::Value {
    let id = |id: &MigrationId| serde_json::json!({ "app": id.app, "name": id.name });
    let renamed: Vec<_> =
        rebase.renamed.iter().map(|(from, to)| serde_json::json!({ "from": id(from), "to": id(to) })).collect();
    let files: Vec<ShownFile<'_>> = rebase.files.iter().map(|change| ShownFile::of(workspace, change)).collect();
    serde_json::json!({
        "version": 1, "database": context.alias, "renamed": renamed, "files": files, "history": rebase.history, "done": done,
    })
}

/// A file in JSON.
#[derive(Serialize)]
struct ShownFile<'a> {
    path: String,
    new_path: Option<String>,
    edits: Vec<ShownEdit<'a>>,
    text: &'a str,
}

#[derive(Serialize)]
struct ShownEdit<'a> {
    line: usize,
    from: &'a str,
    to: &'a str,
}

impl<'a> ShownFile<'a> {
    fn of(workspace: &Workspace, change: &'a FileChange) -> Self {
        let edits = change.edits.iter().map(|edit| ShownEdit { line: edit.line, from: &edit.from, to: &edit.to });
        Self {
            path: shown(workspace, &change.path),
            new_path: change.new_path.as_ref().map(|path| shown(workspace, path)),
            edits: edits.collect(),
            text: &change.after,
        }
    }
}

/// Returns a path as it is seen from the project's folder.
fn shown(workspace: &Workspace, path: &Path) -> String {
    path.strip_prefix(workspace.root()).unwrap_or(path).display().to_string()
}
