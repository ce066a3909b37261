//! `limosa check`: judges what migrations do to a database that is in use, before they run.

use std::fmt::Write as _;

use limosa_check::stats::LongTransaction;
use limosa_check::suppress::Suppressed;
use limosa_check::{Check, Finding, Group, Level, checks};
use limosa_model::{Diagnostic, Severity};
use serde::Serialize;

use crate::check::{self, Judged, Options, Selection};
use crate::cli::args::{CheckArgs, FailOn, Format};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::{GOOD, WARN};
use crate::cli::render;
use crate::error::Error;
use crate::workspace::Workspace;

pub(super) async fn run(context: &mut CommandContext, args: &CheckArgs) -> Result<Exit, Error> {
    let options = Options {
        selection: selection(args)?,
        checks: chosen(args)?,
        stats: args.stats.clone(),
        stats_out: args.stats_out.clone(),
    };
    let mut workspace = context.workspace().await?;
    let connected = if args.offline { None } else { context.connect_if_present(&workspace).await? };
    let judged = check::check(&mut workspace, connected.as_ref(), &context.alias, &options).await?;
    match context.printer.format {
        Format::Text => {
            let text = text(&judged, &workspace, context.printer.colors_stdout());
            context.printer.data(&text);
        }
        Format::Json => {
            let findings: Vec<Shown<'_>> =
                judged.findings.iter().map(|finding| Shown::new(finding, &workspace)).collect();
            let suppressed: Vec<Hidden<'_>> =
                judged.suppressed.iter().map(|one| Hidden::new(one, &workspace)).collect();
            let long = judged.stats.long_transactions.iter();
            let long: Vec<_> =
                long.map(|long| serde_json::json!({ "who": long.who, "seconds": long.seconds })).collect();
            context.printer.json(&serde_json::json!({
                "version": 1, "migrations": judged.migrations, "findings": findings, "suppressed": suppressed,
                "long_transactions": long, "replicas": judged.stats.replicas,
            }));
        }
    }
    let fails = |finding: &Finding| finding.level >= Level::from(args.fail_on);
    Ok(if judged.findings.iter().any(fails) { Exit::Pending } else { Exit::Done })
}

/// Returns which migrations are looked at.
fn selection(args: &CheckArgs) -> Result<Selection, Error> {
    Ok(match (&args.since, &args.app_label, &args.migration_name) {
        _ if args.all => Selection::All,
        _ if !args.files.is_empty() => Selection::Files(args.files.clone()),
        (Some(revision), ..) => Selection::Since(revision.clone()),
        (None, Some(app), Some(name)) => Selection::Migration(app.clone(), name.clone()),
        (None, Some(app), None) => Selection::App(app.clone()),
        (None, None, _) if args.offline => {
            return Err(Error::Usage {
                message: "which migrations are pending is not known without a database".into(),
                help: "say what to look at: `--since main`, `--files`, `--all`, or an app".into(),
            });
        }
        (None, None, _) => Selection::Pending,
    })
}

/// Returns the checks that were asked for.
fn chosen(args: &CheckArgs) -> Result<Vec<&'static Check>, Error> {
    let means = |code: &str, check: &Check| checks::names(code, check.code, check.name);
    for code in args.select.iter().chain(&args.ignore) {
        if !checks::ALL.iter().any(|check| means(code, check)) {
            return Err(unknown(code));
        }
    }
    let selected = |check: &Check| match args.select.as_slice() {
        [] => check.default,
        codes => codes.iter().any(|code| means(code, check)),
    };
    let ignored = |check: &Check| args.ignore.iter().any(|code| means(code, check));
    Ok(checks::ALL.iter().copied().filter(|check| selected(check) && !ignored(check)).collect())
}

/// The error for a code that no check has.
pub(super) fn unknown(code: &str) -> Error {
    Error::Usage { message: format!("no check is called `{code}`"), help: "`limosa explain` lists the checks".into() }
}

fn text(judged: &Judged, workspace: &Workspace, color: bool) -> String {
    let mut text = String::new();
    for finding in &judged.findings {
        text.push_str(&render::diagnostic(&diagnostic(finding), workspace.sources(), color));
        text.push('\n');
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
    let migrations = count(judged.migrations, "migration");
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
    text
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
        labels: finding.span.map(|span| (span, label)).into_iter().collect(),
        help: finding.help.clone(),
    }
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
}

impl<'a> Shown<'a> {
    fn new(finding: &'a Finding, workspace: &Workspace) -> Self {
        let location = finding.span.and_then(|span| workspace.sources().location(span));
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

impl From<FailOn> for Level {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Note => Self::Note,
            FailOn::Warning => Self::Warning,
            FailOn::Error => Self::Error,
        }
    }
}
