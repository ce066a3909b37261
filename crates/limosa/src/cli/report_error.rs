//! How an error is shown, and what the exit code says of it.

mod failure;
mod json;

use std::io::ErrorKind;

use limosa_db::{DbError, DbErrorKind, LockError, UrlError};
use limosa_engine::bridge::BridgeError;
use limosa_engine::runner::RunErrorKind;
use limosa_plan::planner::TargetError;

use super::args::Format;
use super::exit_code::Exit;
use super::printer::{BAD, BOLD, Printer};
use super::redact::redact;
use super::render;
use crate::error::Error;
use crate::run_record::is_interrupted;

/// Shows an error with what to do about it, and returns the exit code for it.
pub(super) fn report(error: &Error, printer: &mut Printer) -> Exit {
    let exit = exit(error);
    if printer.format == Format::Json {
        printer.event(&json::line(error, exit));
    }
    match error {
        Error::Project { diagnostics, sources } => {
            let color = printer.colors_stderr();
            for diagnostic in diagnostics {
                printer.error(&render::diagnostic(diagnostic, sources, color));
            }
            printer.error("nothing was changed\n");
        }
        Error::Run { error, place } => failure::report(error, place.as_ref(), printer),
        _ => {
            printer.error(&format!("{BAD}error{BAD:#}{BOLD}: {}{BOLD:#}\n", message(error)));
            for line in details(error) {
                printer.error(&format!("  {line}\n"));
            }
        }
    }
    exit
}

/// Says what is wrong, without a password.
fn message(error: &Error) -> String {
    match error {
        // What stands where the port is expected may be a password with a character that had to be encoded.
        Error::Url(UrlError::Port(_)) => "bad port in the database URL".into(),
        _ => redact(&error.to_string()).into_owned(),
    }
}

fn exit(error: &Error) -> Exit {
    match error {
        Error::Database(error) if error.kind == DbErrorKind::Cancelled => Exit::Interrupted,
        Error::Database(_) => Exit::Database,
        Error::Lock(LockError::Held(_)) | Error::TakenOver(_) => Exit::Locked,
        Error::Run { error: run, .. } if matches!(run.kind, RunErrorKind::TakenOver(_)) => Exit::Locked,
        Error::Lock(_) => Exit::Database,
        Error::HalfApplied { .. } => Exit::Partial,
        Error::Quorum { has_failed: true, .. } => Exit::Database,
        Error::Quorum { .. } => Exit::Locked,
        Error::Run { error: run, .. } if !run.rolled_back => Exit::Partial,
        Error::Run { .. } if is_interrupted(error) => Exit::Interrupted,
        Error::Run { error: run, .. } => match run.kind {
            RunErrorKind::Step(_)
            | RunErrorKind::UnknownFunction(_)
            | RunErrorKind::NoPython
            | RunErrorKind::Mixed(_) => Exit::Usage,
            _ => Exit::Database,
        },
        _ => Exit::Usage,
    }
}

fn db_details(error: &DbError) -> Vec<String> {
    let pairs = [("code", &error.code), ("detail", &error.detail), ("context", &error.context), ("hint", &error.hint)];
    let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let help = db_help(error.kind).map(|help| ("help", help));
    pairs.chain(help).map(|(name, value)| format!("{name:>9}: {value}")).collect()
}

/// Returns what to do about errors whose cause lies outside the project.
fn db_help(kind: DbErrorKind) -> Option<&'static str> {
    match kind {
        DbErrorKind::Unreachable => Some("check that the server runs, and that host and port are right"),
        DbErrorKind::Auth => Some("check the user and the password, and that the server lets them in from here"),
        DbErrorKind::NoDatabase => Some("create the database first, or correct its name"),
        DbErrorKind::LockTimeout => Some("another program holds it: run again when that has ended"),
        DbErrorKind::ReadOnly => Some("connect to a database that can be written"),
        DbErrorKind::Permission => Some("give the role the right to do it, or use another role"),
        _ => None,
    }
}

fn details(error: &Error) -> Vec<String> {
    match error {
        Error::Open(error) => vec![format!("help: {}", error.help())],
        Error::NoApp { known, .. } => vec![format!("help: the apps are {}", known.join(", "))],
        Error::NoDatabase { known, .. } if known.is_empty() => vec!["help: leave --database out: there is only one".into()],
        Error::NoDatabase { known, .. } => vec![format!("help: the databases are {}", known.join(", "))],
        Error::Url(_) => vec![
            "help: it is postgres://user:password@host:port/name, mysql://… or sqlite:path; in a password, write % / ? # @ as %25 %2F %3F %23 %40".into(),
        ],
        Error::Target(TargetError::NoMigrations(_)) => vec!["help: give it a `migrations` package, or leave it out".into()],
        Error::Target(_) => vec!["help: `limosa showmigrations` lists what there is".into()],
        Error::Database(error) | Error::Lock(LockError::Database(error)) => db_details(error),
        Error::Lock(LockError::Held(_)) => vec!["help: wait for it with --wait, such as --wait 10m, or leave --no-wait out".into()],
        Error::Lock(LockError::File { .. }) => vec!["help: the folder of the database must be writable: the lock is a file in it".into()],
        Error::File { error, .. } if error.kind() == ErrorKind::AlreadyExists => vec!["help: an earlier run left it: remove it when no other one is at work".into()],
        Error::File { .. } => vec!["help: see that the file and its folder may be read and written, and run the command again".into()],
        Error::Python(error) => python_details(error),
        Error::HalfApplied { help, .. } | Error::Usage { help, .. } | Error::Quorum { help, .. } => vec![format!("help: {help}")],
        _ => Vec::new(),
    }
}

fn python_details(error: &BridgeError) -> Vec<String> {
    let (BridgeError::Python(error) | BridgeError::Settings(error) | BridgeError::Apps(error)) = error else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let (Some(file), Some(line)) = (&error.file, error.line) {
        lines.push(format!("{:>9}: {}:{line}", "at", file.display()));
    }
    lines.extend(redact(&error.traceback).lines().map(str::to_owned));
    lines
}
