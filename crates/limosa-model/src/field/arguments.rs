//! The arguments of a field, read by name.

use smol_str::SmolStr;

use super::{Field, FieldError, OnDelete, Relation};
use crate::Value;
use crate::value::{Call, Kwargs};

/// Arguments under their names, read with errors that name the class.
pub(super) struct Arguments<'a> {
    pub(super) class: &'a SmolStr,
    pub(super) kwargs: Kwargs,
    /// Builds the fields inside the field.
    pub(super) inner: &'a dyn Fn(&Call) -> Result<Field, FieldError>,
}

impl Arguments<'_> {
    pub(super) fn known(&self, name: &str) -> Result<Option<&Value>, FieldError> {
        match self.kwargs.get(name) {
            Some(Value::Opaque(opaque)) => Err(FieldError::Opaque { name: name.into(), opaque: opaque.clone() }),
            Some(Value::None) if name != "db_default" => Ok(None),
            value => Ok(value),
        }
    }

    pub(super) fn bool(&self, name: &str) -> Result<Option<bool>, FieldError> {
        self.known(name)?.map(|value| value.truth().ok_or_else(|| self.invalid(name, "a boolean"))).transpose()
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, FieldError> {
        let number = |value: &Value| match value {
            Value::Int(number) => u32::try_from(*number).ok(),
            Value::Str(text) => text.parse().ok(),
            _ => None,
        };
        self.known(name)?.map(|value| number(value).ok_or_else(|| self.invalid(name, "a whole number"))).transpose()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<SmolStr>, FieldError> {
        let text = |value: &Value| match value {
            Value::Str(text) => Some(text.clone()),
            Value::Bytes(bytes) => str::from_utf8(bytes).ok().map(SmolStr::new),
            _ => None,
        };
        self.known(name)?.map(|value| text(value).ok_or_else(|| self.invalid(name, "a text"))).transpose()
    }

    /// A reference to a model: its name, or the model class itself.
    pub(super) fn model(&self, name: &str) -> Result<Option<SmolStr>, FieldError> {
        self.text(name)
    }

    pub(super) fn relation(&self) -> Result<Relation, FieldError> {
        let on_delete = match self.kwargs.get("on_delete") {
            Some(Value::Reference(path)) => match path.rsplit('.').next() {
                Some("DB_CASCADE") => OnDelete::DbCascade,
                Some("DB_SET_NULL") => OnDelete::DbSetNull,
                Some("DB_SET_DEFAULT") => OnDelete::DbSetDefault,
                _ => OnDelete::Python(path.clone()),
            },
            Some(Value::Call(call)) => OnDelete::Python(call.callee.clone()),
            Some(Value::Opaque(opaque)) => OnDelete::Python(opaque.text.clone()),
            // Up to Django 1.11 it could be left out; third-party classes still fill it in themselves.
            _ => OnDelete::Python(SmolStr::new_static("django.db.models.deletion.CASCADE")),
        };
        Ok(Relation {
            to: self.model("to")?.ok_or_else(|| self.missing("to"))?,
            to_field: self.text("to_field")?,
            on_delete,
            db_constraint: self.bool("db_constraint")?.unwrap_or(true),
            parent_link: self.bool("parent_link")?.unwrap_or(false),
            related_name: self.text("related_name").unwrap_or_default(),
            swappable: None,
        })
    }

    pub(super) fn missing(&self, name: &'static str) -> FieldError {
        FieldError::Missing { class: self.class.clone(), name }
    }

    pub(super) fn invalid(&self, name: &str, expected: &'static str) -> FieldError {
        FieldError::Invalid { class: self.class.clone(), name: name.into(), expected }
    }
}
