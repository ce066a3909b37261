//! SARIF 2.1.0.
//!
//! Source: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use limosa_check::{Check, Finding, Policy, checks};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Fingerprints, Place, message};
use crate::check::Judged;
use crate::workspace::Workspace;

/// Returns the log, with the findings that comments allow or a baseline knows as suppressed ones.
pub(super) fn write(judged: &Judged, workspace: &Workspace, policies: &[Policy]) -> String {
    let rules: Vec<Value> = checks::ALL.iter().map(|check| rule(check)).chain(policies.iter().map(own_rule)).collect();
    let codes: Vec<&str> =
        checks::ALL.iter().map(|check| check.code).chain(policies.iter().map(|policy| policy.code.as_str())).collect();
    let mut fingerprints = Fingerprints::default();
    let mut result = |finding: &Finding| {
        let mut result = result(finding, &fingerprints.next(finding), workspace);
        if let Some(index) = codes.iter().position(|code| *code == finding.code) {
            result["ruleIndex"] = index.into();
        }
        result
    };
    let mut results: Vec<Value> = judged.findings.iter().map(&mut result).collect();
    for suppressed in &judged.suppressed {
        let mut result = result(&suppressed.finding);
        let mut suppression = json!({ "kind": if suppressed.in_source { "inSource" } else { "external" } });
        if let Some(reason) = &suppressed.reason {
            suppression["justification"] = reason.as_str().into();
        }
        result["suppressions"] = json!([suppression]);
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
    let text = check.markdown();
    json!({
        "id": check.code,
        "name": check.name,
        "shortDescription": { "text": check.summary() },
        "help": { "text": text, "markdown": text },
        "defaultConfiguration": { "level": check.level.as_str(), "enabled": check.default },
    })
}

fn own_rule(policy: &Policy) -> Value {
    let help = policy.help.as_deref().unwrap_or(&policy.message);
    json!({
        "id": policy.code,
        "name": policy.name,
        "shortDescription": { "text": policy.message },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": policy.level.as_str(), "enabled": true },
    })
}

fn result(finding: &Finding, fingerprint: &str, workspace: &Workspace) -> Value {
    let mut result = json!({
        "ruleId": finding.code,
        "level": finding.level.as_str(),
        "message": { "text": message(finding) },
        "partialFingerprints": { "limosa/v1": fingerprint },
    });
    if let Some(place) = Place::of(finding, workspace) {
        let Place { path, line, column, end_line, end_column } = place;
        let region = json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column });
        result["locations"] =
            json!([{ "physicalLocation": { "artifactLocation": { "uri": uri(&path) }, "region": region } }]);
    }
    result
}

/// What a path may not hold inside a URI as it is.
///
/// Source: RFC 3986, section 3.3.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Returns the URI of a file: relative to where the command runs, or whole where it is elsewhere.
fn uri(path: &str) -> String {
    let escaped = utf8_percent_encode(path, ESCAPED);
    if path.starts_with('/') { format!("file://{escaped}") } else { escaped.to_string() }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn uris() {
        for (path, expected) in [
            ("shop/migrations/0001_initial.py", "shop/migrations/0001_initial.py"),
            ("the shop/50%/0001_é.py", "the%20shop/50%25/0001_%C3%A9.py"),
            ("/usr/lib/python3/auth/0001.py", "file:///usr/lib/python3/auth/0001.py"),
        ] {
            assert_eq!(uri(path), expected, "{path}");
        }
    }
}
