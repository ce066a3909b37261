//! What MySQL and MariaDB write otherwise than it was asked for.

use crate::catalog::mysql::{is_generated, is_unnamed};
use crate::catalog::{Column, Constraint};

/// The collation of MariaDB's JSON, which is a text with a check.
const JSON_COLLATION: &str = "utf8mb4_bin";

/// Returns a type with one name for each, without what the database adds or leaves out: `integer` and `int(11)` are the same.
pub(super) fn data_type(column: &Column) -> String {
    if is_json(column) {
        return "json".to_owned();
    }
    let lower = column.data_type.to_ascii_lowercase().replace(" auto_increment", "").replace(", ", ",");
    let (unsigned, signed) = match lower.strip_suffix(" unsigned") {
        Some(rest) => (" unsigned", rest),
        None => ("", lower.as_str()),
    };
    let (name, arguments) = signed.split_at(signed.find('(').unwrap_or(signed.len()));
    let (name, arguments) = match (name.trim(), arguments) {
        ("bool" | "boolean", _) => ("tinyint", "(1)"),
        // How wide a number is shown is no part of it.
        ("integer" | "int", _) => ("int", ""),
        ("tinyint", "(1)") => ("tinyint", "(1)"),
        (name @ ("tinyint" | "smallint" | "mediumint" | "bigint"), _) => (name, ""),
        ("double precision" | "real" | "double", arguments) => ("double", arguments),
        ("numeric" | "decimal" | "dec" | "fixed", "") => ("decimal", "(10,0)"),
        ("numeric" | "decimal" | "dec" | "fixed", arguments) => ("decimal", arguments),
        (name, arguments) => (name, arguments),
    };
    format!("{name}{arguments}{unsigned}")
}

/// Returns the collation that is compared; nothing where what is there is the table's own, whichever that is.
pub(super) fn collation<'c>(column: &'c Column, other: &Column) -> Option<&'c str> {
    let is_own = column.collation.is_none() || other.collation.is_none();
    if is_own || is_json(column) || is_json(other) { None } else { column.collation.as_deref() }
}

/// Returns whether a constraint is somebody's wish, and not what comes and goes with a foreign key or a column.
pub(super) fn is_own(constraint: &Constraint) -> bool {
    if constraint.check {
        !constraint.inline && !constraint.generated && !is_unnamed(constraint)
    } else {
        constraint.foreign_key.is_some() || !is_generated(constraint)
    }
}

fn is_json(column: &Column) -> bool {
    let is_text =
        column.data_type.eq_ignore_ascii_case("longtext") && column.collation.as_deref() == Some(JSON_COLLATION);
    is_text || column.data_type.eq_ignore_ascii_case("json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_as_asked_for_and_as_written() {
        for (asked, written) in [
            ("integer", "int(11)"),
            ("integer AUTO_INCREMENT", "int"),
            ("bigint AUTO_INCREMENT", "bigint(20)"),
            ("integer UNSIGNED", "int(10) unsigned"),
            ("smallint UNSIGNED", "smallint(5) unsigned"),
            ("bool", "tinyint(1)"),
            ("numeric(10, 2)", "decimal(10,2)"),
            ("double precision", "double"),
            ("varchar(20)", "varchar(20)"),
            ("datetime(6)", "datetime(6)"),
            ("json", "json"),
        ] {
            assert_eq!(data_type(&Column::new("c", asked)), data_type(&Column::new("c", written)), "{asked}");
        }
        for (one, other) in [("bool", "tinyint(4)"), ("integer", "bigint(20)"), ("integer", "int(10) unsigned")] {
            assert_ne!(data_type(&Column::new("c", one)), data_type(&Column::new("c", other)), "{one}");
        }
        let text = Column { collation: Some(JSON_COLLATION.into()), ..Column::new("c", "longtext") };
        assert_eq!(data_type(&text), data_type(&Column::new("c", "json")));
        assert_ne!(data_type(&Column::new("c", "longtext")), data_type(&Column::new("c", "json")));
    }
}
