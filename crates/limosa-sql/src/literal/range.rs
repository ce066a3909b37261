//! Ranges of PostgreSQL.

use super::Literal;

/// A range of PostgreSQL as psycopg has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The lower bound, `None` when there is none.
    pub lower: Literal,
    /// The upper bound, `None` when there is none.
    pub upper: Literal,
    /// Two characters that say whether the bounds belong to it, such as `[)`.
    pub bounds: String,
    /// Whether nothing is in it.
    pub empty: bool,
}

impl Range {
    /// Returns the range between two bounds; a bound that is missing does not belong to it.
    pub fn new(lower: Literal, upper: Literal, bounds: &str) -> Self {
        let mut sides = bounds.chars();
        let left = sides.next().filter(|_| lower != Literal::None).unwrap_or('(');
        let right = sides.next().filter(|_| upper != Literal::None).unwrap_or(')');
        Self { lower, upper, bounds: format!("{left}{right}"), empty: false }
    }
}
