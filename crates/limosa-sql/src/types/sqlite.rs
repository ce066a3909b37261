//! The types of SQLite (Django `db/backends/sqlite3/base.py`, `operations.py`).

use limosa_model::Field;
use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;
use smol_str::SmolStr;

use super::with_length;

pub(super) fn data_type(field: &Field, django: DjangoVersion) -> SmolStr {
    SmolStr::new_static(match &field.kind {
        FieldKind::Char | FieldKind::CiChar | FieldKind::CiEmail => {
            return match field.max_length {
                None if django >= DjangoVersion::V52 => SmolStr::new_static("varchar"),
                length => with_length("varchar", length),
            };
        }
        FieldKind::File | FieldKind::FilePath | FieldKind::Slug => return with_length("varchar", field.max_length),
        FieldKind::Auto | FieldKind::BigAuto | FieldKind::SmallAuto => "integer",
        FieldKind::Integer | FieldKind::OrderWrt => "integer",
        FieldKind::BigInteger | FieldKind::Duration => "bigint",
        FieldKind::SmallInteger => "smallint",
        FieldKind::PositiveBigInteger => "bigint unsigned",
        FieldKind::PositiveInteger => "integer unsigned",
        FieldKind::PositiveSmallInteger => "smallint unsigned",
        FieldKind::Binary => "BLOB",
        FieldKind::Boolean => "bool",
        FieldKind::Date => "date",
        FieldKind::DateTime => "datetime",
        FieldKind::Decimal { .. } => "decimal",
        FieldKind::Float => "real",
        FieldKind::GenericIpAddress => "char(39)",
        FieldKind::IpAddress => "char(15)",
        FieldKind::Time => "time",
        FieldKind::Uuid => "char(32)",
        _ => "text",
    })
}

pub(super) fn check(kind: &FieldKind, column: &str) -> Option<String> {
    match kind {
        FieldKind::PositiveBigInteger | FieldKind::PositiveInteger | FieldKind::PositiveSmallInteger => {
            Some(format!("\"{column}\" >= 0"))
        }
        FieldKind::Json => Some(format!("(JSON_VALID(\"{column}\") OR \"{column}\" IS NULL)")),
        _ => None,
    }
}

pub(super) fn cast(kind: &FieldKind, field: &Field) -> Option<SmolStr> {
    match kind {
        FieldKind::Date | FieldKind::DateTime => Some(SmolStr::new_static("TEXT")),
        FieldKind::Char | FieldKind::CiChar | FieldKind::CiEmail | FieldKind::Slug if field.max_length.is_none() => {
            Some(SmolStr::new_static("text"))
        }
        _ => None,
    }
}
