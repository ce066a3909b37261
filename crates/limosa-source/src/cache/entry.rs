//! An answer with what it depends on, as it was when it was given.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::hidden::Hidden;
use super::stamp;
use crate::describe::ReadFrom;
use crate::project::Project;

/// What is kept in a file.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    files: IndexMap<PathBuf, String>,
    absent: Vec<PathBuf>,
    present: Vec<PathBuf>,
    folders: IndexMap<PathBuf, String>,
    packages: IndexMap<PathBuf, String>,
    programs: IndexMap<PathBuf, String>,
    environment: IndexMap<String, Option<String>>,
    whole_environment: Option<String>,
    migrations: Option<String>,
    pub(super) hidden: Vec<Hidden>,
    pub(super) answer: Json,
}

impl Entry {
    /// Takes down what an answer was read from; nothing when some of it is gone already, which says nothing about the next time.
    pub(super) fn new(
        project: &Project,
        read: ReadFrom,
        migrations: bool,
        hidden: Vec<Hidden>,
        answer: Json,
    ) -> Option<Self> {
        let env = &project.config.env;
        let ReadFrom {
            mut files,
            mut absent,
            present,
            folders,
            packages,
            mut programs,
            environment,
            mut whole_environment,
        } = read;
        if let Some(interpreter) = &project.interpreter {
            // A script decides itself which interpreter it starts.
            if stamp::is_script(&interpreter.executable) {
                whole_environment = true;
                let (here, gone): (Vec<_>, Vec<_>) =
                    CHOICES.map(|name| project.root.join(name)).into_iter().partition(|path| path.exists());
                files.extend(here);
                absent.extend(gone);
            }
            programs.push(interpreter.executable.clone());
        }
        Some(Self {
            files: stamps(files, stamp::file)?,
            absent,
            present,
            folders: stamps(folders, stamp::folder)?,
            packages: stamps(packages, stamp::packages)?,
            programs: stamps(programs, stamp::program)?,
            environment: environment.into_iter().map(|name| (name.clone(), stamp::variable(env, &name))).collect(),
            whole_environment: whole_environment.then(|| stamp::environment(env)),
            migrations: migrations.then(|| stamp::sources(project)),
            hidden,
            answer,
        })
    }

    /// Returns whether all of it is the same now.
    pub(super) fn holds(&self, project: &Project) -> bool {
        let env = &project.config.env;
        self.environment.iter().all(|(name, hash)| stamp::variable(env, name) == *hash)
            && self.whole_environment.as_ref().is_none_or(|hash| stamp::environment(env) == *hash)
            && !self.absent.iter().any(|path| path.exists())
            && self.present.iter().all(|path| path.exists())
            && same(&self.programs, stamp::program)
            && same(&self.folders, stamp::folder)
            && same(&self.packages, stamp::packages)
            && self.migrations.as_ref().is_none_or(|hash| stamp::sources(project) == *hash)
            && same(&self.files, stamp::file)
    }
}

/// Files by which the usual managers of interpreters choose one.
const CHOICES: [&str; 3] = [".python-version", ".tool-versions", "mise.toml"];

type Stamp = fn(&Path) -> Option<String>;

fn stamps(paths: Vec<PathBuf>, stamp: Stamp) -> Option<IndexMap<PathBuf, String>> {
    paths.into_iter().map(|path| stamp(&path).map(|hash| (path, hash))).collect()
}

fn same(stamps: &IndexMap<PathBuf, String>, stamp: Stamp) -> bool {
    stamps.iter().all(|(path, hash)| stamp(path).as_ref() == Some(hash))
}
