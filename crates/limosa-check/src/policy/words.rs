//! The message of a policy: text with expressions in braces.

use cel::{Context, Value};

use super::expression::{Expression, Problem};
use super::schema::Member;

/// Text with expressions in braces.
#[derive(Debug)]
pub(super) struct Words(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Expression(Expression),
}

impl Words {
    /// Reads a text; `{{` and `}}` are braces that stand for themselves.
    ///
    /// # Errors
    /// When an expression in it is not understood, or names what there is not.
    pub(super) fn read(text: &str, variables: &'static [Member]) -> Result<Self, Vec<Problem>> {
        let mut pieces = vec![Piece::Text(String::new())];
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            add(&mut pieces, before);
            rest = if let Some(rest) = from.strip_prefix("{{") {
                add(&mut pieces, "{");
                rest
            } else if let Some(rest) = from.strip_prefix("}}") {
                add(&mut pieces, "}");
                rest
            } else if let Some((expression, rest)) = from.strip_prefix('{').and_then(|from| from.split_once('}')) {
                pieces.push(Piece::Expression(Expression::read(expression, variables)?));
                rest
            } else {
                let message = "a brace has no other one".to_owned();
                let help = Some("write an expression in braces, or `{{` and `}}` for braces".into());
                return Err(vec![Problem { message, part: Some(from.to_owned()), help }]);
            };
        }
        add(&mut pieces, rest);
        Ok(Self(pieces))
    }

    /// Returns the text with what its expressions give; what one does not give is a question mark.
    pub(super) fn with(&self, context: &Context<'_, '_>) -> String {
        let shown = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Expression(expression) => {
                expression.evaluate(context).map_or_else(|_| "?".into(), |value| show(&value))
            }
        };
        self.0.iter().map(shown).collect()
    }
}

fn add(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// Returns a value as a text.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null => "nothing".into(),
        Value::List(items) => items.iter().map(show).collect::<Vec<_>>().join(", "),
        _ => "…".into(),
    }
}
