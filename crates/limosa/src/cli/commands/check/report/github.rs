//! Annotations of GitHub Actions.
//!
//! Source: GitHub's "Workflow commands for GitHub Actions".

use std::fmt::Write as _;

use limosa_check::{Finding, Level};

use super::{Place, message};
use crate::check::Judged;
use crate::workspace::Workspace;

/// Returns a line for each finding.
pub(super) fn write(judged: &Judged, workspace: &Workspace) -> String {
    judged.findings.iter().map(|finding| line(finding, Place::of(finding, workspace).as_ref())).collect()
}

fn line(finding: &Finding, place: Option<&Place>) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut line = format!("::{command} title={}", property(&format!("{} {}", finding.code, finding.name)));
    if let Some(place) = place {
        _ = write!(line, ",file={},line={},endLine={}", property(&place.path), place.line, place.end_line);
    }
    line + "::" + &data(&message(finding)) + "\n"
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
