//! What the process's exit code says. Scripts branch on these; they do not change.

use std::process::ExitCode;

/// What the process's exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// `--check` found migrations that are not applied, or `check` or `doctor` found something.
    Pending = 1,
    /// The command line, the configuration, a migration file or the graph is wrong; nothing was changed.
    Usage = 2,
    /// The database could not be reached or refused something, here or to the member of the quorum that ran; what was not committed is rolled back.
    Database = 3,
    /// Another runner is at work and `--no-wait` was given or the wait ended, or it has taken the work over; or the members of a quorum did not come in time.
    Locked = 4,
    /// Stopped part-way through a migration that is not one transaction.
    Partial = 5,
    /// A mistake of Limosa's own.
    Bug = 70,
    /// Interrupted by a signal; the running migration was rolled back.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
