//! `limosa explain`: shows what a check is about.

use std::fmt::Write as _;

use limosa_check::{Check, Group, checks};

use crate::check::unknown;
use crate::cli::args::{ExplainArgs, Format};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::BOLD;
use crate::error::Error;

pub(super) fn run(context: &mut CommandContext, args: &ExplainArgs) -> Result<Exit, Error> {
    let shown: Vec<&Check> = match &args.code {
        Some(code) => vec![checks::find(code).ok_or_else(|| unknown(code))?],
        None => checks::ALL.to_vec(),
    };
    match (context.printer.format, shown.as_slice()) {
        (Format::Json, _) => {
            let shown: Vec<serde_json::Value> = shown.iter().map(|check| json(check)).collect();
            context.printer.json(&serde_json::json!({ "version": 1, "checks": shown }));
        }
        (Format::Text, [check]) if args.code.is_some() => context.printer.data(&text(check)),
        (Format::Text, _) => context.printer.data(&list(&shown)),
    }
    Ok(Exit::Done)
}

fn text(check: &Check) -> String {
    let documentation: Vec<&str> =
        check.documentation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let databases: Vec<String> = check.databases.iter().map(ToString::to_string).collect();
    let opt_in = if check.default { "" } else { "; only when it is asked for" };
    format!(
        "{BOLD}{} {}{BOLD:#} ({}, {}; {}{opt_in})\n\n{}\n",
        check.code,
        check.name,
        check.group.title(),
        check.level.as_str(),
        databases.join(", "),
        documentation.join("\n").trim()
    )
}

fn list(checks: &[&Check]) -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let own: Vec<&&Check> = checks.iter().filter(|check| check.group == group).collect();
        if own.is_empty() {
            continue;
        }
        _ = writeln!(text, "{BOLD}{}{BOLD:#}", group.title());
        for check in own {
            _ = writeln!(text, "  {} {:28} {}", check.code, check.name, check.summary());
        }
    }
    text
}

fn json(check: &Check) -> serde_json::Value {
    serde_json::json!({
        "code": check.code,
        "name": check.name,
        "group": check.group.title(),
        "level": check.level.as_str(),
        "databases": check.databases.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "default": check.default,
        "summary": check.summary(),
        "documentation": check.documentation,
    })
}
