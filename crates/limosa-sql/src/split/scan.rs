//! The scanner: a text in pieces that are one thing each.

use std::ops::Range;

use crate::dialect::Dialect;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'a str,
    pub(crate) range: Range<usize>,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// White space.
    Space,
    /// A comment.
    Comment,
    /// A string, of any way of quoting.
    Text,
    /// A quoted name.
    Name,
    /// A word: a keyword, a bare name, a number.
    Word,
    /// `;`
    Semicolon,
    /// `(`
    Open,
    /// `)`
    Close,
    /// The delimiter that MySQL's client was told to use.
    Delimiter,
    /// Anything else, one character.
    Other,
}

/// Reads a text from its start to its end.
pub(crate) struct Scanner<'a> {
    sql: &'a str,
    at: usize,
    dialect: Dialect,
    delimiter: Option<&'a str>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(sql: &'a str, dialect: Dialect) -> Self {
        Self { sql, at: 0, dialect, delimiter: None }
    }

    /// Returns the next piece.
    pub(crate) fn next_token(&mut self) -> Option<Token<'a>> {
        let rest = &self.sql[self.at..];
        let first = rest.chars().next()?;
        let (kind, length) = self.piece(rest, first);
        let range = self.at..self.at + length;
        self.at = range.end;
        Some(Token { kind, text: &self.sql[range.clone()], range })
    }

    /// Reads the new delimiter from the rest of the line after MySQL's `DELIMITER`, and returns where the next line begins.
    pub(crate) fn take_delimiter(&mut self, from: usize) -> usize {
        let line = self.sql[from..].split('\n').next().unwrap_or_default();
        let delimiter = line.trim();
        self.delimiter = Some(delimiter).filter(|delimiter| !delimiter.is_empty() && *delimiter != ";");
        self.at = (from + line.len() + 1).min(self.sql.len());
        self.at
    }

    fn piece(&self, rest: &'a str, first: char) -> (TokenKind, usize) {
        if let Some(delimiter) = self.delimiter
            && rest.starts_with(delimiter)
        {
            return (TokenKind::Delimiter, delimiter.len());
        }
        match first {
            _ if first.is_whitespace() => {
                let length = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
                (TokenKind::Space, length)
            }
            '-' if self.is_line_comment(rest) => (TokenKind::Comment, line_length(rest)),
            '#' if self.dialect == Dialect::MySql => (TokenKind::Comment, line_length(rest)),
            // MySQL runs what stands in `/*! … */`, MariaDB in `/*M! … */` too.
            '/' if self.dialect == Dialect::MySql && (rest.starts_with("/*!") || rest.starts_with("/*M!")) => {
                (TokenKind::Other, self.block_comment(rest))
            }
            '/' if rest.starts_with("/*") => (TokenKind::Comment, self.block_comment(rest)),
            '\'' => (TokenKind::Text, quoted(rest, '\'', self.dialect == Dialect::MySql)),
            '"' if self.dialect == Dialect::MySql => (TokenKind::Text, quoted(rest, '"', true)),
            '"' => (TokenKind::Name, quoted(rest, '"', false)),
            '`' if self.dialect != Dialect::Postgres => (TokenKind::Name, quoted(rest, '`', false)),
            '[' if self.dialect == Dialect::Sqlite => {
                (TokenKind::Name, rest.find(']').map_or(rest.len(), |end| end + 1))
            }
            '$' if self.dialect == Dialect::Postgres => match dollar_quoted(rest) {
                Some(length) => (TokenKind::Text, length),
                None => (TokenKind::Other, 1),
            },
            ';' if self.delimiter.is_some() => (TokenKind::Other, 1),
            ';' => (TokenKind::Semicolon, 1),
            '(' => (TokenKind::Open, 1),
            ')' => (TokenKind::Close, 1),
            'e' | 'E' if self.dialect == Dialect::Postgres && rest[1..].starts_with('\'') => {
                (TokenKind::Text, 1 + quoted(&rest[1..], '\'', true))
            }
            _ if is_word(first) => {
                // A `$` may stand in a name, so that `a$b$` begins no dollar quote.
                let inside = |c: char| is_word(c) || c == '$';
                let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
                (TokenKind::Word, self.up_to_delimiter(rest, length))
            }
            other => (TokenKind::Other, other.len_utf8()),
        }
    }

    /// MySQL's client finds its delimiter inside words too, such as `END$$`.
    fn up_to_delimiter(&self, rest: &str, length: usize) -> usize {
        self.delimiter.and_then(|delimiter| rest[..length].find(delimiter)).unwrap_or(length)
    }

    /// MySQL wants white space after `--`.
    fn is_line_comment(&self, rest: &str) -> bool {
        rest.starts_with("--")
            && (self.dialect != Dialect::MySql || rest[2..].chars().next().is_none_or(char::is_whitespace))
    }

    /// Returns the length of a block comment; PostgreSQL's nest. An unfinished one reaches to the end.
    fn block_comment(&self, rest: &str) -> usize {
        let bytes = rest.as_bytes();
        let (mut depth, mut at) = (1, 2);
        while at < bytes.len() {
            match &bytes[at..bytes.len().min(at + 2)] {
                b"*/" => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        return at;
                    }
                }
                b"/*" if self.dialect == Dialect::Postgres => {
                    depth += 1;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        rest.len()
    }
}

/// Returns the length of a quoted piece; a doubled quote is one inside, and where `escapes` is set a backslash keeps the next character.
fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && escapes {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + quote.len_utf8();
        }
    }
    rest.len()
}

/// Returns the length of a dollar-quoted string, `None` when there is none here.
fn dollar_quoted(rest: &str) -> Option<usize> {
    let end = rest[1..].find(|c: char| !is_word(c))? + 1;
    let tag = rest.get(..=end)?;
    if !tag.ends_with('$') || tag[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let body = &rest[tag.len()..];
    Some(body.find(tag).map_or(rest.len(), |end| tag.len() + end + tag.len()))
}

fn line_length(rest: &str) -> usize {
    rest.find(['\n', '\r']).unwrap_or(rest.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
