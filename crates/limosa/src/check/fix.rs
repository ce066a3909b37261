//! `limosa check --fix`: writes what a finding asks for into the files of migrations, where that needs no judgement.
//!
//! What is written is read again before: the migrations must lead to the same models, and the finding must be gone; else nothing of that migration is
//! written.

mod chain;
mod dependants;
mod overlay;
mod verify;

use std::collections::{BTreeMap, BTreeSet};

use limosa_check::{Finding, Fix, FixKind};
use limosa_model::MigrationId;
use limosa_sql::dialect::Context;

use self::overlay::Overlay;
use super::{Configured, Judged, Selection};
use crate::connected::{self, Connected};
use crate::error::Error;
use crate::half_applied::HalfApplied;
use crate::rebase::FileChange;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// What is done about findings.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The files that change.
    pub files: Vec<FileChange>,
    /// The findings that are gone afterwards, each with what is done.
    pub fixed: Vec<(Finding, FixKind)>,
    /// The findings about which something could be done, and why it is not.
    pub left: Vec<(Finding, String)>,
    /// What people must do now.
    pub notes: Vec<String>,
}

/// Returns what can be done about what the checks say.
///
/// # Errors
/// When the database cannot be asked, or an operation does not fit the state.
pub async fn plan(
    workspace: &Workspace,
    connected: Option<&Connected>,
    alias: &str,
    configured: &Configured,
    selection: &Selection,
    judged: &Judged,
) -> Result<Fixed, Error> {
    let context = connected::context_at(workspace, connected, alias)?;
    let known = match connected {
        Some(connected) => Known::Database(
            Box::new(Situation::read(workspace, &connected.connection, &connected.history, true).await?),
            HalfApplied::read(connected).await?,
        ),
        None => {
            Known::Nothing(matches!(selection, Selection::Since(_) | Selection::Files(_) | Selection::Migration(..)))
        }
    };
    let Judged { findings, stats, .. } = judged;
    let mut fixer = Fixer { workspace, context: &context, configured, stats, overlay: Overlay::default() };
    let mut fixed = Fixed::default();
    let mut by_migration: Vec<(MigrationId, Vec<&Finding>)> = Vec::new();
    for finding in findings.iter().filter(|finding| !finding.fixes.is_empty()) {
        match by_migration.iter_mut().find(|(id, _)| *id == finding.migration) {
            Some((_, own)) => own.push(finding),
            None => by_migration.push((finding.migration.clone(), vec![finding])),
        }
    }
    for (id, own) in by_migration {
        if let Some(reason) = known.refuses(&id) {
            fixed.left.extend(own.into_iter().map(|finding| (finding.clone(), reason.clone())));
            continue;
        }
        let (done, left) = fixer.as_many(&id, &own);
        if let Some((overlay, notes)) = done.outcome {
            fixer.overlay = overlay;
            fixed.notes.extend(notes);
        }
        let kinds =
            done.findings.into_iter().filter_map(|finding| Some((finding.clone(), finding.fixes.first()?.kind)));
        fixed.fixed.extend(kinds);
        fixed.left.extend(left.into_iter().map(|(finding, reason)| (finding.clone(), reason)));
    }
    fixed.files = fixer.overlay.changes(workspace);
    Ok(fixed)
}

/// What is known of where migrations are applied.
enum Known {
    /// What a database says.
    Database(Box<Situation>, HalfApplied),
    /// Nothing; whether the migrations were named as those that are new.
    Nothing(bool),
}

impl Known {
    /// Returns why a migration must stay as it is.
    fn refuses(&self, id: &MigrationId) -> Option<String> {
        match self {
            Self::Database(situation, _) if situation.graph.applied(id).is_some() => {
                Some(format!("{id} is applied to the database: what ran stays as it was"))
            }
            Self::Database(situation, half) if half.names(id) || situation.put_off.contains_key(id) => {
                Some(format!("a part of {id} is applied to the database"))
            }
            Self::Nothing(false) => Some(
                "nobody knows where it is applied: name a database, or new migrations by `--since` or `--files`".into(),
            ),
            _ => None,
        }
    }
}

/// Fixes one migration after the other.
struct Fixer<'a> {
    workspace: &'a Workspace,
    context: &'a Context,
    configured: &'a Configured,
    stats: &'a limosa_check::Stats,
    overlay: Overlay,
}

/// Findings that are fixed together, with the files as they would be and what people must do then.
#[derive(Default)]
struct Done<'f> {
    findings: Vec<&'f Finding>,
    outcome: Option<(Overlay, Vec<String>)>,
}

impl Fixer<'_> {
    /// Fixes as many findings of a migration as go together; the others are returned with the reason.
    fn as_many<'f>(&self, id: &MigrationId, findings: &[&'f Finding]) -> (Done<'f>, Vec<(&'f Finding, String)>) {
        if let Ok(outcome) = self.migration(id, findings) {
            return (Done { findings: findings.to_vec(), outcome: Some(outcome) }, Vec::new());
        }
        let (mut done, mut left) = (Done::default(), Vec::new());
        for finding in findings {
            let mut tried = done.findings.clone();
            tried.push(finding);
            match self.migration(id, &tried) {
                Ok(outcome) => done = Done { findings: tried, outcome: Some(outcome) },
                Err(reason) => left.push((*finding, reason)),
            }
        }
        (done, left)
    }

    /// Returns the files as they would be with findings of a migration fixed, and what people must do then.
    fn migration(&self, id: &MigrationId, findings: &[&Finding]) -> Result<(Overlay, Vec<String>), String> {
        let mut fixes: BTreeMap<usize, BTreeSet<FixKind>> = BTreeMap::new();
        for Fix { operation, kind } in findings.iter().flat_map(|finding| &finding.fixes) {
            fixes.entry(*operation).or_default().insert(*kind);
        }
        let migration = self.overlay.migration(self.workspace, id).map_err(|error| error.to_string())?;
        let links = chain::Chain::of(&migration, &fixes)?;
        let mut attempt = self.overlay.clone();
        let chain = links.write(self.workspace, &mut attempt)?;
        dependants::follow(self.workspace, &mut attempt, id, &chain)?;
        verify::check(self, &attempt, &migration, &chain, &fixes, findings)?;
        attempt.put(id.clone(), chain);
        let defaults = fixes.iter().filter(|(_, kinds)| kinds.contains(&FixKind::DbDefault));
        let note = |(operation, _): (&usize, _)| {
            let described =
                migration.operations.get(*operation).map(limosa_model::Operation::describe).unwrap_or_default();
            format!("write the same `db_default` into the model, or `makemigrations` takes it away again ({described})")
        };
        Ok((attempt, defaults.map(note).collect()))
    }
}
