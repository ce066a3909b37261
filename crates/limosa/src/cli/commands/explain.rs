//! `limosa explain`: shows what a check, or a policy of the project, is about.

use std::fmt::Write as _;

use limosa_check::{Check, Group, Policy, checks};
use limosa_model::{Diagnostic, Severity};
use limosa_source::config::{CONFIG_FILE, Env};
use limosa_source::project::{OpenError, Project};

use crate::check::{policies, unknown};
use crate::cli::args::{ExplainArgs, Format};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::BOLD;
use crate::error::Error;

pub(super) fn run(context: &mut CommandContext, args: &ExplainArgs) -> Result<Exit, Error> {
    let named = args.code.as_deref();
    let found: Vec<&Check> = match named {
        Some(code) => checks::find(code).into_iter().collect(),
        None => checks::ALL.to_vec(),
    };
    // What the code of a check says needs no project.
    let policies = if named.is_some() && !found.is_empty() { Vec::new() } else { policies_of(context, named)? };
    if let Some(code) = named.filter(|_| found.is_empty() && policies.is_empty()) {
        return Err(unknown(code));
    }
    match (context.printer.format, found.as_slice(), policies.as_slice()) {
        (Format::Json, ..) => {
            let shown = found.iter().map(|check| json(check)).chain(policies.iter().map(policy_json));
            let shown: Vec<serde_json::Value> = shown.collect();
            context.printer.json(&serde_json::json!({ "version": 1, "checks": shown }));
        }
        (Format::Text, [check], []) if named.is_some() => context.printer.data(&text(check)),
        (Format::Text, [], [policy]) if named.is_some() => context.printer.data(&policy_text(policy)),
        (Format::Text, ..) => context.printer.data(&list(&found, &policies)),
    }
    Ok(Exit::Done)
}

/// Returns the policies of the project that a word names, or all; none where there is no project.
fn policies_of(context: &CommandContext, named: Option<&str>) -> Result<Vec<Policy>, Error> {
    let project = match Project::open(context.options(), &Env::process()) {
        Err(OpenError::NoProject(_) | OpenError::NoSettings(_)) => return Ok(Vec::new()),
        project => project?,
    };
    let refused = |diagnostics| Error::Project { diagnostics, sources: project.sources.clone() };
    // Where the configuration is not understood, nobody knows which policies there are.
    let is_configuration = |diagnostic: &&Diagnostic| {
        let mut files = diagnostic.labels.iter().filter_map(|(span, _)| project.sources.get(span.source));
        let is_error = diagnostic.severity == Severity::Error;
        is_error && files.any(|file| file.path.ends_with(CONFIG_FILE) || file.path.ends_with("pyproject.toml"))
    };
    let wrong: Vec<Diagnostic> = project.diagnostics.iter().filter(is_configuration).cloned().collect();
    if !wrong.is_empty() {
        return Err(refused(wrong));
    }
    let policies = policies::read(&project).map_err(refused)?;
    let is_it = |policy: &Policy| {
        named.is_none_or(|word| policy.code.eq_ignore_ascii_case(word) || policy.name.eq_ignore_ascii_case(word))
    };
    Ok(policies.into_iter().filter(is_it).collect())
}

fn text(check: &Check) -> String {
    let databases: Vec<String> = check.databases.iter().map(ToString::to_string).collect();
    let opt_in = if check.default { "" } else { "; only when it is asked for" };
    let fix = if check.fix.is_some() { "; --fix can write what to do instead" } else { "" };
    format!(
        "{BOLD}{} {}{BOLD:#} ({}, {}; {}{opt_in}{fix})\n\n{}\n",
        check.code,
        check.name,
        check.group.title(),
        check.level.as_str(),
        databases.join(", "),
        check.markdown()
    )
}

fn list(checks: &[&Check], policies: &[Policy]) -> String {
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
    if !policies.is_empty() {
        _ = writeln!(text, "{BOLD}Policies of the project{BOLD:#}");
    }
    for policy in policies {
        _ = writeln!(text, "  {} {:28} {}", policy.code, policy.name, policy.message);
    }
    text
}

fn policy_text(policy: &Policy) -> String {
    let Policy { code, name, level, on, when, message, help, .. } = policy;
    let name = if name == code { String::new() } else { format!(" {name}") };
    let mut text = format!(
        "{BOLD}{code}{name}{BOLD:#} (policy of the project, {}; each {})\n\n{message}\n\n    {}\n",
        level.as_str(),
        on.as_str(),
        when.trim().replace('\n', "\n    ")
    );
    if let Some(help) = help {
        _ = writeln!(text, "\nInstead: {help}");
    }
    text
}

fn policy_json(policy: &Policy) -> serde_json::Value {
    serde_json::json!({
        "code": policy.code,
        "name": policy.name,
        "group": "Policies of the project",
        "level": policy.level.as_str(),
        "default": true,
        "summary": policy.message,
        "on": policy.on.as_str(),
        "when": policy.when,
        "help": policy.help,
    })
}

fn json(check: &Check) -> serde_json::Value {
    serde_json::json!({
        "code": check.code,
        "name": check.name,
        "group": check.group.title(),
        "level": check.level.as_str(),
        "databases": check.databases.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "default": check.default,
        "fixable": check.fix.is_some(),
        "summary": check.summary(),
        "documentation": check.markdown(),
    })
}
