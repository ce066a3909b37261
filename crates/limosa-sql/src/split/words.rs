//! The significant pieces of a statement: no blanks, no comments.

use super::scan::{Scanner, Token, TokenKind};
use crate::dialect::Dialect;

/// The significant pieces of a statement.
pub(crate) struct Words<'a> {
    pub(crate) sql: &'a str,
    pub(crate) tokens: Vec<Token<'a>>,
}

impl<'a> Words<'a> {
    /// Reads the first statement of a text.
    pub(crate) fn of(sql: &'a str, dialect: Dialect) -> Self {
        let mut scanner = Scanner::new(sql, dialect);
        let tokens = std::iter::from_fn(|| scanner.next_token())
            .filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))
            .take_while(|token| token.kind != TokenKind::Semicolon)
            .collect();
        Self { sql, tokens }
    }

    /// Returns whether these words stand at a place.
    pub(crate) fn is(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| {
            let token = self.tokens.get(at + index);
            token.is_some_and(|token| token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(word))
        })
    }

    /// Returns what stands at a place.
    pub(crate) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Returns where words begin, from a place on.
    pub(crate) fn find(&self, from: usize, words: &[&str]) -> Option<usize> {
        (from..self.tokens.len()).find(|at| self.is(*at, words))
    }

    /// Returns a name, with its schema, and the place after it.
    pub(crate) fn name(&self, at: usize) -> (Option<String>, usize) {
        let Some(first) = self.part(at) else { return (None, at) };
        let dot = self.tokens.get(at + 1).is_some_and(|token| token.text == ".");
        match self.part(at + 2).filter(|_| dot) {
            Some(second) => (Some(format!("{first}.{second}")), at + 3),
            None => (Some(first), at + 1),
        }
    }

    /// Returns one part of a name without quotes.
    pub(crate) fn part(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at)?;
        match token.kind {
            TokenKind::Word => Some(token.text.to_owned()),
            TokenKind::Name => {
                let quote = token.text.chars().next()?;
                let inner = token.text.get(1..token.text.len() - 1)?;
                Some(inner.replace(&format!("{quote}{quote}"), &quote.to_string()))
            }
            _ => None,
        }
    }

    /// Returns what stands in the parentheses at a place: names only.
    pub(crate) fn names(&self, at: usize) -> Option<Vec<String>> {
        let mut names = Vec::new();
        let mut at = at;
        if self.kind(at)? != TokenKind::Open {
            return None;
        }
        loop {
            names.push(self.part(at + 1)?);
            at += 2;
            // An operator class, or the direction of an index.
            while self.kind(at)? == TokenKind::Word {
                at += 1;
            }
            match self.tokens.get(at)? {
                token if token.kind == TokenKind::Close => return Some(names),
                token if token.text == "," => {}
                _ => return None,
            }
        }
    }

    /// Returns the text inside the parentheses at a place.
    pub(crate) fn inside(&self, at: usize) -> Option<&str> {
        let mut depth = 0_usize;
        for token in self.tokens.get(at..)? {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close if depth == 1 => {
                    return Some(self.sql[self.tokens[at].range.end..token.range.start].trim());
                }
                TokenKind::Close => depth -= 1,
                _ if depth == 0 => return None,
                _ => {}
            }
        }
        None
    }
}
