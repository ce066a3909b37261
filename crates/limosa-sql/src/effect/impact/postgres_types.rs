//! Which changes of a type leave the rows of a table on PostgreSQL as they are.
//!
//! Source: PostgreSQL `commands/tablecmds.c`, `ATColumnChangeRequiresRewrite`, and the support functions of `varchar`, `numeric`,
//! `timestamp`, `time`, `interval` and `varbit`; which types share their bytes is in `pg_cast` (`castmethod = 'b'`).

use super::data_type::DataType;
use crate::dialect::Dialect;

/// What a change of a column's type does to its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeChange {
    /// Only the catalog changes.
    Catalog,
    /// Indexes on the column are built anew.
    Indexes,
    /// Every row is written anew.
    Rewrite,
    /// Every row is written anew unless the session's time zone is UTC.
    UnlessUtc,
}

/// Types of texts that share their bytes.
const TEXTS: [&str; 3] = ["text", "character varying", "citext"];

const ZONED: &str = "timestamp with time zone";
const UNZONED: &str = "timestamp without time zone";

/// Returns what a change from one type to another does.
pub(super) fn type_change(old: &str, new: &str) -> TypeChange {
    let old = DataType::of(old, Dialect::Postgres);
    let new = DataType::of(new, Dialect::Postgres);
    if old == new {
        return TypeChange::Catalog;
    }
    if old.array || new.array {
        return TypeChange::Rewrite;
    }
    if old.name == new.name {
        return if is_wider(&old, &new) { TypeChange::Catalog } else { TypeChange::Rewrite };
    }
    let free = new.arguments.is_empty();
    match (old.name.as_str(), new.name.as_str()) {
        (from, to) if TEXTS.contains(&from) && TEXTS.contains(&to) && free => {
            if from == "citext" || to == "citext" {
                TypeChange::Indexes
            } else {
                TypeChange::Catalog
            }
        }
        ("cidr", "inet") | ("bit", "bit varying") if free => TypeChange::Catalog,
        (ZONED, UNZONED) | (UNZONED, ZONED) if digits(&old) <= digits(&new) => TypeChange::UnlessUtc,
        _ => TypeChange::Rewrite,
    }
}

/// Returns whether a type holds all that the other one of the same name holds, without looking.
fn is_wider(old: &DataType, new: &DataType) -> bool {
    match old.name.as_str() {
        "character varying" | "bit varying" => match (old.number(0), new.number(0)) {
            (_, None) => true,
            (Some(old), Some(new)) => new >= old,
            (None, Some(_)) => false,
        },
        "numeric" => match (old.number(0), new.number(0)) {
            (_, None) => true,
            (Some(precision), Some(wider)) => wider >= precision && old.number(1) == new.number(1),
            (None, Some(_)) => false,
        },
        ZONED | UNZONED | "time without time zone" | "time with time zone" | "interval" => digits(new) >= digits(old),
        _ => false,
    }
}

/// Returns how many digits of a second are kept.
fn digits(data_type: &DataType) -> u32 {
    data_type.number(0).unwrap_or(6)
}
