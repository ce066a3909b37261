//! `limosa check --fix`: what is written, or would be.

use std::fmt::Write as _;
use std::path::Path;

use limosa_check::{Finding, FixKind};
use serde_json::{Value, json};
use similar::TextDiff;

use crate::check::fix::{self, Fixed};
use crate::check::{Judged, Options, Selection};
use crate::cli::args::Format;
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::{BAD, BOLD, GOOD, WARN};
use crate::connected::Connected;
use crate::error::Error;
use crate::rebase::{self, FileChange};
use crate::workspace::Workspace;

/// Returns what can be done about findings.
pub(super) async fn plan(
    context: &CommandContext,
    workspace: &Workspace,
    connected: Option<&Connected>,
    options: &Options,
    judged: &Judged,
) -> Result<Fixed, Error> {
    fix::plan(workspace, connected, &context.alias, &options.configured, &options.selection, judged).await
}

/// Shows what would be written.
pub(super) fn diff(context: &mut CommandContext, workspace: &Workspace, fixed: &Fixed) -> Result<Exit, Error> {
    match context.printer.format {
        Format::Text => {
            let mut text: String = fixed.files.iter().map(|change| unified(workspace, change, true)).collect();
            text += &said(fixed, false);
            context.printer.data(&text);
        }
        Format::Json => context.printer.json(&value(workspace, fixed, false)),
    }
    Ok(if fixed.files.is_empty() { Exit::Done } else { Exit::Pending })
}

/// Writes the files, and says what was done.
pub(super) async fn write(context: &mut CommandContext, workspace: &Workspace, fixed: &Fixed) -> Result<(), Error> {
    rebase::write(&fixed.files, async { Ok(()) }).await?;
    match context.printer.format {
        Format::Text => {
            let mut text = String::new();
            for change in &fixed.files {
                let is_new = if change.before.is_none() { " (new)" } else { "" };
                _ = writeln!(text, "{BOLD}{}{BOLD:#}{is_new}", shown(workspace, &change.path));
            }
            text += &said(fixed, true);
            context.printer.data(&text);
        }
        Format::Json => context.printer.json(&value(workspace, fixed, true)),
    }
    Ok(())
}

/// Returns the selection with the files that were made.
pub(super) fn extended(workspace: &Workspace, selection: Selection, fixed: &Fixed) -> Selection {
    let changed = || fixed.files.iter().map(|change| change.path.clone());
    match selection {
        Selection::Files(mut files) => {
            files.extend(changed());
            Selection::Files(files)
        }
        Selection::Migration(app, name) => {
            let of_it = |migration: &&std::sync::Arc<limosa_model::Migration>| {
                migration.id.app == app && migration.id.name.starts_with(&name)
            };
            let own = workspace.migrations().into_iter().filter(of_it).filter_map(|migration| migration.source);
            let own = own.filter_map(|source| workspace.sources().get(source)).map(|source| source.path.clone());
            Selection::Files(own.chain(changed()).collect())
        }
        other => other,
    }
}

fn said(fixed: &Fixed, done: bool) -> String {
    let mut text = String::new();
    let what = if done { "fixed" } else { "would be fixed" };
    for (finding, kind) in &fixed.fixed {
        _ = writeln!(text, "{GOOD}{what}{GOOD:#} {}: {}", about(finding), kind.describe());
    }
    for (finding, reason) in &fixed.left {
        _ = writeln!(text, "{WARN}left{WARN:#} {}: {reason}", about(finding));
    }
    for note in &fixed.notes {
        _ = writeln!(text, "{WARN}note{WARN:#}: {note}");
    }
    if fixed.fixed.is_empty() && fixed.left.is_empty() {
        text.push_str("Nothing was found that can be fixed without judgement.\n");
    }
    text + "\n"
}

fn about(finding: &Finding) -> String {
    let operation = finding.operation.as_ref().map(|operation| format!(", {operation}")).unwrap_or_default();
    format!("{} in {}{operation}", finding.code, finding.migration)
}

/// Returns what changes of a file, as `diff -u` shows it.
fn unified(workspace: &Workspace, change: &FileChange, color: bool) -> String {
    let path = shown(workspace, &change.path);
    let before = change.before.as_deref().unwrap_or_default();
    let old = if change.before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let diff = TextDiff::from_lines(before, change.after.as_str());
    let plain = diff.unified_diff().context_radius(3).header(&old, &format!("b/{path}")).to_string();
    if !color {
        return plain;
    }
    let line = |line: &str| match line.chars().next() {
        Some('+') => format!("{GOOD}{}{GOOD:#}\n", line.trim_end_matches('\n')),
        Some('-') => format!("{BAD}{}{BAD:#}\n", line.trim_end_matches('\n')),
        _ => line.to_owned(),
    };
    plain.split_inclusive('\n').map(line).collect()
}

fn value(workspace: &Workspace, fixed: &Fixed, written: bool) -> Value {
    let of = |finding: &Finding| json!({ "code": finding.code, "migration": finding.migration.to_string(), "operation": finding.operation });
    let done = |(finding, kind): &(Finding, FixKind)| {
        let mut value = of(finding);
        value["what"] = kind.describe().into();
        value
    };
    let left = |(finding, reason): &(Finding, String)| {
        let mut value = of(finding);
        value["reason"] = reason.as_str().into();
        value
    };
    let file = |change: &FileChange| {
        json!({
            "path": shown(workspace, &change.path),
            "new": change.before.is_none(),
            "diff": unified(workspace, change, false),
        })
    };
    json!({
        "version": 1,
        "written": written,
        "fixed": fixed.fixed.iter().map(done).collect::<Vec<_>>(),
        "left": fixed.left.iter().map(left).collect::<Vec<_>>(),
        "notes": fixed.notes,
        "files": fixed.files.iter().map(file).collect::<Vec<_>>(),
    })
}

/// Returns a path as it is seen from the project's folder.
fn shown(workspace: &Workspace, path: &Path) -> String {
    path.strip_prefix(workspace.root()).unwrap_or(path).display().to_string()
}
