//! `limosa check --test-policies`: the examples of the project's own rules, and what came of them.

use std::fmt::Write as _;

use limosa_check::policy::Why;
use limosa_model::Diagnostic;
use serde_json::{Value, json};

use crate::check::policy_tests::{self, Outcome, TestRun, Tested};
use crate::cli::args::Format;
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::cli::printer::{BAD, BOLD, GOOD, WARN};
use crate::cli::render;
use crate::error::Error;
use crate::workspace::Workspace;

/// The longest list of what a policy looked at that is shown.
const SHOWN: usize = 5;

pub(super) async fn run(context: &mut CommandContext) -> Result<Exit, Error> {
    let workspace = context.workspace().await?;
    let tested = policy_tests::run(&workspace, &context.alias)?;
    match context.printer.format {
        Format::Text => {
            let text = text(&tested, &workspace, context.printer.colors_stdout());
            context.printer.data(&text);
        }
        Format::Json => context.printer.json(&value(&tested)),
    }
    let all_pass = tested.iter().flat_map(|policy| &policy.tests).all(TestRun::passed);
    Ok(if all_pass { Exit::Done } else { Exit::Pending })
}

fn text(tested: &[Tested], workspace: &Workspace, color: bool) -> String {
    let mut text = String::new();
    for policy in tested {
        let Tested { code, tests, .. } = policy;
        let passed = tests.iter().filter(|test| test.passed()).count();
        _ = match tests.len() {
            0 => writeln!(text, "{BOLD}{code}{BOLD:#}: {WARN}no tests{WARN:#}"),
            all => writeln!(text, "{BOLD}{code}{BOLD:#}: {passed} of {all} as they should be"),
        };
        for test in tests.iter().filter(|test| !test.passed()) {
            for diagnostic in diagnostics(policy, test) {
                text.push_str(&render::diagnostic(&diagnostic, workspace.sources(), color));
            }
        }
    }
    let tests = || tested.iter().flat_map(|policy| &policy.tests);
    let (all, failed) = (tests().count(), tests().filter(|test| !test.passed()).count());
    let without = tested.iter().filter(|policy| policy.tests.is_empty()).count();
    let without = if without == 0 { String::new() } else { format!(", {without} without tests") };
    _ = match (tested.len(), failed) {
        (0, _) => writeln!(text, "The project has no policies: see docs/policies.md."),
        (policies, 0) => {
            writeln!(text, "{GOOD}{policies} policies, {all} tests, all as they should be{without}.{GOOD:#}")
        }
        (policies, failed) => writeln!(text, "{BAD}{policies} policies, {all} tests, {failed} failed{without}.{BAD:#}"),
    };
    text
}

/// Returns what is to be said of a test that failed.
fn diagnostics(policy: &Tested, test: &TestRun) -> Vec<Diagnostic> {
    let (found, told) = match &test.outcome {
        Outcome::Judged(found, told) => (*found, told.as_slice()),
        Outcome::Failed(diagnostics) => return diagnostics.clone(),
    };
    let message = match found {
        true => format!("{} finds something in `{}`, and should not", policy.code, test.name),
        false => format!("{} finds nothing in `{}`, and should", policy.code, test.name),
    };
    let diagnostic = Diagnostic::error("policy-test", message).at(test.span, "in this test");
    let about: Vec<String> = told.iter().filter(|why| why.found == Ok(found)).take(SHOWN).map(shown).collect();
    vec![match about.is_empty() {
        true if told.is_empty() && !found => diagnostic.help("the example holds nothing that the policy looks at"),
        true => diagnostic,
        false => diagnostic.help(about.join("\n")),
    }]
}

/// Says why a policy found a thing, or did not.
fn shown(why: &Why) -> String {
    let parts = why.terms.iter().map(|term| {
        let holds = match &term.holds {
            Ok(true) => "holds".to_owned(),
            Ok(false) => "does not hold".to_owned(),
            Err(reason) => reason.clone(),
        };
        format!("\n  `{}`: {holds}", term.text)
    });
    format!("`{}`:{}", why.about, parts.collect::<String>()).trim_end_matches(':').to_owned()
}

fn value(tested: &[Tested]) -> Value {
    let why = |why: &Why| {
        let terms = why.terms.iter().map(|term| json!({ "text": term.text, "holds": term.holds.as_ref().ok() }));
        json!({ "about": why.about, "found": why.found.as_ref().ok(), "terms": terms.collect::<Vec<_>>() })
    };
    let test = |test: &TestRun| {
        let (found, told, errors) = match &test.outcome {
            Outcome::Judged(found, told) => (Some(*found), told.iter().map(why).collect(), Vec::new()),
            Outcome::Failed(wrong) => (None, Vec::new(), wrong.iter().map(|wrong| wrong.message.clone()).collect()),
        };
        json!({
            "name": test.name, "expected": test.expected, "found": found, "passed": test.passed(), "looked_at": told, "errors": errors,
        })
    };
    let policies = tested.iter().map(|policy| {
        json!({ "code": policy.code, "name": policy.name, "tests": policy.tests.iter().map(test).collect::<Vec<_>>() })
    });
    json!({ "version": 1, "policies": policies.collect::<Vec<_>>() })
}
