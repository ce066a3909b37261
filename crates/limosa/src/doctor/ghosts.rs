//! Rows of migrations that are not on disk.

use limosa_db::AppliedMigration;
use limosa_model::MigrationId;

use super::{Finding, History, id, shown};

pub(super) fn find(history: &History<'_>) -> Vec<Finding> {
    let loader = history.loader();
    let is_known = |id: &MigrationId| {
        loader.contains(id) || loader.squashes().any(|squash| loader.replaces(squash).any(|replaced| replaced == id))
    };
    let mut seen = std::collections::BTreeSet::new();
    let ghosts = history.rows().iter().filter(|row| !is_known(&id(row)) && seen.insert(id(row)));
    ghosts.map(|row| finding(history, row)).collect()
}

fn finding(history: &History<'_>, row: &AppliedMigration) -> Finding {
    let mut finding = Finding::new("ghost-row", format!("{} is recorded, and no such migration is there", id(row)));
    finding.details.push(shown(row));
    match judge(history, row) {
        Ghost::NoApp => {
            finding.details.push(format!("the app `{}` is not installed", row.app));
            finding.help = Some("install the app again, or leave the row: its tables may still be there".to_owned());
        }
        Ghost::NoMigrations => {
            finding.details.push(format!("the app `{}` has no migrations any more", row.app));
            finding.help = Some("leave the row: its tables may still be there".to_owned());
        }
        Ghost::Renamed(name) => {
            finding.details.push(format!(
                "{}.{name} has the same {} and is not applied: the file may have been renamed",
                row.app,
                if self::number(&name) == self::number(&row.name) { "number" } else { "name but for its number" }
            ));
            finding.help = Some(format!(
                "if it is the same migration: {}",
                history.connected.history.rename_row_statement(row.id, &name)
            ));
        }
        Ghost::Newer => {
            finding.details.push(
                "it comes after all that are there: it may be of another branch or of a newer version".to_owned(),
            );
            finding.help = Some("unapply it with the code that has it, before that code is gone".to_owned());
        }
        Ghost::Removed => {
            finding
                .details
                .push("all migrations of the app are applied: it was squashed and pruned, or deleted".to_owned());
            finding.mend.push(history.removal(row));
        }
        Ghost::Unclear => {
            finding
                .details
                .push("the app has migrations that are not applied: what became of this one cannot be told".to_owned());
            finding.help = Some("apply them, or correct the row by hand, and look again".to_owned());
        }
    }
    finding
}

/// What may have become of the migration.
enum Ghost {
    NoApp,
    NoMigrations,
    Renamed(String),
    Newer,
    Removed,
    Unclear,
}

fn judge(history: &History<'_>, row: &AppliedMigration) -> Ghost {
    if !history.workspace.installs(&row.app) {
        return Ghost::NoApp;
    }
    let graph = &history.situation.graph;
    let own: Vec<&MigrationId> = history.loader().migrations().filter(|id| id.app == row.app).collect();
    if own.is_empty() {
        return Ghost::NoMigrations;
    }
    let number = number(&row.name);
    let open = |id: &&&MigrationId| graph.contains(id) && graph.applied(id).is_none();
    let unapplied: Vec<&MigrationId> = own.iter().filter(open).copied().collect();
    // A branch that was put behind another one has new numbers.
    let rest = |name: &str| name.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
    let same_rest = unapplied.iter().find(|id| number.is_some() && rest(&id.name) == rest(&row.name));
    let same_number = || unapplied.iter().find(|id| number.is_some() && self::number(&id.name) == number);
    if let Some(same) = same_rest.or_else(same_number) {
        return Ghost::Renamed(same.name.to_string());
    }
    let last = own.iter().filter_map(|id| self::number(&id.name)).max();
    if number > last && number.is_some() {
        return Ghost::Newer;
    }
    if unapplied.is_empty() { Ghost::Removed } else { Ghost::Unclear }
}

/// Returns the number with which a name begins.
fn number(name: &str) -> Option<u64> {
    let digits = name.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().ok()
}
