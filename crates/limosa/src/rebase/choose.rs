//! Which app, and which of its leaves goes behind which.

use std::collections::BTreeSet;

use limosa_model::{MigrationId, SmolStr};

use super::max_migration;
use crate::error::Error;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// A branch and the one that it is put behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The leaf of the branch that is moved.
    pub moved: MigrationId,
    /// The leaf that it comes after.
    pub onto: MigrationId,
}

/// Returns the app with several leaves, and these; the one that is named, or the only one.
///
/// # Errors
/// When there is none, or several and none is named.
pub fn leaves(workspace: &Workspace, situation: &Situation, app: Option<&str>) -> Result<Vec<MigrationId>, Error> {
    let conflicts = situation.graph.conflicts();
    let label = match app {
        Some(label) => {
            workspace.check_app(label)?;
            if !conflicts.contains_key(label) {
                return Err(usage(
                    format!("app `{label}` does not have more than one leaf"),
                    "there is nothing to do: its migrations end with one that all others come before",
                ));
            }
            SmolStr::from(label)
        }
        None => match conflicts.keys().collect::<Vec<_>>()[..] {
            [] => {
                return Err(usage("no app has more than one leaf".into(), "there is nothing to do"));
            }
            [label] => label.clone(),
            ref labels => {
                let labels: Vec<&str> = labels.iter().map(|label| label.as_str()).collect();
                return Err(usage(
                    format!("several apps have more than one leaf: {}", labels.join(", ")),
                    "name one of them: `limosa rebase APP`",
                ));
            }
        },
    };
    let names = conflicts.get(&label).into_iter().flatten();
    Ok(names.map(|name| MigrationId::new(label.clone(), name.clone())).collect())
}

/// Returns which leaf goes behind which: as it is asked for, as a conflict in `max_migration.txt` says, or the one of which nothing is applied.
///
/// # Errors
/// When nothing of that says it.
pub fn choose(
    workspace: &Workspace,
    situation: &Situation,
    leaves: &[MigrationId],
    moved: Option<&str>,
    onto: Option<&str>,
) -> Result<Choice, Error> {
    let (moved, onto) = (leaf(leaves, moved)?, leaf(leaves, onto)?);
    let others = |leaf: &MigrationId| leaves.iter().filter(|other| *other != leaf).collect::<Vec<_>>();
    match (moved, onto) {
        (Some(moved), Some(onto)) if moved != onto => return Ok(Choice { moved: moved.clone(), onto: onto.clone() }),
        (Some(_), Some(_)) => return Err(usage("a branch cannot be put behind itself".into(), "name two leaves")),
        (Some(moved), None) => {
            if let [onto] = others(moved)[..] {
                return Ok(Choice { moved: moved.clone(), onto: onto.clone() });
            }
        }
        (None, Some(onto)) => {
            if let [moved] = others(onto)[..] {
                return Ok(Choice { moved: moved.clone(), onto: onto.clone() });
            }
        }
        (None, None) => {
            if let Some(choice) = max_migration::conflict(workspace, leaves)? {
                return Ok(choice);
            }
            if let [one, other] = leaves {
                match (is_begun(situation, one, other), is_begun(situation, other, one)) {
                    (true, false) => return Ok(Choice { moved: other.clone(), onto: one.clone() }),
                    (false, true) => return Ok(Choice { moved: one.clone(), onto: other.clone() }),
                    _ => {}
                }
            }
        }
    }
    let names: Vec<&str> = leaves.iter().map(|leaf| leaf.name.as_str()).collect();
    let (app, last) = leaves.last().map_or(("", ""), |leaf| (leaf.app.as_str(), leaf.name.as_str()));
    let onto = if leaves.len() > 2 { format!(" --onto {}", names[0]) } else { String::new() };
    Err(usage(
        format!("app `{app}` has the leaves {}, and nothing says which comes last", names.join(", ")),
        &format!("name the one to put behind the other: `limosa rebase {app} {last}{onto}`"),
    ))
}

/// Returns the leaf whose name begins so.
fn leaf<'l>(leaves: &'l [MigrationId], prefix: Option<&str>) -> Result<Option<&'l MigrationId>, Error> {
    let Some(prefix) = prefix else { return Ok(None) };
    let exact = leaves.iter().find(|leaf| leaf.name == prefix);
    let found: Vec<&MigrationId> = leaves.iter().filter(|leaf| leaf.name.starts_with(prefix)).collect();
    match (exact, found.as_slice()) {
        (Some(leaf), _) | (None, &[leaf]) => Ok(Some(leaf)),
        _ => {
            let names: Vec<&str> = leaves.iter().map(|leaf| leaf.name.as_str()).collect();
            let how = if found.is_empty() { "no leaf's name begins with" } else { "several leaves' names begin with" };
            Err(usage(format!("{how} `{prefix}`"), &format!("the leaves are {}", names.join(", "))))
        }
    }
}

/// Returns whether something of a leaf's branch is applied.
fn is_begun(situation: &Situation, leaf: &MigrationId, other: &MigrationId) -> bool {
    let graph = &situation.graph;
    let common: BTreeSet<&MigrationId> = graph.forwards_plan(other).unwrap_or_default().into_iter().collect();
    let own = graph.forwards_plan(leaf).unwrap_or_default();
    own.into_iter().any(|id| id.app == leaf.app && !common.contains(id) && graph.applied(id).is_some())
}

pub(super) fn usage(message: String, help: &str) -> Error {
    Error::Usage { message, help: help.to_owned() }
}
