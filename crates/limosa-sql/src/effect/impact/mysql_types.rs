//! Which changes of a type leave the rows of a table on MySQL and MariaDB as they are.

use super::data_type::DataType;
use crate::dialect::{Context, Dialect};

/// What a change of a column's type does to its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TypeChange {
    /// Only the definition changes.
    Definition,
    /// Indexes on the column are built anew.
    Index,
    /// Every row is copied.
    Copy,
}

/// Returns what a change from one type to another does, and whether that is certain; `charset` is that of the column, if it is known.
pub(super) fn type_change(old: &str, new: &str, charset: Option<&str>, context: &Context) -> (TypeChange, bool) {
    let old = DataType::of(old, Dialect::MySql);
    let new = DataType::of(new, Dialect::MySql);
    let json = |data_type: &DataType| data_type.name == "json" || data_type.name == "longtext";
    // MariaDB keeps JSON as text.
    if old == new || context.is_mariadb() && json(&old) && json(&new) {
        return (TypeChange::Definition, true);
    }
    if old.name != new.name {
        return (TypeChange::Copy, true);
    }
    match (old.name.as_str(), old.number(0), new.number(0)) {
        ("varchar", Some(from), Some(to)) if to >= from => {
            let kept = |bytes: u32| keeps_length(from * bytes, to * bytes, context);
            match charset.map(bytes) {
                Some(bytes) => (of(kept(bytes)), true),
                // That of the table, most likely utf8mb4.
                None => (of(kept(4)), kept(1) == kept(4) && kept(3) == kept(4)),
            }
        }
        ("varbinary", Some(from), Some(to)) if to >= from => (of(keeps_length(from, to, context)), true),
        ("enum" | "set", ..) => (of(appends(&old, &new)), true),
        _ => (TypeChange::Copy, true),
    }
}

fn of(keeps: bool) -> TypeChange {
    if keeps { TypeChange::Definition } else { TypeChange::Copy }
}

/// Returns whether the length before a value keeps its one or two bytes.
///
/// MariaDB since 10.4.3 reads lengths of up to 127 bytes alike in both.
fn keeps_length(from: u32, to: u32, context: &Context) -> bool {
    let short = context.is_mariadb() && context.server_version >= (10, 4, 3) && from <= 127;
    to <= 255 || from > 255 || short
}

/// Returns whether values only come behind those that are there, in as many bytes.
fn appends(old: &DataType, new: &DataType) -> bool {
    let (from, to) = (old.arguments.len(), new.arguments.len());
    let bytes = |count: usize| match (old.name.as_str(), count) {
        ("enum", ..=255) => 1,
        ("enum", _) => 2,
        (_, members) => members.div_ceil(8),
    };
    new.arguments.starts_with(&old.arguments) && bytes(from) == bytes(to)
}

/// Returns the most bytes of a character.
fn bytes(charset: &str) -> u32 {
    match charset {
        "utf8mb4" | "utf16" | "utf32" | "gb18030" => 4,
        "utf8" | "utf8mb3" | "eucjpms" | "ujis" => 3,
        "ucs2" | "gbk" | "gb2312" | "big5" | "sjis" | "cp932" | "euckr" => 2,
        _ => 1,
    }
}
