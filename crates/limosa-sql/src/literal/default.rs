//! The default that a column gets for a moment while it is added or becomes NOT NULL.

use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use limosa_model::field::FieldKind;
use limosa_model::{Field, SmolStr, Value};

use super::temporal::{DateTime, Time};
use super::{Decimal, Literal};
use crate::expression::ExpressionError;
use crate::model::{FieldView, Models};

impl Models<'_> {
    /// Returns the value that fills a field's column in rows that are there already, nothing when it is NULL.
    ///
    /// A default that is a function is called once, as Django does.
    ///
    /// Source: Django `db/backends/base/schema.py`, `BaseDatabaseSchemaEditor.effective_default`.
    ///
    /// # Errors
    /// When only Python can compute the default, or the field would refuse it.
    pub fn effective_default(self, view: &FieldView) -> Result<Option<Literal>, ExpressionError> {
        if view.field.prepares_default.0 {
            return Err(ExpressionError::NeedsPython(view.field.class.clone()));
        }
        let value = match &view.field.default {
            Some(value) => self.python_default(view, value)?,
            None => self.implicit_default(&view.field),
        };
        match self.prepare_save(view, value)? {
            Literal::None => Ok(None),
            value => Ok(Some(value)),
        }
    }

    /// Returns whether a field has an effective default that is not NULL, without computing it.
    pub fn has_effective_default(self, view: &FieldView) -> bool {
        match &view.field.default {
            Some(value) => *value != Value::None,
            None => self.implicit_default(&view.field) != Literal::None,
        }
    }

    fn python_default(self, view: &FieldView, value: &Value) -> Result<Literal, ExpressionError> {
        match value {
            Value::Reference(path) => self.call(path).ok_or_else(|| ExpressionError::NeedsPython(path.clone())),
            Value::Call(call) if call.args.is_empty() && call.kwargs.is_empty() => match self.call(&call.callee) {
                Some(value) => Ok(value),
                None => Literal::from_value(value),
            },
            Value::Str(text) if text.is_empty() && view.field.kind == FieldKind::Binary => {
                Ok(Literal::Bytes(Vec::new().into()))
            }
            _ => Literal::from_value(value),
        }
    }

    /// The value of a function without arguments, when it is one that is known.
    fn call(self, path: &SmolStr) -> Option<Literal> {
        let name = path.strip_prefix("builtins.").unwrap_or(path);
        Some(match name {
            "dict" => Literal::Dict(Vec::new()),
            "list" | "tuple" | "set" => Literal::List(Vec::new()),
            "str" => Literal::Text(SmolStr::default()),
            "bytes" => Literal::Bytes(Vec::new().into()),
            "int" => Literal::Int(0),
            "float" => Literal::Float(0.0),
            "bool" => Literal::Bool(false),
            "decimal.Decimal" => Literal::Decimal(Decimal::from_int(0)),
            "uuid.uuid4" => Literal::Uuid(random_uuid()),
            "django.utils.timezone.now" if self.context.use_tz => {
                Literal::DateTime(DateTime { civil: utc_now(), offset: Some(Offset::UTC) })
            }
            "django.utils.timezone.now" | "datetime.datetime.now" | "datetime.datetime.today" => {
                Literal::DateTime(DateTime { civil: self.local_now(), offset: None })
            }
            "datetime.datetime.utcnow" => Literal::DateTime(DateTime { civil: utc_now(), offset: None }),
            "datetime.date.today" | "django.utils.timezone.localdate" => Literal::Date(self.local_now().date()),
            _ => return None,
        })
    }

    /// The default of a field that names none.
    fn implicit_default(self, field: &Field) -> Literal {
        let flag = |name: &str| field.kwargs.get(name).and_then(Value::truth) == Some(true);
        if matches!(field.kind, FieldKind::Generated { .. }) {
            return Literal::None;
        }
        if !field.null && field.blank && allows_empty_texts(&field.kind) {
            return match field.kind {
                FieldKind::Binary => Literal::Bytes(Vec::new().into()),
                _ => Literal::Text(SmolStr::default()),
            };
        }
        if flag("auto_now") || flag("auto_now_add") {
            let now = self.local_now();
            return match field.kind {
                FieldKind::Date => Literal::Date(now.date()),
                FieldKind::Time => Literal::Time(Time { civil: now.time(), offset: None }),
                _ if self.context.use_tz => Literal::DateTime(DateTime { civil: utc_now(), offset: Some(Offset::UTC) }),
                _ => Literal::DateTime(DateTime { civil: now, offset: None }),
            };
        }
        Literal::None
    }

    /// What a clock shows where the project runs: Django sets the process's time zone to `TIME_ZONE`.
    fn local_now(self) -> civil::DateTime {
        let zone = TimeZone::get(&self.context.time_zone).unwrap_or(TimeZone::UTC);
        truncated(jiff::Timestamp::now().to_zoned(zone).datetime())
    }
}

/// Whether the empty text is a value of the field (Django: `empty_strings_allowed`).
fn allows_empty_texts(kind: &FieldKind) -> bool {
    kind.is_textual() || matches!(kind, FieldKind::Binary | FieldKind::Custom | FieldKind::SearchVector)
}

fn utc_now() -> civil::DateTime {
    truncated(jiff::Timestamp::now().to_zoned(TimeZone::UTC).datetime())
}

/// Python's moments have microseconds.
fn truncated(value: civil::DateTime) -> civil::DateTime {
    let micros = value.subsec_nanosecond() / 1000;
    value.with().subsec_nanosecond(micros * 1000).build().unwrap_or(value)
}

/// A random UUID of version 4.
fn random_uuid() -> u128 {
    let number = fastrand::u128(..);
    (number & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62)
}
