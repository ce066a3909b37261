//! What git says of the project's files.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// Returns the files below a folder that were added or changed since the branch left a revision, committed or not.
///
/// # Errors
/// When there is no git, no repository or no such revision.
pub(super) fn changed(folder: &Path, revision: &str) -> Result<Vec<PathBuf>, Error> {
    if revision.starts_with('-') {
        return Err(usage(format!("`{revision}` is no revision"), "name a branch, a tag or a commit"));
    }
    let base = git(folder, &["merge-base", revision, "HEAD"])?;
    let base = base.trim();
    let diff = git(folder, &["diff", "--name-only", "--relative", "-z", "--diff-filter=ACMRT", base, "--"])?;
    let new = git(folder, &["ls-files", "--others", "--exclude-standard", "-z"])?;
    let files = diff.split('\0').chain(new.split('\0')).filter(|name| !name.is_empty());
    Ok(files.map(|name| folder.join(name)).collect())
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, Error> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let output = output.map_err(|error| {
        usage(format!("git cannot be started: {error}"), "install git, or name the files (`--files`)")
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().trim_start_matches("fatal: ");
    Err(usage(
        format!("git {}: {}", arguments[0], if said.is_empty() { "no common ancestor" } else { said }),
        "name a revision that the clone holds: a shallow one has no history (`fetch-depth: 0`)",
    ))
}

fn usage(message: String, help: &str) -> Error {
    Error::Usage { message, help: help.into() }
}
