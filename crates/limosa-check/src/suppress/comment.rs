//! Comments that allow findings.

use std::ops::Range;

/// A comment that allows findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it begins, in bytes.
    pub at: usize,
    /// Where its text stands, in bytes.
    pub range: Range<usize>,
    /// The codes, letters with which codes begin, or names of checks.
    pub codes: Vec<String>,
    /// The last day on which it counts.
    pub until: Option<String>,
    /// Why the findings may stay.
    pub reason: Option<String>,
    /// Whether it is about the whole migration, wherever it stands (`ignore-file`).
    pub whole_file: bool,
}

impl Comment {
    /// Returns whether its last day is over; both are dates as `2026-01-31`.
    pub fn is_over(&self, today: &str) -> bool {
        self.until.as_deref().is_some_and(|until| until < today)
    }
}

/// Returns the comments of a file that allow findings, in order.
pub fn comments(text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        found.extend(comment(line, start));
        start += line.len();
    }
    found
}

fn comment(line: &str, start: usize) -> Option<Comment> {
    let marker = line.find("limosa:")?;
    let before = line[..marker].trim_end();
    let at = before.strip_suffix('#').or_else(|| before.strip_suffix("--"))?.len();
    let directive = line[marker + "limosa:".len()..].trim();
    let (whole_file, rest) = match directive.strip_prefix("ignore-file") {
        Some(rest) => (true, rest),
        None => (false, directive.strip_prefix("ignore")?),
    };
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let (what, reason) = match rest.split_once("--") {
        Some((what, reason)) => (what, Some(reason.trim()).filter(|reason| !reason.is_empty())),
        None => (rest, None),
    };
    let (codes, until) = match what.split_once(" until ") {
        Some((codes, until)) => (codes, Some(until.trim().to_owned())),
        None => (what, None),
    };
    let codes = codes.split([',', ' ', '\t']).filter(|code| !code.is_empty()).map(str::to_owned).collect();
    let end = line.trim_end().len();
    Some(Comment {
        at: start + at,
        range: start + at..start + end,
        codes,
        until,
        reason: reason.map(str::to_owned),
        whole_file,
    })
}
