//! Findings for people: each with the lines that it is about.

use std::fmt::Write as _;

use limosa_check::stats::LongTransaction;
use limosa_check::{Finding, Group, Level};
use limosa_model::{Diagnostic, Severity};

use crate::check::Judged;
use crate::cli::printer::{GOOD, WARN};
use crate::cli::render;
use crate::workspace::Workspace;

/// Returns the findings and their number.
pub(super) fn write(judged: &Judged, workspace: &Workspace, color: bool) -> String {
    let mut text = String::new();
    for finding in &judged.findings {
        text.push_str(&self::finding(finding, workspace, color));
    }
    if judged.findings.iter().any(|finding| finding.code.starts_with(Group::Locks.prefix())) {
        for long in &judged.stats.long_transactions {
            let LongTransaction { who, seconds } = long;
            _ = writeln!(
                text,
                "{WARN}note{WARN:#}: a transaction of `{who}` has been open for {seconds:.0} s: a lock waits for it, and everybody behind the lock"
            );
        }
    }
    let migrations = count(judged.migrations.len(), "migration");
    let of = |level| judged.findings.iter().filter(|finding| finding.level == level).count();
    let counts = [(of(Level::Error), "error"), (of(Level::Warning), "warning"), (of(Level::Note), "note")];
    let counts: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(*n, what)).collect();
    let suppressed = match judged.suppressed.len() {
        0 => String::new(),
        number => format!(", {number} suppressed"),
    };
    _ = match counts.is_empty() {
        true => writeln!(text, "{GOOD}{migrations} checked, nothing found{suppressed}.{GOOD:#}"),
        false => writeln!(text, "{migrations} checked: {}{suppressed}", counts.join(", ")),
    };
    match judged.findings.iter().filter(|finding| !finding.fixes.is_empty()).count() {
        0 => {}
        fixable => _ = writeln!(text, "`limosa check --fix` may mend {fixable} of these, `--fix --diff` shows how."),
    }
    text
}

/// Returns a finding with the lines that it is about.
pub(super) fn finding(finding: &Finding, workspace: &Workspace, color: bool) -> String {
    render::diagnostic(&diagnostic(finding), workspace.sources(), color) + "\n"
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Returns a finding as it is shown: with the lines that it is about.
fn diagnostic(finding: &Finding) -> Diagnostic {
    let label = finding.operation.clone().unwrap_or_else(|| finding.migration.to_string());
    let severity = match finding.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    };
    let mut message = finding.message.clone();
    if let Some(estimate) = finding.estimate {
        _ = write!(message, " (about {:.1} s for {} rows)", estimate.seconds, estimate.rows);
    }
    Diagnostic {
        severity,
        code: finding.code.clone(),
        message,
        labels: finding.place().map(|span| (span, label)).into_iter().collect(),
        help: finding.help.clone(),
    }
}
