//! `CREATE TABLE` and `RENAME TABLE`.

use super::column::definition;
use super::constraint;
use super::cursor::Cursor;
use crate::dialect::Dialect;
use crate::effect::{ColumnDefinition, ConstraintKind, Effect, bare};

/// Reads `CREATE TABLE` from behind `CREATE`.
pub(super) fn create(mut cursor: Cursor<'_>, replace: bool) -> Option<Vec<Effect>> {
    cursor.take_one_of(&["GLOBAL", "LOCAL"]);
    let temporary = cursor.take_one_of(&["TEMP", "TEMPORARY"]).is_some();
    let is_virtual = cursor.take(&["VIRTUAL"]);
    cursor.take_one_of(&["UNLOGGED", "FOREIGN"]);
    if !cursor.take(&["TABLE"]) {
        return None;
    }
    let if_not_exists = cursor.if_not_exists();
    let table = cursor.name()?;
    let mut body = Body::default();
    let mut partition_of = None;
    if cursor.take(&["PARTITION", "OF"]) {
        partition_of = Some(cursor.name()?);
    }
    if cursor.take(&["LIKE"]) || is_virtual {
        // The columns are those of another table, or the module's.
    } else if let Some(items) = cursor.group() {
        if items.is(&["SELECT"]) || items.is(&["WITH"]) {
            body.from_query = true;
        } else if partition_of.is_none() {
            body.read(items)?;
        }
    }
    body.from_query |= ["SELECT", "WITH", "EXECUTE", "VALUES"]
        .iter()
        .any(|word| cursor.has(&["AS", word]) || cursor.is_mysql() && cursor.has(&[word]) && *word == "SELECT");
    body.from_query |= cursor.find(&["AS"]).is_some_and(|mut at| {
        at.skip();
        at.is(&["TABLE"]) || at.group().is_some_and(|inner| inner.is(&["SELECT"]))
    });
    let made = Effect::CreateTable {
        table: table.clone(),
        columns: body.columns,
        constraints: body.constraints,
        temporary,
        if_not_exists,
        partition_of,
        from_query: body.from_query,
    };
    let dropped = Effect::DropTable { table, cascade: false, if_exists: true };
    Some(if replace { vec![dropped, made] } else { vec![made] })
}

/// What the parentheses of `CREATE TABLE` hold.
#[derive(Default)]
struct Body {
    columns: Vec<ColumnDefinition>,
    constraints: Vec<ConstraintKind>,
    from_query: bool,
}

impl Body {
    fn read(&mut self, items: Cursor<'_>) -> Option<()> {
        for mut item in items.items() {
            if item.is_done() || is_other(item) {
                continue;
            }
            // SQLite allows constraints without commas between them.
            if constraint::is_constraint(item) {
                self.constraints.push(constraint::read(&mut item)?.kind);
            } else {
                self.columns.push(definition(&mut item)?);
            }
        }
        Some(())
    }
}

/// Returns whether an item is neither a column nor a constraint: an index of MySQL, `LIKE`, a period.
fn is_other(item: Cursor<'_>) -> bool {
    match item.dialect() {
        Dialect::Postgres => item.is(&["LIKE"]),
        Dialect::MySql => {
            item.is_one_of(&["INDEX", "KEY", "FULLTEXT", "SPATIAL", "LIKE", "VECTOR"]) || item.is(&["PERIOD", "FOR"])
        }
        Dialect::Sqlite => false,
    }
}

/// Reads MySQL's `RENAME TABLE`.
pub(super) fn rename(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    cursor.take(&["RENAME"]);
    if cursor.take(&["USER"]) {
        return Some(vec![Effect::Other { verb: "rename user".into() }]);
    }
    cursor.take_one_of(&["TABLE", "TABLES"])?;
    cursor.if_exists();
    let mut effects = Vec::new();
    loop {
        let table = cursor.name()?;
        if cursor.take_one_of(&["WAIT", "NOWAIT"]) == Some("WAIT") {
            cursor.skip();
        }
        if !cursor.take(&["TO"]) {
            return None;
        }
        let to = cursor.name()?;
        let to = bare(&to).to_owned();
        effects.push(Effect::RenameTable { table, to });
        if !cursor.take_symbol(",") {
            return Some(effects);
        }
    }
}
