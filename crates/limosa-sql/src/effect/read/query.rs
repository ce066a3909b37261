//! Queries: whether they do more than read.

use super::cursor::Cursor;
use super::functions;
use crate::dialect::Dialect;
use crate::effect::{ColumnDefinition, Effect, OnlineOptions, TableChange};
use crate::split::scan::TokenKind;

/// Reads a query, or a statement with queries before it.
pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    match cursor.word().as_str() {
        "WITH" => with(cursor),
        "EXPLAIN" | "DESCRIBE" | "DESC" => explain(cursor),
        "ANALYZE" => {
            cursor.skip();
            Some(super::statement(cursor))
        }
        "" => cursor.group().map(super::statement),
        _ => query(cursor),
    }
}

/// Reads `WITH`: its queries can change rows, too.
fn with(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    cursor.take(&["WITH"]);
    cursor.take(&["RECURSIVE"]);
    let mut effects = Vec::new();
    loop {
        cursor.part()?;
        cursor.group();
        if !cursor.take(&["AS"]) {
            return None;
        }
        cursor.take(&["NOT"]);
        cursor.take(&["MATERIALIZED"]);
        effects.extend(super::statement(cursor.group()?));
        while !cursor.is_done() && !cursor.is_symbol(",") && !is_main(cursor) {
            cursor.skip(); // SEARCH and CYCLE
        }
        if !cursor.take_symbol(",") {
            break;
        }
    }
    effects.extend(super::statement(cursor));
    if effects.iter().any(|effect| !is_reading(effect)) {
        effects.retain(|effect| !is_reading(effect));
    } else {
        effects.truncate(1);
    }
    Some(effects)
}

fn is_main(cursor: Cursor<'_>) -> bool {
    let words = ["SELECT", "VALUES", "TABLE", "INSERT", "REPLACE", "UPDATE", "DELETE", "MERGE", "WITH"];
    cursor.is_one_of(&words) || cursor.kind() == Some(TokenKind::Open)
}

fn is_reading(effect: &Effect) -> bool {
    matches!(effect, Effect::Other { verb } if verb == "select")
}

/// Only `EXPLAIN ANALYZE` runs the statement.
fn explain(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    cursor.skip();
    let mut runs = cursor.take(&["ANALYZE"]);
    if let Some(options) = cursor.group() {
        runs |= options.items().iter().any(|option| {
            option.is(&["ANALYZE"]) && !["OFF", "FALSE", "0"].iter().any(|off| option.is(&["ANALYZE", off]))
        });
    }
    cursor.take(&["VERBOSE"]);
    if runs && cursor.token().is_some() {
        return Some(super::statement(cursor));
    }
    Some(vec![Effect::Other { verb: "explain".into() }])
}

fn query(cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    if let Some(effects) = special(cursor) {
        return Some(effects);
    }
    let calls = functions::calls(cursor);
    if calls.iter().any(|name| !functions::is_harmless(name)) {
        return Some(vec![Effect::Unknown { verb: cursor.verb(1) }]);
    }
    if let Some(table) = into(cursor).filter(|_| cursor.dialect() == Dialect::Postgres) {
        return Some(vec![Effect::CreateTable {
            table,
            columns: Vec::new(),
            constraints: Vec::new(),
            temporary: false,
            if_not_exists: false,
            partition_of: None,
            from_query: true,
        }]);
    }
    Some(vec![Effect::Other { verb: "select".into() }])
}

/// Returns the table that `SELECT … INTO` makes.
fn into(cursor: Cursor<'_>) -> Option<String> {
    let mut at = cursor.find(&["INTO"])?;
    at.skip();
    at.take_one_of(&["TEMP", "TEMPORARY", "UNLOGGED"]);
    at.take(&["TABLE"]);
    at.name()
}

/// Functions that change a table or a setting: those of PostGIS and SpatiaLite, and `set_config`.
fn special(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    cursor.take(&["SELECT"]);
    let name = cursor.name()?.to_ascii_lowercase();
    let arguments = cursor.group()?.items();
    if !cursor.is_done() {
        return None;
    }
    let text = |at: usize| arguments.get(at).map(|argument| unquoted(&argument.text()));
    let effect = match name.rsplit('.').next()? {
        "set_config" => {
            let local = text(2)?.eq_ignore_ascii_case("true");
            Effect::Set { name: text(0)?.to_ascii_lowercase(), value: text(1)?, local }
        }
        "addgeometrycolumn" => {
            let column = ColumnDefinition { name: text(1)?, data_type: text(3)?, ..ColumnDefinition::default() };
            Effect::AlterTable { table: text(0)?, change: TableChange::AddColumn(column) }
        }
        "createspatialindex" => Effect::CreateIndex {
            table: text(0)?,
            name: None,
            columns: vec![text(1)],
            unique: false,
            concurrently: false,
            if_not_exists: false,
            method: Some("spatial".into()),
            partial: false,
            online: OnlineOptions::default(),
        },
        "disablespatialindex" => Effect::DropIndex {
            name: format!("idx_{}_{}", text(0)?, text(1)?),
            table: Some(text(0)?),
            concurrently: false,
            if_exists: false,
            online: OnlineOptions::default(),
        },
        "discardgeometrycolumn" | "recovergeometrycolumn" => {
            Effect::AlterTable { table: text(0)?, change: TableChange::Attribute { verb: name.clone() } }
        }
        _ => return None,
    };
    Some(vec![effect])
}

/// Returns a string's content, or a text that is no string as it is.
pub(super) fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix(['\'', '"']).and_then(|rest| rest.strip_suffix(['\'', '"']));
    inner.map_or_else(|| text.to_owned(), |inner| inner.replace("''", "'"))
}
