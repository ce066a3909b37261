//! GitLab's code quality report.
//!
//! Source: GitLab's "Code Quality report format".

use limosa_check::{Finding, Level};
use serde_json::{Value, json};

use super::{Fingerprints, Place, message};
use crate::check::Judged;
use crate::workspace::Workspace;

/// Returns a JSON list with an object for each finding; GitLab takes none without a file.
pub(super) fn write(judged: &Judged, workspace: &Workspace) -> String {
    let mut fingerprints = Fingerprints::default();
    let issue = |finding: &Finding| -> Option<Value> {
        let place = Place::of(finding, workspace)?;
        let severity = match finding.level {
            Level::Error => "critical",
            Level::Warning => "major",
            Level::Note => "info",
        };
        Some(json!({
            "description": message(finding),
            "check_name": finding.code,
            "fingerprint": fingerprints.next(finding),
            "severity": severity,
            "location": { "path": place.path, "lines": { "begin": place.line, "end": place.end_line } },
        }))
    };
    let issues: Vec<Value> = judged.findings.iter().filter_map(issue).collect();
    format!("{:#}\n", Value::from(issues))
}
