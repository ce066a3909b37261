//! One crash: a copy of a database, a run that is killed, another run, and a look at what is there.

use std::collections::BTreeSet;
use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::database::{Database, Snapshot};
use super::project::Project;
use super::state::State;

/// How a program is run.
#[derive(Clone, Debug)]
pub(super) struct Runner<'a> {
    pub(super) program: &'a Path,
    pub(super) project: &'a Project,
    /// Where the program and Python keep what they find out.
    pub(super) cache: &'a Path,
}

/// Where a run is killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) failpoint: String,
    /// The how many-th time it is reached, from 1.
    pub(super) time: usize,
}

/// What a command does when nobody kills it.
#[derive(Debug)]
pub(super) struct Straight<'a> {
    /// The state before it.
    pub(super) before: &'a Snapshot<'a>,
    /// The words of the command after the program's name.
    pub(super) words: &'a [String],
    /// What it leaves.
    pub(super) after: State,
    /// The columns whose values are another matter in each run.
    pub(super) chance: BTreeSet<(String, String)>,
}

/// What became of a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The next run left what a straight run leaves.
    Equal,
    /// The next run left something else.
    Different(String),
    /// The next run failed.
    Failed(String),
}

/// What a program said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: ExitStatus,
    pub(super) text: String,
}

/// How long a run may take.
const LIMIT: Duration = Duration::from_secs(300);

impl Runner<'_> {
    /// Runs a command to its end.
    pub(super) fn run(&self, database: Database<'_>, words: &[String], environment: &[(&str, &str)]) -> Result<Said> {
        let mut command = self.project.command(self.program, &database, self.cache);
        command.args(words).envs(environment.iter().copied());
        said(&mut command)
    }

    /// Runs a command and returns the names of the failpoints that it reached, in order, or what it said when it failed.
    pub(super) fn reach(&self, database: Database<'_>, words: &[String]) -> Result<Result<Vec<String>, Said>> {
        let list = tempfile::NamedTempFile::new_in(self.cache)?;
        let path = list.path().display().to_string();
        let said = self.run(database, words, &[("LIMOSA_FAILPOINT_LIST", &path)])?;
        if !said.status.success() {
            return Ok(Err(said));
        }
        let names = fs_err::read_to_string(list.path())?;
        Ok(Ok(names.lines().map(str::to_owned).collect()))
    }

    /// Kills a run at a place, runs it again, and compares.
    pub(super) async fn crash(
        &self,
        database: Database<'_>,
        straight: &Straight<'_>,
        point: &Point,
    ) -> Result<Outcome> {
        database.copy_of(straight.before)?;
        let killed = self.run(database, straight.words, &[("LIMOSA_FAILPOINT", &point.to_string())])?;
        if killed.status.signal() != Some(9) {
            bail!("{point} did not kill the run ({}): {}", killed.status, killed.text);
        }
        let again = self.run(database, straight.words, &[])?;
        if !again.status.success() {
            return Ok(Outcome::Failed(format!("{}\n{}", again.status, again.text.trim_end())));
        }
        let lines = straight.after.difference(&self.look(database).await?, &straight.chance);
        Ok(if lines.is_empty() { Outcome::Equal } else { Outcome::Different(lines.join("\n")) })
    }

    /// Returns what a database holds.
    pub(super) async fn look(&self, database: Database<'_>) -> Result<State> {
        let connection = database.connect().await?;
        let state = State::of(&connection, self.project.history()).await;
        connection.close().await;
        state
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.failpoint, self.time)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => f.write_str("as a straight run leaves it"),
            Self::Different(difference) => write!(f, "the next run leaves something else:\n{difference}"),
            Self::Failed(error) => write!(f, "the next run fails: {error}"),
        }
    }
}

/// Runs a command to its end; what it says goes through a file, because a child of its own may outlive it.
fn said(command: &mut Command) -> Result<Said> {
    let talk = tempfile::NamedTempFile::new()?;
    let append = || fs_err::OpenOptions::new().append(true).open(talk.path()).map(|file| file.into_parts().0);
    let mut child = command.stdin(Stdio::null()).stdout(append()?).stderr(append()?).spawn()?;
    let status = wait(&mut child)?;
    Ok(Said { status, text: fs_err::read_to_string(talk.path())? })
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() > LIMIT {
            child.kill()?;
            bail!("a run did not end");
        }
        thread::sleep(Duration::from_millis(5));
    }
}
