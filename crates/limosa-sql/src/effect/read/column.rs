//! Definitions of columns.

use super::cursor::Cursor;
use super::functions::is_volatile;
use crate::dialect::Dialect;
use crate::effect::{ColumnDefinition, Generated};

/// Words that end a type or a default.
const ENDS: [&str; 27] = [
    "CONSTRAINT",
    "NOT",
    "NULL",
    "DEFAULT",
    "CHECK",
    "UNIQUE",
    "PRIMARY",
    "REFERENCES",
    "GENERATED",
    "COLLATE",
    "COMMENT",
    "AUTO_INCREMENT",
    "AUTOINCREMENT",
    "KEY",
    "AS",
    "ON",
    "FIRST",
    "AFTER",
    "USING",
    "STORAGE",
    "COMPRESSION",
    "DEFERRABLE",
    "INITIALLY",
    "VISIBLE",
    "INVISIBLE",
    "CHARSET",
    "SRID",
];

const SERIAL: [&str; 6] = ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"];

/// Reads a column: its name, its type and what follows.
pub(super) fn definition(cursor: &mut Cursor<'_>) -> Option<ColumnDefinition> {
    let if_not_exists = cursor.if_not_exists();
    let mut column = ColumnDefinition { name: cursor.part()?, if_not_exists, ..ColumnDefinition::default() };
    column.data_type = data_type(cursor);
    let kind = column.data_type.to_ascii_lowercase();
    if cursor.dialect() == Dialect::Postgres && SERIAL.contains(&kind.as_str()) || cursor.is_mysql() && kind == "serial"
    {
        column.identity = true;
        column.not_null = true;
        column.unique = cursor.is_mysql();
    }
    while !cursor.is_done() {
        attribute(cursor, &mut column);
    }
    Some(column)
}

/// Reads a type: all words up to one that says something else.
pub(super) fn data_type(cursor: &mut Cursor<'_>) -> String {
    let start = *cursor;
    while !cursor.is_done() && !cursor.is_symbol(",") {
        let charset = cursor.is(&["CHARACTER", "SET"]) || cursor.is(&["CHAR", "SET"]);
        let extent = cursor.is(&["WITHOUT", "TIME"]) || cursor.is(&["WITH", "TIME"]) || cursor.is(&["WITH", "LOCAL"]);
        if cursor.is_one_of(&ENDS) || charset || (cursor.is_one_of(&["WITH", "WITHOUT"]) && !extent) {
            break;
        }
        cursor.skip();
    }
    start.up_to(cursor).text()
}

/// Reads one of the things that follow a type.
fn attribute(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) {
    if cursor.take(&["CONSTRAINT"]) {
        // The name may be missing (MySQL).
        if !cursor.is_one_of(&["CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "NOT", "NULL", "DEFAULT"]) {
            cursor.skip();
        }
    } else if cursor.take(&["NOT", "NULL"]) {
        column.not_null = true;
    } else if cursor.take(&["NOT"]) {
        cursor.skip(); // DEFERRABLE, ENFORCED
    } else if cursor.take(&["DEFAULT"]) {
        let default = expression(cursor);
        column.volatile_default = is_volatile(default);
        column.default = Some(default.text());
    } else if cursor.take(&["CHECK"]) {
        column.check = true;
        cursor.group();
    } else if cursor.take(&["UNIQUE"]) {
        column.unique = true;
        cursor.take(&["KEY"]);
        cursor.nulls_distinct();
    } else if cursor.take(&["PRIMARY", "KEY"]) || cursor.take(&["KEY"]) {
        column.primary_key = true;
    } else if cursor.take(&["REFERENCES"]) {
        column.references = cursor.name();
        reference(cursor);
    } else if cursor.take(&["GENERATED"]) {
        cursor.take_one_of(&["ALWAYS", "BY"]);
        cursor.take(&["DEFAULT"]);
        cursor.take(&["ON", "NULL"]);
        column.identity |= cursor.is(&["AS", "IDENTITY"]);
    } else if cursor.take(&["AS", "IDENTITY"]) {
        cursor.group();
    } else if cursor.take(&["AS"]) {
        let row = cursor.take(&["ROW"]); // MariaDB's period of a row
        cursor.group();
        let stored = cursor.take_one_of(&["STORED", "PERSISTENT"]).is_some();
        cursor.take(&["VIRTUAL"]);
        column.generated = (!row).then_some(if stored { Generated::Stored } else { Generated::Virtual });
    } else if cursor.take(&["COLLATE"]) {
        cursor.take_symbol("=");
        column.collation = cursor.name();
    } else if cursor.take(&["CHARACTER", "SET"]) || cursor.take(&["CHAR", "SET"]) || cursor.take(&["CHARSET"]) {
        cursor.take_symbol("=");
        column.charset = cursor.part();
    } else if cursor.take_one_of(&["AUTO_INCREMENT", "AUTOINCREMENT"]).is_some() {
        column.identity = true;
    } else if cursor.take(&["ON", "UPDATE"]) || cursor.take(&["ON", "CONFLICT"]) {
        cursor.skip();
        cursor.group();
    } else if cursor.take_one_of(&["COMMENT", "STORAGE", "COMPRESSION", "COLUMN_FORMAT"]).is_some() {
        cursor.skip();
    } else if cursor.take(&["FIRST"]) {
        column.placed = true;
    } else if cursor.take(&["AFTER"]) {
        column.placed = true;
        cursor.skip();
    } else {
        cursor.skip();
    }
}

/// Goes over what a foreign key says after its table.
pub(super) fn reference(cursor: &mut Cursor<'_>) {
    cursor.group();
    loop {
        if cursor.take(&["MATCH"]) {
            cursor.skip();
        } else if cursor.take(&["ON", "DELETE"]) || cursor.take(&["ON", "UPDATE"]) {
            if cursor.take(&["SET"]) {
                cursor.skip();
                cursor.group();
            } else if !cursor.take(&["NO", "ACTION"]) {
                cursor.skip();
            }
        } else {
            return;
        }
    }
}

/// Reads an expression up to a word that says something else of the column.
pub(super) fn expression<'a>(cursor: &mut Cursor<'a>) -> Cursor<'a> {
    let start = *cursor;
    let mut cases = 0_usize;
    let mut first = true;
    while !cursor.is_done() {
        let ends = cursor.is_one_of(&ENDS) || cursor.is(&["CHARACTER", "SET"]) || cursor.is_symbol(",");
        if !first && cases == 0 && ends {
            break;
        }
        cases += usize::from(cursor.is(&["CASE"]));
        cases = cases.saturating_sub(usize::from(cursor.is(&["END"])));
        cursor.skip();
        first = false;
    }
    start.up_to(cursor)
}
