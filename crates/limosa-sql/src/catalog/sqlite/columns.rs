//! The columns, the primary key and the foreign keys of a `CREATE TABLE` text.

use smol_str::SmolStr;

use crate::catalog::Column;
use crate::split::sqlparse::{Kind, Token, tokens};

/// A table as its text defines it.
pub(super) struct Definition {
    pub(super) name: SmolStr,
    pub(super) columns: Vec<Column>,
    pub(super) primary_key: Vec<SmolStr>,
    /// Column, table and referenced column, in the order of the text.
    pub(super) foreign_keys: Vec<(SmolStr, SmolStr, SmolStr)>,
}

/// The words that end a column's type, because a constraint begins.
const ENDS_TYPE: &[&str] =
    &["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"];

/// Reads a `CREATE TABLE` statement.
pub(super) fn read(sql: &str) -> Option<Definition> {
    let all = tokens(sql);
    let words = all.iter().filter(|token| !token.kind.is_space() && !token.kind.is_comment()).collect::<Vec<_>>();
    let open = words.iter().position(|token| token.text == "(")?;
    let (head, body) = words.split_at(open);
    if !head.first()?.text.eq_ignore_ascii_case("CREATE") || !head.iter().any(|word| is(word, "TABLE")) {
        return None;
    }
    let mut definition = Definition {
        name: unquote(head.last()?.text),
        columns: Vec::new(),
        primary_key: Vec::new(),
        foreign_keys: Vec::new(),
    };
    for part in parts(&body[1..]) {
        let first = part.first()?;
        let constraint = ["CONSTRAINT", "PRIMARY", "PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN"];
        if first.kind != Kind::Symbol && constraint.iter().any(|word| first_word(first).eq_ignore_ascii_case(word)) {
            table_constraint(&mut definition, &part);
        } else {
            column(&mut definition, &part);
        }
    }
    Some(definition)
}

fn column(definition: &mut Definition, part: &[&Token<'_>]) {
    let Some((first, rest)) = part.split_first() else { return };
    let name = unquote(first.text);
    let length = rest.iter().position(|token| ENDS_TYPE.contains(&first_word(token).to_ascii_uppercase().as_str()));
    let (kind, rest) = rest.split_at(length.unwrap_or(rest.len()));
    let mut column = Column::new(name.clone(), join_type(kind));
    let mut at = 0;
    while let Some(token) = rest.get(at) {
        let word = first_word(token).to_ascii_uppercase();
        let next = rest.get(at + 1);
        match word.as_str() {
            "PRIMARY" => definition.primary_key.push(name.clone()),
            "NOT" => column.nullable = false,
            "DEFAULT" => column.default = Some(value(&rest[at + 1..])),
            "COLLATE" => column.collation = next.map(|token| unquote(token.text)),
            "AS" => column.generated = true,
            "REFERENCES" => definition.foreign_keys.extend(reference(&name, &rest[at + 1..])),
            _ => {}
        }
        at += if token.text == "(" { closing(&rest[at..]) + 1 } else { 1 };
    }
    // An integer primary key of one column numbers itself.
    column.auto = definition.primary_key.last() == Some(&name) && column.data_type.eq_ignore_ascii_case("integer");
    definition.columns.push(column);
}

fn table_constraint(definition: &mut Definition, part: &[&Token<'_>]) {
    let find = |word: &str| part.iter().position(|token| token.kind != Kind::Symbol && is(token, word));
    if let Some(at) = find("PRIMARY") {
        let mut key = names(&part[at..]);
        // SQLite lists the columns of a key in the order of the table.
        let position = |name: &SmolStr| definition.columns.iter().position(|column| column.name == *name);
        key.sort_by_key(position);
        for column in definition.columns.iter_mut().filter(|column| column.auto) {
            column.auto = false;
        }
        definition.primary_key = key;
    } else if let (Some(key), Some(references)) = (find("FOREIGN"), find("REFERENCES")) {
        let columns = names(&part[key..references]);
        let targets = names(&part[references..]);
        let Some(table) = part.get(references + 1).map(|token| unquote(token.text)) else { return };
        for (column, target) in columns.into_iter().zip(targets) {
            definition.foreign_keys.push((column, table.clone(), target));
        }
    }
}

/// Reads what follows `REFERENCES`.
fn reference(column: &SmolStr, rest: &[&Token<'_>]) -> Option<(SmolStr, SmolStr, SmolStr)> {
    let table = unquote(rest.first()?.text);
    let target = names(rest).into_iter().next()?;
    Some((column.clone(), table, target))
}

/// Splits the body of a table at its commas, up to the parenthesis that ends it.
fn parts<'t, 'a>(tokens: &[&'t Token<'a>]) -> Vec<Vec<&'t Token<'a>>> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0;
    for token in tokens {
        match token.text {
            "(" if token.kind == Kind::Punctuation => depth += 1,
            ")" if token.kind == Kind::Punctuation && depth == 0 => break,
            ")" if token.kind == Kind::Punctuation => depth -= 1,
            "," if depth == 0 => {
                parts.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(*token);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Returns the names in the first parentheses.
fn names(tokens: &[&Token<'_>]) -> Vec<SmolStr> {
    let Some(open) = tokens.iter().position(|token| token.text == "(") else { return Vec::new() };
    let inside = &tokens[open + 1..open + closing(&tokens[open..])];
    inside.split(|token| token.text == ",").filter_map(|part| Some(unquote(part.first()?.text))).collect()
}

/// Returns the index of the parenthesis that closes the one at the start.
fn closing(tokens: &[&Token<'_>]) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "(" if token.kind == Kind::Punctuation => depth += 1,
            ")" if token.kind == Kind::Punctuation => {
                depth -= 1;
                if depth == 0 {
                    return index;
                }
            }
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}

/// Returns a default's text: what is in the parentheses, or a literal with its sign.
fn value(tokens: &[&Token<'_>]) -> String {
    match tokens.first() {
        Some(first) if first.text == "(" => join(&tokens[1..closing(tokens).max(1)], &["("]),
        Some(first) if matches!(first.text, "-" | "+") => tokens.iter().take(2).map(|token| token.text).collect(),
        Some(first) => first.text.to_owned(),
        None => String::new(),
    }
}

/// Writes a type as SQLite tells it: words with one space between, parentheses without, its own types in upper case.
fn join_type(tokens: &[&Token<'_>]) -> SmolStr {
    let text = join(tokens, &["(", ","]);
    let own = ["ANY", "BLOB", "INT", "INTEGER", "REAL", "TEXT"].iter().find(|own| text.eq_ignore_ascii_case(own));
    own.map_or_else(|| text.into(), |own| SmolStr::new_static(own))
}

/// Writes tokens with one space between, none around parentheses and before a comma, and none behind `tight` ones.
fn join(tokens: &[&Token<'_>], tight: &[&str]) -> String {
    let mut text = String::new();
    let mut before = "(";
    for token in tokens {
        if !(tight.contains(&before) || matches!(token.text, "(" | ")" | ",")) {
            text.push(' ');
        }
        text.push_str(token.text);
        before = token.text;
    }
    text
}

fn is(token: &Token<'_>, word: &str) -> bool {
    first_word(token).eq_ignore_ascii_case(word)
}

/// Returns the first word of a token, which may hold several (`NOT NULL`).
fn first_word<'a>(token: &Token<'a>) -> &'a str {
    if token.kind == Kind::Symbol { "" } else { token.text.split_whitespace().next().unwrap_or_default() }
}

fn unquote(text: &str) -> SmolStr {
    let quoted = |open: char, close: char| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    let inner = quoted('"', '"').map(|text| text.replace("\"\"", "\"")).or_else(|| quoted('`', '`').map(str::to_owned));
    inner.or_else(|| quoted('[', ']').map(str::to_owned)).map_or_else(|| SmolStr::new(text), SmolStr::from)
}
