//! Findings for programs; documented in docs/reference/json.md.

use limosa_check::Finding;
use limosa_check::suppress::Suppressed;
use serde::Serialize;
use serde_json::{Value, json};

use crate::check::Judged;
use crate::workspace::Workspace;

/// Returns all that is known of a run.
pub(super) fn value(judged: &Judged, workspace: &Workspace) -> Value {
    let findings: Vec<Shown<'_>> = judged.findings.iter().map(|finding| Shown::new(finding, workspace)).collect();
    let suppressed: Vec<Hidden<'_>> = judged.suppressed.iter().map(|one| Hidden::new(one, workspace)).collect();
    let long = judged.stats.long_transactions.iter();
    let long: Vec<Value> = long.map(|long| json!({ "who": long.who, "seconds": long.seconds })).collect();
    json!({
        "version": 1,
        "migrations": judged.migrations.len(),
        "findings": findings,
        "suppressed": suppressed,
        "long_transactions": long,
        "replicas": judged.stats.replicas,
    })
}

/// Returns what is known of a finding.
pub(super) fn finding<'a>(finding: &'a Finding, workspace: &Workspace) -> impl Serialize + use<'a> {
    Shown::new(finding, workspace)
}

/// A finding in JSON.
#[derive(Serialize)]
struct Shown<'a> {
    code: &'a str,
    name: &'a str,
    level: &'static str,
    migration: String,
    operation: Option<&'a str>,
    place: Option<String>,
    table: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
    sql: Option<&'a str>,
    rows: Option<u64>,
    seconds: Option<f64>,
    fixable: bool,
}

impl<'a> Shown<'a> {
    fn new(finding: &'a Finding, workspace: &Workspace) -> Self {
        let location = finding.place().and_then(|span| workspace.sources().location(span));
        Self {
            code: &finding.code,
            name: &finding.name,
            level: finding.level.as_str(),
            migration: finding.migration.to_string(),
            operation: finding.operation.as_deref(),
            place: location.map(|place| format!("{}:{}:{}", place.path.display(), place.line, place.column)),
            table: finding.table.as_deref(),
            message: &finding.message,
            help: finding.help.as_deref(),
            sql: finding.sql.as_deref(),
            rows: finding.estimate.map(|estimate| estimate.rows),
            seconds: finding.estimate.map(|estimate| estimate.seconds),
            fixable: !finding.fixes.is_empty(),
        }
    }
}

/// A finding that a comment allows, in JSON.
#[derive(Serialize)]
struct Hidden<'a> {
    #[serde(flatten)]
    finding: Shown<'a>,
    reason: Option<&'a str>,
}

impl<'a> Hidden<'a> {
    fn new(suppressed: &'a Suppressed, workspace: &Workspace) -> Self {
        Self { finding: Shown::new(&suppressed.finding, workspace), reason: suppressed.reason.as_deref() }
    }
}
