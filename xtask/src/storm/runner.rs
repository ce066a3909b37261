//! One runner: a process of the program that migrates.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use std::time::Instant;

use anyhow::{Context, Result};

use crate::servers::signal;

/// A runner at work, or waiting.
#[derive(Debug)]
pub(super) struct Runner {
    child: Child,
    /// What it says goes there, with other extensions.
    log: PathBuf,
    /// Whether it was frozen.
    was_frozen: bool,
    /// Until when it is.
    frozen_until: Option<Instant>,
}

/// A runner that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Nothing when it was killed.
    pub(super) code: Option<i32>,
    /// Its events.
    pub(super) stdout: String,
    pub(super) stderr: String,
    was_frozen: bool,
}

impl Runner {
    /// Starts one.
    pub(super) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = |extension: &str| File::create(log.with_extension(extension));
        let child = command.stdin(Stdio::null()).stdout(file("out")?).stderr(file("err")?).spawn();
        let child = child.context("start limosa")?;
        Ok(Self { child, log: log.to_owned(), was_frozen: false, frozen_until: None })
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

    /// Freezes it for a while, as a machine that is suspended does; returns whether it was still there.
    pub(super) fn freeze(&mut self, until: Instant) -> bool {
        let is_there = signal("STOP", &self.id().to_string());
        self.was_frozen |= is_there;
        self.frozen_until = is_there.then_some(until);
        is_there
    }

    /// Lets it go on when its time has come.
    pub(super) fn thaw(&mut self) {
        if self.frozen_until.is_some_and(|until| until <= Instant::now()) {
            signal("CONT", &self.id().to_string());
            self.frozen_until = None;
        }
    }

    /// Returns whether it is frozen.
    pub(super) fn is_frozen(&self) -> bool {
        self.frozen_until.is_some()
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
        Ok(Ended { code: status.code(), stdout: text("out")?, stderr: text("err")?, was_frozen: self.was_frozen })
    }
}

impl Ended {
    /// Returns whether it ended as it should: all is applied, or it says that others have taken over while it was frozen.
    pub(super) fn is_good(&self) -> bool {
        self.code == Some(0) || self.was_frozen && self.was_taken_over()
    }

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
