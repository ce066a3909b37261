//! Places where a run can be killed, for tests of what the next run makes of it.
//!
//! They are nothing unless the feature `failpoints` is on. Then `LIMOSA_FAILPOINT=NAME` kills the process (`SIGKILL`) where that name is
//! reached, `NAME:3` the third time; `LIMOSA_FAILPOINT_LIST=FILE` appends the name of each that is reached.

/// Declares the places with their names.
macro_rules! failpoints {
    ($($(#[$meta:meta])+ $variant:ident = $name:literal,)+) => {
        /// A place where a run can be killed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Failpoint {
            $($(#[$meta])+ $variant,)+
        }

        #[cfg(feature = "failpoints")]
        impl Failpoint {
            /// All of them, in the order in which a run comes to them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns its name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

failpoints! {
    /// The lease is taken.
    LeaseTaken = "lease-taken",
    /// The history table is there.
    HistoryMade = "history-made",
    /// A migration is come to, and nothing of it is done.
    MigrationReached = "migration-reached",
    /// The transaction of a migration is open, where it has one.
    MigrationEntered = "migration-entered",
    /// A statement of several took effect; inside a transaction only where Python sends them.
    StatementSent = "statement-sent",
    /// The journal says that a step begins.
    StepAnnounced = "step-announced",
    /// A step ran in one transaction with its row of the journal, which comes next.
    StepSent = "step-sent",
    /// Code of the project ran, in Python or in Rust.
    CodeRan = "code-ran",
    /// All steps of a migration are done.
    StepsDone = "steps-done",
    /// The lease is checked, and the history's row comes next.
    LeaseChecked = "lease-checked",
    /// The history's rows are written.
    Recorded = "recorded",
    /// The history's rows of a migration that is not one transaction are kept.
    RecordKept = "record-kept",
    /// A migration is over.
    MigrationLeft = "migration-left",
    /// Rows of the history that belong to no migration of the run are written.
    SquashesRecorded = "squashes-recorded",
    /// The content types are made.
    ContentTypesMade = "content-types-made",
    /// The permissions are made.
    PermissionsMade = "permissions-made",
    /// What follows a run is written.
    AfterRunWritten = "after-run-written",
    /// What follows a run is kept.
    AfterRunKept = "after-run-kept",
    /// The project's own receivers ran.
    ReceiversRan = "receivers-ran",
    /// The lease is about to be released.
    LeaseHeld = "lease-held",
    /// The lease is released.
    LeaseReleased = "lease-released",
}

/// Says that a place is reached.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub const fn failpoint(_: Failpoint) {}

#[cfg(feature = "failpoints")]
pub use armed::failpoint;

#[cfg(feature = "failpoints")]
mod armed {
    use std::collections::HashMap;
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::path::PathBuf;
    use std::sync::{LazyLock, Mutex, PoisonError};

    use super::Failpoint;

    static STATE: LazyLock<Mutex<State>> = LazyLock::new(|| Mutex::new(State::from_environment()));

    /// What is armed, and how often each place was reached.
    struct State {
        armed: Option<(String, usize)>,
        list: Option<PathBuf>,
        reached: HashMap<Failpoint, usize>,
    }

    /// Says that a place is reached; the process may end here.
    pub fn failpoint(point: Failpoint) {
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        let times = state.reached.entry(point).or_default();
        *times += 1;
        let times = *times;
        if let Some(list) = &state.list
            && let Ok(mut file) = OpenOptions::new().create(true).append(true).open(list)
        {
            // A test that misses the line fails by itself.
            _ = writeln!(file, "{}", point.name());
        }
        if state.armed.as_ref().is_some_and(|(name, time)| name == point.name() && *time == times) {
            die();
        }
    }

    impl State {
        fn from_environment() -> Self {
            let armed = std::env::var("LIMOSA_FAILPOINT").ok().map(|text| match text.split_once(':') {
                Some((name, time)) => (name.to_owned(), time.parse().unwrap_or(1)),
                None => (text, 1),
            });
            let list = std::env::var_os("LIMOSA_FAILPOINT_LIST").map(PathBuf::from);
            Self { armed, list, reached: HashMap::new() }
        }
    }

    /// Ends the process as `kill -9` does: no destructor runs, no goodbye is sent.
    fn die() -> ! {
        #[cfg(unix)]
        {
            use rustix::process::{Signal, getpid, kill_process};
            _ = kill_process(getpid(), Signal::KILL);
        }
        std::process::abort()
    }
}
