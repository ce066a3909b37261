//! `limosa doctor`: looks for what is wrong with the history, and mends what can be mended safely.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use limosa_db::{Lease, LockWait};
use serde::Serialize;

use crate::cli::args::{DoctorArgs, Format};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::{BOLD, GOOD, WARN};
use crate::cli::reporter::Reporter;
use crate::connected::Connected;
use crate::doctor::{self, Finding};
use crate::error::Error;
use crate::workspace::Workspace;

pub(super) async fn run(context: &mut CommandContext, args: &DoctorArgs) -> Result<Exit, Error> {
    let mut workspace = context.workspace().await?;
    let Some(connected) = context.connect_if_present(&workspace).await? else {
        show(context, args, &[], None);
        return Ok(Exit::Done);
    };
    if !args.yes {
        let mut findings = doctor::examine(&workspace, &connected).await?;
        if args.schema {
            findings.extend(doctor::compare(&mut workspace, &connected).await?);
        }
        show(context, args, &findings, None);
        return Ok(if findings.is_empty() { Exit::Done } else { Exit::Pending });
    }
    let events = Reporter::new(context).events();
    let lease = connected.lock(LockWait::Forever, &events).await?;
    let mended = mend(&workspace, &connected, &lease, args, &context.command).await;
    lease.release(&connected.connection).await?;
    let (findings, undo) = mended?;
    show(context, args, &findings, undo.as_deref());
    Ok(if findings.iter().all(is_mended) { Exit::Done } else { Exit::Pending })
}

/// Looks again under the lease, writes the file that undoes what is done, and does it.
async fn mend(
    workspace: &Workspace,
    connected: &Connected,
    lease: &Lease,
    args: &DoctorArgs,
    command: &str,
) -> Result<(Vec<Finding>, Option<String>), Error> {
    let findings = doctor::examine(workspace, connected).await?;
    if !findings.iter().any(is_mended) {
        return Ok((findings, None));
    }
    let path = args.undo.clone().unwrap_or_else(|| {
        let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S").to_string();
        workspace.root().join(format!("limosa-undo-{now}.sql"))
    });
    write_undo(&path, &findings)?;
    doctor::mend(workspace, connected, lease, &findings, Some(command)).await?;
    Ok((findings, Some(path.display().to_string())))
}

/// Writes the file, which must not be there yet.
fn write_undo(path: &PathBuf, findings: &[Finding]) -> Result<(), Error> {
    let mut text = String::from("-- Undoes what `limosa doctor --fix --yes` did.\n");
    for mend in findings.iter().flat_map(|finding| &finding.mend).rev() {
        _ = writeln!(text, "{};", mend.undo);
    }
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| Error::Usage {
        message: format!("cannot write {}: {error}", path.display()),
        help: "name another file with --undo; nothing was changed".into(),
    })
}

fn is_mended(finding: &Finding) -> bool {
    !finding.mend.is_empty()
}

fn show(context: &mut CommandContext, args: &DoctorArgs, findings: &[Finding], undo: Option<&str>) {
    let text = match context.printer.format {
        Format::Json => {
            let findings: Vec<Shown<'_>> = findings.iter().map(Shown::from).collect();
            context.printer.json(&serde_json::json!({
                "version": 1, "database": context.alias, "findings": findings, "mended": undo.is_some(), "undo": undo,
            }));
            return;
        }
        Format::Text => text(args, findings, undo),
    };
    context.printer.data(&text);
}

fn text(args: &DoctorArgs, findings: &[Finding], undo: Option<&str>) -> String {
    if findings.is_empty() {
        let schema = if args.schema { ", and so is the schema" } else { "" };
        return format!("{GOOD}The history is in order{schema}.{GOOD:#}\n");
    }
    let mut text = String::new();
    for finding in findings {
        _ = writeln!(text, "{WARN}{}{WARN:#}{BOLD}: {}{BOLD:#}", finding.kind, finding.message);
        for detail in &finding.details {
            _ = writeln!(text, "  {detail}");
        }
        if let Some(help) = &finding.help {
            _ = writeln!(text, "  help: {help}");
        }
        for mend in finding.mend.iter().filter(|_| args.fix) {
            _ = writeln!(text, "   {}: {};", if undo.is_some() { "ran" } else { "fix" }, mend.sql);
        }
    }
    let count = findings.iter().filter(|finding| is_mended(finding)).count();
    _ = match (undo, args.fix, count) {
        (Some(undo), ..) => writeln!(text, "\n{GOOD}{count} of {} mended;{GOOD:#} {undo} undoes it", findings.len()),
        (None, _, 0) => writeln!(text, "\n{} to look at by hand", findings.len()),
        (None, true, _) => {
            writeln!(text, "\nNothing was changed: `limosa doctor --fix --yes` runs the statements above.")
        }
        (None, false, _) => {
            writeln!(text, "\n{count} of {} can be mended: `limosa doctor --fix` shows how", findings.len())
        }
    };
    text
}

/// A finding in JSON.
#[derive(Serialize)]
struct Shown<'a> {
    kind: &'a str,
    message: &'a str,
    details: &'a [String],
    help: Option<&'a str>,
    fix: Vec<&'a str>,
}

impl<'a> From<&'a Finding> for Shown<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            kind: finding.kind,
            message: &finding.message,
            details: &finding.details,
            help: finding.help.as_deref(),
            fix: finding.mend.iter().map(|mend| mend.sql.as_str()).collect(),
        }
    }
}
