//! `limosa check --test-policies`: the examples of the project's own rules.

mod example;

use limosa_check::Policy;
use limosa_check::policy::Why;
use limosa_model::{Diagnostic, SmolStr, Span};
use limosa_source::config::{PolicySection, PolicyTest, Sourced};

use super::policies;
use crate::error::Error;
use crate::workspace::Workspace;

/// A policy with what came of its tests.
#[derive(Debug)]
pub struct Tested {
    /// The code.
    pub code: SmolStr,
    /// The name in words; the code where it has none.
    pub name: SmolStr,
    /// Where the policy is written.
    pub span: Span,
    /// Its tests.
    pub tests: Vec<TestRun>,
}

/// What came of a test.
#[derive(Debug)]
pub struct TestRun {
    /// What it is called.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// Whether the policy is to find something.
    pub expected: bool,
    /// What happened.
    pub outcome: Outcome,
}

/// What happened in a test.
#[derive(Debug)]
pub enum Outcome {
    /// The policy found something, or did not; with what it says of each thing that it looked at.
    Judged(bool, Vec<Why>),
    /// The example could not be judged.
    Failed(Vec<Diagnostic>),
}

impl TestRun {
    /// Returns whether what was expected happened.
    pub fn passed(&self) -> bool {
        matches!(self.outcome, Outcome::Judged(found, _) if found == self.expected)
    }
}

/// Runs the tests of all policies.
///
/// # Errors
/// When a policy itself is wrong.
pub fn run(workspace: &Workspace, alias: &str) -> Result<Vec<Tested>, Error> {
    let policies = policies::read(workspace.project()).map_err(|wrong| workspace.diagnostics(wrong))?;
    let sections = &workspace.project().config.checks.policies;
    let tested = |(policy, section): (&Policy, &PolicySection)| Tested {
        code: policy.code.clone(),
        name: policy.name.clone(),
        span: section.code.as_ref().and_then(Sourced::span).unwrap_or(section.span),
        tests: section
            .tests
            .iter()
            .enumerate()
            .map(|(index, test)| one(workspace, alias, policy, index, test))
            .collect(),
    };
    Ok(policies.iter().zip(sections).map(tested).collect())
}

fn one(workspace: &Workspace, alias: &str, policy: &Policy, index: usize, test: &PolicyTest) -> TestRun {
    let expected = test.found.as_ref().is_some_and(|found| found.value);
    let name = test.name.as_ref().map_or_else(|| format!("test {}", index + 1), |name| name.value.to_string());
    let outcome = match &test.context {
        Some(context) => given(policy, context),
        None => match example::judged(workspace, alias, policy, test) {
            Ok(told) => decide(told, test.span),
            Err(wrong) => Outcome::Failed(wrong),
        },
    };
    TestRun { name, span: test.span, expected, outcome }
}

/// Judges variables that the test gives itself.
fn given(policy: &Policy, context: &Sourced<limosa_model::Value>) -> Outcome {
    let wrong = |message: String| {
        let help = "write `context = { op = { … }, table = { … } }` with what docs/reference/policies.md lists";
        Diagnostic::error("invalid-test", message).at(context.span(), "here").help(help)
    };
    let Some(pairs) = context.value.pairs() else {
        return Outcome::Failed(vec![wrong("a context is a table of variables".into())]);
    };
    let variables: Vec<(SmolStr, limosa_model::Value)> =
        pairs.iter().filter_map(|(name, value)| Some((name.as_str()?.into(), value.clone()))).collect();
    match policy.judges(&variables) {
        Ok(found) => Outcome::Judged(found, Vec::new()),
        Err(reasons) => Outcome::Failed(reasons.into_iter().map(wrong).collect()),
    }
}

/// Decides by what a policy says of each thing: one that cannot be evaluated somewhere is a failure.
fn decide(told: Vec<Why>, span: Span) -> Outcome {
    let reason = |why: &Why| why.found.as_ref().err().map(|reason| format!("{}: {reason}", why.about));
    let failed: Vec<Diagnostic> = told
        .iter()
        .filter_map(reason)
        .map(|reason| {
            Diagnostic::error("invalid-test", format!("the policy cannot be evaluated for {reason}"))
                .at(span, "in this test")
        })
        .collect();
    match failed.is_empty() {
        true => Outcome::Judged(told.iter().any(|why| why.found == Ok(true)), told),
        false => Outcome::Failed(failed),
    }
}
