//! Answers of the project's Python, kept for as long as what they came from is unchanged.
//!
//! An answer is found again by what was asked, by the settings module, and by the interpreter and its installed packages. It holds
//! only while the files that were read then (the modules of the project and of what is installed as a folder, the migrations, the
//! modules of their fields' and operations' classes) have the same content, those that were absent are absent, and the environment
//! variables that were read have the same values. A password is never written: of variables only hashes are, and of a database's
//! password the place where it was read.

mod hidden;
mod stamp;

use std::io::Write;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::config::{Env, variables};
use crate::describe::{ProjectDescription, ReadFrom};
use crate::project::{Need, Project};

use hidden::Hidden;

/// A folder with answers of projects' Python.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// What an answer depends on, as it was when it was given.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    files: IndexMap<PathBuf, String>,
    absent: Vec<PathBuf>,
    environment: IndexMap<String, Option<String>>,
    whole_environment: Option<String>,
    hidden: Vec<Hidden>,
    answer: Json,
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
        Some(Self { folder })
    }

    /// Returns the cache in this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Returns the answer to a need, as the bridge gave it, when it still holds.
    pub fn recall(&self, project: &Project, need: &Need) -> Option<Json> {
        self.recall_text(project, &question(project, need))
    }

    /// Returns the answer to any other question, when it still holds.
    pub fn recall_answer(&self, project: &Project, question: &str) -> Option<Json> {
        self.recall_text(project, &format!("{question} in {}", stamp::sources(project)))
    }

    fn recall_text(&self, project: &Project, question: &str) -> Option<Json> {
        let text = fs_err::read(self.path(project, question)).ok()?;
        let entry: Entry = serde_json::from_slice(&text).ok()?;
        let env = &project.config.env;
        let holds = entry.files.iter().all(|(path, hash)| stamp::file(path).as_ref() == Some(hash))
            && !entry.absent.iter().any(|path| path.exists())
            && entry.environment.iter().all(|(name, hash)| stamp::variable(env, name) == *hash)
            && entry.whole_environment.is_none_or(|hash| stamp::environment(env) == hash);
        if holds { hidden::reveal(entry.answer, &entry.hidden, env) } else { None }
    }

    /// Keeps the bridge's answer to a need; one that does not say what it came from, or holds a secret of an unknown origin, and what
    /// cannot be written, is not kept.
    pub fn keep(&self, project: &Project, need: &Need, answer: &Json) {
        self.keep_text(project, &question(project, need), matches!(need, Need::Describe { .. }), answer);
    }

    /// Keeps the answer to any other question in the same way.
    pub fn keep_answer(&self, project: &Project, question: &str, answer: &Json) {
        self.keep_text(project, &format!("{question} in {}", stamp::sources(project)), false, answer);
    }

    fn keep_text(&self, project: &Project, question: &str, describes: bool, answer: &Json) {
        let Some(read) = answer.get("read").and_then(|read| serde_json::from_value::<ReadFrom>(read.clone()).ok())
        else {
            return;
        };
        // What cannot be imported now may be importable the next time.
        let migrations = answer.get("migrations").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        if migrations.iter().any(|migration| migration.get("error").is_some()) {
            return;
        }
        let env = &project.config.env;
        let mut answer = answer.clone();
        let mut hidden = Vec::new();
        if describes {
            match serde_json::from_value::<ProjectDescription>(answer.clone()) {
                Ok(description) if !has_other_secrets(&description) => {}
                _ => return,
            }
            let Some(found) = hidden::hide(&mut answer, &read, env) else { return };
            hidden = found;
        }
        let mut files = IndexMap::new();
        for path in &read.files {
            // A file that is gone already says nothing about the next time.
            let Some(hash) = stamp::file(path) else { return };
            files.insert(path.clone(), hash);
        }
        let entry = Entry {
            files,
            environment: read.environment.iter().map(|name| (name.clone(), stamp::variable(env, name))).collect(),
            whole_environment: read.whole_environment.then(|| stamp::environment(env)),
            absent: read.absent,
            hidden,
            answer,
        };
        if let Ok(text) = serde_json::to_vec(&entry) {
            _ = write(&self.path(project, question), &text);
        }
    }

    fn path(&self, project: &Project, question: &str) -> PathBuf {
        self.folder.join(format!("{}.json", stamp::project(project, question)))
    }
}

/// Returns all that is asked, apart from why.
fn question(project: &Project, need: &Need) -> String {
    match need {
        Need::Describe { .. } => "describe".to_owned(),
        Need::Export { migrations } => {
            let ids: Vec<String> = migrations.iter().map(|(id, _)| id.to_string()).collect();
            format!("export {}", ids.join(" "))
        }
        // What an operation does depends on all migrations before it.
        Need::StateDelta { operations } => {
            let paths: Vec<String> = operations.iter().map(|(id, path)| format!("{id}:{path}")).collect();
            format!("deltas {} in {}", paths.join(" "), stamp::sources(project))
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
