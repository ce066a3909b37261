//! The projects that are asked about, their environments, and the cache of answers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use super::Answers;

const SCRIPT: &str = include_str!("../../python/oracle.py");

/// A Django project and the interpreter of its environment.
#[derive(Clone, Debug)]
pub struct Project {
    /// The name of its folder.
    pub name: String,
    /// The folder with its `project.json`.
    pub folder: PathBuf,
    /// The interpreter that has Django and all its packages.
    pub python: PathBuf,
}

/// The server that a project is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
    /// MySQL: MariaDB runs everything, and Django takes it for MySQL where it prints `sqlmigrate`.
    MySql,
}

impl Server {
    /// Returns the server of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sqlite, Self::Postgres, Self::MariaDb, Self::MySql].into_iter().find(|server| server.name() == name)
    }

    /// Returns the name that the script has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
        }
    }
}

/// Why Django gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// The project or its environment is not there.
    #[error("no oracle project {name}: {why}")]
    NoProject {
        /// The project.
        name: String,
        /// What is missing.
        why: String,
    },
    /// The script failed.
    #[error("the oracle failed for {name}:\n{stderr}")]
    Failed {
        /// The project.
        name: String,
        /// What it said.
        stderr: String,
    },
    /// The answer has another shape.
    #[error("expected {expected} in {found}")]
    Shape {
        /// What was looked for.
        expected: String,
        /// Where.
        found: String,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Project {
    /// Finds a project by its name in `LIMOSA_ORACLE_PROJECTS`, its environment in `ORACLE_CACHE` as the judge made it.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn find(name: &str) -> Result<Self, OracleError> {
        let missing = |why: String| OracleError::NoProject { name: name.into(), why };
        let projects =
            env::var_os("LIMOSA_ORACLE_PROJECTS").ok_or_else(|| missing("LIMOSA_ORACLE_PROJECTS is not set".into()))?;
        let folder = Path::new(&projects).join(name);
        if !folder.join("project.json").exists() {
            return Err(missing(format!("{} has no project.json", folder.display())));
        }
        let home = env::home_dir().unwrap_or_default();
        let cache = env::var_os("ORACLE_CACHE").map_or_else(|| home.join(".cache/limosa-oracle"), PathBuf::from);
        let entries = fs::read_dir(&cache)?.filter_map(Result::ok).map(|entry| entry.path());
        let prefix = format!("{name}-");
        let mut environments: Vec<PathBuf> = entries
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
            .filter(|path| path.join(".ready").exists())
            .collect();
        environments.sort();
        let environment =
            environments.pop().ok_or_else(|| missing(format!("no environment in {}", cache.display())))?;
        Ok(Self { name: name.into(), folder, python: environment.join("bin/python") })
    }

    /// Returns a project of a folder with the interpreter of an environment.
    pub fn at(folder: &Path, python: &Path) -> Self {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { name, folder: folder.into(), python: python.into() }
    }

    /// Returns what Django does, from the cache (`LIMOSA_TEST_CACHE`) or by asking it.
    ///
    /// # Errors
    /// When Django cannot be asked, or its answer is not understood.
    pub fn answers(&self, server: Server) -> Result<Answers, OracleError> {
        let file = self.cached(server)?;
        if !file.exists() {
            self.ask(server, &file)?;
        }
        Answers::read(&fs::read_to_string(file)?)
    }

    fn cached(&self, server: Server) -> Result<PathBuf, OracleError> {
        let cache = env::var_os("LIMOSA_TEST_CACHE").map_or_else(|| PathBuf::from("target/oracle"), PathBuf::from);
        fs::create_dir_all(&cache)?;
        let mut hasher = DefaultHasher::new();
        SCRIPT.hash(&mut hasher);
        self.python.hash(&mut hasher);
        for file in files(&self.folder)? {
            file.strip_prefix(&self.folder).unwrap_or(&file).hash(&mut hasher);
            fs::read(&file)?.hash(&mut hasher);
        }
        Ok(cache.join(format!("{}-{}-{:016x}.json", self.name, server.name(), hasher.finish())))
    }

    fn ask(&self, server: Server, file: &Path) -> Result<(), OracleError> {
        let script = file.with_extension("py");
        fs::write(&script, SCRIPT)?;
        let output = Command::new(&self.python)
            .arg(&script)
            .arg(&self.folder)
            .arg(server.name())
            .arg(file)
            .arg("--backwards")
            .output();
        fs::remove_file(&script)?;
        let output = output?;
        if output.status.success() {
            return Ok(());
        }
        Err(OracleError::Failed {
            name: self.name.clone(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

/// All files of a folder, in order, without what Python leaves behind.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if !path.ends_with("__pycache__") {
                found.extend(files(&path)?);
            }
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
