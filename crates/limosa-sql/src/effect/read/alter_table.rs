//! `ALTER TABLE`: its table, its actions, and those that all databases know.

use super::column::{data_type, definition};
use super::cursor::Cursor;
use super::{constraint, mysql_table};
use crate::dialect::Dialect;
use crate::effect::{Effect, IdentityChange, TableChange, Using};

/// Reads `ALTER TABLE` from behind it.
pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    if cursor.is(&["ALL", "IN", "TABLESPACE"]) {
        return None;
    }
    cursor.if_exists();
    cursor.take(&["ONLY"]);
    let table = cursor.name()?;
    cursor.take_symbol("*");
    if cursor.is_mysql() && cursor.take_one_of(&["WAIT", "NOWAIT"]) == Some("WAIT") {
        cursor.skip();
    }
    let mut effects = Vec::new();
    for action in cursor.items() {
        for change in changes(action) {
            effects.push(match change {
                Change::Of(change) => Effect::AlterTable { table: table.clone(), change },
                Change::Rename(to) => Effect::RenameTable { table: table.clone(), to },
            });
        }
    }
    Some(effects)
}

/// What an action does: something to the table, or a new name for it.
pub(super) enum Change {
    Of(TableChange),
    Rename(String),
}

fn changes(action: Cursor<'_>) -> Vec<Change> {
    let found = match action.dialect() {
        Dialect::MySql => mysql_table::changes(action),
        Dialect::Postgres | Dialect::Sqlite => change(action).map(|change| vec![change]),
    };
    let unknown = || Change::Of(TableChange::Unknown { verb: action.verb(2) });
    found.filter(|found| !found.is_empty()).unwrap_or_else(|| vec![unknown()])
}

/// Reads one action, as far as it is not MySQL's alone.
pub(super) fn change(mut action: Cursor<'_>) -> Option<Change> {
    let start = action;
    let word = action.take_one_of(&["ADD", "DROP", "ALTER", "RENAME", "SET", "VALIDATE", "ATTACH", "DETACH"]);
    let change = match word {
        Some("ADD") => add(action)?,
        Some("DROP") => drop(action)?,
        Some("ALTER") if action.take(&["CONSTRAINT"]) => altered_constraint(action)?,
        Some("ALTER") => alter_column(action)?,
        Some("RENAME") => return rename(action),
        Some("SET") => set(action)?,
        Some("VALIDATE") if action.take(&["CONSTRAINT"]) => TableChange::ValidateConstraint { name: action.part()? },
        Some("ATTACH") if action.take(&["PARTITION"]) => TableChange::AttachPartition { partition: action.name()? },
        Some("DETACH") if action.take(&["PARTITION"]) => {
            let partition = action.name()?;
            let concurrently = action.is_one_of(&["CONCURRENTLY", "FINALIZE"]);
            TableChange::DetachPartition { partition, concurrently }
        }
        _ if is_attribute(start) => TableChange::Attribute { verb: start.verb(2).to_ascii_lowercase() },
        _ => return None,
    };
    Some(Change::Of(change))
}

fn add(mut action: Cursor<'_>) -> Option<TableChange> {
    if constraint::is_constraint(action) {
        return added_constraint(action);
    }
    action.take(&["COLUMN"]);
    Some(TableChange::AddColumn(definition(&mut action)?))
}

/// Reads a constraint that is added.
pub(super) fn added_constraint(mut action: Cursor<'_>) -> Option<TableChange> {
    let constraint::Constraint { name, kind, not_valid, using_index } = constraint::read(&mut action)?;
    Some(TableChange::AddConstraint { name, kind, not_valid, using_index })
}

/// Reads what becomes of a constraint (PostgreSQL).
fn altered_constraint(mut action: Cursor<'_>) -> Option<TableChange> {
    let name = action.part()?;
    let at_once = action.is(&["NOT", "DEFERRABLE"]) || action.has(&["INITIALLY", "IMMEDIATE"]);
    Some(TableChange::AlterConstraint { name, at_once })
}

fn drop(mut action: Cursor<'_>) -> Option<TableChange> {
    let is_constraint = action.take(&["CONSTRAINT"]);
    if !is_constraint {
        action.take(&["COLUMN"]);
    }
    let if_exists = action.if_exists();
    let name = action.part()?;
    let cascade = action.is(&["CASCADE"]);
    Some(if is_constraint {
        TableChange::DropConstraint { name: Some(name), cascade, if_exists }
    } else {
        TableChange::DropColumn { column: name, cascade, if_exists }
    })
}

fn rename(mut action: Cursor<'_>) -> Option<Change> {
    if action.take(&["TO"]) {
        return Some(Change::Rename(action.part()?));
    }
    if action.take(&["CONSTRAINT"]) {
        return Some(Change::Of(TableChange::AlterConstraint { name: action.part()?, at_once: false }));
    }
    action.take(&["COLUMN"]);
    let column = action.part()?;
    if !action.take(&["TO"]) {
        return None;
    }
    Some(Change::Of(TableChange::RenameColumn { column, to: action.part()? }))
}

/// Reads what happens to a column, from behind `ALTER`.
pub(super) fn alter_column(mut action: Cursor<'_>) -> Option<TableChange> {
    action.take(&["COLUMN"]);
    action.if_exists();
    let column = action.part()?;
    if action.take(&["SET", "DATA", "TYPE"]) || action.take(&["TYPE"]) {
        let to = data_type(&mut action);
        let collation = if action.take(&["COLLATE"]) { Some(action.name()?) } else { None };
        let using = using(action, &column, &to);
        return Some(TableChange::AlterType { column, to, using, collation });
    }
    if action.take(&["SET", "DEFAULT"]) {
        return Some(TableChange::SetDefault { column, to: Some(action.text()) });
    }
    Some(if action.take(&["DROP", "DEFAULT"]) {
        TableChange::SetDefault { column, to: None }
    } else if action.take(&["SET", "NOT", "NULL"]) {
        TableChange::SetNotNull { column }
    } else if action.take(&["DROP", "NOT", "NULL"]) {
        TableChange::DropNotNull { column }
    } else if action.is(&["SET", "EXPRESSION"]) {
        TableChange::Rebuild { verb: "SET EXPRESSION".into() }
    } else if let Some(change) = identity(action) {
        TableChange::Identity { column, change }
    } else if action.is_one_of(&["SET", "RESET"]) {
        TableChange::Attribute { verb: format!("alter column {}", action.verb(2).to_ascii_lowercase()) }
    } else {
        return None;
    })
}

/// Reads what computes the values of a new type.
fn using(mut action: Cursor<'_>, column: &str, to: &str) -> Using {
    if !action.take(&["USING"]) {
        return Using::Nothing;
    }
    let mut is_cast = || {
        let named = if action.take(&["CAST"]) {
            action = action.group()?;
            let named = action.part()?;
            action.take(&["AS"]).then_some(named)
        } else {
            let named = action.part()?;
            (action.take_symbol(":") && action.take_symbol(":")).then_some(named)
        };
        Some(named? == column && data_type(&mut action).eq_ignore_ascii_case(to) && action.is_done())
    };
    if is_cast() == Some(true) { Using::Cast } else { Using::Expression }
}

/// Reads what becomes of an identity.
fn identity(mut action: Cursor<'_>) -> Option<IdentityChange> {
    if action.is(&["DROP", "EXPRESSION"]) {
        return Some(IdentityChange::ExpressionDropped);
    }
    if action.is(&["DROP", "IDENTITY"]) {
        return Some(IdentityChange::Dropped);
    }
    if action.take(&["ADD", "GENERATED"]) || action.take(&["SET", "GENERATED"]) {
        return Some(if action.is(&["ALWAYS"]) { IdentityChange::Always } else { IdentityChange::ByDefault });
    }
    (action.is(&["SET", "INCREMENT"]) || action.is(&["RESTART"])).then_some(IdentityChange::Sequence)
}

/// Reads what is set on a table (PostgreSQL), from behind `SET`.
fn set(mut action: Cursor<'_>) -> Option<TableChange> {
    if action.take(&["SCHEMA"]) {
        return Some(TableChange::SetSchema { to: action.part()? });
    }
    let rebuilds = action.is_one_of(&["LOGGED", "UNLOGGED", "TABLESPACE"]) || action.is(&["ACCESS", "METHOD"]);
    if rebuilds {
        return Some(TableChange::Rebuild { verb: format!("SET {}", action.verb(1)) });
    }
    let known = action.is(&["WITHOUT"]) || action.group().is_some();
    known.then(|| TableChange::Attribute { verb: "set".into() })
}

/// Actions of PostgreSQL that leave rows and what can be stored alone.
fn is_attribute(action: Cursor<'_>) -> bool {
    action
        .is_one_of(&["OWNER", "ENABLE", "DISABLE", "FORCE", "RESET", "CLUSTER", "INHERIT", "OF", "REPLICA", "OPTIONS"])
        || action.is(&["NO", "FORCE"])
        || action.is(&["NO", "INHERIT"])
        || action.is(&["NOT", "OF"])
        || action.is(&["DEPENDS", "ON"])
        || action.is(&["NO", "DEPENDS"])
}
