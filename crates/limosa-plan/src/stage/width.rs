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

#[cfg(test)]
mod tests {
    use limosa_model::value::{Call, Kwargs};
    use limosa_model::{Field, Value};

    use super::narrows;

    fn field((class, max_length): (&str, Option<i128>)) -> Field {
        let kwargs: Kwargs = max_length.map(|length| ("max_length".into(), Value::Int(length))).into_iter().collect();
        let callee = format!("django.db.models.{class}").into();
        let call = Call { callee, args: Vec::new(), kwargs, span: None };
        Field::from_call(&call).expect("a field")
    }

    #[test]
    fn fields() {
        let text = |length| ("CharField", Some(length));
        for (old, new, expected) in [
            (text(20), text(10), true),
            (text(10), text(20), false),
            (text(10), text(10), false),
            (text(10), ("TextField", None), false),
            (("TextField", None), text(10), true),
            (("EmailField", Some(254)), ("SlugField", Some(50)), true),
            (("BigIntegerField", None), ("IntegerField", None), true),
            (("IntegerField", None), ("BigIntegerField", None), false),
            (("IntegerField", None), ("PositiveIntegerField", None), true),
            (("PositiveIntegerField", None), ("IntegerField", None), false),
            (("PositiveIntegerField", None), ("SmallIntegerField", None), true),
            (("AutoField", None), ("BigAutoField", None), false),
            // What becomes of other values is told by the checks.
            (("IntegerField", None), text(10), false),
            (("DateTimeField", None), ("DateField", None), false),
        ] {
            assert_eq!(narrows(&field(old), &field(new)), expected, "{old:?} to {new:?}");
        }
    }
}
