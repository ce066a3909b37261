//! The tokens of Python's `sqlparse` (0.6), on which Django's SQLite backend relies to split scripts and to read table definitions.
//!
//! Its rules are tried in order at each position and are simpler than SQL: what it takes for a token decides where Django ends a
//! statement, so its choices are kept, the odd ones too. Source: `sqlparse/keywords.py: SQL_REGEX`, `sqlparse/lexer.py`.

mod keywords;
mod words;

use self::words::word_kind;

/// A token of `sqlparse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
}

/// The type of a token, as far as Django looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A comment that is an optimizer's hint (`--+`, `/*+`), which is never stripped.
    Hint,
    LineComment,
    BlockComment,
    Newline,
    Space,
    Punctuation,
    Name,
    /// `Keyword` itself.
    Keyword,
    /// `Keyword.DDL`.
    Ddl,
    /// Another kind below `Keyword`.
    OtherKeyword,
    /// A string in double quotes.
    Symbol,
    /// A string in single quotes.
    Text,
    /// A number, an operator, a built-in type, a placeholder.
    Other,
}

impl Kind {
    pub(crate) fn is_space(self) -> bool {
        matches!(self, Self::Space | Self::Newline)
    }

    pub(crate) fn is_comment(self) -> bool {
        matches!(self, Self::Hint | Self::LineComment | Self::BlockComment)
    }

    pub(crate) fn is_keyword(self) -> bool {
        matches!(self, Self::Keyword | Self::Ddl | Self::OtherKeyword)
    }
}

/// Splits a text into tokens; nothing is lost.
pub(crate) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = sql[at..].chars().next() {
        let (kind, length) = token(sql, at, first);
        let length = length.max(first.len_utf8());
        tokens.push(Token { kind, text: &sql[at..at + length] });
        at += length;
    }
    tokens
}

/// Python's `\s`.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn token(sql: &str, at: usize, first: char) -> (Kind, usize) {
    let rest = &sql[at..];
    let before = sql[..at].chars().next_back();
    if first == '$'
        && !before.is_some_and(|c| is_word(c) || matches!(c, '"' | '$'))
        && let Some(length) = dollar_quoted(rest)
    {
        return (Kind::Other, length);
    }
    if rest.starts_with("/*")
        && let Some(end) = rest[2..].find("*/")
    {
        let hint = rest.starts_with("/*+");
        // The closing mark of a hint is looked for behind its plus.
        let end = if hint { rest[3..].find("*/").map(|end| end + 5) } else { Some(end + 4) };
        if let Some(length) = end {
            return (if hint { Kind::Hint } else { Kind::BlockComment }, length);
        }
    }
    if rest.starts_with("--") || rest.starts_with("# ") {
        let kind = if rest[2..].starts_with('+') { Kind::Hint } else { Kind::LineComment };
        return (kind, line_length(rest));
    }
    match first {
        '\r' if rest.starts_with("\r\n") => return (Kind::Newline, 2),
        '\r' | '\n' => return (Kind::Newline, 1),
        _ if is_space(first) => return (Kind::Space, first.len_utf8()),
        ':' if rest.starts_with(":=") => return (Kind::Other, 2),
        ':' if rest.starts_with("::") => return (Kind::Punctuation, 2),
        '*' | '?' => return (Kind::Other, 1),
        '`' | '´' => {
            if let Some(length) = doubled(rest, first) {
                return (Kind::Name, length);
            }
        }
        '%' => {
            if let Some(length) = percent(rest) {
                return (Kind::Other, length);
            }
        }
        '\\' if word_length(&rest[1..]) > 0 => return (Kind::Other, 1 + word_length(&rest[1..])),
        '\'' | '"' => {
            let kind = if first == '"' { Kind::Symbol } else { Kind::Text };
            if let Some(length) = string(rest, first) {
                return (kind, length);
            }
        }
        '[' if !before.is_some_and(|c| is_word(c) || matches!(c, ']' | ')')) => {
            if let Some(end) = rest[1..].find(['[', ']']).filter(|end| *end > 0 && rest[1 + end..].starts_with(']')) {
                return (Kind::Name, end + 2);
            }
        }
        '@' | '#' => {
            let length = if rest.starts_with("##") { 2 } else { 1 };
            if starts_name(&rest[length..]) && word_length(&rest[length..]) > 1 {
                return (Kind::Name, length + word_length(&rest[length..]));
            }
        }
        '$' | ':' if !before.is_some_and(is_word) && word_length(&rest[1..]) > 0 => {
            return (Kind::Other, 1 + word_length(&rest[1..]));
        }
        _ => {}
    }
    if let Some(length) = number(rest) {
        return (Kind::Other, length);
    }
    if is_letter(first) && before == Some('.') && !words::is_always_keyword(&rest[..word_length(rest)]) {
        return (Kind::Name, word_length(rest));
    }
    if is_word(first) {
        return word(rest);
    }
    match first {
        ';' | ':' | '(' | ')' | '[' | ']' | ',' | '.' => (Kind::Punctuation, 1),
        '-' if rest.starts_with("->>") => (Kind::Other, 3),
        '-' if rest.starts_with("->") => (Kind::Other, 2),
        '-' => (Kind::Other, 1),
        '#' if rest.starts_with("#>>") => (Kind::Other, 3),
        '#' if rest.starts_with("#>") || rest.starts_with("#-") => (Kind::Other, 2),
        '@' if rest.starts_with("@>") => (Kind::Other, 2),
        '<' | '>' | '=' | '~' | '!' => (Kind::Other, run(rest, "<>=~!")),
        '+' | '/' | '@' | '#' | '%' | '^' | '&' | '|' => (Kind::Other, run(rest, "+/@#%^&|-")),
        other => (Kind::Other, other.len_utf8()),
    }
}

/// A word, alone or with those that `sqlparse` takes together.
fn word(rest: &str) -> (Kind, usize) {
    let length = word_length(rest);
    let upper = rest[..length].to_ascii_uppercase();
    let after = &rest[length..];
    if words::is_always_keyword(&upper) {
        return (Kind::Keyword, length);
    }
    if starts_name(rest) {
        let dotted = after.trim_start_matches(is_space).strip_prefix('.');
        if dotted.is_some_and(|rest| !rest.starts_with(|c: char| c.is_numeric())) || after.starts_with('(') {
            return (Kind::Name, length);
        }
    }
    if let Some(found) = words::phrase(rest, &upper) {
        return found;
    }
    // A lone word may go on with `$` and `#`.
    let length = rest.find(|c| !(is_word(c) || matches!(c, '$' | '#'))).unwrap_or(rest.len());
    (word_kind(&rest[..length].to_ascii_uppercase()), length)
}

/// `%s` and `%(name)s`.
fn percent(rest: &str) -> Option<usize> {
    let tail = &rest[1..];
    if tail.starts_with(['s', 'S']) {
        return Some(2);
    }
    let inner = tail.strip_prefix('(')?;
    let length = word_length(inner);
    let closed = inner[length..].strip_prefix(')')?;
    (length > 0 && closed.starts_with(['s', 'S'])).then_some(length + 4)
}

/// A piece in quotes that are doubled inside; `None` when it is not closed.
fn doubled(rest: &str, quote: char) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1).peekable();
    let mut fallback = None;
    while let Some((at, character)) = characters.next() {
        if character == quote {
            if characters.next_if(|(_, next)| *next == quote).is_none() {
                return Some(at + quote.len_utf8());
            }
            // Not closed further on, a regular expression gives the second quote back.
            fallback = Some(at + quote.len_utf8());
        }
    }
    fallback
}

/// A string; a doubled quote and one behind a backslash stay inside as long as another quote closes the string further on.
fn string(rest: &str, quote: char) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1).peekable();
    let mut fallback = None;
    while let Some((at, character)) = characters.next() {
        if character == quote {
            if characters.next_if(|(_, next)| *next == quote).is_none() {
                return Some(at + 1);
            }
            fallback = Some(at + 1);
        } else if character == '\\'
            && let Some((quote_at, _)) = characters.next_if(|(_, next)| *next == quote)
        {
            fallback = Some(quote_at + 1);
        }
    }
    fallback
}

/// A number with its sign, as far as it decides where the next token begins.
fn number(rest: &str) -> Option<usize> {
    let sign = usize::from(rest.starts_with('-'));
    let unsigned = &rest[sign..];
    if unsigned.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x")) {
        let digits = unsigned[2..].find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(unsigned.len() - 2);
        if digits > 0 {
            return Some(sign + 2 + digits);
        }
    }
    let whole = digits(unsigned);
    let fraction = unsigned[whole..].strip_prefix('.').map(digits);
    // Exponent, with or without a fraction.
    let mantissa = whole + fraction.filter(|digits| *digits > 0).map_or(0, |digits| digits + 1);
    if whole > 0 && unsigned[mantissa..].starts_with(['e', 'E']) {
        let exponent = &unsigned[mantissa + 1..];
        let minus = usize::from(exponent.starts_with('-'));
        let length = digits(&exponent[minus..]);
        if length > 0 {
            return Some(sign + mantissa + 1 + minus + length);
        }
    }
    let free = |length: usize| !unsigned[length..].starts_with(|c: char| c == '_' || is_letter(c));
    if let Some(fraction) = fraction
        && (whole > 0 || fraction > 0)
    {
        let longest = whole + 1 + fraction;
        let shortest = whole + 1 + usize::from(whole == 0);
        if let Some(length) =
            (shortest..=longest).rev().find(|length| unsigned.is_char_boundary(*length) && free(*length))
        {
            return Some(sign + length);
        }
    }
    (1..=whole).rev().find(|length| unsigned.is_char_boundary(*length) && free(*length)).map(|length| sign + length)
}

/// A string between `$tag$` marks, `None` when it is not one or not closed.
fn dollar_quoted(rest: &str) -> Option<usize> {
    let tag = word_length(&rest[1..]);
    let opener = rest.get(..tag + 2).filter(|opener| opener.ends_with('$'))?;
    if tag > 0 && !rest[1..].starts_with(|c: char| c == '_' || is_letter(c)) {
        return None;
    }
    rest[opener.len()..].find(opener).map(|end| opener.len() * 2 + end)
}

/// The length of a line comment, with the line break that ends it.
fn line_length(rest: &str) -> usize {
    match rest.find(['\n', '\r']) {
        Some(end) if rest[end..].starts_with("\r\n") => end + 2,
        Some(end) => end + 1,
        None => rest.len(),
    }
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_numeric()).unwrap_or(text.len())
}

fn run(rest: &str, of: &str) -> usize {
    rest.find(|c| !of.contains(c)).unwrap_or(rest.len())
}

fn starts_name(text: &str) -> bool {
    text.starts_with(is_letter)
}

/// The letters with which a name may begin.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || ('\u{c0}'..='\u{dc}').contains(&c) || ('\u{e0}'..='\u{fc}').contains(&c)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}
