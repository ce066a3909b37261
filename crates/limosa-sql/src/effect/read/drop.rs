//! What drops something.

use super::cursor::Cursor;
use super::{index, object};
use crate::effect::Effect;

/// Reads `DROP …`.
pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    cursor.take(&["DROP"]);
    cursor.take_one_of(&["TEMPORARY"]);
    if cursor.take_one_of(&["TABLE", "TABLES"]).is_some() {
        return table(cursor);
    }
    if cursor.take(&["FOREIGN", "TABLE"]) {
        return table(cursor);
    }
    if cursor.take(&["INDEX"]) {
        return index::drop(cursor);
    }
    if cursor.is(&["OWNED"]) {
        return None;
    }
    let kind = object::kind(&mut cursor)?;
    let if_exists = cursor.if_exists();
    if matches!(kind.as_str(), "cast" | "user mapping" | "operator" | "transform") {
        return Some(vec![dropped(kind, cursor.text(), None, cursor, if_exists)]);
    }
    let mut names = Vec::new();
    loop {
        names.push(cursor.name()?);
        cursor.group(); // the arguments of a function
        if !cursor.take_symbol(",") {
            break;
        }
    }
    let table = match kind.as_str() {
        "trigger" | "policy" | "rule" if cursor.take(&["ON"]) => Some(cursor.name()?),
        _ => None,
    };
    Some(names.into_iter().map(|name| dropped(kind.clone(), name, table.clone(), cursor, if_exists)).collect())
}

fn dropped(kind: String, name: String, table: Option<String>, rest: Cursor<'_>, if_exists: bool) -> Effect {
    Effect::DropObject { kind, name, table, cascade: rest.has(&["CASCADE"]), if_exists }
}

fn table(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let if_exists = cursor.if_exists();
    let tables = cursor.names()?;
    let cascade = cursor.has(&["CASCADE"]);
    Some(tables.into_iter().map(|table| Effect::DropTable { table, cascade, if_exists }).collect())
}
