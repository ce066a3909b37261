//! Everything that is neither a table nor an index: types, domains, schemas, views, functions, rights.

use super::cursor::Cursor;
use super::{alter_table, index};
use crate::effect::{Effect, EnumChange, TableChange, bare};
use crate::split::scan::TokenKind;

/// Kinds of objects whose names are several words.
const KINDS: [&[&str]; 19] = [
    &["MATERIALIZED", "VIEW"],
    &["EVENT", "TRIGGER"],
    &["FOREIGN", "DATA", "WRAPPER"],
    &["FOREIGN", "TABLE"],
    &["TEXT", "SEARCH", "CONFIGURATION"],
    &["TEXT", "SEARCH", "DICTIONARY"],
    &["TEXT", "SEARCH", "PARSER"],
    &["TEXT", "SEARCH", "TEMPLATE"],
    &["ACCESS", "METHOD"],
    &["OPERATOR", "CLASS"],
    &["OPERATOR", "FAMILY"],
    &["USER", "MAPPING"],
    &["LARGE", "OBJECT"],
    &["DEFAULT", "CONVERSION"],
    &["DEFAULT", "PRIVILEGES"],
    &["RESOURCE", "GROUP"],
    &["SPATIAL", "REFERENCE", "SYSTEM"],
    &["PACKAGE", "BODY"],
    &["PROPERTY", "GRAPH"],
];

const SINGLE: [&str; 38] = [
    "VIEW",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "TRIGGER",
    "RULE",
    "POLICY",
    "SEQUENCE",
    "TYPE",
    "DOMAIN",
    "EXTENSION",
    "SCHEMA",
    "DATABASE",
    "ROLE",
    "USER",
    "GROUP",
    "EVENT",
    "STATISTICS",
    "COLLATION",
    "CONVERSION",
    "CAST",
    "OPERATOR",
    "AGGREGATE",
    "LANGUAGE",
    "PROCEDURAL",
    "TABLESPACE",
    "PUBLICATION",
    "SUBSCRIPTION",
    "SERVER",
    "TRANSFORM",
    "SYSTEM",
    "LOGFILE",
    "UNDO",
    "INSTANCE",
    "PACKAGE",
    "PREPARE",
    "LIBRARY",
    "ALGORITHM",
];

/// First words of statements that leave tables and rows that are there alone.
const HARMLESS: [&str; 33] = [
    "COMMENT",
    "GRANT",
    "REVOKE",
    "ANALYZE",
    "SECURITY",
    "LISTEN",
    "UNLISTEN",
    "NOTIFY",
    "CHECKPOINT",
    "DISCARD",
    "SHOW",
    "USE",
    "FLUSH",
    "HELP",
    "CHECK",
    "CHECKSUM",
    "ATTACH",
    "DETACH",
    "DEALLOCATE",
    "PREPARE",
    "DECLARE",
    "FETCH",
    "MOVE",
    "CLOSE",
    "UNLOCK",
    "REASSIGN",
    "LOAD",
    "INSTALL",
    "UNINSTALL",
    "KILL",
    "PURGE",
    "CACHE",
    "IMPORT",
];

/// Reads what kind of object stands here, in small letters.
pub(super) fn kind(cursor: &mut Cursor<'_>) -> Option<String> {
    if let Some(words) = KINDS.iter().find(|words| cursor.take(words)) {
        return Some(words.join(" ").to_ascii_lowercase());
    }
    Some(cursor.take_one_of(&SINGLE)?.to_ascii_lowercase())
}

/// Reads `ALTER …`.
pub(super) fn alter(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    cursor.take(&["ALTER"]);
    if cursor.is_mysql() {
        cursor.take_one_of(&["ONLINE", "OFFLINE"]);
        cursor.take(&["IGNORE"]);
    }
    if cursor.take(&["TABLE"]) || cursor.take(&["FOREIGN", "TABLE"]) {
        return alter_table::read(cursor);
    }
    if cursor.take(&["INDEX"]) {
        return index::alter(cursor);
    }
    if cursor.is(&["DEFINER"]) || cursor.is(&["SQL"]) {
        return Some(vec![Effect::Other { verb: "alter view".into() }]);
    }
    let kind = kind(&mut cursor)?;
    cursor.if_exists();
    if let Some(renamed) = renamed(&kind, cursor) {
        return Some(vec![renamed]);
    }
    let effect = match kind.as_str() {
        "type" => alter_type(cursor)?,
        "domain" => {
            let name = cursor.name()?;
            let constraint = cursor.is(&["ADD"]) || cursor.is(&["SET", "NOT"]);
            let not_valid = cursor.has(&["NOT", "VALID"]);
            Effect::Domain { name, create: false, constraint, not_valid }
        }
        "schema" if !cursor.is_mysql() => {
            let name = cursor.name()?;
            match cursor.take(&["RENAME", "TO"]) {
                true => Effect::RenameSchema { name, to: cursor.name()? },
                false => Effect::Other { verb: "alter schema".into() },
            }
        }
        _ => Effect::Other { verb: format!("alter {kind}") },
    };
    Some(vec![effect])
}

/// Reads a new name, or another schema, of what has neither columns nor values of its own.
fn renamed(kind: &str, mut cursor: Cursor<'_>) -> Option<Effect> {
    if kind == "schema" && !cursor.is_mysql() {
        return None;
    }
    let name = cursor.name()?;
    cursor.group(); // the arguments of a function
    if cursor.take(&["ON"]) {
        cursor.name()?; // the table of a trigger, a policy, a rule
    }
    if cursor.take(&["RENAME", "COLUMN"]) || cursor.take(&["RENAME", "ATTRIBUTE"]) {
        let part = cursor.part()?;
        cursor.take(&["TO"]);
        return Some(Effect::RenameObject {
            kind: format!("column of {kind}"),
            name: format!("{name}.{part}"),
            to: cursor.part()?,
        });
    }
    if cursor.take(&["DROP", "ATTRIBUTE"]) {
        let if_exists = cursor.if_exists();
        let name = format!("{name}.{}", cursor.part()?);
        let cascade = cursor.is(&["CASCADE"]);
        return Some(Effect::DropObject { kind: "attribute".into(), name, table: None, cascade, if_exists });
    }
    let to = if cursor.take(&["RENAME", "TO"]) {
        cursor.name()?
    } else if cursor.take(&["SET", "SCHEMA"]) {
        format!("{}.{}", cursor.part()?, bare(&name))
    } else {
        return None;
    };
    Some(Effect::RenameObject { kind: kind.to_owned(), name, to })
}

fn alter_type(mut cursor: Cursor<'_>) -> Option<Effect> {
    let name = cursor.name()?;
    let change = if cursor.take(&["ADD", "VALUE"]) {
        let if_not_exists = cursor.if_not_exists();
        let value = cursor.token().filter(|token| token.kind == TokenKind::Text)?;
        let value = value.text.trim_matches('\'').replace("''", "'");
        cursor.skip();
        EnumChange::AddValue { value, ordered: cursor.is_one_of(&["BEFORE", "AFTER"]), if_not_exists }
    } else if cursor.is(&["RENAME", "VALUE"]) {
        EnumChange::RenameValue
    } else if cursor.is(&["OWNER"]) {
        EnumChange::Other
    } else {
        return Some(Effect::Other { verb: "alter type".into() });
    };
    Some(Effect::AlterEnum { name, change })
}

/// Reads `CREATE DOMAIN` from behind it.
pub(super) fn domain(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    let name = cursor.name()?;
    let constraint = ["CONSTRAINT", "CHECK"].iter().any(|word| cursor.has(&[word])) || cursor.has(&["NOT", "NULL"]);
    Some(vec![Effect::Domain { name, create: true, constraint, not_valid: false }])
}

/// Reads statements that leave tables and rows alone, known by their first word; anything else is nothing.
pub(super) fn harmless(mut cursor: Cursor<'_>) -> Option<Vec<Effect>> {
    if let Some(table) = commented(cursor) {
        let change = TableChange::Attribute { verb: "comment on".into() };
        return Some(vec![Effect::AlterTable { table, change }]);
    }
    let word = cursor.take_one_of(&HARMLESS)?;
    if word == "IMPORT" && !cursor.is(&["FOREIGN", "SCHEMA"]) {
        return None;
    }
    Some(vec![Effect::Other { verb: word.to_ascii_lowercase() }])
}

/// Returns the table that `COMMENT ON` is about.
fn commented(mut cursor: Cursor<'_>) -> Option<String> {
    if cursor.take(&["COMMENT", "ON", "TABLE"]) {
        return cursor.name();
    }
    if cursor.take(&["COMMENT", "ON", "COLUMN"]) {
        let name = cursor.name()?;
        return Some(name.rsplit_once('.')?.0.to_owned());
    }
    None
}
