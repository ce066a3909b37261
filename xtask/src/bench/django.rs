//! Django's side: the same work by Django, and the statements that it executes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::database::{Database, Kind};
use super::process::{self, Sample};
use super::project::Project;
use crate::servers::succeed;

/// Django in the interpreter that has it.
#[derive(Debug)]
pub(super) struct Django {
    /// The interpreter.
    pub(super) python: PathBuf,
    version: String,
    cache: Option<PathBuf>,
    scratch: PathBuf,
}

/// What Django did from empty.
#[derive(Clone, Debug)]
pub(super) struct FromEmpty {
    /// What it needed.
    pub(super) sample: Sample,
    /// What it executed.
    pub(super) statements: usize,
    /// In how many transactions.
    pub(super) transactions: usize,
    /// The statements, as a script.
    pub(super) script: PathBuf,
    /// Whether it was measured in an earlier run.
    pub(super) cached: bool,
}

/// What `benches/django_bench.py migrate` prints.
#[derive(Debug, Serialize, Deserialize)]
struct Printed {
    seconds: f64,
    cpu_seconds: f64,
    peak_kb: u64,
    statements: usize,
    transactions: usize,
}

impl Django {
    pub(super) fn new(python: &Path, cache: Option<&Path>, scratch: &Path) -> Result<Self> {
        fs_err::create_dir_all(scratch)?;
        let version = version(python)?;
        let cache = cache.map(std::path::absolute).transpose()?;
        Ok(Self { python: python.to_owned(), version, cache, scratch: scratch.to_owned() })
    }

    /// Returns a Django command on the project.
    pub(super) fn command(&self, project: &Project, database: &Database<'_>, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.python);
        command.arg("manage.py").args(arguments);
        self.set_up(&mut command, project, database);
        command
    }

    /// Reads the migrations, builds graph, state and plan, and returns what that needed inside the process.
    pub(super) fn read(&self, project: &Project, database: &Database<'_>) -> Result<Sample> {
        let mut command = Command::new(&self.python);
        command.arg(crate::workspace().join("benches/django_bench.py")).arg("read");
        self.set_up(&mut command, project, database);
        let (_, line) = process::run_for_line(&mut command)?;
        serde_json::from_str(&line).with_context(|| format!("django_bench.py printed {line:?}"))
    }

    /// Returns what Django did from empty, from the cache when it is there.
    pub(super) fn cached(&self, project: &Project, kind: Kind) -> Result<Option<FromEmpty>> {
        let Some(script) = self.cached_script(project, kind) else { return Ok(None) };
        let facts = script.with_extension("json");
        if !script.is_file() || !facts.is_file() {
            return Ok(None);
        }
        let printed = fs_err::read_to_string(&facts)?;
        from_empty(printed.trim(), script, true).map(Some)
    }

    /// Migrates from empty, recording the statements.
    pub(super) fn migrate(&self, project: &Project, kind: Kind, database: &Database<'_>) -> Result<FromEmpty> {
        database.empty()?;
        let script = self.scratch.join(format!("{}-{}.sql", project.size, kind.name()));
        let mut command = Command::new(&self.python);
        command.arg(crate::workspace().join("benches/django_bench.py")).arg("migrate").arg(&script);
        self.set_up(&mut command, project, database);
        let (_, line) = process::run_for_line(&mut command)?;
        if let Some(cached) = self.cached_script(project, kind) {
            fs_err::create_dir_all(cached.parent().unwrap_or(&cached))?;
            fs_err::copy(&script, &cached)?;
            fs_err::write(cached.with_extension("json"), &line)?;
        }
        from_empty(&line, script, false)
    }

    /// The name holds all that the statements depend on.
    fn cached_script(&self, project: &Project, kind: Kind) -> Option<PathBuf> {
        let generator = std::fs::read(crate::workspace().join("benches/synth.py")).ok()?;
        let digest: String = Sha256::digest(generator).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("django-{}-{}-{digest}", self.version, project.size);
        Some(self.cache.as_ref()?.join(name).join(format!("{}.sql", kind.name())))
    }

    fn set_up(&self, command: &mut Command, project: &Project, database: &Database<'_>) {
        command
            .current_dir(&project.folder)
            .env("PYTHONPATH", &project.folder)
            .env("DJANGO_SETTINGS_MODULE", "settings");
        database.environment(command);
    }
}

/// Returns the version of Django of an interpreter.
pub(super) fn version(python: &Path) -> Result<String> {
    let code = "import django, psycopg; print(django.__version__)";
    succeed(Command::new(python).args(["-c", code])).context("the interpreter has no Django or no psycopg")
}

fn from_empty(line: &str, script: PathBuf, cached: bool) -> Result<FromEmpty> {
    let printed: Printed = serde_json::from_str(line).with_context(|| format!("django_bench.py printed {line:?}"))?;
    let Printed { seconds, cpu_seconds, peak_kb, statements, transactions } = printed;
    Ok(FromEmpty { sample: Sample { seconds, cpu_seconds, peak_kb }, statements, transactions, script, cached })
}
