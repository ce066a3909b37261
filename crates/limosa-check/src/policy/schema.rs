//! What the expressions of policies may name: the variables with their members, their types and what they mean.
//!
//! Expressions are checked against it when they are read, the values that they see are held against it in a test, and the documentation is written from it.

mod kinds;
mod members;

use cel::Value;
use cel::objects::Key;

pub use self::kinds::{EFFECTS, KINDS};
use self::members::{DATABASE, MIGRATION, OPERATION, STATEMENT, TABLE, WHOLE_MIGRATION};
use super::On;

/// What kind of value something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Double,
    /// A text.
    Text,
    /// One of these texts; where they are [`KINDS`], also a text with a dot, which is the path of a class.
    Word(&'static [&'static str]),
    /// A list.
    List(&'static Type),
    /// A map with these members.
    Map(&'static [Member]),
    /// A map with any members.
    Open,
    /// Anything.
    Any,
}

/// A member of a map, or a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// The name.
    pub name: &'static str,
    /// What it is.
    pub of: Type,
    /// When it is there, if it is not there always.
    pub only: Option<&'static str>,
    /// What it means.
    pub doc: &'static str,
}

const STATEMENT_OF_IT: Member = always("statement", Type::Map(STATEMENT), "The statement.");
const OP: Member = always("op", Type::Map(OPERATION), "The operation.");
const TABLE_OF_IT: Member =
    always("table", Type::Map(TABLE), "The table that it is about, as it is before the deploy.");
const MIGRATION_OF_IT: Member = always("migration", Type::Map(MIGRATION), "The migration.");
const WHOLE_MIGRATION_OF_IT: Member = always("migration", Type::Map(WHOLE_MIGRATION), "The migration.");
const DATABASE_OF_IT: Member = always("database", Type::Map(DATABASE), "The database.");

/// Returns the variables of the expressions of a policy.
pub fn variables(on: On) -> &'static [Member] {
    match on {
        On::Operation => const { &[OP, TABLE_OF_IT, MIGRATION_OF_IT, DATABASE_OF_IT] },
        On::Statement => const { &[STATEMENT_OF_IT, OP, TABLE_OF_IT, MIGRATION_OF_IT, DATABASE_OF_IT] },
        On::Migration => const { &[WHOLE_MIGRATION_OF_IT, DATABASE_OF_IT] },
    }
}

impl Type {
    /// Returns what it is called.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Double => "a number",
            Self::Text | Self::Word(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Open => "a map",
            Self::Any => "anything",
        }
    }
}

/// Returns what does not fit a type in a value: names that there are not, and values of other types; `path` is what the value is called.
pub fn misfits(value: &Value, of: Type, path: &str) -> Vec<String> {
    match (value, of) {
        (_, Type::Any)
        | (Value::Bool(_), Type::Bool)
        | (Value::Int(_), Type::Int | Type::Double)
        | (Value::Float(_), Type::Double)
        | (Value::String(_), Type::Text)
        | (Value::Map(_), Type::Open) => Vec::new(),
        (Value::String(text), Type::Word(words)) if is_word(words, text) => Vec::new(),
        (Value::String(text), Type::Word(words)) => {
            vec![format!("`{path}` is never `{text}`: it is one of {}", words.join(", "))]
        }
        (Value::List(items), Type::List(of)) => {
            items.iter().enumerate().flat_map(|(at, item)| misfits(item, *of, &format!("{path}[{at}]"))).collect()
        }
        (Value::Map(map), Type::Map(members)) => {
            let mut keys: Vec<(&Key, &Value)> = map.map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let misfit = |(key, value): (&Key, &Value)| {
                let name = key.to_string();
                match members.iter().find(|member| member.name == name) {
                    Some(member) => misfits(value, member.of, &format!("{path}.{name}")),
                    None => vec![format!("there is no `{path}.{name}`")],
                }
            };
            keys.into_iter().flat_map(misfit).collect()
        }
        _ => vec![format!("`{path}` is not {}", of.describe())],
    }
}

/// Returns whether a text is one of some words, or the path of a class where classes are meant.
pub(super) fn is_word(words: &[&str], text: &str) -> bool {
    words.contains(&text) || words == KINDS && text.contains('.')
}

const fn always(name: &'static str, of: Type, doc: &'static str) -> Member {
    Member { name, of, only: None, doc }
}

const fn only(name: &'static str, of: Type, when: &'static str, doc: &'static str) -> Member {
    Member { name, of, only: Some(when), doc }
}

#[cfg(test)]
mod tests;
