//! Findings for services that show them beside the code.

mod github;
mod gitlab;
mod junit;
mod sarif;

use std::collections::BTreeMap;
use std::path::Path;

use limosa_check::{Finding, Level, Policy};
use sha2::{Digest, Sha256};

use crate::check::Judged;
use crate::cli::args::ReportFormat;
use crate::error::Error;
use crate::workspace::Workspace;

/// Returns a report; `fail_on` is the level from which on a finding counts as a failure.
pub(super) fn write(
    format: ReportFormat,
    judged: &Judged,
    workspace: &Workspace,
    policies: &[Policy],
    fail_on: Level,
) -> String {
    match format {
        ReportFormat::Sarif => sarif::write(judged, workspace, policies),
        ReportFormat::Github => github::write(judged, workspace),
        ReportFormat::Gitlab => gitlab::write(judged, workspace),
        ReportFormat::Junit => junit::write(judged, workspace, fail_on),
    }
}

/// Writes a report into a file.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn save(file: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(file, text).map_err(|error| Error::Usage {
        message: format!("cannot write {}: {error}", file.display()),
        help: "name another file with --report".into(),
    })
}

/// Where a finding is: the path from where the command runs, lines and columns from 1.
struct Place {
    path: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl Place {
    /// Returns where a finding is; the first line of its migration where nothing says more.
    fn of(finding: &Finding, workspace: &Workspace) -> Option<Self> {
        let span = finding.place().or_else(|| workspace.span(&finding.migration))?;
        let source = workspace.sources().get(span.source)?;
        let here = std::env::current_dir().and_then(|folder| folder.canonicalize()).unwrap_or_default();
        let whole = source.path.canonicalize().unwrap_or_else(|_| source.path.clone());
        let path = whole.strip_prefix(&here).unwrap_or(&whole);
        let (line, column) = source.line_column(span.start as usize);
        let (end_line, end_column) = source.line_column(span.end as usize);
        let path = path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        Some(Self { path: path.replacen("//", "/", 1), line, column, end_line, end_column })
    }
}

/// Returns what a person reads: the message, how long it takes, and what to do instead.
fn message(finding: &Finding) -> String {
    let mut message = finding.message.clone();
    if let Some(estimate) = finding.estimate {
        message += &format!(" (about {:.1} s for {} rows)", estimate.seconds, estimate.rows);
    }
    match &finding.help {
        Some(help) => format!("{message}\nhelp: {help}"),
        None => message,
    }
}

/// The fingerprints of findings: they stay the same while lines move, and no two are the same.
#[derive(Default)]
struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    /// Returns the fingerprint of the next finding.
    fn next(&mut self, finding: &Finding) -> String {
        let identity = finding.identity().join("\u{1f}");
        let times = self.seen.entry(identity.clone()).or_default();
        *times += 1;
        let text = if *times == 1 { identity } else { format!("{identity}\u{1f}{times}") };
        hex::encode(&Sha256::digest(text)[..16])
    }
}
