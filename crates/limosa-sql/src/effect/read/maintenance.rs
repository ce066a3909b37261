//! Statements that lock or write tables and indexes anew for their own sake.

use super::cursor::Cursor;
use crate::dialect::Dialect;
use crate::effect::Effect;

/// Reads `VACUUM`, `CLUSTER`, `OPTIMIZE`, `REINDEX`, `REFRESH` and `LOCK`.
pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let word = cursor.take_one_of(&["VACUUM", "CLUSTER", "REPACK", "OPTIMIZE", "REINDEX", "REFRESH", "LOCK"])?;
    match word {
        "VACUUM" => vacuum(cursor),
        "OPTIMIZE" => {
            cursor.take_one_of(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
            cursor.take_one_of(&["TABLE", "TABLES"])?;
            Some(rebuilds(cursor.names()?, "OPTIMIZE TABLE"))
        }
        "REINDEX" => reindex(cursor),
        "REFRESH" => {
            if !cursor.take(&["MATERIALIZED", "VIEW"]) {
                return Some(vec![Effect::Other { verb: "refresh".into() }]);
            }
            let concurrently = cursor.take(&["CONCURRENTLY"]);
            Some(vec![Effect::RefreshView { name: cursor.name()?, concurrently }])
        }
        "LOCK" => lock(cursor),
        "REPACK" => Some(cluster(cursor, "REPACK")),
        _ => Some(cluster(cursor, "CLUSTER")),
    }
}

fn vacuum(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let full = match cursor.group() {
        Some(options) => options.items().iter().any(|option| option.is(&["FULL"]) && !option.is(&["FULL", "FALSE"])),
        None => {
            let full = cursor.take(&["FULL"]);
            while cursor.take_one_of(&["FREEZE", "VERBOSE", "ANALYZE"]).is_some() {}
            full
        }
    };
    if cursor.dialect() == Dialect::Sqlite {
        return Some(vec![Effect::Rebuild { table: None, verb: "VACUUM" }]);
    }
    if !full {
        return Some(vec![Effect::Other { verb: "vacuum".into() }]);
    }
    let mut tables = Vec::new();
    for mut item in cursor.items() {
        tables.extend(item.name());
    }
    Some(rebuilds(tables, "VACUUM FULL"))
}

fn cluster(mut cursor: Cursor<'_>, verb: &'static str) -> Vec<Effect> {
    let options = cursor.group();
    cursor.take(&["VERBOSE"]);
    let concurrently = options.is_some_and(|options| options.has(&["CONCURRENTLY"]));
    let verb = if concurrently { "REPACK (CONCURRENTLY)" } else { verb };
    let mut table = cursor.name();
    if cursor.take(&["ON"]) {
        table = cursor.name(); // the old way: CLUSTER index ON table
    }
    vec![Effect::Rebuild { table, verb }]
}

fn rebuilds(tables: Vec<String>, verb: &'static str) -> Vec<Effect> {
    if tables.is_empty() {
        return vec![Effect::Rebuild { table: None, verb }];
    }
    tables.into_iter().map(|table| Effect::Rebuild { table: Some(table), verb }).collect()
}

fn reindex(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let options = cursor.group();
    cursor.take_one_of(&["INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"]);
    let mut concurrently = cursor.take(&["CONCURRENTLY"]);
    concurrently |= options.is_some_and(|options| {
        options.has(&["CONCURRENTLY"])
            && !options.has(&["CONCURRENTLY", "FALSE"])
            && !options.has(&["CONCURRENTLY", "OFF"])
    });
    Some(vec![Effect::Reindex { name: cursor.name(), concurrently }])
}

fn lock(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    if cursor.take_one_of(&["INSTANCE", "BINLOG"]).is_some() {
        return Some(vec![Effect::Other { verb: "lock".into() }]);
    }
    cursor.take_one_of(&["TABLE", "TABLES"]);
    let mut found = Vec::new();
    for mut item in cursor.items() {
        item.take(&["ONLY"]);
        let table = item.name()?;
        let mode = item.find(&["IN"]).map(|mut mode| {
            mode.skip();
            let end = mode.find(&["MODE"]);
            end.map_or(mode, |end| mode.up_to(&end)).text().to_ascii_uppercase()
        });
        let own = ["READ", "WRITE"].iter().find(|word| item.has(&[word])).map(|word| (*word).to_owned());
        found.push((table, mode.or(own)));
    }
    // PostgreSQL says the mode once, after the last table.
    let last = found.last()?.1.clone();
    let strongest = if cursor.is_mysql() { "WRITE" } else { "ACCESS EXCLUSIVE" };
    let effect = |(table, mode): (String, Option<String>)| {
        let mode = mode.or_else(|| last.clone()).unwrap_or_else(|| strongest.to_owned());
        Effect::LockTable { table, mode }
    };
    Some(found.into_iter().map(effect).collect())
}
