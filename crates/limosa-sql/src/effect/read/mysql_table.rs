//! Actions of `ALTER TABLE` that only MySQL and MariaDB know.

use super::alter_table::{Change, added_constraint, alter_column, change};
use super::column::definition;
use super::cursor::Cursor;
use super::{constraint, index};
use crate::effect::{ColumnDefinition, TableChange, bare};

/// Reads one action; several columns can be added by one, and options of the table stand beside each other without commas.
pub(super) fn changes(mut action: Cursor<'_>) -> Option<Vec<Change>> {
    let one = |change| Some(vec![Change::Of(change)]);
    let start = action;
    let word = action.take_one_of(&["ADD", "DROP", "ALTER", "RENAME", "MODIFY", "CHANGE"]);
    match word {
        Some("ADD") => add(action),
        Some("DROP") => one(drop(action)?),
        Some("ALTER") => one(alter(action)?),
        Some("RENAME") => Some(vec![rename(start, action)?]),
        Some("MODIFY") => {
            action.take(&["COLUMN"]);
            action.if_exists();
            let to = definition(&mut action)?;
            one(TableChange::ModifyColumn { column: to.name.clone(), to })
        }
        Some("CHANGE") => {
            action.take(&["COLUMN"]);
            action.if_exists();
            let column = action.part()?;
            one(TableChange::ModifyColumn { column, to: definition(&mut action)? })
        }
        _ => options(start),
    }
}

fn add(mut action: Cursor<'_>) -> Option<Vec<Change>> {
    let one = |change| Some(vec![Change::Of(change)]);
    if action.is_one_of(&["PARTITION", "SYSTEM", "PERIOD"]) {
        return None;
    }
    if constraint::is_constraint(action) {
        // MySQL names an index where others name a constraint, but it is the same thing.
        return one(added_constraint(action)?);
    }
    if index::is_added(action) {
        return one(index::added(&mut action)?);
    }
    action.take(&["COLUMN"]);
    let if_not_exists = action.if_not_exists();
    if let Some(group) = action.group() {
        return group.items().into_iter().map(|mut item| Some(Change::Of(inner(&mut item, if_not_exists)?))).collect();
    }
    let mut column = definition(&mut action)?;
    column.if_not_exists |= if_not_exists;
    one(TableChange::AddColumn(column))
}

/// Reads a column or an index between the parentheses of `ADD (…)`.
fn inner(item: &mut Cursor<'_>, if_not_exists: bool) -> Option<TableChange> {
    if constraint::is_constraint(*item) {
        return added_constraint(*item);
    }
    if index::is_added(*item) {
        return index::added(item);
    }
    let column = definition(item)?;
    Some(TableChange::AddColumn(ColumnDefinition { if_not_exists, ..column }))
}

fn drop(mut action: Cursor<'_>) -> Option<TableChange> {
    if action.take(&["PRIMARY", "KEY"]) {
        return Some(TableChange::DropConstraint { name: None, cascade: false, if_exists: false });
    }
    if action.is_one_of(&["PARTITION", "SYSTEM", "PERIOD"]) {
        return None;
    }
    if action.take_one_of(&["INDEX", "KEY"]).is_some() {
        action.if_exists();
        return Some(TableChange::DropIndex { name: action.part()? });
    }
    if action.take(&["FOREIGN", "KEY"]) || action.take_one_of(&["CHECK", "CONSTRAINT"]).is_some() {
        let if_exists = action.if_exists();
        return Some(TableChange::DropConstraint { name: Some(action.part()?), cascade: false, if_exists });
    }
    action.take(&["COLUMN"]);
    let if_exists = action.if_exists();
    Some(TableChange::DropColumn { column: action.part()?, cascade: action.is(&["CASCADE"]), if_exists })
}

fn alter(mut action: Cursor<'_>) -> Option<TableChange> {
    if action.take_one_of(&["CHECK", "CONSTRAINT"]).is_some() {
        return Some(TableChange::AlterConstraint { name: action.part()?, at_once: false });
    }
    if action.take_one_of(&["INDEX", "KEY"]).is_some() {
        return Some(TableChange::Attribute { verb: "alter index".into() });
    }
    alter_column(action)
}

fn rename(start: Cursor<'_>, mut action: Cursor<'_>) -> Option<Change> {
    if action.take_one_of(&["INDEX", "KEY"]).is_some() {
        return Some(Change::Of(TableChange::RenameIndex { name: action.part()? }));
    }
    if action.is(&["COLUMN"]) {
        return change(start);
    }
    action.take_one_of(&["TO", "AS"]);
    action.take_symbol("=");
    let to = action.name()?;
    Some(Change::Rename(bare(&to).to_owned()))
}

/// Reads options of the table and of the statement.
fn options(mut action: Cursor<'_>) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    while !action.is_done() {
        let online = index::online(action);
        let change = if action.is_one_of(&["ALGORITHM", "LOCK"]) {
            value(&mut action);
            TableChange::Online(online)
        } else if action.is_one_of(&["FORCE", "ENGINE", "ROW_FORMAT", "KEY_BLOCK_SIZE", "TABLESPACE"])
            || action.is(&["ORDER", "BY"])
        {
            let verb = action.verb(1);
            value(&mut action);
            if verb == "ORDER" {
                action = end(action);
            }
            TableChange::Rebuild { verb }
        } else if action.take(&["CONVERT", "TO"]) {
            action = end(action);
            TableChange::Rebuild { verb: "CONVERT TO CHARACTER SET".into() }
        } else if action.is_one_of(&["PARTITION", "REMOVE", "REORGANIZE", "COALESCE", "EXCHANGE", "TRUNCATE", "IMPORT"])
            || action.is_one_of(&["DISCARD", "REBUILD", "OPTIMIZE", "REPAIR", "ADD", "UNION"])
        {
            return None;
        } else if action.take_one_of(&["WITH", "WITHOUT"]).is_some() {
            action.skip();
            continue;
        } else if action.is_one_of(&["ENABLE", "DISABLE", "DEFAULT"]) || is_option(action) {
            let verb = action.verb(1).to_ascii_lowercase();
            action.take(&["DEFAULT"]);
            action.take(&["CHARACTER"]);
            value(&mut action);
            TableChange::Attribute { verb }
        } else {
            return None;
        };
        changes.push(Change::Of(change));
    }
    Some(changes)
}

/// Options that no row depends on.
fn is_option(action: Cursor<'_>) -> bool {
    action.is_one_of(&["CHARACTER", "CHARSET", "COLLATE", "COMMENT", "AUTO_INCREMENT", "AVG_ROW_LENGTH", "CHECKSUM"])
        || action.is_one_of(&["MAX_ROWS", "MIN_ROWS", "STATS_PERSISTENT", "STATS_AUTO_RECALC", "STATS_SAMPLE_PAGES"])
        || action.is_one_of(&["DELAY_KEY_WRITE", "INSERT_METHOD", "PASSWORD", "ANALYZE", "CHECK", "CONNECTION"])
}

/// Goes over an option with its value.
fn value(action: &mut Cursor<'_>) {
    action.skip();
    action.take_symbol("=");
    action.skip();
}

fn end(action: Cursor<'_>) -> Cursor<'_> {
    let mut action = action;
    while !action.is_done() {
        action.skip();
    }
    action
}
