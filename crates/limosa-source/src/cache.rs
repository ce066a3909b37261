//! Answers of the project's Python, kept for as long as what they came from is unchanged.
//!
//! An answer is found again by what was asked, of which project with which settings module and interpreter, and by which version of this
//! program and of the bridge. It holds only while all that it was read from is the same: the content of files (the modules of the project
//! and of what is installed as a folder, the migrations, the modules of their fields' and operations' classes, files that were opened),
//! what was there and what was not, the names in folders that were listed, environment variables, the installed packages, and the
//! interpreter. Whether it holds is found out by looking at files alone. A password is never written: of variables only hashes are, and
//! of a database's password the place where it was read.

mod entry;
mod hidden;
mod stamp;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::config::{Env, variables};
use crate::describe::{ProjectDescription, ReadFrom};
use crate::project::{Need, Project};

use entry::Entry;

/// A folder with answers of projects' Python.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    /// What asks, beside this crate.
    asker: String,
}

impl Cache {
    /// Returns the user's cache: `LIMOSA_CACHE_DIR`, `XDG_CACHE_HOME/limosa` or `HOME/.cache/limosa`.
    pub fn of_user(env: &Env) -> Option<Self> {
        let folder = match env.non_empty(variables::CACHE_DIR.name) {
            Some(folder) => PathBuf::from(folder),
            None => match env.non_empty(variables::XDG_CACHE_HOME.name) {
                Some(folder) => Path::new(folder).join("limosa"),
                None => Path::new(env.non_empty(variables::HOME.name)?).join(".cache/limosa"),
            },
        };
        Some(Self::at(folder))
    }

    /// Returns the cache in this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), asker: String::new() }
    }

    /// Returns the cache for the answers that this code gives in Python.
    #[must_use]
    pub fn asked_by<'a>(self, code: impl IntoIterator<Item = &'a str>) -> Self {
        Self { asker: stamp::texts(code), ..self }
    }

    /// Returns the answer to a need, as the bridge gave it, when it still holds.
    pub fn recall(&self, project: &Project, need: &Need) -> Option<Json> {
        self.recall_text(project, &question(need))
    }

    /// Returns the answer to any other question, when it still holds.
    pub fn recall_answer(&self, project: &Project, question: &str) -> Option<Json> {
        self.recall_text(project, question)
    }

    fn recall_text(&self, project: &Project, question: &str) -> Option<Json> {
        let text = fs_err::read(self.path(project, question)).ok()?;
        let entry: Entry = serde_json::from_slice(&text).ok()?;
        if entry.holds(project) { hidden::reveal(entry.answer, &entry.hidden, &project.config.env) } else { None }
    }

    /// Keeps the bridge's answer to a need; one that does not say what it came from, or holds a secret of an unknown origin, and what
    /// cannot be written, is not kept.
    pub fn keep(&self, project: &Project, need: &Need, answer: &Json) {
        // What an operation does depends on all migrations before it.
        let all = matches!(need, Need::StateDelta { .. });
        self.keep_text(project, &question(need), all, matches!(need, Need::Describe { .. }), answer);
    }

    /// Keeps the answer to any other question in the same way, until any migration changes.
    pub fn keep_answer(&self, project: &Project, question: &str, answer: &Json) {
        self.keep_text(project, question, true, false, answer);
    }

    fn keep_text(&self, project: &Project, question: &str, migrations: bool, describes: bool, answer: &Json) {
        let Some(read) = answer.get("read").and_then(|read| serde_json::from_value::<ReadFrom>(read.clone()).ok())
        else {
            return;
        };
        // What cannot be imported now may be importable the next time.
        let failed = |migration: &Json| migration.get("error").is_some();
        if answer.get("migrations").and_then(Json::as_array).is_some_and(|all| all.iter().any(failed)) {
            return;
        }
        let mut answer = answer.clone();
        let mut hidden = Vec::new();
        if describes {
            match serde_json::from_value::<ProjectDescription>(answer.clone()) {
                Ok(description) if !has_other_secrets(&description) => {}
                _ => return,
            }
            let Some(found) = hidden::hide(&mut answer, &read, &project.config.env) else { return };
            hidden = found;
        }
        let Some(entry) = Entry::new(project, read, migrations, hidden, answer) else { return };
        if let Ok(text) = serde_json::to_vec(&entry) {
            _ = write(&self.path(project, question), &text);
        }
    }

    fn path(&self, project: &Project, question: &str) -> PathBuf {
        self.folder.join(format!("{}.json", stamp::question(project, &self.asker, question)))
    }
}

/// Returns all that is asked, apart from why.
fn question(need: &Need) -> String {
    match need {
        Need::Describe { .. } => "describe".to_owned(),
        Need::Models { .. } => "models of apps without migrations".to_owned(),
        Need::Export { migrations } => {
            let ids: Vec<String> = migrations.iter().map(|(id, _)| id.to_string()).collect();
            format!("export {}", ids.join(" "))
        }
        Need::StateDelta { operations } => {
            let paths: Vec<String> = operations.iter().map(|(id, path)| format!("{id}:{path}")).collect();
            format!("deltas {}", paths.join(" "))
        }
    }
}

/// Returns whether a description holds what must not be written, besides passwords.
fn has_other_secrets(description: &ProjectDescription) -> bool {
    description.databases.values().any(|database| {
        let options = database.options.to_string().to_ascii_lowercase();
        ["passw", "secret", "token"].iter().any(|word| options.contains(word)) || database.name.contains("://")
    })
}

/// Writes a file that only the user can read, at once or not at all.
fn write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    create_folder(folder)?;
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let written = open(&draft).and_then(|mut file| file.write_all(text)).and_then(|()| fs_err::rename(&draft, path));
    if written.is_err() {
        _ = fs_err::remove_file(&draft);
    }
    written
}

#[cfg(unix)]
fn create_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_folder(folder: &Path) -> std::io::Result<()> {
    fs_err::create_dir_all(folder)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}
