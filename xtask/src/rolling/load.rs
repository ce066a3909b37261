//! A version of the application at work: a Django process with threads.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Args;
use super::place::Database;
use super::project::Project;

/// What the process runs.
const SCRIPT: &str = include_str!("load.py");

/// Which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// The one that the deploy replaces.
    Old,
    /// The one that it brings.
    New,
}

/// A version at work.
#[derive(Debug)]
pub(super) struct Load {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

/// What happened in a phase.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Happened {
    pub(super) queries: u64,
    /// How many transactions were to be repeated because of a deadlock, as MariaDB has its users do.
    pub(super) repeated: u64,
    /// The longest time that a query took, in seconds.
    pub(super) longest: f64,
    pub(super) longest_sql: Option<String>,
    pub(super) failures: Vec<Failure>,
}

/// What failed, and how often.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Failure {
    pub(super) kind: String,
    pub(super) step: String,
    pub(super) sql: Option<String>,
    pub(super) error: String,
    pub(super) count: u64,
}

impl Load {
    /// Starts a version.
    pub(super) fn start(database: &Database<'_>, project: &Project, version: Version, args: &Args) -> Result<Self> {
        let mut command = database.python(project, args.patience);
        let first = if version == Version::Old { 0 } else { args.workers };
        command.args(["-c", SCRIPT]).args([first, args.workers, 2 * args.workers, args.rounds].map(|n| n.to_string()));
        let errors = fs_err::File::create(project.folder.join("errors"))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors.into_parts().0);
        let mut child = command.spawn().context("start Django")?;
        let stdin = child.stdin.take().context("no stdin")?;
        let lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let mut load = Self { child, stdin, lines };
        let said =
            load.line().with_context(|| fs_err::read_to_string(project.folder.join("errors")).unwrap_or_default())?;
        ensure!(said == "ready", "Django says {said}");
        Ok(load)
    }

    /// Begins a phase; in a careless one all is written that the models allow.
    pub(super) fn begin(&mut self, phase: &str, careless: bool) -> Result<()> {
        Ok(writeln!(self.stdin, "phase {phase} {}", if careless { "careless" } else { "careful" })?)
    }

    /// Waits until each thread has gone enough rounds of a phase.
    pub(super) fn wait(&mut self, phase: &str) -> Result<()> {
        let awaited = format!("done {phase}");
        while self.line()? != awaited {}
        Ok(())
    }

    /// Stops it, and returns what happened in each phase.
    pub(super) fn stop(mut self) -> Result<BTreeMap<String, Happened>> {
        writeln!(self.stdin, "stop")?;
        let report = loop {
            let line = self.line()?;
            if line.starts_with('{') {
                break serde_json::from_str(&line)?;
            }
        };
        self.child.wait()?;
        Ok(report)
    }

    fn line(&mut self) -> Result<String> {
        Ok(self.lines.next().context("Django has ended")??)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
