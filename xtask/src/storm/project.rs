//! The project that is applied: chapters of schema, rows, and indexes, in which each data migration counts itself.

mod django;
mod native;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use limosa_sql::dialect::Dialect;
use tempfile::TempDir;

/// In which language the migrations are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Language {
    /// Python, as Django writes them.
    Django,
    /// TOML and SQL.
    Native,
}

/// A project in a temporary folder.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) language: Language,
    /// What is to be done once: names of counters, and of rows of the history.
    pub(super) once: Vec<String>,
    folder: TempDir,
    python: Option<std::path::PathBuf>,
}

/// The files of a project, written one after another; each migration comes after the one before it.
struct Writer {
    folder: std::path::PathBuf,
    /// The migration that was written last.
    last: Option<String>,
    number: usize,
    once: Vec<String>,
}

/// How many chapters a project has.
const CHAPTERS: usize = 3;

impl Language {
    /// Returns the name, as an argument.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Django => "django",
            Self::Native => "native",
        }
    }

    /// Returns the name for people.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Django => "Django",
            Self::Native => "TOML and SQL",
        }
    }

    /// Returns the name of the history table.
    pub(super) fn history(self) -> &'static str {
        match self {
            Self::Django => "django_migrations",
            Self::Native => "limosa_migrations",
        }
    }
}

impl Project {
    /// Writes a project for a database into a temporary folder.
    pub(super) fn write(language: Language, dialect: Dialect, python: Option<&Path>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("limosa-storm-project-").tempdir()?;
        let mut writer = Writer { folder: folder.path().to_owned(), last: None, number: 0, once: Vec::new() };
        match language {
            Language::Django => django::write(&mut writer, dialect)?,
            Language::Native => native::write(&mut writer, dialect)?,
        }
        let python = match language {
            // As on a search path: the first of several.
            Language::Django => {
                let all = python.context("name a Python that has Django: --django, or LIMOSA_TEST_DJANGO")?;
                std::env::split_paths(all).next()
            }
            Language::Native => None,
        };
        Ok(Self { language, once: writer.once, folder, python })
    }

    /// Lets a runner work on it.
    pub(super) fn environment(&self, command: &mut Command) {
        command.current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("XDG_CACHE_HOME", self.folder.path().join(".cache"));
        if let Some(python) = &self.python {
            command.env("LIMOSA_PYTHON", python);
        }
    }
}

impl Writer {
    fn file(&self, path: &str, text: &str) -> Result<()> {
        let path = self.folder.join(path);
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        Ok(fs_err::write(path, text)?)
    }

    /// Writes the next migration; `text` gets its name and that of the one before.
    fn migration(
        &mut self,
        name: &str,
        extension: &str,
        text: impl FnOnce(&str, Option<&str>) -> String,
    ) -> Result<()> {
        self.number += 1;
        let name = format!("{:04}_{name}", self.number);
        let text = text(&name, self.last.as_deref());
        self.file(&format!("ledger/migrations/{name}.{extension}"), &text)?;
        self.once.push(format!("history ledger.{name}"));
        self.last = Some(name);
        Ok(())
    }

    /// Notes that a migration counts itself under its name.
    fn counts(&mut self) {
        self.once.extend(self.last.as_ref().map(|name| format!("counter {name}")));
    }
}

/// Returns a statement by which a migration counts itself.
fn count(name: &str) -> String {
    format!("INSERT INTO ledger_counter (name) VALUES ('{name}')")
}
