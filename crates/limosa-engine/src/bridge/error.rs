//! What can go wrong with the bridge.

use std::fmt;
use std::io;
use std::path::PathBuf;

use limosa_db::DbError;
use limosa_sql::dialect::Dialect;
use serde::Deserialize;
use thiserror::Error;

/// Why the bridge did not do what was asked.
#[derive(Debug, Error)]
pub enum BridgeError {
    /// The interpreter does not exist.
    #[error("no Python interpreter `{}`: name the project's own with --python, or activate its environment", .0.display())]
    PythonNotFound(PathBuf),
    /// The project's folder does not exist.
    #[error("no project folder `{}`", .0.display())]
    NoProject(PathBuf),
    /// The interpreter could not be started.
    #[error("cannot start `{}`: {source}", python.display())]
    Start {
        /// The interpreter.
        python: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The interpreter has no Django, or none that is supported.
    #[error("{message}: name the project's own interpreter with --python, or activate its environment")]
    Django {
        /// The interpreter.
        python: String,
        /// What is wrong.
        message: String,
    },
    /// The settings could not be imported.
    #[error("cannot import the project's settings: {0}")]
    Settings(Box<PythonError>),
    /// An app could not be imported.
    #[error("cannot load the project's apps: {0}")]
    Apps(Box<PythonError>),
    /// Python code raised an error.
    #[error("{0}")]
    Python(Box<PythonError>),
    /// What was running was interrupted.
    #[error("interrupted")]
    Interrupted,
    /// The process ended by itself.
    #[error("the Python process ended unexpectedly ({status}){}", tail(stderr))]
    Died {
        /// How it ended.
        status: String,
        /// The last that it wrote to stderr.
        stderr: String,
    },
    /// The two sides do not understand each other.
    #[error("the Python process does not speak the bridge's protocol: {0}")]
    Protocol(String),
    /// The process could not be talked to.
    #[error("cannot talk to the Python process: {0}")]
    Io(#[from] io::Error),
}

/// An error that Python raised.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PythonError {
    /// A stable name of what failed: `settings`, `apps`, `migration`, `operation`, `protocol`, `error`.
    pub kind: String,
    /// The class of the error, with its module unless it is built in.
    #[serde(rename = "type")]
    pub class: String,
    /// Its message.
    pub message: String,
    /// The traceback without the frames of Django and of the bridge before the user's.
    #[serde(default)]
    pub traceback: String,
    /// The user's file in which it was raised: the migration's, when it took part.
    pub file: Option<PathBuf>,
    /// The line in it.
    pub line: Option<u32>,
    /// The database's code, when it refused something: an SQLSTATE, MySQL's number, SQLite's extended result code.
    pub code: Option<String>,
}

impl BridgeError {
    pub(super) fn at_start(error: PythonError, python: String) -> Self {
        match error.kind.as_str() {
            "django-missing" | "django-version" => Self::Django { python, message: error.message },
            _ => Self::Python(error.into()),
        }
    }

    pub(super) fn from_python(error: PythonError) -> Self {
        match error.kind.as_str() {
            "interrupted" => Self::Interrupted,
            "settings" => Self::Settings(error.into()),
            "apps" => Self::Apps(error.into()),
            _ => Self::Python(error.into()),
        }
    }

    /// Returns what the database said of a statement that Django's connection executed.
    pub(crate) fn refusal(&self, dialect: Dialect) -> Option<DbError> {
        let python = self.python()?;
        Some(DbError::of_code(dialect, python.code.as_deref()?, python.message.trim_end()))
    }

    /// Returns what Python said, when it said something.
    pub fn python(&self) -> Option<&PythonError> {
        match self {
            Self::Settings(error) | Self::Apps(error) | Self::Python(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for PythonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.class)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " ({}:{line})", file.display()),
            (Some(file), None) => write!(f, " ({})", file.display()),
            _ => Ok(()),
        }
    }
}

fn tail(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!(":\n{stderr}") }
}
