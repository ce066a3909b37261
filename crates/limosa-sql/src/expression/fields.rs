//! Fields that stand for types of expressions only, and which classes are which.

use std::sync::Arc;

use limosa_model::field::FieldKind;
use limosa_model::value::{Call, Kwargs};
use limosa_model::{Field, ModelId, SmolStr, Value};

use crate::literal::is_integer;
use crate::model::FieldView;

/// Returns a field of one of Django's classes (`IntegerField`, …) without options, bound to nothing.
pub(super) fn simple(class: &str) -> Option<FieldView> {
    let callee = format!("django.db.models.{class}");
    let call = Call { callee: callee.into(), args: Vec::new(), kwargs: Kwargs::default(), span: None };
    Field::from_call(&call).ok().map(unbound)
}

/// Returns an array of texts, bound to nothing.
pub(super) fn text_array() -> Option<FieldView> {
    let base = Value::call("django.db.models.TextField", Vec::new(), Kwargs::default(), None);
    let callee = SmolStr::new_static("django.contrib.postgres.fields.ArrayField");
    let call = Call { callee, args: vec![base], kwargs: Kwargs::default(), span: None };
    Field::from_call(&call).ok().map(unbound)
}

/// Returns a field that is bound to no model.
pub(super) fn unbound(field: Field) -> FieldView {
    FieldView { name: SmolStr::default(), column: None, field: Arc::new(field), model: ModelId::new("", "") }
}

/// A class of fields, as far as Django's `isinstance` questions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    PositiveInteger,
    Integer,
    Float,
    Decimal,
    Date,
    DateTime,
    Time,
    Duration,
    Char,
    Text,
    Boolean,
    Json,
    Uuid,
    SearchVector,
    Other,
}

/// Returns the class of a field; that of a generated one is its own.
pub(super) fn class(view: &FieldView) -> Class {
    match &view.field.kind {
        FieldKind::PositiveInteger => Class::PositiveInteger,
        kind if is_integer(kind) => Class::Integer,
        FieldKind::Float => Class::Float,
        FieldKind::Decimal { .. } => Class::Decimal,
        FieldKind::Date => Class::Date,
        FieldKind::DateTime => Class::DateTime,
        FieldKind::Time => Class::Time,
        FieldKind::Duration => Class::Duration,
        FieldKind::Char | FieldKind::Slug | FieldKind::CiChar | FieldKind::CiEmail => Class::Char,
        FieldKind::Text | FieldKind::CiText => Class::Text,
        FieldKind::Boolean => Class::Boolean,
        FieldKind::Json => Class::Json,
        FieldKind::Uuid => Class::Uuid,
        FieldKind::SearchVector => Class::SearchVector,
        _ => Class::Other,
    }
}

/// Whether a field is of a class or of one that inherits from it.
pub(super) fn is_instance(view: &FieldView, class_: Class) -> bool {
    match (class(view), class_) {
        (Class::PositiveInteger, Class::Integer) | (Class::DateTime, Class::Date) => true,
        (own, other) => own == other,
    }
}

/// Whether two fields are of classes of which the first is, or inherits from, the second.
pub(super) fn is_instance_of(view: &FieldView, other: &FieldView) -> bool {
    let (own, other_class) = (class(view), class(other));
    if own == Class::Other || other_class == Class::Other {
        return std::mem::discriminant(&view.field.kind) == std::mem::discriminant(&other.field.kind);
    }
    // Integers of different widths are different classes: only the general one stands for all of them.
    if matches!(own, Class::Integer | Class::PositiveInteger) && matches!(other_class, Class::Integer) {
        return view.field.kind == other.field.kind || other.field.kind == FieldKind::Integer || inherits(view, other);
    }
    if own == Class::Char && other_class == Class::Char {
        return view.field.class == other.field.class || other.field.class == "django.db.models.CharField";
    }
    is_instance(view, other_class)
}

fn inherits(view: &FieldView, other: &FieldView) -> bool {
    match other.field.kind {
        FieldKind::BigInteger => matches!(view.field.kind, FieldKind::BigAuto | FieldKind::PositiveBigInteger),
        FieldKind::SmallInteger => matches!(view.field.kind, FieldKind::SmallAuto | FieldKind::PositiveSmallInteger),
        _ => false,
    }
}
