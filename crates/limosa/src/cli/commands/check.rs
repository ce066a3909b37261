//! `limosa check`: judges what migrations do to a database that is in use, before they run.

mod json;
mod report;
mod text;

use limosa_check::{Check, Finding, Level, checks};

use crate::check::{self, Options, Selection};
use crate::cli::args::{CheckArgs, FailOn, Format};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::error::Error;

pub(super) async fn run(context: &mut CommandContext, args: &CheckArgs) -> Result<Exit, Error> {
    let options = Options {
        selection: selection(args)?,
        checks: chosen(args)?,
        stats: args.stats.clone(),
        stats_out: args.stats_out.clone(),
        baseline: args.baseline.clone(),
        write_baseline: args.write_baseline.clone(),
    };
    let mut workspace = context.workspace().await?;
    let connected = if args.offline { None } else { context.connect_if_present(&workspace).await? };
    let judged = check::check(&mut workspace, connected.as_ref(), &context.alias, &options).await?;
    if !args.report.iter().any(|report| report.file.is_none()) {
        match context.printer.format {
            Format::Text => {
                let text = text::write(&judged, &workspace, context.printer.colors_stdout());
                context.printer.data(&text);
            }
            Format::Json => context.printer.json(&json::value(&judged, &workspace)),
        }
    }
    let fail_on = Level::from(args.fail_on);
    for report in &args.report {
        let text = report::write(report.format, &judged, &workspace, fail_on);
        match &report.file {
            Some(file) => report::save(file, &text)?,
            None => context.printer.data(&text),
        }
    }
    let fails = |finding: &Finding| finding.level >= fail_on;
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

impl From<FailOn> for Level {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Note => Self::Note,
            FailOn::Warning => Self::Warning,
            FailOn::Error => Self::Error,
        }
    }
}
