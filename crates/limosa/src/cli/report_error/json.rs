//! An error as the last line of `--format json`; docs/reference/json.md describes it.

use limosa_engine::runner::{RunError, RunErrorKind};
use limosa_model::{Diagnostic, Severity};
use limosa_source::sources::{Location, Sources};
use serde::Serialize;

use crate::cli::exit_code::Exit;
use crate::cli::redact::redact;
use crate::error::Error;

/// The line.
#[derive(Serialize)]
#[serde(tag = "event", rename = "error")]
pub(super) struct Line {
    version: u8,
    exit_code: u8,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnostics: Vec<Problem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    migration: Option<Failed>,
}

/// Something that is wrong with a file, the graph or the history.
#[derive(Serialize)]
struct Problem {
    code: String,
    severity: &'static str,
    message: String,
    places: Vec<Place>,
    help: Option<String>,
}

/// A place in a file.
#[derive(Serialize)]
struct Place {
    path: String,
    line: usize,
    column: usize,
}

/// The migration that failed.
#[derive(Serialize)]
struct Failed {
    app: String,
    name: String,
    rolled_back: bool,
    /// What stays of it, unless it was rolled back: operations, then statements of the failed one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stays: Vec<String>,
    /// The operations that are left, from the failed one on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<String>,
    operation: Option<String>,
    place: Option<Place>,
    sql: Option<String>,
    /// What the database calls the refusal: an SQLSTATE, MySQL's number, SQLite's extended result code.
    code: Option<String>,
    /// Where in the statement, in characters from 1.
    position: Option<u32>,
    /// How many migrations of the run ended well before it.
    done: usize,
    /// How many migrations of the run were not come to.
    not_reached: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explained>,
}

/// What usually causes the failure.
#[derive(Serialize)]
struct Explained {
    name: &'static str,
    cause: String,
    help: String,
    query: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shows: Vec<String>,
}

/// Returns the line for an error.
pub(super) fn line(error: &Error, exit: Exit) -> Line {
    let line = Line {
        version: 1,
        exit_code: exit as u8,
        message: super::message(error),
        diagnostics: Vec::new(),
        migration: None,
    };
    match error {
        Error::Project { diagnostics, sources } => {
            let diagnostics = diagnostics.iter().map(|diagnostic| problem(diagnostic, sources)).collect();
            Line { diagnostics, ..line }
        }
        Error::Run { error, place } => Line { migration: Some(failed(error, place.as_ref())), ..line },
        _ => line,
    }
}

fn problem(diagnostic: &Diagnostic, sources: &Sources) -> Problem {
    let places = diagnostic.labels.iter().filter_map(|(span, _)| sources.location(*span));
    Problem {
        code: diagnostic.code.to_string(),
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        message: redact(&diagnostic.message).into_owned(),
        places: places.map(|location| Place::from(&location)).collect(),
        help: diagnostic.help.clone(),
    }
}

fn failed(error: &RunError, place: Option<&Location>) -> Failed {
    let (sql, refusal) = match &error.kind {
        RunErrorKind::Statement { sql, error } => (Some(sql.clone()), Some(error)),
        RunErrorKind::Database(error) => (None, Some(error)),
        _ => (None, None),
    };
    let explanation = error.explanation.clone().map(|known| Explained {
        name: known.name,
        cause: known.cause,
        help: known.fix,
        query: known.query,
        shows: known.seen.iter().map(|row| redact(row).into_owned()).collect(),
    });
    let halfway = error.halfway.clone().unwrap_or_default();
    Failed {
        app: error.migration.app.to_string(),
        name: error.migration.name.to_string(),
        rolled_back: error.rolled_back,
        stays: halfway.done.into_iter().chain(halfway.ran).collect(),
        left: halfway.left,
        operation: error.operation.clone(),
        place: place.map(Place::from),
        sql,
        code: refusal.and_then(|error| error.code.clone()),
        position: refusal.and_then(|error| error.position),
        done: error.done,
        not_reached: error.not_reached,
        explanation,
    }
}

impl From<&Location> for Place {
    fn from(location: &Location) -> Self {
        Self { path: location.path.display().to_string(), line: location.line, column: location.column }
    }
}
