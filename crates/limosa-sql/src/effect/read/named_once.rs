//! Lists of names in which none may stand twice: the database refuses the statement otherwise.

use super::cursor::Cursor;
use super::rows::modifiers;
use crate::dialect::Dialect;
use crate::split::scan::TokenKind;

/// Returns the lists of a statement, each name as the database keeps it, with the field or the element of it where one is meant.
pub(super) fn lists(mut cursor: Cursor<'_>) -> Vec<Vec<String>> {
    match cursor.word().as_str() {
        "UPDATE" => assigned(cursor).into_iter().collect(),
        "INSERT" | "REPLACE" => inserted(cursor),
        "MERGE" => merged(cursor),
        // SQLite gives the second column another name.
        "CREATE" if cursor.dialect() != Dialect::Sqlite => made(cursor),
        "SELECT" if cursor.has(&["INTO"]) && !cursor.is_mysql() => vec![output(cursor)],
        "WITH" => {
            cursor.skip();
            cursor.find_one_of(&["UPDATE", "INSERT", "MERGE"]).map(lists).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Reads what follows the first `SET` from here on.
fn assigned(cursor: Cursor<'_>) -> Option<Vec<String>> {
    let mut set = cursor.find(&["SET"])?;
    set.skip();
    let mut names = Vec::new();
    for mut item in set.before(&["WHERE", "FROM", "RETURNING", "ORDER", "LIMIT", "WHEN"]).items() {
        match item.kind() {
            Some(TokenKind::Open) => names.extend(item.group().map(targets).unwrap_or_default()),
            _ => names.extend(target(&mut item)),
        }
    }
    Some(names)
}

fn inserted(mut cursor: Cursor<'_>) -> Vec<Vec<String>> {
    cursor.skip();
    modifiers(&mut cursor);
    cursor.take(&["INTO"]);
    if cursor.name().is_none() {
        return Vec::new();
    }
    if cursor.take(&["AS"]) {
        cursor.skip();
    }
    let columns = cursor.group().filter(|inner| !inner.is_one_of(&["SELECT", "WITH", "VALUES"])).map(targets);
    let conflict = cursor.find(&["ON", "CONFLICT"]).and_then(assigned);
    columns.into_iter().chain(conflict).collect()
}

fn merged(cursor: Cursor<'_>) -> Vec<Vec<String>> {
    let mut lists = Vec::new();
    let mut rest = cursor;
    while let Some(mut when) = rest.find(&["WHEN"]) {
        when.skip();
        rest = when;
        let action = when.before(&["WHEN"]);
        if let Some(mut insert) = action.find(&["INSERT"]) {
            insert.skip();
            lists.extend(insert.group().map(targets));
        } else if let Some(update) = action.find(&["UPDATE"]) {
            lists.extend(assigned(update));
        }
    }
    lists
}

/// Reads the columns of a view, or of a table that a query makes; those that a table says itself are read with it.
fn made(cursor: Cursor<'_>) -> Vec<Vec<String>> {
    let Some(mut query) = cursor.find(&["AS"]) else { return Vec::new() };
    let head = cursor.up_to(&query);
    let is_view = head.has(&["VIEW"]);
    let mut rest = head;
    while !rest.is_done() {
        if let Some(columns) = rest.group() {
            return if is_view { vec![targets(columns)] } else { Vec::new() };
        }
        rest.skip();
    }
    query.skip();
    let has_columns = is_view || head.has(&["TABLE"]);
    if has_columns && query.is(&["SELECT"]) { vec![output(query)] } else { Vec::new() }
}

fn targets(list: Cursor<'_>) -> Vec<String> {
    list.items().into_iter().filter_map(|mut item| target(&mut item)).collect()
}

/// Reads a column with the field or the element of it that is meant.
fn target(item: &mut Cursor<'_>) -> Option<String> {
    let name = item.name()?;
    let rest = *item;
    while item.is_symbol("[") {
        item.skip();
    }
    Some(format!("{name}{}", rest.up_to(item).text()))
}

/// Returns what the columns of a `SELECT` are called, as far as that can be told.
fn output(mut cursor: Cursor<'_>) -> Vec<String> {
    cursor.take(&["SELECT"]);
    cursor.take(&["ALL"]);
    if cursor.take(&["DISTINCT"]) && cursor.take(&["ON"]) {
        cursor.skip();
    }
    const ENDS: [&str; 11] =
        ["INTO", "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT"];
    cursor.before(&ENDS).items().into_iter().filter_map(column).collect()
}

/// Returns what a column of a `SELECT` is called; nothing where only the database can tell.
fn column(item: Cursor<'_>) -> Option<String> {
    if let Some(mut alias) = item.find(&["AS"]) {
        alias.skip();
        return alias.part();
    }
    let mut rest = item;
    let is_number = rest.word().starts_with(|letter: char| letter.is_ascii_digit());
    if is_number || rest.kind()? == TokenKind::Text {
        rest.skip();
        return match rest.is_done() {
            true => (item.dialect() == Dialect::Postgres).then(|| "?column?".to_owned()),
            false => only_part(rest),
        };
    }
    let name = rest.name()?;
    if rest.is_done() {
        return name.rsplit('.').next().map(str::to_owned);
    }
    only_part(rest)
}

/// Reads a name behind which nothing follows.
fn only_part(mut cursor: Cursor<'_>) -> Option<String> {
    let name = cursor.part()?;
    cursor.is_done().then_some(name)
}
