//! Rows of migrations that a replacement has taken the place of for good.

use std::collections::BTreeSet;

use limosa_db::AppliedMigration;
use limosa_model::MigrationId;
use limosa_source::project::Kind;

use super::{Finding, History, id, shown};

/// Finds them where nothing else reads the history: Django takes a replacement for not applied without these rows, as long as it names
/// them in `replaces`.
pub(super) fn find(history: &History<'_>) -> Vec<Finding> {
    if history.workspace.project().kind == Kind::Django {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let rows = history.rows().iter().filter(|row| !history.loader().contains(&id(row)) && seen.insert(id(row)));
    rows.filter_map(|row| finding(history, row)).collect()
}

fn finding(history: &History<'_>, row: &AppliedMigration) -> Option<Finding> {
    let (loader, replaced) = (history.loader(), id(row));
    let squashes = loader.squashes().filter(|squash| loader.replaces(squash).any(|id| *id == replaced));
    let squashes: Vec<&MigrationId> = squashes.collect();
    let is_complete = squashes.iter().all(|squash| history.situation.graph.recorded().contains(*squash));
    if squashes.is_empty() || !is_complete {
        return None;
    }
    let names: Vec<String> = squashes.iter().map(ToString::to_string).collect();
    let verb = if names.len() == 1 { "replaces it and is" } else { "replace it and are" };
    let message = format!("the row of {replaced} is needed no more: {} {verb} recorded", names.join(" and "));
    let mut finding = Finding::new("replaced-row", message);
    finding.details.push(shown(row));
    finding.mend.push(history.removal(row));
    Some(finding)
}
