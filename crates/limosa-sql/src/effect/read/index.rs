//! Indexes.

use super::cursor::Cursor;
use crate::dialect::Dialect;
use crate::effect::{Effect, OnlineOptions, TableChange};
use crate::split::scan::TokenKind;

/// Reads `CREATE INDEX` from behind `CREATE`.
pub(super) fn create(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let mut effects = Vec::new();
    cursor.take(&["ONLINE"]);
    cursor.take(&["OFFLINE"]);
    let unique = cursor.take(&["UNIQUE"]);
    let kind = cursor.take_one_of(&["FULLTEXT", "SPATIAL", "VECTOR"]);
    if !cursor.take(&["INDEX"]) {
        return None;
    }
    let concurrently = cursor.take(&["CONCURRENTLY"]);
    let if_not_exists = cursor.if_not_exists();
    let name = if cursor.is(&["ON"]) { None } else { Some(cursor.name()?) };
    let mut method = kind.map(str::to_ascii_lowercase).or_else(|| using(&mut cursor));
    if !cursor.take(&["ON"]) {
        return None;
    }
    cursor.take(&["ONLY"]);
    let table = cursor.name()?;
    method = method.or_else(|| using(&mut cursor));
    let columns = columns(cursor.group()?);
    method = method.or_else(|| cursor.find(&["USING"]).and_then(|mut at| using(&mut at)));
    effects.push(Effect::CreateIndex {
        table,
        name,
        columns,
        unique,
        concurrently,
        if_not_exists,
        method,
        partial: cursor.has(&["WHERE"]),
        online: online(cursor),
    });
    Some(effects)
}

/// Reads `DROP INDEX` from behind it.
pub(super) fn drop(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let concurrently = cursor.take(&["CONCURRENTLY"]);
    let if_exists = cursor.if_exists();
    let names = cursor.names()?;
    let table = if cursor.take(&["ON"]) { Some(cursor.name()?) } else { None };
    let effect =
        |name| Effect::DropIndex { name, table: table.clone(), concurrently, if_exists, online: online(cursor) };
    Some(names.into_iter().map(effect).collect())
}

/// Reads `ALTER INDEX` from behind it.
pub(super) fn alter(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    if cursor.take(&["ALL"]) {
        return Some(vec![Effect::Other { verb: "alter index".into() }]);
    }
    cursor.if_exists();
    let name = cursor.name()?;
    Some(vec![if cursor.take(&["RENAME", "TO"]) {
        Effect::RenameIndex { name }
    } else if cursor.is(&["SET", "TABLESPACE"]) {
        Effect::Reindex { name: Some(name), concurrently: false }
    } else {
        Effect::Other { verb: "alter index".into() }
    }])
}

/// Reads an index that MySQL's `ALTER TABLE` adds, from behind `ADD`.
pub(super) fn added(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    let kind = cursor.take_one_of(&["FULLTEXT", "SPATIAL", "VECTOR"]);
    cursor.take_one_of(&["INDEX", "KEY"]);
    cursor.if_not_exists();
    let name = if cursor.is(&["USING"]) { None } else { cursor.part() };
    let method = kind.map(str::to_ascii_lowercase).or_else(|| using(cursor));
    Some(TableChange::AddIndex { name, columns: columns(cursor.group()?), unique: false, method })
}

/// Returns whether an index stands here that MySQL adds.
pub(super) fn is_added(cursor: Cursor<'_>) -> bool {
    cursor.is_one_of(&["INDEX", "KEY", "FULLTEXT", "SPATIAL", "VECTOR"])
}

/// Reads `USING` and the access method.
fn using(cursor: &mut Cursor<'_>) -> Option<String> {
    if !cursor.take(&["USING"]) {
        return None;
    }
    Some(cursor.part()?.to_ascii_lowercase())
}

/// Returns what an index is over: columns by name, anything else as `None`.
pub(super) fn columns(cursor: Cursor<'_>) -> Vec<Option<String>> {
    cursor.items().into_iter().map(column).collect()
}

fn column(mut cursor: Cursor<'_>) -> Option<String> {
    let name = cursor.part()?;
    if let Some(inside) = cursor.group() {
        // MySQL's indexes on the beginning of a text; everything else that has parentheses is a call.
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let length = matches!(inside.tokens(), [only] if digits(only.text));
        return Some(name).filter(|_| length && cursor.dialect() == Dialect::MySql);
    }
    // Collation, operator class with its parameters, order.
    while !cursor.is_done() {
        let plain = match cursor.kind()? {
            TokenKind::Word | TokenKind::Name => !cursor.is_one_of(&["AND", "OR", "IS", "NOT", "LIKE", "IN"]),
            TokenKind::Open => true,
            _ => cursor.is_symbol("."),
        };
        if !plain {
            return None;
        }
        cursor.skip();
    }
    Some(name)
}

/// Reads MySQL's `ALGORITHM` and `LOCK`, wherever they stand.
pub(super) fn online(cursor: Cursor<'_>) -> OnlineOptions {
    if cursor.dialect() != Dialect::MySql {
        return OnlineOptions::default();
    }
    let value = |word: &str| {
        let mut at = cursor.find(&[word])?;
        at.skip();
        at.take_symbol("=");
        Some(at.word()).filter(|value| !value.is_empty())
    };
    OnlineOptions { algorithm: value("ALGORITHM"), lock: value("LOCK") }
}
