//! SARIF 2.1.0.
//!
//! Source: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use limosa_check::{Check, Finding, checks};
use serde_json::{Value, json};

use super::{Place, fingerprint, message};
use crate::check::Judged;
use crate::workspace::Workspace;

/// Returns the log, with the findings that comments allow as suppressed ones.
pub(super) fn write(judged: &Judged, workspace: &Workspace) -> String {
    let rules: Vec<Value> = checks::ALL.iter().map(|check| rule(check)).collect();
    let mut results: Vec<Value> = judged.findings.iter().map(|finding| result(finding, workspace)).collect();
    for suppressed in &judged.suppressed {
        let mut result = result(&suppressed.finding, workspace);
        result["suppressions"] = json!([{ "kind": "inSource", "justification": suppressed.reason }]);
        results.push(result);
    }
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "limosa", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(check: &Check) -> Value {
    let text: Vec<&str> = check.documentation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    json!({
        "id": check.code,
        "name": check.name,
        "shortDescription": { "text": check.summary() },
        "help": { "text": text.join("\n"), "markdown": text.join("\n") },
        "defaultConfiguration": { "level": check.level.as_str(), "enabled": check.default },
    })
}

fn result(finding: &Finding, workspace: &Workspace) -> Value {
    let mut result = json!({
        "ruleId": finding.code,
        "level": finding.level.as_str(),
        "message": { "text": message(finding) },
        "partialFingerprints": { "limosa/v1": fingerprint(finding) },
    });
    if let Some(index) = checks::ALL.iter().position(|check| check.code == finding.code) {
        result["ruleIndex"] = index.into();
    }
    if let Some(place) = Place::of(finding.place(), workspace) {
        let Place { path, line, column, end_line, end_column } = place;
        let region = json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column });
        result["locations"] =
            json!([{ "physicalLocation": { "artifactLocation": { "uri": path }, "region": region } }]);
    }
    result
}
