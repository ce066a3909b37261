//! Statements that change rows.

use super::cursor::Cursor;
use crate::effect::{Effect, RowChange};
use crate::split::scan::TokenKind;

/// Reads a statement that changes rows.
pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let word = cursor.take_one_of(&["INSERT", "REPLACE", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "LOAD"])?;
    match word {
        "INSERT" | "REPLACE" => insert(cursor),
        "UPDATE" => update(cursor),
        "DELETE" => delete(cursor),
        "MERGE" => {
            cursor.take(&["INTO"]);
            cursor.take(&["ONLY"]);
            Some(vec![Effect::Rows { table: cursor.name()?, change: RowChange::Merge, bounded: false }])
        }
        "TRUNCATE" => truncate(cursor),
        "COPY" => copy(cursor),
        _ => load(cursor),
    }
}

/// Goes over what may stand between the verb and the table.
pub(super) fn modifiers(cursor: &mut Cursor<'_>) {
    while cursor.take_one_of(&["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE"]).is_some() {}
    if cursor.take(&["OR"]) {
        cursor.skip(); // SQLite's way to treat conflicts
    }
}

fn insert(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    modifiers(&mut cursor);
    cursor.take(&["INTO"]);
    let table = cursor.name()?;
    Some(vec![Effect::Rows { table, change: RowChange::Insert, bounded: !copies(cursor) }])
}

/// Returns whether rows come from a table, and not from the statement itself.
fn copies(mut cursor: Cursor<'_>) -> bool {
    while !cursor.is_done() {
        if cursor.is_one_of(&["TABLE", "WITH"]) {
            return true;
        }
        if cursor.is(&["SELECT"]) {
            return cursor.has(&["FROM"]);
        }
        if cursor.is_one_of(&["VALUES", "VALUE", "DEFAULT", "SET"]) {
            return false;
        }
        if let Some(inner) = cursor.group() {
            if inner.is(&["SELECT"]) && inner.has(&["FROM"]) || inner.is_one_of(&["WITH", "TABLE"]) {
                return true;
            }
        } else {
            cursor.skip();
        }
    }
    false
}

fn update(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    modifiers(&mut cursor);
    cursor.take(&["ONLY"]);
    let mut tables = vec![cursor.name()?];
    let set = cursor.find(&["SET"])?;
    if cursor.is_mysql() {
        // Which of several tables changes, only the columns' owners tell.
        let mut between = cursor.up_to(&set);
        while !between.is_done() {
            if between.take_symbol(",") || between.take(&["JOIN"]) {
                tables.extend(between.name());
            } else {
                between.skip();
            }
        }
    }
    Some(changed(tables, RowChange::Update, is_bounded(set)))
}

fn delete(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    modifiers(&mut cursor);
    let bounded = is_bounded(cursor);
    let from = cursor.take(&["FROM"]);
    cursor.take(&["ONLY"]);
    let tables = cursor.names()?;
    if from && !cursor.is(&["USING"]) || !cursor.is_mysql() {
        return Some(changed(tables, RowChange::Delete, bounded));
    }
    // The names may be aliases of what follows.
    cursor.skip();
    let tables = tables.into_iter().map(|name| aliased(cursor, &name).unwrap_or(name)).collect();
    Some(changed(tables, RowChange::Delete, bounded))
}

/// Returns the table that has an alias.
fn aliased(mut cursor: Cursor<'_>, alias: &str) -> Option<String> {
    loop {
        let table = cursor.name()?;
        cursor.take(&["AS"]);
        if cursor.part().is_some_and(|name| name == alias) {
            return Some(table);
        }
        while !cursor.is_done() && !cursor.is_symbol(",") && !cursor.is(&["JOIN"]) {
            cursor.skip();
        }
        cursor.skip();
    }
}

fn changed(tables: Vec<String>, change: RowChange, bounded: bool) -> Vec<Effect> {
    tables.into_iter().map(|table| Effect::Rows { table, change, bounded }).collect()
}

/// Returns whether a condition says which rows, one that some may not fulfil, or a limit says how many.
fn is_bounded(cursor: Cursor<'_>) -> bool {
    let condition = cursor.find(&["WHERE"]).is_some_and(|mut condition| {
        condition.skip();
        let end = condition.find(&["RETURNING"]);
        let text = end.map_or(condition, |end| condition.up_to(&end)).text().replace(' ', "").to_ascii_lowercase();
        !matches!(text.as_str(), "true" | "1" | "1=1" | "(1=1)" | "(true)")
    });
    condition || cursor.has(&["LIMIT"])
}

fn truncate(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    cursor.take(&["TABLE"]);
    let cascade = cursor.has(&["CASCADE"]);
    let mut effects = Vec::new();
    for mut item in cursor.items() {
        item.take(&["ONLY"]);
        effects.push(Effect::Truncate { table: item.name()?, cascade });
    }
    Some(effects)
}

fn copy(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let other = || Some(vec![Effect::Other { verb: "copy".into() }]);
    if cursor.kind() == Some(TokenKind::Open) {
        let inner = cursor.group()?;
        let effects = super::statement(inner);
        let changes = effects.iter().any(|effect| !matches!(effect, Effect::Other { .. }));
        return if changes { Some(effects) } else { other() };
    }
    cursor.take(&["BINARY"]);
    let table = cursor.name()?;
    if !cursor.has(&["FROM"]) {
        return other();
    }
    Some(changed(vec![table], RowChange::Insert, false))
}

fn load(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    if !cursor.is_mysql() || !cursor.is_one_of(&["DATA", "XML"]) {
        return Some(vec![Effect::Other { verb: "load".into() }]);
    }
    cursor = cursor.find(&["INTO", "TABLE"])?;
    cursor.take(&["INTO", "TABLE"]);
    Some(changed(vec![cursor.name()?], RowChange::Insert, false))
}
