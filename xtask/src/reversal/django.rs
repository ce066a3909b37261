//! Django, which does the same in a process and a database of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};
use limosa::MigrationId;
use limosa::workspace::Workspace;
use limosa_db::Connection;
use serde::Deserialize;

use super::Args;
use super::databases::Databases;
use super::walk::Undone;
use crate::dump::Dump;

const SCRIPT: &str = include_str!("django.py");

/// Django in the project's interpreter.
pub(super) struct Django {
    python: PathBuf,
    project: PathBuf,
    settings: String,
    databases: Databases,
    running: Option<Running>,
}

struct Running {
    process: Child,
    answers: BufReader<ChildStdout>,
    connection: Connection,
}

#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
enum Answer {
    Done,
    Irreversible,
    Failed { error: String },
}

impl Django {
    pub(super) fn new(args: &Args, workspace: &Workspace, databases: &Databases) -> Result<Self> {
        let settings = workspace.project().settings.module.clone().context("no settings module is known")?.to_string();
        let (python, project) = (std::path::absolute(&args.python)?, std::path::absolute(&args.project)?);
        Ok(Self { python, project, settings, databases: databases.clone(), running: None })
    }

    /// Starts Django on an empty database.
    pub(super) async fn start_empty(&mut self) -> Result<()> {
        self.stop().await;
        let connection = self.databases.empty_theirs().await?;
        self.start(connection)
    }

    /// Starts Django anew on the database as it is: what code keeps in the process is gone.
    pub(super) async fn restart(&mut self) -> Result<()> {
        self.stop().await;
        let connection = self.databases.connect_theirs().await?;
        self.start(connection)
    }

    fn start(&mut self, connection: Connection) -> Result<()> {
        let mut command = Command::new(&self.python);
        command.args(["-c", SCRIPT, &self.databases.name_of_theirs()]).current_dir(&self.project);
        command.env("PYTHONPATH", &self.project).env("DJANGO_SETTINGS_MODULE", &self.settings);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("start Python")?;
        let answers = BufReader::new(process.stdout.take().context("no pipe")?);
        self.running = Some(Running { process, answers, connection });
        Ok(())
    }

    /// Stops Django and lets go of its database.
    pub(super) async fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            drop(running.process.stdin.take());
            _ = running.process.wait();
            running.connection.close().await;
        }
    }

    /// Applies one migration; an inner error says what failed.
    pub(super) fn apply(&mut self, id: &MigrationId) -> Result<Result<(), String>> {
        Ok(match self.ask(&["apply", &id.app, &id.name])? {
            Answer::Done => Ok(()),
            Answer::Irreversible => Err("NotImplementedError".into()),
            Answer::Failed { error } => Err(error),
        })
    }

    /// Undoes the migration that was applied last.
    pub(super) fn undo(&mut self, id: &MigrationId) -> Result<Undone> {
        Ok(self.ask(&["undo", &id.app, &id.name])?.into())
    }

    /// Runs `migrate`.
    pub(super) fn migrate(&mut self, arguments: &[&str]) -> Result<Undone> {
        Ok(self.ask(&[&["migrate"], arguments].concat())?.into())
    }

    /// Returns what the database holds.
    pub(super) async fn dump(&self) -> Result<Dump> {
        Dump::of(&self.running.as_ref().context("not started")?.connection, "django_migrations").await
    }

    fn ask(&mut self, command: &[&str]) -> Result<Answer> {
        let running = self.running.as_mut().context("not started")?;
        let pipe = running.process.stdin.as_mut().context("no pipe")?;
        pipe.write_all(format!("{}\n", serde_json::to_string(command)?).as_bytes())?;
        let mut line = String::new();
        if running.answers.read_line(&mut line)? == 0 {
            bail!("Python ended while it was told {command:?}");
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl From<Answer> for Undone {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Done => Self::Yes,
            Answer::Irreversible => Self::Irreversible,
            Answer::Failed { error } => Self::Failed(anyhow!(error)),
        }
    }
}
