//! Whole applications from empty, by `tests/oracle/applications.py`, which compares what both leave as well.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::database::Kind;
use crate::servers::Postgres;

/// What an application needed from empty on one database.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Application {
    application: String,
    database: String,
    django_s: f64,
    limosa_s: f64,
    differences: serde_json::Map<String, serde_json::Value>,
}

/// Migrates applications from empty with Django and with Limosa, once each.
pub(super) fn measure(
    names: &[String],
    projects: &[PathBuf],
    limosa: &Path,
    python: &Path,
    kinds: &[Kind],
    server: Option<&Postgres>,
) -> Result<Vec<Application>> {
    let folder = crate::workspace().join("tests/oracle");
    let mut command = Command::new(python);
    command.arg(folder.join("applications.py")).arg(limosa).args(names).arg("--json");
    for projects in std::iter::once(&folder).chain(projects) {
        command.arg("--projects").arg(projects);
    }
    for kind in kinds {
        command.args(["--only", kind.name()]);
    }
    command.env("LIMOSA_ORACLE_PYTHON", python).stdin(Stdio::null()).stderr(Stdio::inherit());
    if let Some(server) = server {
        command.env("PGHOST", &server.host).env("PGPORT", &server.port).env("PGUSER", &server.user);
        if let Some(password) = &server.password {
            command.env("PGPASSWORD", password);
        }
    }
    eprintln!("bench: {} from empty", names.join(", "));
    let output = command.output().context("start applications.py")?;
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let read = |line: &str| serde_json::from_str(line).with_context(|| format!("applications.py printed {line:?}"));
    let applications: Vec<Application> = lines.lines().map(read).collect::<Result<_>>()?;
    // 1 says that something differs, which the table shows.
    ensure!(output.status.code().is_some_and(|code| code < 2) && !applications.is_empty(), "applications.py failed");
    Ok(applications)
}

impl Application {
    /// Returns the line of the table.
    pub(super) fn line(&self) -> String {
        let ratio = self.django_s / self.limosa_s.max(f64::EPSILON);
        let verdict = if self.differences.is_empty() { "equal" } else { "**differs**" };
        let Self { application, database, django_s, limosa_s, .. } = self;
        format!("| {application} | {database} | {limosa_s:.1} s | {django_s:.1} s | {ratio:.1}× | {verdict} |")
    }

    /// Returns whether both left something different.
    pub(super) fn differs(&self) -> bool {
        !self.differences.is_empty()
    }
}
