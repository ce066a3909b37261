//! Rewrites the text of a migration: some of its operations, changed or not, in its file or in another; what is not concerned stays as it is written.

mod python;
mod sql;
mod toml;
mod unused;

use std::ops::Range;
use std::sync::Arc;

use limosa_model::{MigrationId, SmolStr};

use crate::sources::Source;

/// What a migration is to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rewrite {
    /// Its operations, in order.
    pub operations: Vec<Part>,
    /// Whether it runs in one transaction; as it says when absent.
    pub atomic: Option<bool>,
    /// What it depends on; what it says when absent.
    pub dependencies: Option<Vec<MigrationId>>,
}

/// An operation of the migration that is to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// One of the file, by its place.
    Kept(usize, Option<Change>),
    /// `ValidateConstraint`, which the file does not have.
    Validate {
        /// The model.
        model: SmolStr,
        /// The constraint.
        name: SmolStr,
    },
}

/// What changes of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It becomes this operation of `django.contrib.postgres`, with the same arguments.
    Class(&'static str),
    /// The default of its field stands in the database, too.
    DbDefault,
}

/// The module of the operations that a change names.
const POSTGRES: &str = "django.contrib.postgres.operations";

/// Returns the text of a migration as it is to be.
///
/// # Errors
/// When the file is not written in a way that can be changed safely, with the reason.
pub fn rewrite(source: &Arc<Source>, to: &Rewrite) -> Result<String, String> {
    match source.path.extension().and_then(|extension| extension.to_str()) {
        Some("py") => python::rewrite(source, to),
        Some("toml") => toml::rewrite(&source.text, to),
        _ => sql::rewrite(&source.text, to),
    }
}

/// Returns a text with pieces of it replaced; no two of them may overlap.
fn replaced(text: &str, mut pieces: Vec<(Range<usize>, String)>) -> String {
    pieces.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut result, mut at) = (String::with_capacity(text.len()), 0);
    for (range, piece) in pieces {
        result.push_str(&text[at..range.start]);
        result.push_str(&piece);
        at = range.end;
    }
    result + &text[at..]
}

/// Returns where the line of a place begins.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Returns where the line after that of a place begins, or else the end.
fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// Returns where the comments begin that stand directly above the line of a place, from a line on; without any, that line itself.
fn with_comments(text: &str, at: usize, from: usize) -> usize {
    let mut start = line_start(text, at);
    while start > from {
        let above = line_start(text, start - 1);
        if above < from || !text[above..start].trim_start().starts_with('#') {
            break;
        }
        start = above;
    }
    start
}

#[cfg(test)]
mod tests;
