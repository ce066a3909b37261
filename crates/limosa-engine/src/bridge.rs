//! The bridge: a process of the project's own Python interpreter that does what only Python can do.
//!
//! It describes the project, exports migrations that cannot be read statically, and acts as a connection: statements
//! and Python functions run inside one of Django's own connections and one transaction. The process is started with
//! the bridge's modules (`python/limosa/bridge`) on its stdin, so the project needs nothing installed, and speaks JSON
//! lines. What the project prints reaches [`Output`] and never the protocol.

mod deferred;
mod error;
mod message;
mod operation;
mod portion;
mod process;
mod project;
mod script;
mod transaction;
mod value;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use limosa_db::DjangoDatabase;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

pub use error::{BridgeError, PythonError};
use message::{Incoming, Request};
pub use message::{Output, OutputStream};
pub(crate) use operation::read_waiting;
pub use operation::{CollectedSql, Direction, Marks, OperationPath};
pub use portion::Portion;
pub use process::Interrupter;
use process::Process;
pub use project::Run;
pub use script::code;
pub use transaction::{Connected, Rows};

/// How the process is started.
#[derive(Clone)]
pub struct BridgeOptions {
    /// The interpreter: a path, or a name to look for.
    pub python: PathBuf,
    /// The project's folder, where the process is started and which is the first place for modules.
    pub project_dir: PathBuf,
    /// The settings module (`DJANGO_SETTINGS_MODULE`); without it the environment's own is used.
    pub settings: Option<String>,
    /// Environment variables beside those of this process.
    pub env: Vec<(OsString, OsString)>,
    /// More places for modules, before all others but the project's folder.
    pub python_path: Vec<PathBuf>,
    /// Databases that take the place of those of the settings, by alias.
    pub databases: Vec<(String, DjangoDatabase)>,
    /// Receives what the project prints; without it that is lost.
    pub output: Option<OutputHandler>,
}

/// Receives what the project prints, line by line.
pub type OutputHandler = Arc<dyn Fn(Output) + Send + Sync>;

impl BridgeOptions {
    /// Returns options for a project with nothing else set.
    pub fn new(python: impl Into<PathBuf>, project_dir: impl Into<PathBuf>) -> Self {
        Self {
            python: python.into(),
            project_dir: project_dir.into(),
            settings: None,
            env: Vec::new(),
            python_path: Vec::new(),
            databases: Vec::new(),
            output: None,
        }
    }
}

/// A running bridge; the process ends with it.
pub struct Bridge {
    process: Process,
    next: u64,
    django: String,
    python: String,
}

impl std::fmt::Debug for Bridge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bridge").field("django", &self.django).field("python", &self.python).finish_non_exhaustive()
    }
}

impl Bridge {
    /// Starts the process; the project itself is set up by the first request.
    ///
    /// # Errors
    /// When there is no such interpreter, or it has no Django that is supported.
    pub async fn start(options: &BridgeOptions) -> Result<Self, BridgeError> {
        let mut process = Process::start(options).await?;
        loop {
            match process.receive().await? {
                Incoming::Ready { protocol, django, python } if protocol == message::PROTOCOL => {
                    return Ok(Self { process, next: 0, django, python });
                }
                Incoming::Failed { error, python } => return Err(BridgeError::at_start(error, python)),
                Incoming::Output(_) => {}
                other => return Err(BridgeError::Protocol(format!("unexpected greeting: {other:?}"))),
            }
        }
    }

    /// Returns the version of Django, such as `5.2.19`.
    pub fn django(&self) -> &str {
        &self.django
    }

    /// Returns the version of Python, such as `3.12.1`.
    pub fn python(&self) -> &str {
        &self.python
    }

    /// Returns a handle that interrupts whatever the process is doing, from another task.
    pub fn interrupter(&self) -> Interrupter {
        self.process.interrupter()
    }

    /// Ends the process in order; what was not committed is rolled back.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub async fn close(self) -> Result<(), BridgeError> {
        self.process.close().await
    }

    /// Sends one request and waits for its answer.
    async fn call<T: DeserializeOwned>(&mut self, command: &str, arguments: impl Serialize) -> Result<T, BridgeError> {
        self.next += 1;
        let id = self.next;
        self.process.send(&Request { id, command, arguments }).await?;
        let answer = loop {
            match self.process.receive().await? {
                Incoming::Answer { id: answered, ok } if answered == id => break ok,
                Incoming::Error { id: answered, error } if answered == id => {
                    return Err(BridgeError::from_python(error));
                }
                // The answer to a request whose future was dropped.
                Incoming::Answer { .. } | Incoming::Error { .. } | Incoming::Output(_) => {}
                other => return Err(BridgeError::Protocol(format!("unexpected message: {other:?}"))),
            }
        };
        serde_json::from_value(answer)
            .map_err(|error| BridgeError::Protocol(format!("the answer to `{command}`: {error}")))
    }

    /// Sends a request whose answer says nothing.
    async fn tell(&mut self, command: &str, arguments: impl Serialize) -> Result<(), BridgeError> {
        self.call::<Json>(command, arguments).await.map(drop)
    }
}
