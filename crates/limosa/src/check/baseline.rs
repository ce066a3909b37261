//! The findings that a project begins with: they are known, and new ones stand out.

use std::collections::BTreeSet;
use std::path::Path;

use limosa_check::Finding;
use limosa_check::suppress::{Sifted, Suppressed};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The version of the file.
const VERSION: u32 = 1;

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineFile {
    version: u32,
    findings: BTreeSet<Line>,
}

/// A known finding, told from others while lines move.
#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Line {
    migration: String,
    code: String,
    operation: String,
    about: String,
}

impl Line {
    fn of(finding: &Finding) -> Self {
        let [code, migration, operation, about] = finding.identity();
        Self { migration, code, operation, about }
    }
}

/// Takes out what a baseline knows.
///
/// # Errors
/// When the file cannot be read, or is something else.
pub(super) fn sift(path: &Path, sifted: Sifted) -> Result<Sifted, Error> {
    let usage = |error: &dyn std::fmt::Display| Error::Usage {
        message: format!("cannot read {}: {error}", path.display()),
        help: "write it with `limosa check --all --write-baseline FILE`".into(),
    };
    let text = std::fs::read_to_string(path).map_err(|error| usage(&error))?;
    let file: BaselineFile = serde_json::from_str(&text).map_err(|error| usage(&error))?;
    if file.version != VERSION {
        return Err(usage(&format!("its version is {}, not {VERSION}", file.version)));
    }
    let Sifted { findings, mut suppressed } = sifted;
    let (known, findings): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| file.findings.contains(&Line::of(finding)));
    let reason = Some(format!("known ({})", path.display()));
    suppressed.extend(known.into_iter().map(|finding| Suppressed {
        finding,
        reason: reason.clone(),
        in_source: false,
    }));
    Ok(Sifted { findings, suppressed })
}

/// Writes all findings into a baseline.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(path: &Path, findings: &[Finding]) -> Result<(), Error> {
    let file = BaselineFile { version: VERSION, findings: findings.iter().map(Line::of).collect() };
    let written = serde_json::to_string_pretty(&file).map_err(std::io::Error::from);
    let written = written.and_then(|text| std::fs::write(path, text + "\n"));
    written.map_err(|error| Error::Usage {
        message: format!("cannot write {}: {error}", path.display()),
        help: "name another file with --write-baseline".into(),
    })
}
