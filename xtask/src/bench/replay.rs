//! Replays Django's statements without Django: `psql -f`, the `sqlite3` shell, or Python's `sqlite3` where there is none.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use fs_err::File;

use super::database::Database;
use super::process::{self, Sample};
use crate::servers::succeed;

/// Replays a script on an emptied database.
pub(super) fn replay(script: &Path, database: &Database<'_>, python: &Path) -> Result<Sample> {
    database.empty()?;
    let mut command = match database {
        Database::Postgres(_, name) => {
            let mut psql = Command::new("psql");
            psql.args(["-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", name, "-f"]).arg(script);
            psql
        }
        Database::Sqlite(file) if has_shell() => {
            let mut shell = Command::new("sqlite3");
            shell.args(["-batch", "-bail"]).arg(file).arg(format!(".read {}", script.display()));
            shell
        }
        Database::Sqlite(file) => {
            let mut module = Command::new(python);
            module.arg(crate::workspace().join("benches/replay_sqlite.py")).arg(file).arg(script);
            module
        }
    };
    database.environment(&mut command);
    process::run(&mut command)
}

/// Says with what SQLite is replayed.
pub(super) fn sqlite_program(python: &Path) -> Result<String> {
    if has_shell() {
        let version = succeed(Command::new("sqlite3").arg("--version"))?;
        return Ok(format!("sqlite3 shell {}", version.split(' ').next().unwrap_or_default()));
    }
    let version = succeed(Command::new(python).args(["-c", "import sqlite3; print(sqlite3.sqlite_version)"]))?;
    Ok(format!("Python's sqlite3 module {version} (no sqlite3 shell here)"))
}

fn has_shell() -> bool {
    Command::new("sqlite3")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// Counts the history rows that a script writes.
pub(super) fn history_rows(script: &Path) -> Result<usize> {
    use std::io::{BufRead, BufReader};
    let mut rows = 0;
    for line in BufReader::new(File::open(script)?).lines() {
        rows += usize::from(line?.starts_with("INSERT INTO \"django_migrations\""));
    }
    Ok(rows)
}
