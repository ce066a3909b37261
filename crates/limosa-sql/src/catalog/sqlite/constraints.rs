//! One column or constraint of a `CREATE TABLE` text, with the unique and check constraints in it.

use smol_str::SmolStr;

use crate::split::sqlparse::{Kind, Token};

/// What one definition holds (Django's `_parse_column_or_constraint_definition`).
#[derive(Default)]
pub(super) struct Definition {
    /// The name of the constraint.
    pub(super) name: Option<SmolStr>,
    /// The columns of a unique constraint.
    pub(super) unique: Vec<SmolStr>,
    /// The columns that a check constraint mentions.
    pub(super) check: Vec<SmolStr>,
    /// How many tokens it takes, with the comma.
    pub(super) length: usize,
    /// Whether the parenthesis behind it ends the table.
    pub(super) is_last: bool,
}

/// The state of reading `UNIQUE (…)` and `CHECK (…)`: the depth at which the keyword stood.
type Keyword = Option<i64>;

/// Reads a definition from the start of the tokens.
pub(super) fn read(tokens: &[Token<'_>], columns: &[SmolStr]) -> Definition {
    let mut definition = Definition { length: tokens.len(), is_last: true, ..Definition::default() };
    let mut is_constraint = None;
    let mut field = None;
    let mut unique: Keyword = None;
    let mut check: Keyword = None;
    let mut depth = 0_i64;
    for (index, token) in tokens.iter().enumerate() {
        let punctuation = if token.kind == Kind::Punctuation { token.text } else { "" };
        match punctuation {
            "(" => depth += 1,
            ")" => {
                depth -= 1;
                if depth < 0 {
                    definition.length = index + 1;
                    break;
                }
            }
            "," if depth == 0 => {
                definition.length = index + 1;
                definition.is_last = false;
                break;
            }
            _ => {}
        }
        let is_constraint = match is_constraint {
            Some(known) => known,
            None => {
                let named = is_keyword(token, "CONSTRAINT");
                is_constraint = Some(named);
                if named {
                    continue;
                }
                false
            }
        };
        if is_constraint {
            if definition.name.is_none() {
                definition.name = name(token);
            }
            if is_keyword(token, "UNIQUE") {
                unique = Some(depth);
            } else if let Some(started) = unique {
                if started == depth {
                    if !definition.unique.is_empty() {
                        unique = None;
                    }
                    continue;
                }
                definition.unique.extend(name(token));
            }
        } else {
            if field.is_none() {
                field = name(token);
            }
            if is_keyword(token, "UNIQUE") {
                definition.unique = field.iter().cloned().collect();
            }
        }
        if is_keyword(token, "CHECK") {
            check = Some(depth);
        } else if let Some(started) = check {
            if started == depth {
                if !definition.check.is_empty() {
                    check = None;
                }
                continue;
            }
            definition.check.extend(name(token).filter(|name| columns.contains(name)));
        }
    }
    definition
}

pub(super) fn is_keyword(token: &Token<'_>, word: &str) -> bool {
    token.kind == Kind::Keyword && token.text.eq_ignore_ascii_case(word)
}

/// Returns the name that a token may stand for: a word as it is, or what is in double quotes.
pub(super) fn name(token: &Token<'_>) -> Option<SmolStr> {
    match token.kind {
        Kind::Name | Kind::Keyword => Some(SmolStr::new(token.text)),
        Kind::Symbol => token.text.get(1..token.text.len() - 1).map(SmolStr::new),
        _ => None,
    }
}
