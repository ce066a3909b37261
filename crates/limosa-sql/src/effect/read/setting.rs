//! Settings of the session and the transaction.

use super::cursor::Cursor;
use super::query::unquoted;
use crate::dialect::Dialect;
use crate::effect::Effect;

/// Reads `SET`, `RESET` and `PRAGMA`.
pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    match cursor.take_one_of(&["SET", "RESET", "PRAGMA"])? {
        "PRAGMA" => pragma(cursor),
        "RESET" => {
            let name = cursor.text().to_ascii_lowercase();
            Some(vec![Effect::Set { name, value: "DEFAULT".into(), local: false }])
        }
        _ => set(cursor),
    }
}

fn pragma(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let name = cursor.name()?.to_ascii_lowercase();
    let name = name.rsplit('.').next().unwrap_or_default().to_owned();
    let value = if cursor.take_symbol("=") { Some(cursor.text()) } else { cursor.group().map(|inner| inner.text()) };
    // With a value in parentheses some only ask: `PRAGMA table_info(t)`.
    let asks = ["_info", "_xinfo", "_list", "_check"].iter().any(|end| name.ends_with(end));
    Some(vec![match value.filter(|_| !asks) {
        Some(value) => Effect::Set { name, value: unquoted(&value), local: false },
        None => Effect::Other { verb: "pragma".into() },
    }])
}

fn set(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let local = cursor.dialect() == Dialect::Postgres && cursor.take(&["LOCAL"]);
    cursor.take_one_of(&["SESSION", "GLOBAL", "LOCAL", "PERSIST", "PERSIST_ONLY"]);
    if cursor.is(&["STATEMENT"]) && cursor.is_mysql() {
        // MariaDB's `SET STATEMENT max_statement_time=1 FOR ALTER TABLE …`.
        let mut inner = cursor.find(&["FOR"])?;
        inner.skip();
        return Some(super::statement(inner));
    }
    if cursor.is_one_of(&["CONSTRAINTS", "TRANSACTION", "CHARACTERISTICS", "PASSWORD", "DEFAULT", "RESOURCE"]) {
        return Some(vec![Effect::Other { verb: format!("set {}", cursor.verb(1).to_ascii_lowercase()) }]);
    }
    if cursor.take(&["TIME", "ZONE"]) {
        return Some(vec![Effect::Set { name: "timezone".into(), value: unquoted(&cursor.text()), local }]);
    }
    if cursor.is_mysql() && !cursor.is_one_of(&["NAMES", "ROLE"]) {
        return Some(cursor.items().into_iter().map(assignment).collect());
    }
    let name = cursor.name()?.to_ascii_lowercase();
    if !cursor.take(&["TO"]) {
        cursor.take_symbol("=");
    }
    Some(vec![Effect::Set { name, value: unquoted(&cursor.text()), local }])
}

/// Reads one assignment of MySQL, such as `@@session.foreign_key_checks = 0` or `@a := 1`.
fn assignment(mut cursor: Cursor<'_>) -> Effect {
    cursor.take_one_of(&["SESSION", "GLOBAL", "LOCAL", "PERSIST"]);
    let start = cursor;
    while !cursor.is_done() && !cursor.is_symbol("=") && !cursor.is_symbol(":") {
        cursor.skip();
    }
    let name = start.up_to(&cursor).text().to_ascii_lowercase();
    let name = ["@@session.", "@@global.", "@@local.", "@@"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(&name);
    cursor.take_symbol(":");
    cursor.take_symbol("=");
    Effect::Set { name: name.to_owned(), value: unquoted(&cursor.text()), local: false }
}
