//! Which values a field takes, as far as that says whether the old code may write what is refused.

use limosa_model::Field;
use limosa_model::field::FieldKind;

/// Returns whether a field takes fewer values than before: shorter texts or a smaller range of integers.
pub(super) fn narrows(old: &Field, new: &Field) -> bool {
    if let (Some(old), Some(new)) = (longest(old), longest(new)) {
        return new < old;
    }
    let (Some((low, high)), Some((new_low, new_high))) = (integers(&old.kind), integers(&new.kind)) else {
        return false;
    };
    new_low > low || new_high < high
}

/// Returns how long a text may be.
fn longest(field: &Field) -> Option<u32> {
    use FieldKind::{Char, CiChar, CiEmail, CiText, File, FilePath, Slug, Text};
    match field.kind {
        Char | Slug | File | FilePath => Some(field.max_length.unwrap_or(u32::MAX)),
        Text | CiChar | CiEmail | CiText => Some(u32::MAX),
        _ => None,
    }
}

/// Returns the lowest and the highest number, as bits.
fn integers(kind: &FieldKind) -> Option<(i8, i8)> {
    use FieldKind as Kind;
    Some(match kind {
        Kind::SmallAuto | Kind::SmallInteger => (-15, 15),
        Kind::Auto | Kind::Integer => (-31, 31),
        Kind::BigAuto | Kind::BigInteger => (-63, 63),
        Kind::PositiveSmallInteger => (0, 15),
        Kind::PositiveInteger => (0, 31),
        Kind::PositiveBigInteger => (0, 63),
        _ => return None,
    })
}
