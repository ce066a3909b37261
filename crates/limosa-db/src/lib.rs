//! Databases as they are: connections, introspection, the history of applied migrations, and the lock that keeps runners apart.
//!
//! **Invariant:** nothing here knows what a plan is for. It runs the text that it is given and says what the database answered.

pub mod connection;
pub mod definition;
pub mod error;
pub mod failpoint;
pub mod history;
pub mod introspect;
pub mod journal;
pub mod lease;
pub mod lock;
mod own_tables;
pub mod put_off;
pub mod quorum;
pub mod runs;
mod statistics;
pub mod url;

pub use connection::{BatchError, CancelHandle, ConnectOptions, Connection, Notice, Param, Row};
pub use error::{DbError, DbErrorKind, DbReport};
pub use failpoint::{Failpoint, failpoint};
pub use history::{AppliedMigration, AutoField, History, Numbering};
pub use journal::{Journal, JournalKey, JournalStep, StepState, known_done};
pub use lease::{Fence, Lease, LeaseScope, Lost};
pub use lock::{LockError, LockHolder, LockScope, LockWait, SessionLock};
pub use put_off::{PutOff, PutOffMigration, PutOffPart};
pub use quorum::{Quorum, QuorumCall, QuorumMember, Standing};
pub use runs::{
    MigrationRun, NewRun, Outcome, RunEnd, RunFilter, RunLog, RunState, RunText, RunTime, StoredMigration, StoredRun,
};
pub use statistics::{Statistics, TableStatistics};
pub use url::{DatabaseUrl, DjangoDatabase, LibpqEnvironment, UrlError};
