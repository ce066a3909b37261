//! `max_migration.txt`: the file in which a project that uses django-linear-migrations keeps the name of an app's last migration.

use std::path::{Path, PathBuf};

use limosa_model::MigrationId;
use limosa_source::project::Migrations;

use super::choose::{Choice, usage};
use super::files::FileChange;
use crate::error::Error;
use crate::workspace::Workspace;

/// The name of the file.
pub(crate) const NAME: &str = "max_migration.txt";

/// Returns which leaf goes behind which, when git left a conflict in the file; nothing when it did not.
///
/// Where branches are merged, git's first side is the branch that one stands on; where they are rebased it is the other one.
///
/// Source: django-linear-migrations, the command `rebase_migration`.
///
/// # Errors
/// When the sides name migrations that are not the leaves.
pub(super) fn conflict(workspace: &Workspace, leaves: &[MigrationId]) -> Result<Option<Choice>, Error> {
    let Some(app) = leaves.first().map(|leaf| &leaf.app) else { return Ok(None) };
    let Some(path) = path(workspace, app) else { return Ok(None) };
    let text = std::fs::read_to_string(&path).map_err(Error::of_file(&path))?;
    let Some((first, last)) = sides(&text) else { return Ok(None) };
    let (onto, moved) = if is_merging(workspace.root()) { (last, first) } else { (first, last) };
    let leaf = |name: &str| {
        leaves.iter().find(|leaf| leaf.name == name).cloned().ok_or_else(|| {
            let names: Vec<&str> = leaves.iter().map(|leaf| leaf.name.as_str()).collect();
            let help = format!("the leaves are {}: name the one to put behind the other", names.join(", "));
            usage(format!("{} names `{name}`, which is no leaf", path.display()), &help)
        })
    };
    Ok(Some(Choice { moved: leaf(moved)?, onto: leaf(onto)? }))
}

/// Returns the change that lets the file name a migration; nothing when the app has no such file.
pub(super) fn change(workspace: &Workspace, last: &MigrationId) -> Result<Option<FileChange>, Error> {
    let Some(path) = path(workspace, &last.app) else { return Ok(None) };
    let before = std::fs::read_to_string(&path).map_err(Error::of_file(&path))?;
    Ok(Some(FileChange::replaced(path, before, format!("{}\n", last.name))))
}

pub(crate) fn path(workspace: &Workspace, app: &str) -> Option<PathBuf> {
    match &workspace.project().app(app)?.migrations {
        Migrations::In { folder, .. } => Some(folder.join(NAME)).filter(|path| path.is_file()),
        _ => None,
    }
}

/// Returns the names on both sides of a conflict.
fn sides(text: &str) -> Option<(&str, &str)> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match &lines[..] {
        [begin, first, .., last, end] if begin.starts_with("<<<<<<<") && end.starts_with(">>>>>>>") => {
            Some((first, last))
        }
        _ => None,
    }
}

/// Returns whether git is in the middle of a merge.
fn is_merging(root: &Path) -> bool {
    let Some(git) = root.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists()) else { return false };
    // In a work tree of its own, `.git` is a file that names the folder.
    let folder = match std::fs::read_to_string(&git) {
        Ok(text) => match text.trim().strip_prefix("gitdir:") {
            Some(named) => git.parent().map_or_else(|| PathBuf::from(named.trim()), |parent| parent.join(named.trim())),
            None => return false,
        },
        Err(_) => git,
    };
    folder.join("MERGE_HEAD").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_of_a_conflict() {
        for (text, expected) in [
            ("0002_a\n", None),
            ("<<<<<<< HEAD\n0002_a\n=======\n0002_b\n>>>>>>> b\n", Some(("0002_a", "0002_b"))),
            (
                "<<<<<<< HEAD\n0002_a\n||||||| base\n0001_initial\n=======\n0002_b\n>>>>>>> b\n",
                Some(("0002_a", "0002_b")),
            ),
            ("<<<<<<< HEAD\n0002_a\n", None),
        ] {
            assert_eq!(sides(text), expected, "{text}");
        }
    }
}
