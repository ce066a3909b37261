//! `migrate --prune`: takes rows out of the history that have no migration on disk any more.

use std::fmt::Write as _;

use limosa_db::Lease;
use limosa_model::MigrationId;
use limosa_plan::planner::{self, Prune};

use crate::cli::args::Format;
use crate::cli::context::CommandContext;
use crate::cli::printer::{BOLD, GOOD, WARN};
use crate::connected::Connected;
use crate::error::Error;
use crate::run_record::RunRecord;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// Removes the rows of an app, unless a squash still needs one.
///
/// Source: Django `core/management/commands/migrate.py`, the part for `--prune`.
pub(super) async fn prune(
    context: &mut CommandContext,
    situation: &Situation,
    connected: Option<(&Workspace, &Connected, &Lease)>,
    app: &str,
) -> Result<(), Error> {
    let found = planner::prune(&situation.graph, app);
    if let (Prune::Rows(rows), Some((workspace, connected, lease))) = (&found, connected)
        && !rows.is_empty()
    {
        let mut record = RunRecord::new(workspace, connected, lease, Some(&context.command), None);
        record.begin().await?;
        let mut statements: Vec<String> =
            rows.iter().map(|id| connected.history.delete_statement(&id.app, &id.name)).collect();
        statements.extend(rows.iter().filter_map(|id| record.note(id, "pruned", true)));
        let result = connected.record(Some(lease), &statements).await;
        record.end(&result).await;
        result?;
    }
    match context.printer.format {
        // That it was refused is told whatever the verbosity, as Django does.
        Format::Text if matches!(found, Prune::Blocked(_)) => {
            context.printer.say(&format!("{BOLD}Pruning migrations:{BOLD:#}\n"));
            context.printer.data(&text(&found));
        }
        Format::Text => context.printer.say(&format!("{BOLD}Pruning migrations:{BOLD:#}\n{}", text(&found))),
        Format::Json => context.printer.event(&json(&found, &context.alias)),
    }
    Ok(())
}

fn text(found: &Prune) -> String {
    let mut text = String::new();
    match found {
        Prune::Rows(rows) if rows.is_empty() => text.push_str("  No migrations to prune.\n"),
        Prune::Rows(rows) => {
            for id in rows {
                _ = writeln!(text, "  {BOLD}Pruning {id}{BOLD:#} {GOOD}OK{GOOD:#}");
            }
        }
        Prune::Blocked(squashes) => {
            _ = writeln!(
                text,
                "{WARN}  Cannot use --prune because the following squashed migrations have their 'replaces' attributes and may \
                 not be recorded as applied:{WARN:#}"
            );
            for id in squashes {
                _ = writeln!(text, "    {id}");
            }
            _ = writeln!(
                text,
                "{WARN}  Re-run 'limosa migrate' if they are not marked as applied, and remove 'replaces' attributes in their \
                 Migration classes.{WARN:#}"
            );
        }
    }
    text
}

fn json(found: &Prune, alias: &str) -> serde_json::Value {
    let names = |ids: &[MigrationId]| -> Vec<serde_json::Value> {
        ids.iter().map(|id| serde_json::json!({ "app": id.app, "name": id.name })).collect()
    };
    let (pruned, blocked_by) = match found {
        Prune::Rows(rows) => (names(rows), Vec::new()),
        Prune::Blocked(squashes) => (Vec::new(), names(squashes)),
    };
    serde_json::json!({ "event": "pruned", "version": 1, "migrations": pruned, "blocked_by": blocked_by, "database": alias })
}
