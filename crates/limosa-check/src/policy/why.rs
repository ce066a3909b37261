//! Why a policy found something or nothing: what each part of its condition says.

use cel::Value;

use super::expression::{Expression, context};
use super::{Policy, schema, values};
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
        let mut told = Vec::new();
        subjects(plan, &mut |subject| {
            let on = super::looked_at(subject);
            if on != self.on {
                return;
            }
            let about = match (subject.statement, subject.operation) {
                (Some(statement), _) => statement.sql.clone(),
                (None, Some(operation)) => operation.describe(),
                (None, None) => subject.migration.id().to_string(),
            };
            let context = context(values::variables(subject, on));
            let found = self.decide(&context);
            told.push(Why { about, found, terms: self.terms(&context) });
        });
        told
    }

    fn terms(&self, context: &cel::Context<'_, '_>) -> Vec<Term> {
        let parts = conjuncts(&self.when);
        if parts.len() < 2 {
            return Vec::new();
        }
        let term = |text: &str| {
            let expression = Expression::read(text, schema::variables(self.on)).ok()?;
            let holds = expression.evaluate(context).and_then(|value| match value {
                Value::Bool(holds) => Ok(holds),
                other => Err(format!("it is {other:?}")),
            });
            Some(Term { text: text.to_owned(), holds })
        };
        // A part that cannot be read alone tells nothing.
        parts.into_iter().map(term).collect::<Option<_>>().unwrap_or_default()
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
        ] {
            assert_eq!(conjuncts(expression), expected, "{expression}");
        }
    }
}
