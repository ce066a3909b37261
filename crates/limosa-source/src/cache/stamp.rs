//! Hashes of what an answer depends on.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::config::Env;
use crate::django::directory::Directory;
use crate::project::Project;

/// Variables that change from shell to shell and mean nothing to a project.
const VOLATILE: [&str; 8] = ["_", "SHLVL", "PWD", "OLDPWD", "TERM", "COLUMNS", "LINES", "WINDOWID"];

/// What Python itself writes beside modules.
const COMPILED: &str = "__pycache__";

/// Returns the hash of what is asked by what, of which project and interpreter.
pub(super) fn question(project: &Project, asker: &str, question: &str) -> String {
    let config = &project.config;
    let root = project.root.to_string_lossy();
    let interpreter = project.interpreter.as_ref().map(|found| found.executable.to_string_lossy());
    // What a migration says may depend on the databases that were given.
    let vendor = config.database_url.as_ref().and_then(|_| project.vendor()).unwrap_or_default();
    let given = config
        .databases
        .iter()
        .flat_map(|(alias, url)| [alias.as_str(), url.value.expose().split(':').next().unwrap_or_default()]);
    let known = [
        env!("CARGO_PKG_VERSION"),
        asker,
        question,
        &root,
        project.settings.module.as_deref().unwrap_or_default(),
        interpreter.as_deref().unwrap_or_default(),
        vendor,
    ];
    texts(known.into_iter().chain(given))
}

/// Returns the hash of texts.
pub(super) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
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

/// Returns the hash of the names in a folder; nothing when it is not there.
pub(super) fn folder(path: &Path) -> Option<String> {
    path.is_dir().then(|| texts(Directory::read(path).names().filter(|name| *name != COMPILED)))
}

/// Returns the hash of what is installed in a folder; nothing when it is not there.
///
/// A package that is installed again has another list of files.
pub(super) fn packages(path: &Path) -> Option<String> {
    let folder = Directory::read(path);
    let mut parts = Vec::new();
    for name in folder.names().filter(|name| *name != COMPILED) {
        parts.push(name.to_owned());
        let own = path.join(name);
        if name.ends_with(".pth") || name.ends_with(".egg-link") {
            parts.extend(file(&own));
        } else if name.ends_with(".dist-info") {
            parts.extend(program(&own.join("RECORD")));
        } else if name.ends_with(".egg-info") {
            parts.extend(program(&own.join("PKG-INFO")).or_else(|| program(&own)));
        }
    }
    path.is_dir().then(|| texts(parts.iter().map(String::as_str)))
}

/// Returns what changes when a file is written again, and costs little; nothing when it is not there.
pub(super) fn program(path: &Path) -> Option<String> {
    let data = fs_err::metadata(path).ok()?;
    let time = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Some(format!("{} {}", data.len(), time.as_nanos()))
}

/// Returns whether a file is a text that another program runs.
pub(super) fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    fs_err::File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok()) && start == *b"#!"
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
