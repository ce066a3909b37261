//! Splitting of SQL text into statements, and the little that must be known of a statement to run it.
//!
//! The text is scanned, never parsed: strings, quoted names, comments and bodies are recognised so that a `;` inside them ends
//! nothing. What a statement means is left to the database.

mod alteration;
mod change;
mod classify;
mod django;
mod repeat;
mod rows;
pub(crate) mod scan;
pub(crate) mod sqlparse;
mod subject;
pub(crate) mod words;

use std::ops::Range;

pub use self::alteration::{Alteration, TableAction, alterations};
pub use self::change::{Action, Change, ObjectKind, change};
pub use self::classify::{Classification, Control, TransactionUse, classify};
pub use self::django::django_statements;
pub use self::repeat::{Repeat, repeat};
pub use self::rows::{Rows, rows};
use self::scan::{Scanner, Token, TokenKind};
pub use self::subject::{Demand, Subject, subject};
use crate::dialect::Dialect;

/// A statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The text without the `;` that ends it, with the comments before and inside it.
    pub text: &'a str,
    /// Where the text stands in the script, in bytes.
    pub range: Range<usize>,
}

/// Splits a script into its statements; what holds nothing but comments is left out.
///
/// Knows PostgreSQL's dollar quotes, nested comments, `E''` strings and `BEGIN ATOMIC` bodies, SQLite's `CREATE TRIGGER … BEGIN … END`
/// and MySQL's `DELIMITER`.
pub fn split(sql: &str, dialect: Dialect) -> Vec<Statement<'_>> {
    let mut statements = Vec::new();
    let mut state = State::new(dialect);
    let mut start = 0;
    let mut scanner = Scanner::new(sql, dialect);
    while let Some(token) = scanner.next_token() {
        match state.see(&token) {
            Step::Inside => {}
            Step::Ends => {
                push(&mut statements, sql, start..token.range.start, &state);
                start = token.range.end;
                state = State::new(dialect);
            }
            Step::Delimiter => {
                push(&mut statements, sql, start..token.range.start, &state);
                start = scanner.take_delimiter(token.range.end);
                state = State::new(dialect);
            }
        }
    }
    push(&mut statements, sql, start..sql.len(), &state);
    statements
}

fn push<'a>(statements: &mut Vec<Statement<'a>>, sql: &'a str, range: Range<usize>, state: &State) {
    if state.is_empty() {
        return;
    }
    let text = &sql[range.clone()];
    let begin = range.start + (text.len() - text.trim_start().len());
    let text = text.trim();
    statements.push(Statement { text, range: begin..begin + text.len() });
}

/// What a token means for the statement that it stands in.
enum Step {
    Inside,
    Ends,
    Delimiter,
}

/// What has been seen of the current statement.
struct State {
    dialect: Dialect,
    /// The first words, in upper case; no more than are needed.
    words: Vec<String>,
    tokens: usize,
    parentheses: usize,
    blocks: usize,
    /// In the body of a trigger of SQLite: the last significant tokens, `;` or a word.
    body: Option<[String; 2]>,
}

/// How many words at the start of a statement say what it is.
const FIRST_WORDS: usize = 4;

impl State {
    fn new(dialect: Dialect) -> Self {
        Self { dialect, words: Vec::new(), tokens: 0, parentheses: 0, blocks: 0, body: None }
    }

    fn is_empty(&self) -> bool {
        self.tokens == 0
    }

    fn see(&mut self, token: &Token<'_>) -> Step {
        match token.kind {
            TokenKind::Space | TokenKind::Comment => return Step::Inside,
            TokenKind::Delimiter => return Step::Ends,
            TokenKind::Semicolon if self.ends() => return Step::Ends,
            TokenKind::Word if self.tokens == 0 && self.is_delimiter_command(token) => return Step::Delimiter,
            _ => {}
        }
        self.tokens += 1;
        match token.kind {
            TokenKind::Word => self.word(token.text.to_ascii_uppercase()),
            TokenKind::Semicolon => self.remember(";"),
            TokenKind::Open => self.parentheses += 1,
            TokenKind::Close => self.parentheses = self.parentheses.saturating_sub(1),
            _ => self.remember(""),
        }
        Step::Inside
    }

    /// Returns whether a `;` here ends the statement.
    fn ends(&self) -> bool {
        match self.dialect {
            Dialect::Postgres => self.parentheses == 0 && self.blocks == 0,
            Dialect::Sqlite => self.body.as_ref().is_none_or(|[before, last]| before == ";" && last == "END"),
            Dialect::MySql => true,
        }
    }

    fn is_delimiter_command(&self, token: &Token<'_>) -> bool {
        self.dialect == Dialect::MySql && token.text.eq_ignore_ascii_case("delimiter")
    }

    fn word(&mut self, word: String) {
        match self.dialect {
            Dialect::Postgres if self.parentheses == 0 && self.is_routine() => match word.as_str() {
                "BEGIN" => self.blocks += 1,
                "CASE" if self.blocks > 0 => self.blocks += 1,
                "END" => self.blocks = self.blocks.saturating_sub(1),
                _ => {}
            },
            Dialect::Sqlite if self.body.is_none() && word == "BEGIN" && self.is_trigger() => {
                self.body = Some([String::new(), String::new()]);
            }
            _ => self.remember(&word),
        }
        if self.words.len() < FIRST_WORDS {
            self.words.push(word);
        }
    }

    /// Returns whether the statement defines a function or procedure, whose body may be `BEGIN ATOMIC … END`.
    fn is_routine(&self) -> bool {
        let words = self.words.iter().map(String::as_str).collect::<Vec<_>>();
        matches!(
            words.as_slice(),
            ["CREATE", "FUNCTION" | "PROCEDURE", ..] | ["CREATE", "OR", "REPLACE", "FUNCTION" | "PROCEDURE"]
        )
    }

    fn is_trigger(&self) -> bool {
        let words = self.words.iter().map(String::as_str).collect::<Vec<_>>();
        matches!(words.as_slice(), ["CREATE", "TRIGGER", ..] | ["CREATE", "TEMP" | "TEMPORARY", "TRIGGER", ..])
    }

    fn remember(&mut self, token: &str) {
        if let Some([before, last]) = &mut self.body {
            *before = std::mem::replace(last, token.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
