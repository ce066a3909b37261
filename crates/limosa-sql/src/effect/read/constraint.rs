//! Constraints of tables.

use super::column::reference;
use super::cursor::Cursor;
use super::index;
use crate::dialect::Dialect;
use crate::effect::ConstraintKind;

/// A constraint as a statement adds it.
pub(super) struct Constraint {
    pub(super) name: Option<String>,
    pub(super) kind: ConstraintKind,
    pub(super) not_valid: bool,
    pub(super) using_index: Option<String>,
}

/// Returns whether a constraint of a table stands here, and not a column.
pub(super) fn is_constraint(cursor: Cursor<'_>) -> bool {
    let is_postgres = cursor.dialect() == Dialect::Postgres;
    is_postgres && (cursor.is(&["EXCLUDE"]) || cursor.is(&["NOT", "NULL"]))
        || cursor.is(&["PRIMARY", "KEY"])
        || cursor.is(&["FOREIGN", "KEY"])
        || cursor.is_one_of(&["CONSTRAINT", "UNIQUE", "CHECK"])
}

/// Reads a constraint of a table.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Constraint> {
    let mut name = None;
    if cursor.take(&["CONSTRAINT"]) {
        cursor.if_not_exists();
        let kinds = ["UNIQUE", "CHECK", "PRIMARY", "FOREIGN", "EXCLUDE", "NOT"];
        if !cursor.is_one_of(&kinds) {
            name = Some(cursor.part()?);
        }
    }
    let mut using_index = None;
    let kind = if cursor.take(&["CHECK"]) {
        ConstraintKind::Check(cursor.group()?.text())
    } else if cursor.take(&["FOREIGN", "KEY"]) {
        cursor.if_not_exists();
        let index = cursor.part();
        name = name.or(index);
        let columns = columns(cursor)?;
        if !cursor.take(&["REFERENCES"]) {
            return None;
        }
        let to_table = cursor.name()?;
        reference(cursor);
        ConstraintKind::ForeignKey { columns, to_table }
    } else if cursor.take(&["UNIQUE"]) {
        cursor.nulls_distinct();
        using_index = taken_index(cursor);
        if using_index.is_none() {
            cursor.take_one_of(&["KEY", "INDEX"]);
            cursor.if_not_exists();
            name = own_name(cursor, name);
            ConstraintKind::Unique(columns(cursor)?)
        } else {
            ConstraintKind::Unique(Vec::new())
        }
    } else if cursor.take(&["PRIMARY", "KEY"]) {
        using_index = taken_index(cursor);
        if using_index.is_none() {
            cursor.if_not_exists();
            name = own_name(cursor, name);
            ConstraintKind::PrimaryKey(columns(cursor)?)
        } else {
            ConstraintKind::PrimaryKey(Vec::new())
        }
    } else if cursor.take(&["EXCLUDE"]) {
        ConstraintKind::Exclusion
    } else if cursor.take(&["NOT", "NULL"]) {
        ConstraintKind::NotNull(cursor.part()?)
    } else {
        return None;
    };
    Some(Constraint { name, kind, not_valid: cursor.has(&["NOT", "VALID"]), using_index })
}

/// Reads `USING INDEX` and the index.
fn taken_index(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.take(&["USING", "INDEX"]).then(|| cursor.part())?
}

/// Reads the name of the index that MySQL makes, and how it is built.
fn own_name(cursor: &mut Cursor<'_>, name: Option<String>) -> Option<String> {
    let own = if cursor.is(&["USING"]) { None } else { cursor.part() };
    if cursor.take(&["USING"]) {
        cursor.skip();
    }
    own.or(name)
}

/// Reads columns in parentheses.
fn columns(cursor: &mut Cursor<'_>) -> Option<Vec<String>> {
    Some(index::columns(cursor.group()?).into_iter().flatten().collect())
}
