//! The lines that go to and fro.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::error::PythonError;

/// The version of the protocol that both sides must speak.
pub(super) const PROTOCOL: u32 = 1;

/// A request.
#[derive(Debug, Serialize)]
pub(super) struct Request<'a, T> {
    pub(super) id: u64,
    pub(super) command: &'a str,
    #[serde(flatten)]
    pub(super) arguments: T,
}

/// What the process says.
#[derive(Debug)]
pub(super) enum Incoming {
    Ready { protocol: u32, django: String, python: String },
    Failed { error: PythonError, python: String },
    Output(Output),
    Answer { id: u64, ok: Json },
    Error { id: u64, error: PythonError },
}

/// A line that the project printed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Output {
    /// Where it printed it.
    pub stream: OutputStream,
    /// The line.
    pub text: String,
}

/// Where the project printed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputStream {
    /// Its stdout.
    Stdout,
    /// Its stderr.
    Stderr,
}

#[derive(Deserialize)]
struct Line {
    event: Option<String>,
    id: Option<u64>,
    ok: Option<Json>,
    error: Option<PythonError>,
    protocol: Option<u32>,
    django: Option<String>,
    python: Option<String>,
    stream: Option<OutputStream>,
    text: Option<String>,
}

impl Incoming {
    /// Reads one line; `None` when it is not one of the protocol's.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let line: Line = serde_json::from_str(line).ok()?;
        Some(match line.event.as_deref() {
            Some("ready") => Self::Ready { protocol: line.protocol?, django: line.django?, python: line.python? },
            Some("failed") => Self::Failed { error: line.error?, python: line.python? },
            Some("output") => Self::Output(Output { stream: line.stream?, text: line.text? }),
            Some(_) => return None,
            None => match line.error {
                Some(error) => Self::Error { id: line.id?, error },
                None => Self::Answer { id: line.id?, ok: line.ok.unwrap_or(Json::Null) },
            },
        })
    }
}
