//! Reads what a statement does from its text.
//!
//! The text is cut into the tokens of [`crate::split`]; each file knows one family of statements. What none of them knows is
//! [`Effect::Unknown`], so a reader gives up (`None`) rather than guesses.

mod alter_table;
mod column;
mod constraint;
mod create;
mod cursor;
mod drop;
mod functions;
mod index;
mod maintenance;
mod mysql_table;
mod named_once;
mod object;
mod query;
mod rows;
mod setting;
mod table;

use std::borrow::Cow;

use self::cursor::Cursor;
use super::Effect;
use crate::dialect::Dialect;
use crate::split::scan::{Scanner, TokenKind};
use crate::split::words::Words;
use crate::split::{Control, classify, split};

/// Returns what a statement does, in order: one effect for each action of an `ALTER TABLE`, at least one for every statement.
///
/// Of a text of several statements these are the effects of all; of one without any there is none.
pub fn effects(sql: &str, dialect: Dialect) -> Vec<Effect> {
    split(sql, dialect).iter().flat_map(|statement| one(statement.text, dialect)).collect()
}

/// Returns the lists of a statement in which a name may stand once, in order: the columns that it assigns, inserts or makes.
pub fn named_once(sql: &str, dialect: Dialect) -> Vec<Vec<String>> {
    let words = Words::of(sql, dialect);
    named_once::lists(Cursor::new(&words, dialect))
}

/// Returns whether an expression may have another value for each row.
pub(super) fn is_volatile(expression: &str, dialect: Dialect) -> bool {
    let words = Words::of(expression, dialect);
    functions::is_volatile(Cursor::new(&words, dialect))
}

fn one(sql: &str, dialect: Dialect) -> Vec<Effect> {
    let sql = executed(sql, dialect);
    let words = Words::of(&sql, dialect);
    let cursor = Cursor::new(&words, dialect);
    let compound = cursor.is(&["BEGIN", "NOT"]); // MariaDB's block of code
    let prepared = cursor.is(&["COMMIT", "PREPARED"]) || cursor.is(&["ROLLBACK", "PREPARED"]);
    if (classify(&sql, dialect).control != Control::None || prepared) && !compound {
        return vec![Effect::Transaction];
    }
    statement(cursor)
}

/// Reads a statement that controls no transaction: a whole one, or one inside another.
fn statement(cursor: Cursor<'_>) -> Vec<Effect> {
    let read = cursor.deeper().and_then(family);
    match read {
        Some(effects) if !effects.is_empty() => effects,
        _ => vec![Effect::Unknown { verb: cursor.verb(2) }],
    }
}

/// Gives a statement to those who know its family.
fn family(cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    match cursor.word().as_str() {
        "CREATE" => create::read(cursor),
        "ALTER" => object::alter(cursor),
        "DROP" => drop::read(cursor),
        "RENAME" => table::rename(cursor),
        "INSERT" | "REPLACE" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "COPY" | "LOAD" => rows::read(cursor),
        "SELECT" | "VALUES" | "TABLE" | "WITH" | "EXPLAIN" | "DESCRIBE" | "DESC" | "" => query::read(cursor),
        "ANALYZE" if analyzes(cursor) => query::read(cursor),
        "SET" | "RESET" | "PRAGMA" => setting::read(cursor),
        "VACUUM" | "CLUSTER" | "REPACK" | "OPTIMIZE" | "REINDEX" | "REFRESH" | "LOCK" => maintenance::read(cursor),
        _ => object::harmless(cursor),
    }
}

/// MariaDB's `ANALYZE UPDATE …` runs the statement.
fn analyzes(cursor: Cursor<'_>) -> bool {
    let runs = ["SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH"];
    cursor.dialect() == Dialect::MySql && runs.iter().any(|word| cursor.is(&["ANALYZE", word]))
}

/// Returns the text as the server runs it: MySQL runs what stands in `/*! … */`, and MariaDB what stands in `/*M! … */`.
fn executed(sql: &str, dialect: Dialect) -> Cow<'_, str> {
    if dialect != Dialect::MySql || !(sql.contains("/*!") || sql.contains("/*M!")) {
        return Cow::Borrowed(sql);
    }
    let mut scanner = Scanner::new(sql, dialect);
    let mut text = String::with_capacity(sql.len());
    while let Some(token) = scanner.next_token() {
        let inner = token.text.strip_prefix("/*!").or_else(|| token.text.strip_prefix("/*M!"));
        match inner.filter(|_| token.kind == TokenKind::Other) {
            Some(inner) => {
                let inner = inner.trim_start_matches(|c: char| c.is_ascii_digit());
                text.push_str(inner.strip_suffix("*/").unwrap_or(inner));
            }
            None => text.push_str(token.text),
        }
    }
    Cow::Owned(text)
}
