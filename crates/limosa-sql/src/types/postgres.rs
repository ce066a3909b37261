//! The types of PostgreSQL (Django `db/backends/postgresql/base.py`, `operations.py`).

use limosa_model::Field;
use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;
use smol_str::SmolStr;

use super::{numeric, with_length};

pub(super) fn data_type(field: &Field, django: DjangoVersion) -> SmolStr {
    SmolStr::new_static(match &field.kind {
        FieldKind::Char | FieldKind::CiChar | FieldKind::CiEmail => {
            return match field.max_length {
                None if django >= DjangoVersion::V42 => SmolStr::new_static("varchar"),
                length => with_length("varchar", length),
            };
        }
        FieldKind::File | FieldKind::FilePath | FieldKind::Slug => return with_length("varchar", field.max_length),
        FieldKind::Decimal { max_digits: None, decimal_places: None } if django >= DjangoVersion::V61 => "numeric",
        FieldKind::Decimal { max_digits, decimal_places } => return numeric("numeric", *max_digits, *decimal_places),
        FieldKind::Auto | FieldKind::Integer | FieldKind::OrderWrt | FieldKind::PositiveInteger => "integer",
        FieldKind::BigAuto | FieldKind::BigInteger | FieldKind::PositiveBigInteger => "bigint",
        FieldKind::SmallAuto | FieldKind::SmallInteger | FieldKind::PositiveSmallInteger => "smallint",
        FieldKind::Binary => "bytea",
        FieldKind::Boolean => "boolean",
        FieldKind::Date => "date",
        FieldKind::DateTime => "timestamp with time zone",
        FieldKind::Duration => "interval",
        FieldKind::Float => "double precision",
        FieldKind::GenericIpAddress | FieldKind::IpAddress => "inet",
        FieldKind::Json => "jsonb",
        FieldKind::Time => "time",
        FieldKind::Uuid => "uuid",
        _ => "text",
    })
}

pub(super) fn check(kind: &FieldKind, column: &str) -> Option<String> {
    match kind {
        FieldKind::PositiveBigInteger | FieldKind::PositiveInteger | FieldKind::PositiveSmallInteger => {
            Some(format!("\"{column}\" >= 0"))
        }
        _ => None,
    }
}

pub(super) fn cast(kind: &FieldKind, field: &Field) -> Option<SmolStr> {
    match kind {
        FieldKind::Char | FieldKind::CiChar | FieldKind::CiEmail | FieldKind::Slug if field.max_length.is_none() => {
            Some(SmolStr::new_static("varchar"))
        }
        _ => None,
    }
}
