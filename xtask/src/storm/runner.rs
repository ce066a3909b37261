//! One runner: a process of the program that migrates.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result};

/// A runner at work, or waiting.
#[derive(Debug)]
pub(super) struct Runner {
    child: Child,
    /// What it says goes there, with other extensions.
    log: PathBuf,
}

/// A runner that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Nothing when it was killed.
    pub(super) code: Option<i32>,
    /// Its events.
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Runner {
    /// Starts one.
    pub(super) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = |extension: &str| File::create(log.with_extension(extension));
        let child = command.stdin(Stdio::null()).stdout(file("out")?).stderr(file("err")?).spawn();
        Ok(Self { child: child.context("start limosa")?, log: log.to_owned() })
    }

    /// Returns the number of its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns how it ended, if it has.
    pub(super) fn ended(&mut self) -> Result<Option<Ended>> {
        let status = self.child.try_wait()?;
        status.map(|status| self.said(status)).transpose()
    }

    /// Kills it as `kill -9` does; nothing is left to it to clean up.
    pub(super) fn kill(mut self) -> Result<Ended> {
        // It may have ended by itself.
        _ = self.child.kill();
        let status = self.child.wait()?;
        self.said(status)
    }

    fn said(&self, status: ExitStatus) -> Result<Ended> {
        let read = |extension: &str| fs_err::read(self.log.with_extension(extension));
        let text = |extension: &str| Ok::<_, std::io::Error>(String::from_utf8_lossy(&read(extension)?).into_owned());
        Ok(Ended { code: status.code(), stdout: text("out")?, stderr: text("err")? })
    }
}

impl Ended {
    /// Returns whether it had done its work and was about to let go of the lease, or had.
    pub(super) fn had_finished(&self) -> bool {
        self.stdout.contains("\"event\":\"run-finished\"")
    }

    /// Returns how often it went on after it had lost its connection, and took the lease again.
    pub(super) fn went_on(&self) -> u64 {
        self.stdout.matches("and the run goes on").count() as u64
    }

    /// Returns whether it says that another runner has taken over.
    pub(super) fn was_taken_over(&self) -> bool {
        self.code == Some(4)
    }
}
