//! The blocks inside which `sqlparse` sees no end of a statement.

use super::super::sqlparse::{Kind, Token};

/// What `sqlparse` remembers of the statement that it is in (`StatementSplitter`).
#[derive(Default)]
pub(super) struct Blocks {
    stack: Vec<&'static str>,
    /// A `FOR` or `WHILE` whose `LOOP` or `DO` has not come.
    unconfirmed: Option<&'static str>,
    is_create: bool,
    seen_begin: bool,
    level: i64,
}

/// What a keyword does to the level.
type Change = i64;

impl Blocks {
    /// Takes a token in.
    pub(super) fn see(&mut self, token: &Token<'_>) {
        self.level += self.change(token);
        let ends = token.kind == Kind::Punctuation && token.text == ";";
        let transparent = token.kind.is_space() || matches!(token.kind, Kind::LineComment | Kind::BlockComment);
        let begins = token.kind == Kind::Keyword && token.text.eq_ignore_ascii_case("BEGIN");
        let go = token.kind == Kind::Keyword && token.text.starts_with("GO");
        if ends || !(transparent || begins || go) {
            self.seen_begin = false;
        }
    }

    /// Returns whether a `;` here ends the statement.
    pub(super) fn may_end(&self) -> bool {
        self.level <= 0 && !self.stack.contains(&"BEGIN")
    }

    fn change(&mut self, token: &Token<'_>) -> Change {
        match (token.kind, token.text) {
            (Kind::Punctuation, ";") => {
                self.unconfirmed = None;
                if std::mem::take(&mut self.seen_begin) { self.pop("BEGIN") } else { 0 }
            }
            (Kind::Punctuation, "(") => 1,
            (Kind::Punctuation, ")") => -1,
            (kind, text) if kind.is_keyword() => self.keyword(kind, &text.to_uppercase()),
            _ => 0,
        }
    }

    fn keyword(&mut self, kind: Kind, word: &str) -> Change {
        if kind == Kind::Ddl && word.starts_with("CREATE") {
            self.is_create = true;
            return 0;
        }
        if word == "DECLARE" && self.is_create && self.stack.is_empty() {
            return self.push("DECLARE");
        }
        if word == "BEGIN" {
            self.seen_begin = true;
            if self.stack.last() == Some(&"DECLARE") {
                self.stack.pop();
                self.push("BEGIN");
                return 0;
            }
            return self.push("BEGIN");
        }
        let of_transaction = ["TRANSACTION", "WORK", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"].contains(&word);
        if self.seen_begin && kind == Kind::Keyword && of_transaction {
            self.seen_begin = false;
            return self.pop("BEGIN");
        }
        if self.stack.contains(&"BEGIN")
            && let Some(change) = self.nested(word)
        {
            return change;
        }
        self.close(word)
    }

    fn nested(&mut self, word: &str) -> Option<Change> {
        match word {
            "FOR" => self.unconfirmed = Some("FOR"),
            "WHILE" => self.unconfirmed = Some("WHILE"),
            "LOOP" | "DO" => {
                return match self.unconfirmed.take() {
                    Some(start) => Some(self.push(start)),
                    None if word == "LOOP" => Some(self.push("LOOP")),
                    None => None,
                };
            }
            "IF" => return Some(self.push("IF")),
            "CASE" => return Some(self.push("CASE")),
            _ => return None,
        }
        Some(0)
    }

    fn close(&mut self, word: &str) -> Change {
        match word {
            "END IF" => self.pop("IF"),
            "END FOR" => self.pop("FOR"),
            "END WHILE" => self.pop("WHILE"),
            "END CASE" => self.pop("CASE"),
            "END LOOP" if matches!(self.stack.last(), Some(&("LOOP" | "FOR" | "WHILE"))) => {
                self.stack.pop();
                -1
            }
            "END" => {
                self.stack.pop();
                -1
            }
            _ => 0,
        }
    }

    fn push(&mut self, block: &'static str) -> Change {
        self.stack.push(block);
        1
    }

    /// Leaves the innermost block when it is this one.
    fn pop(&mut self, block: &str) -> Change {
        if self.stack.last() == Some(&block) {
            self.stack.pop();
            return -1;
        }
        0
    }
}
