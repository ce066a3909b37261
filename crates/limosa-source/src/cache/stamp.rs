//! Hashes of what an answer depends on.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::config::Env;
use crate::django::directory::Directory;
use crate::project::Project;

/// Variables that change from shell to shell and mean nothing to a project.
const VOLATILE: [&str; 8] = ["_", "SHLVL", "PWD", "OLDPWD", "TERM", "COLUMNS", "LINES", "WINDOWID"];

/// Returns the hash of what was asked of which project, interpreter and packages.
pub(super) fn project(project: &Project, question: &str) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    };
    add(env!("CARGO_PKG_VERSION"));
    add(question);
    add(&project.root.to_string_lossy());
    add(project.settings.module.as_deref().unwrap_or_default());
    // What a migration says may depend on the given database.
    add(project.config.database_url.as_ref().and_then(|_| project.vendor()).unwrap_or_default());
    if let Some(interpreter) = &project.interpreter {
        add(&interpreter.executable.to_string_lossy());
        for folder in interpreter.layout.iter().flat_map(|layout| &layout.site_packages) {
            add(&folder.to_string_lossy());
            for name in Directory::read(folder)
                .folders()
                .filter(|name| name.ends_with(".dist-info") || name.ends_with(".egg-info"))
            {
                add(name);
            }
        }
    }
    hex(hash)
}

/// Returns the hash of all files that were read here, the migrations among them.
pub(super) fn sources(project: &Project) -> String {
    let mut hash = Sha256::new();
    for (path, source) in project.sources.by_path() {
        for part in [path.to_string_lossy().as_ref(), &source.text] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    hex(hash)
}

/// Returns the hash of a file's content; nothing when it cannot be read.
pub(super) fn file(path: &Path) -> Option<String> {
    let mut hash = Sha256::new();
    hash.update(fs_err::read(path).ok()?);
    Some(hex(hash))
}

/// Returns the hash of a variable; nothing when it is not set.
pub(super) fn variable(env: &Env, name: &str) -> Option<String> {
    let mut hash = Sha256::new();
    hash.update(name);
    hash.update([0]);
    hash.update(env.var(name)?);
    Some(hex(hash))
}

/// Returns the hash of all variables that a project may mean.
pub(super) fn environment(env: &Env) -> String {
    let mut hash = Sha256::new();
    for (name, value) in env.variables().iter().filter(|(name, _)| !VOLATILE.contains(&name.as_str())) {
        hash.update(name);
        hash.update([0]);
        hash.update(value);
        hash.update([0]);
    }
    hex(hash)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
