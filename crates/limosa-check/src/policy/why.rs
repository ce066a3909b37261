//! Why a policy found something or nothing: what each part of its condition says.

use super::expression::{Expression, context};
use super::values::Sight;
use super::{Policy, schema};
use crate::judge::subjects;
use crate::plan::Plan;

/// What a policy says of one thing that it looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The operation, the statement or the migration.
    pub about: String,
    /// Whether it is found; the reason when that cannot be told.
    pub found: Result<bool, String>,
    /// What the parts of the condition say, those between `&&`.
    pub terms: Vec<Term>,
}

/// A part of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As it is written.
    pub text: String,
    /// Whether it holds; the reason when that cannot be told.
    pub holds: Result<bool, String>,
}

impl Policy {
    /// Returns what the policy says of everything in a plan that it looks at, and why.
    pub fn explain(&self, plan: &Plan<'_>) -> Vec<Why> {
        let (parts, mut sight, mut told) = (self.parts(), Sight::default(), Vec::new());
        subjects(plan, &mut |subject| {
            if super::looked_at(subject) != self.on {
                return;
            }
            let about = match (subject.statement, subject.operation) {
                (Some(statement), _) => statement.sql.clone(),
                (None, Some(operation)) => operation.describe(),
                (None, None) => subject.migration.id().to_string(),
            };
            let variables = sight.variables(subject);
            let context = context(&variables);
            let term =
                |(text, part): &(&str, Expression)| Term { text: (*text).to_owned(), holds: part.holds(&context) };
            let terms = parts.iter().map(term).collect();
            told.push(Why { about, found: self.condition.holds(&context), terms });
        });
        told
    }

    /// Returns the parts of the condition; none when there is one alone, or when one of them cannot be read alone and tells nothing.
    fn parts(&self) -> Vec<(&str, Expression)> {
        let parts = conjuncts(&self.when);
        if parts.len() < 2 {
            return Vec::new();
        }
        let read = |text| Some((text, Expression::read(text, schema::variables(self.on)).ok()?));
        parts.into_iter().map(read).collect::<Option<_>>().unwrap_or_default()
    }
}

/// Returns the parts of an expression between those `&&` that stand outside of parentheses and texts.
fn conjuncts(expression: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    let bytes = expression.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', Some(_)) => at += 1,
            (byte, Some(open)) if byte == open => quote = None,
            (b'"' | b'\'', None) => quote = Some(bytes[at]),
            (b'(' | b'[' | b'{', None) => depth += 1,
            (b')' | b']' | b'}', None) => depth = depth.saturating_sub(1),
            // `a.?b` is no condition.
            (b'?', None) if at > 0 && bytes[at - 1] == b'.' => {}
            // These bind less than `&&`.
            (b'?' | b'|', None) if depth == 0 => return Vec::new(),
            (b'&', None) if depth == 0 && bytes.get(at + 1) == Some(&b'&') => {
                parts.push(expression[start..at].trim());
                start = at + 2;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(expression[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_condition() {
        for (expression, expected) in [
            ("a", vec!["a"]),
            ("a && b", vec!["a", "b"]),
            ("(a && b) && c.exists(x, x && y)", vec!["(a && b)", "c.exists(x, x && y)"]),
            ("a == \"b && \\\" c\" && d == 'e && f'", vec!["a == \"b && \\\" c\"", "d == 'e && f'"]),
            ("a && b || c", vec![]),
            ("a && b ? c : d", vec![]),
            ("a.?b.orValue(1) > 0 && c", vec!["a.?b.orValue(1) > 0", "c"]),
        ] {
            assert_eq!(conjuncts(expression), expected, "{expression}");
        }
    }
}
