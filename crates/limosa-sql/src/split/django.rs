//! How Django splits a `RunSQL` script for a database whose driver takes one statement at a time.
//!
//! Django's `BaseDatabaseOperations.prepare_sql_script` splits with `sqlparse.split` and strips comments with `sqlparse.format`;
//! `sqlmigrate` prints the result. Source: `sqlparse/engine/statement_splitter.py`, `sqlparse/filters/others.py`.

mod blocks;

use self::blocks::Blocks;
use super::sqlparse::{Kind, Token, is_space, tokens};

/// Splits a script as Django does for SQLite and MySQL: statements keep their `;` and lose their comments.
///
/// A statement may be empty: of one that holds comments alone, nothing is left, and Django runs that too. On PostgreSQL Django
/// sends a script as it is.
pub fn django_statements(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let statements = statements(&tokens).into_iter().map(|statement| trim(&text(statement)).to_owned());
    statements.filter(|statement| !statement.is_empty()).map(|statement| without_comments(&statement)).collect()
}

/// Splits tokens into statements (`StatementSplitter.process`).
fn statements<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut statements = Vec::new();
    let mut blocks = Blocks::default();
    let mut start = 0;
    let mut finished = false;
    for (index, token) in tokens.iter().enumerate() {
        // White space and a line comment behind the `;` still belong to the statement, a line break does not.
        if finished && !matches!(token.kind, Kind::Space | Kind::LineComment) {
            statements.push(&tokens[start..index]);
            start = index;
            finished = false;
            blocks = Blocks::default();
        }
        blocks.see(token);
        if token.kind == Kind::Punctuation && token.text == ";" {
            finished |= blocks.may_end();
        } else if token.kind == Kind::Keyword && token.text.split(is_space).next() == Some("GO") {
            finished = true;
        }
    }
    if tokens[start..].iter().any(|token| !token.kind.is_space()) {
        statements.push(&tokens[start..]);
    }
    statements
}

/// Strips the comments of a statement (`sqlparse.format(statement, strip_comments=True)`).
fn without_comments(statement: &str) -> String {
    let tokens = tokens(statement);
    statements(&tokens).into_iter().map(|statement| strip_line_ends(&replace_comments(statement))).collect()
}

/// Puts a space, or the line breaks at the end of the comment, in the place of each comment (`StripCommentsFilter`).
///
/// One at the start or behind `(` goes without a trace, a hint stays.
fn replace_comments(tokens: &[Token<'_>]) -> String {
    let mut result = String::new();
    let mut seen: Option<Token<'_>> = None;
    let mut grouped = false;
    let mut open = false;
    let mut rest = tokens;
    while let Some((token, after)) = rest.split_first() {
        if !token.kind.is_comment() {
            result.push_str(token.text);
            open = token.kind == Kind::Punctuation && token.text == "(";
            if !token.kind.is_space() {
                grouped = ends_group(token, seen.as_ref());
                seen = Some(*token);
            }
            rest = after;
            continue;
        }
        let length = comment_length(rest, grouped);
        let comment = text(&rest[..length]);
        rest = &rest[length..];
        if token.kind == Kind::Hint {
            result.push_str(&comment);
            open = false;
        } else if !result.is_empty() && !open && !begins_alias(rest) {
            let end = comment.trim_end_matches(' ');
            let breaks = &end[end.trim_end_matches(['\r', '\n']).len()..];
            result.push_str(if breaks.is_empty() { " " } else { breaks });
        }
    }
    result
}

/// Returns whether `sqlparse` takes what is before these tokens for the start of a group, as in `value AS name` and `value::type`.
fn begins_alias(tokens: &[Token<'_>]) -> bool {
    let mut tokens = tokens.iter().filter(|token| !token.kind.is_space());
    match (tokens.next(), tokens.next()) {
        (Some(first), Some(_)) if first.text == "::" => true,
        (Some(first), Some(second)) => {
            first.text.eq_ignore_ascii_case("AS") && !matches!(second.kind, Kind::Ddl | Kind::OtherKeyword)
        }
        _ => false,
    }
}

/// Returns how many tokens are one comment: comments and line breaks that follow one another, and further ones behind white
/// space unless `sqlparse` puts each into the group before it (`grouped`). Comments that reach to the end are not joined.
fn comment_length(tokens: &[Token<'_>], grouped: bool) -> usize {
    let joined = |token: &&Token<'_>| token.kind.is_comment() || token.kind == Kind::Newline;
    let run = |tokens: &[Token<'_>]| tokens.iter().take_while(joined).count();
    let mut length = run(tokens);
    if length == tokens.len() {
        return 1;
    }
    if grouped {
        return length;
    }
    loop {
        let space = tokens[length..].iter().take_while(|token| token.kind.is_space()).count();
        let next = run(&tokens[length + space..]);
        if next == 0 || length + space + next == tokens.len() {
            return length;
        }
        length += space + next;
    }
}

/// Returns whether `sqlparse` has put a token into a group, which then takes the comments behind it in.
///
/// Names and brackets always are; a literal is when it is an operand.
fn ends_group(token: &Token<'_>, before: Option<&Token<'_>>) -> bool {
    match token.kind {
        Kind::Name | Kind::Symbol => true,
        Kind::Punctuation => matches!(token.text, ")" | "]"),
        Kind::Text | Kind::Other if !is_operator(token) => before.is_some_and(is_operator),
        _ => false,
    }
}

fn is_operator(token: &Token<'_>) -> bool {
    token.kind == Kind::Other && token.text.starts_with(|c: char| "<>=~!+-/@#%^&|*".contains(c)) && token.text != "%s"
}

/// Removes white space at the ends of lines, except inside strings (`SerializerUnicode`).
fn strip_line_ends(sql: &str) -> String {
    let mut lines = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(first) = sql[at..].chars().next() {
        match first {
            '\r' | '\n' => {
                lines.push(&sql[start..at]);
                at += if sql[at..].starts_with("\r\n") { 2 } else { 1 };
                start = at;
            }
            '\'' | '"' => at += string_length(&sql[at..], first).unwrap_or(1),
            other => at += other.len_utf8(),
        }
    }
    lines.push(&sql[start..]);
    lines.iter().map(|line| line.trim_end_matches(is_space)).collect::<Vec<_>>().join("\n")
}

/// Returns the length of a string in which a backslash keeps the next character, unless that is a line break; `None` when open.
fn string_length(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next().filter(|(_, next)| *next != '\n')?;
            }
            _ if character == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn text(tokens: &[Token<'_>]) -> String {
    tokens.iter().map(|token| token.text).collect()
}

fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

#[cfg(test)]
mod tests;
