//! `limosa check`: judges what migrations do to a database that is in use, before they run.

mod deploy;
mod fix;
mod json;
mod policy_tests;
mod report;
mod text;

use limosa_check::{Finding, Level};

use crate::check::{self, Configured, Options, Selection};
use crate::cli::args::{CheckArgs, FailOn, Format};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::error::Error;

pub(super) async fn run(context: &mut CommandContext, args: &CheckArgs) -> Result<Exit, Error> {
    if args.test_policies {
        return policy_tests::run(context).await;
    }
    if args.deploy {
        return deploy::run(context, args).await;
    }
    if args.report.iter().filter(|report| report.file.is_none()).count() > 1 {
        return Err(Error::Usage {
            message: "two reports would be mixed on stdout".into(),
            help: "write one of them into a file: `--report sarif=FILE`".into(),
        });
    }
    let selection = selection(args)?;
    let mut workspace = context.workspace().await?;
    let configured = Configured::read(&workspace, &args.select, &args.ignore)?;
    let connected = if args.offline { None } else { context.connect_if_present(&workspace).await? };
    let known_size = configured.stats.clone().filter(|_| connected.is_none());
    let fail_on = fail_on(args, &configured);
    let mut options = Options {
        selection,
        stats: args.stats.clone().or(known_size),
        stats_out: args.stats_out.clone(),
        baseline: args.baseline.clone().or_else(|| configured.baseline.clone()),
        write_baseline: args.write_baseline.clone(),
        configured,
        divides: false,
    };
    let mut judged = check::check(&mut workspace, connected.as_ref(), &context.alias, &options).await?;
    if args.fix {
        let fixed = fix::plan(context, &workspace, connected.as_ref(), &options, &judged).await?;
        if args.diff {
            return fix::diff(context, &workspace, &fixed);
        }
        fix::write(context, &workspace, &fixed).await?;
        if !fixed.files.is_empty() {
            // What is left is told of the files as they are now.
            workspace = context.workspace().await?;
            let selection = fix::extended(&workspace, options.selection, &fixed);
            let configured = Configured::read(&workspace, &args.select, &args.ignore)?;
            options = Options { selection, configured, ..options };
            judged = check::check(&mut workspace, connected.as_ref(), &context.alias, &options).await?;
        }
    }
    if !args.report.iter().any(|report| report.file.is_none()) {
        match context.printer.format {
            Format::Text => {
                let text = text::write(&judged, &workspace, context.printer.colors_stdout());
                context.printer.data(&text);
            }
            Format::Json => context.printer.json(&json::value(&judged, &workspace)),
        }
    }
    for report in &args.report {
        let text = report::write(report.format, &judged, &workspace, &options.configured.policies, fail_on);
        match &report.file {
            Some(file) => report::save(file, &text)?,
            None => context.printer.data(&text),
        }
    }
    let fails = |finding: &Finding| finding.level >= fail_on;
    Ok(if judged.findings.iter().any(fails) { Exit::Pending } else { Exit::Done })
}

/// Returns the level from which on a finding makes the exit code 1.
fn fail_on(args: &CheckArgs, configured: &Configured) -> Level {
    args.fail_on.map(Level::from).or(configured.fail_on).unwrap_or(Level::Error)
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

impl From<FailOn> for Level {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Note => Self::Note,
            FailOn::Warning => Self::Warning,
            FailOn::Error => Self::Error,
        }
    }
}
