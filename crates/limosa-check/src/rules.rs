//! What looks at a plan: checks, and the policies of the project.

use crate::check::Check;
use crate::checks;
use crate::policy::Policy;

/// What looks at a plan: checks, and the policies of the project.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The checks that run.
    pub checks: &'a [&'static Check],
    /// The policies, those that do not run among them.
    pub policies: &'a [Policy],
}

impl<'a> Rules<'a> {
    /// Returns whether the check or policy of a code runs.
    pub fn runs(&self, code: &str) -> bool {
        self.checks.iter().any(|check| check.code == code)
            || self.policies.iter().any(|policy| policy.runs && policy.code == code)
    }

    /// Returns the codes of the checks and policies that a word names.
    pub fn meant(&self, word: &str) -> Vec<&'a str> {
        let checks = checks::ALL.iter().filter(|check| checks::names(word, check.code, check.name));
        let policies = self.policies.iter().filter(|policy| checks::names(word, &policy.code, &policy.name));
        checks.map(|check| check.code).chain(policies.map(|policy| policy.code.as_str())).collect()
    }
}
