//! The types of MySQL (Django `db/backends/mysql/base.py`, `operations.py`).

use limosa_model::Field;
use limosa_model::field::FieldKind;
use smol_str::SmolStr;

use super::{numeric, with_length};

pub(super) fn data_type(field: &Field, native_uuid: bool) -> SmolStr {
    SmolStr::new_static(match &field.kind {
        FieldKind::Char | FieldKind::CiChar | FieldKind::CiEmail => return with_length("varchar", field.max_length),
        FieldKind::File | FieldKind::FilePath | FieldKind::Slug => return with_length("varchar", field.max_length),
        FieldKind::Decimal { max_digits, decimal_places } => return numeric("numeric", *max_digits, *decimal_places),
        FieldKind::Auto => "integer AUTO_INCREMENT",
        FieldKind::BigAuto => "bigint AUTO_INCREMENT",
        FieldKind::SmallAuto => "smallint AUTO_INCREMENT",
        FieldKind::Integer | FieldKind::OrderWrt => "integer",
        FieldKind::BigInteger | FieldKind::Duration => "bigint",
        FieldKind::SmallInteger => "smallint",
        FieldKind::PositiveBigInteger => "bigint UNSIGNED",
        FieldKind::PositiveInteger => "integer UNSIGNED",
        FieldKind::PositiveSmallInteger => "smallint UNSIGNED",
        FieldKind::Binary => "longblob",
        FieldKind::Boolean => "bool",
        FieldKind::Date => "date",
        FieldKind::DateTime => "datetime(6)",
        FieldKind::Float => "double precision",
        FieldKind::GenericIpAddress => "char(39)",
        FieldKind::IpAddress => "char(15)",
        FieldKind::Json => "json",
        FieldKind::Time => "time(6)",
        FieldKind::Uuid if native_uuid => "uuid",
        FieldKind::Uuid => "char(32)",
        _ => "longtext",
    })
}

pub(super) fn check(kind: &FieldKind, column: &str) -> Option<String> {
    match kind {
        FieldKind::PositiveBigInteger | FieldKind::PositiveInteger | FieldKind::PositiveSmallInteger => {
            Some(format!("`{column}` >= 0"))
        }
        _ => None,
    }
}

pub(super) fn cast(kind: &FieldKind, field: &Field) -> Option<SmolStr> {
    Some(SmolStr::new_static(match kind {
        FieldKind::Auto | FieldKind::BigAuto | FieldKind::SmallAuto | FieldKind::OrderWrt => "signed integer",
        FieldKind::Integer | FieldKind::BigInteger | FieldKind::SmallInteger => "signed integer",
        FieldKind::PositiveBigInteger | FieldKind::PositiveInteger | FieldKind::PositiveSmallInteger => {
            "unsigned integer"
        }
        FieldKind::Char | FieldKind::CiChar | FieldKind::CiEmail | FieldKind::Slug if field.max_length.is_none() => {
            "char"
        }
        FieldKind::Char | FieldKind::CiChar | FieldKind::CiEmail => return Some(with_length("char", field.max_length)),
        FieldKind::Text | FieldKind::CiText => "char",
        FieldKind::Duration => "signed integer",
        FieldKind::Decimal { max_digits, decimal_places } => {
            return Some(numeric("decimal", *max_digits, *decimal_places));
        }
        _ => return None,
    }))
}
