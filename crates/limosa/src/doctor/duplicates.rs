//! Migrations that are recorded more than once.

use std::collections::BTreeMap;

use limosa_db::AppliedMigration;
use limosa_model::MigrationId;

use super::{Finding, History, id, shown};

pub(super) fn find(history: &History<'_>) -> Vec<Finding> {
    let mut rows: BTreeMap<MigrationId, Vec<&AppliedMigration>> = BTreeMap::new();
    for row in history.rows() {
        rows.entry(id(row)).or_default().push(row);
    }
    let several = rows.into_iter().filter(|(_, rows)| rows.len() > 1);
    several.map(|(migration, rows)| finding(history, &migration, &rows)).collect()
}

fn finding(history: &History<'_>, migration: &MigrationId, rows: &[&AppliedMigration]) -> Finding {
    let mut finding = Finding::new("duplicate-rows", format!("{migration} is recorded {} times", rows.len()));
    finding.details.extend(rows.iter().map(|row| shown(row)));
    finding.details.push(meaning(history, migration));
    // Later rows say nothing that the first does not say.
    finding.mend.extend(rows.iter().skip(1).map(|row| history.removal(row)));
    finding
}

/// Says what it would have left if the migration had run as often as it is recorded.
fn meaning(history: &History<'_>, migration: &MigrationId) -> String {
    let squashes = history.loader().squashes();
    let replacing = squashes.filter(|squash| history.loader().replaces(squash).any(|id| id == migration)).count();
    if replacing > 1 {
        return format!("{replacing} squashes replace it, and Django records it with each of them: nothing ran twice");
    }
    let Ok(migration) = history.workspace.migration(migration) else {
        return "its file is not there, so nobody can tell what a second run would have left".to_owned();
    };
    let opaque: Vec<String> = migration
        .operations
        .iter()
        .filter(|operation| operation.may_change_rows())
        .map(|operation| operation.describe())
        .collect();
    if opaque.is_empty() {
        return "it only changes the schema: a second run would have failed, so it was recorded again, such as with --fake, or by two \
                runners of which one had nothing left to do"
            .to_owned();
    }
    format!(
        "if two runners applied it at the same time, these took effect twice: {}; look for rows that are there twice",
        opaque.join(", ")
    )
}
