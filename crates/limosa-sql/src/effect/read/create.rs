//! What makes something: which file knows it.

use super::cursor::Cursor;
use super::{index, object, table};
use crate::effect::{Effect, TableChange};

/// Reads `CREATE …`.
pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    cursor.take(&["CREATE"]);
    let replace = cursor.take(&["OR", "REPLACE"]);
    if is_table(cursor) {
        return table::create(cursor, replace);
    }
    if is_index(cursor) {
        let mut effects = index::create(cursor)?;
        if let (true, [Effect::CreateIndex { name: Some(name), table, online, .. }]) = (replace, effects.as_slice()) {
            let drop = Effect::DropIndex {
                name: name.clone(),
                table: Some(table.clone()),
                concurrently: false,
                if_exists: true,
                online: online.clone(),
            };
            effects.insert(0, drop);
        }
        return Some(effects);
    }
    let mut rest = cursor;
    if rest.take(&["DEFINER"]) && rest.take_symbol("=") {
        definer(&mut rest);
    }
    if rest.take(&["ALGORITHM"]) && rest.take_symbol("=") {
        rest.skip();
        if rest.take(&["DEFINER"]) && rest.take_symbol("=") {
            definer(&mut rest);
        }
    }
    rest.take(&["SQL", "SECURITY", "DEFINER"]);
    rest.take(&["SQL", "SECURITY", "INVOKER"]);
    for words in [&["TEMP"][..], &["TEMPORARY"], &["RECURSIVE"], &["CONSTRAINT"], &["TRUSTED"], &["UNLOGGED"]] {
        rest.take(words);
    }
    if rest.is(&["AGGREGATE", "FUNCTION"]) {
        rest.skip(); // MariaDB
    }
    if let Some(kind) = rest.take_one_of(&["TRIGGER", "RULE", "POLICY"]) {
        return on_table(rest, kind);
    }
    if rest.take(&["DOMAIN"]) {
        return object::domain(rest);
    }
    if rest.take(&["SCHEMA"]) && !cursor.is_mysql() {
        return schema(rest);
    }
    let kind = object::kind(&mut rest)?;
    Some(vec![Effect::Other { verb: format!("create {kind}") }])
}

/// Goes over an account: `'a'@'b'`, `CURRENT_USER`, `CURRENT_USER()`.
fn definer(cursor: &mut Cursor<'_>) {
    cursor.skip();
    cursor.group();
    if cursor.take_symbol("@") {
        cursor.skip();
    }
}

fn is_table(mut cursor: Cursor<'_>) -> bool {
    cursor.take_one_of(&["GLOBAL", "LOCAL"]);
    cursor.take_one_of(&["TEMP", "TEMPORARY", "UNLOGGED", "VIRTUAL", "FOREIGN"]);
    cursor.is(&["TABLE"])
}

fn is_index(mut cursor: Cursor<'_>) -> bool {
    cursor.take_one_of(&["ONLINE", "OFFLINE"]);
    cursor.take_one_of(&["UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR"]);
    cursor.is(&["INDEX"])
}

/// Reads a trigger, a rule or a policy, which belong to a table.
fn on_table(mut cursor: Cursor<'_>, kind: &str) -> Option<Vec<Effect>> {
    cursor.if_not_exists();
    cursor.name()?;
    // A rule says `ON UPDATE TO t`.
    let word = if kind == "RULE" { "TO" } else { "ON" };
    let mut on = cursor.find(&[word])?;
    on.skip();
    let change = TableChange::Attribute { verb: format!("create {}", kind.to_ascii_lowercase()) };
    Some(vec![Effect::AlterTable { table: on.name()?, change }])
}

/// Reads `CREATE SCHEMA` with what it holds.
fn schema(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let mut effects = vec![Effect::Other { verb: "create schema".into() }];
    while let Some(inner) = cursor.find(&["CREATE"]) {
        let mut next = inner;
        next.skip();
        let end = next.find(&["CREATE"]);
        effects.extend(super::statement(end.map_or(inner, |end| inner.up_to(&end))));
        cursor = next;
    }
    Some(effects)
}
