//! A place in the tokens of a statement, and what is asked there.

use crate::dialect::Dialect;
use crate::split::scan::{Token, TokenKind};
use crate::split::words::Words;

/// A place in the tokens of a statement, or in a part of them; a copy costs nothing.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    words: &'a Words<'a>,
    dialect: Dialect,
    at: usize,
    end: usize,
    depth: u8,
}

/// How deep statements stand inside each other before nobody reads on.
const DEEPEST: u8 = 64;

impl<'a> Cursor<'a> {
    pub(super) fn new(words: &'a Words<'a>, dialect: Dialect) -> Self {
        Self { words, dialect, at: 0, end: words.tokens.len(), depth: 0 }
    }

    /// Goes one statement deeper; nothing where that is too deep.
    pub(super) fn deeper(self) -> Option<Self> {
        (self.depth < DEEPEST).then(|| Self { depth: self.depth + 1, ..self })
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(super) fn is_mysql(&self) -> bool {
        self.dialect == Dialect::MySql
    }

    /// Returns the token here.
    pub(super) fn token(&self) -> Option<&'a Token<'a>> {
        self.tokens().first()
    }

    /// Returns the tokens from here on.
    pub(super) fn tokens(&self) -> &'a [Token<'a>] {
        self.words.tokens.get(self.at..self.end).unwrap_or_default()
    }

    pub(super) fn kind(&self) -> Option<TokenKind> {
        self.token().map(|token| token.kind)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    /// Returns the word here in upper case; nothing when something else is here.
    pub(super) fn word(&self) -> String {
        let word = self.token().filter(|token| token.kind == TokenKind::Word);
        word.map_or_else(String::new, |token| token.text.to_ascii_uppercase())
    }

    /// Returns up to `count` words from here on, in upper case.
    pub(super) fn verb(&self, count: usize) -> String {
        let words = self.tokens().iter().take(count).take_while(|token| token.kind == TokenKind::Word);
        words.map(|token| token.text.to_ascii_uppercase()).collect::<Vec<_>>().join(" ")
    }

    /// Returns whether these words stand here.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        self.at + words.len() <= self.end && self.words.is(self.at, words)
    }

    /// Returns whether one of these words stands here.
    pub(super) fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(&[word]))
    }

    /// Goes over these words, if they stand here.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let found = self.is(words);
        self.at += if found { words.len() } else { 0 };
        found
    }

    /// Goes over one of these words and says which.
    pub(super) fn take_one_of(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().copied().find(|word| self.take(&[word]))
    }

    /// Goes over a character such as `,` or `=`.
    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.token().is_some_and(|token| token.kind == TokenKind::Other && token.text == symbol)
    }

    /// Reads `IF EXISTS`.
    pub(super) fn if_exists(&mut self) -> bool {
        self.take(&["IF", "EXISTS"])
    }

    /// Reads `IF NOT EXISTS`.
    pub(super) fn if_not_exists(&mut self) -> bool {
        self.take(&["IF", "NOT", "EXISTS"])
    }

    /// Reads whether NULLs differ from each other.
    pub(super) fn nulls_distinct(&mut self) {
        if self.take(&["NULLS"]) {
            self.take(&["NOT"]);
            self.take(&["DISTINCT"]);
        }
    }

    /// Reads one part of a name, as the database keeps it: PostgreSQL writes what is not quoted in small letters.
    pub(super) fn part(&mut self) -> Option<String> {
        let kind = self.kind()?;
        let part = self.words.part(self.at)?;
        self.at += 1;
        let folds = kind == TokenKind::Word && self.dialect == Dialect::Postgres;
        Some(if folds { part.to_ascii_lowercase() } else { part })
    }

    /// Reads a name with its schema.
    pub(super) fn name(&mut self) -> Option<String> {
        let mut name = self.part()?;
        while self.is_symbol(".") {
            let mut next = *self;
            next.at += 1;
            let Some(part) = next.part() else { break };
            name = format!("{name}.{part}");
            *self = next;
        }
        Some(name)
    }

    /// Reads names between commas.
    pub(super) fn names(&mut self) -> Option<Vec<String>> {
        let mut names = vec![self.name()?];
        while self.take_symbol(",") {
            names.push(self.name()?);
        }
        Some(names)
    }

    /// Goes over one token, or over what parentheses or brackets hold together.
    pub(super) fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.token() {
            self.at += 1;
            match opens(token) {
                Some(true) => depth += 1,
                Some(false) => depth = depth.saturating_sub(1),
                None => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Reads what parentheses hold, and goes over them.
    pub(super) fn group(&mut self) -> Option<Self> {
        if self.kind()? != TokenKind::Open {
            return None;
        }
        let start = self.at + 1;
        self.skip();
        let closed = self.words.tokens.get(self.at - 1).is_some_and(|token| token.kind == TokenKind::Close);
        let end = if closed { self.at - 1 } else { self.at };
        Some(Self { at: start.min(end), end, ..*self })
    }

    /// Returns the parts between commas from here on.
    pub(super) fn items(&self) -> Vec<Self> {
        let mut items = Vec::new();
        let mut rest = *self;
        let mut start = rest.at;
        while !rest.is_done() {
            if rest.is_symbol(",") {
                items.push(Self { at: start, end: rest.at, ..rest });
                start = rest.at + 1;
            }
            rest.skip();
        }
        items.push(Self { at: start, end: rest.end, ..rest });
        items
    }

    /// Returns the place where words stand from here on, outside of parentheses.
    pub(super) fn find(&self, words: &[&str]) -> Option<Self> {
        let mut rest = *self;
        while !rest.is_done() {
            if rest.is(words) {
                return Some(rest);
            }
            rest.skip();
        }
        None
    }

    /// Returns the place where the first of some words stands from here on, outside of parentheses.
    pub(super) fn find_one_of(&self, words: &[&str]) -> Option<Self> {
        let mut rest = *self;
        while !rest.is_done() {
            if rest.is_one_of(words) {
                return Some(rest);
            }
            rest.skip();
        }
        None
    }

    /// Returns the part from here up to the first of some words that stands outside of parentheses; all of it where none does.
    pub(super) fn before(&self, words: &[&str]) -> Self {
        self.find_one_of(words).map_or(*self, |end| self.up_to(&end))
    }

    /// Returns whether words stand somewhere from here on, outside of parentheses.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        self.find(words).is_some()
    }

    /// Returns the part from here up to another place.
    pub(super) fn up_to(&self, other: &Self) -> Self {
        Self { end: other.at.max(self.at), ..*self }
    }

    /// Returns what is written from here on.
    pub(super) fn text(&self) -> String {
        let (Some(first), Some(last)) = (self.tokens().first(), self.tokens().last()) else { return String::new() };
        self.words.sql[first.range.start..last.range.end].to_owned()
    }
}

/// Returns whether a token opens or closes what belongs together.
fn opens(token: &Token<'_>) -> Option<bool> {
    match (token.kind, token.text) {
        (TokenKind::Open, _) | (TokenKind::Other, "[") => Some(true),
        (TokenKind::Close, _) | (TokenKind::Other, "]") => Some(false),
        _ => None,
    }
}
