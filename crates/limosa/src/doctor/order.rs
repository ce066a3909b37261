//! Migrations that are recorded before what they depend on.

use std::collections::{BTreeMap, BTreeSet};

use limosa_db::PutOff;
use limosa_model::MigrationId;

use super::{Finding, History, id};
use crate::error::Error;

pub(super) async fn find(history: &History<'_>) -> Result<Vec<Finding>, Error> {
    let connected = history.connected;
    let table = PutOff::of(&connected.connection, connected.history.table()).await?;
    let put_off = table.read(&connected.connection).await?;
    // What was put off until after a deploy is recorded later on purpose.
    let put_off: BTreeSet<MigrationId> =
        put_off.iter().map(|row| MigrationId::new(row.app.as_str(), row.name.as_str())).collect();
    let mut rows = BTreeMap::new();
    for row in history.rows() {
        rows.entry(id(row)).or_insert(row.id);
    }
    let graph = &history.situation.graph;
    let mut findings = Vec::new();
    for migration in graph.full_plan() {
        for dependency in graph.parents(migration) {
            // A squash may be recorded long after it counts as applied.
            let own = place(history, &rows, migration).map(|place| rows.get(migration).copied().unwrap_or(place));
            let (Some(own), Some(other)) = (own, place(history, &rows, dependency)) else {
                continue;
            };
            if other <= own || put_off.contains(dependency) {
                continue;
            }
            let message = format!("{migration} is recorded before its dependency {dependency}");
            let mut finding = Finding::new("out-of-order", message);
            finding.details.push(format!("rows {own} and {other}"));
            finding.help = Some(
                "look whether both are in the schema: the dependency was declared later, a name was used again after a squash, or \
                 it stands for a migration of another branch; rows are not put into another order"
                    .to_owned(),
            );
            findings.push(finding);
        }
    }
    for gap in graph.inconsistencies().into_iter().filter(|gap| !put_off.contains(&gap.dependency)) {
        let message = format!("{} is recorded, and its dependency {} is not", gap.applied, gap.dependency);
        let mut finding = Finding::new("missing-dependency", message);
        finding.help = Some(format!(
            "if its changes are in the database: `limosa migrate --fake {} {}`; else unapply {} first",
            gap.dependency.app, gap.dependency.name, gap.applied
        ));
        findings.push(finding);
    }
    Ok(findings)
}

/// Returns when a migration was applied, as the id of a row: a squash when the last of what it replaces was, if that was earlier.
///
/// Nothing is said of one that replaces what is nowhere on disk: another branch applied that, in an order of its own.
fn place(history: &History<'_>, rows: &BTreeMap<MigrationId, i64>, migration: &MigrationId) -> Option<i64> {
    if history.loader().replaces(migration).any(|id| !history.loader().contains(id)) {
        return None;
    }
    let own = rows.get(migration).copied();
    let replaced: Option<Vec<i64>> = history.loader().replaces(migration).map(|id| rows.get(id).copied()).collect();
    let replaced = replaced.and_then(|ids| ids.into_iter().max());
    match (own, replaced) {
        (Some(own), Some(replaced)) => Some(own.min(replaced)),
        (own, replaced) => own.or(replaced),
    }
}
