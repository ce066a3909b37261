//! Hashes of what an answer depends on.

use std::path::Path;
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use crate::config::Env;
use crate::django::directory::Directory;
use crate::project::Project;

/// Variables that change from shell to shell and mean nothing to a project.
const VOLATILE: [&str; 8] = ["_", "SHLVL", "PWD", "OLDPWD", "TERM", "COLUMNS", "LINES", "WINDOWID"];

/// Folders without files of the project.
const SKIPPED: [&str; 4] = ["node_modules", "__pycache__", "site-packages", "target"];

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
    python_files(&project.root, &mut add);
    for folder in project.linked_folders() {
        python_files(&folder, &mut add);
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

/// Adds path, size and time of change of the project's Python files.
fn python_files(folder: &Path, add: &mut impl FnMut(&str)) {
    let listing = Directory::read(folder);
    for name in listing.files().filter(|name| name.ends_with(".py")) {
        let path = folder.join(name);
        if let Ok(metadata) = fs_err::metadata(&path) {
            let changed =
                metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            add(&format!("{} {} {}", path.display(), metadata.len(), changed.as_nanos()));
        }
    }
    for name in listing.folders().filter(|name| !name.starts_with('.') && !SKIPPED.contains(name)) {
        let inside = folder.join(name);
        if !inside.join("pyvenv.cfg").exists() {
            python_files(&inside, add);
        }
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
