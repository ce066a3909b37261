//! JUnit's XML: a migration is a test, and fails with its findings.

use std::fmt::Write as _;

use limosa_check::{Finding, Level};

use super::{Place, message};
use crate::check::Judged;
use crate::cli::markup::escape;
use crate::workspace::Workspace;

/// Returns the document; findings below `fail_on` are output of their test.
pub(super) fn write(judged: &Judged, workspace: &Workspace, fail_on: Level) -> String {
    let mut cases = String::new();
    let mut failures = 0;
    for id in &judged.migrations {
        let own = || judged.findings.iter().filter(|finding| finding.migration == *id);
        let lines = |fails: bool| -> String {
            let chosen = own().filter(|finding| (finding.level >= fail_on) == fails);
            chosen.map(|finding| line(finding, workspace)).collect()
        };
        let (failed, told) = (lines(true), lines(false));
        _ = write!(cases, "    <testcase classname=\"{}\" name=\"{}\">", escape(&id.app), escape(&id.name));
        if !failed.is_empty() {
            failures += 1;
            let codes: Vec<&str> =
                own().filter(|finding| finding.level >= fail_on).map(|finding| &*finding.code).collect();
            _ = write!(cases, "<failure message=\"{}\">{}</failure>", escape(&codes.join(", ")), escape(&failed));
        }
        if !told.is_empty() {
            _ = write!(cases, "<system-out>{}</system-out>", escape(&told));
        }
        cases.push_str("</testcase>\n");
    }
    let counts = format!("tests=\"{}\" failures=\"{failures}\"", judged.migrations.len());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"limosa check\" {counts}>\n\
         {cases}  </testsuite>\n</testsuites>\n"
    )
}

fn line(finding: &Finding, workspace: &Workspace) -> String {
    let place = Place::of(finding, workspace);
    let place = place.map(|place| format!("{}:{}: ", place.path, place.line)).unwrap_or_default();
    format!("{place}{}[{}]: {}\n", finding.level.as_str(), finding.code, message(finding))
}
