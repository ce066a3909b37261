//! What a field does with a value before a database gets it.
//!
//! Source: Django `db/models/fields/__init__.py` and its neighbours, `get_prep_value`, `get_db_prep_value` and `get_db_prep_save`.

use limosa_model::Value;
use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;

use super::convert::{boolean, clean_address, decimal, float, hstore, integer, time, uuid};
use super::python::python_str;
use super::temporal::{DateTime, parse_date};
use super::{IntWidth, Literal, Range, invalid};
use crate::dialect::Dialect;
use crate::expression::ExpressionError;
use crate::model::{FieldView, Models};

impl Models<'_> {
    /// Prepares a value to be saved in a field's column (`get_db_prep_save`).
    ///
    /// # Errors
    /// When the field would refuse the value, or only Python knows what it does with it.
    pub fn prepare_save(self, view: &FieldView, value: Literal) -> Result<Literal, ExpressionError> {
        match &view.field.kind {
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) => {
                let target = self.target(view)?.field;
                let empty = value.as_text() == Some("") && !self.final_target(view)?.field.kind.is_textual();
                if empty || value == Literal::None { Ok(Literal::None) } else { self.prepare_save(&target, value) }
            }
            FieldKind::Json if value == Literal::None => Ok(Literal::None),
            // Before Django 5.0 decimals are brought to their places only on the way to a column.
            FieldKind::Decimal { decimal_places: Some(places), .. }
                if self.context.django < DjangoVersion::V52 && self.context.dialect == Dialect::Sqlite =>
            {
                Ok(match self.prepare_python(view, value)? {
                    Literal::Decimal(number) => Literal::Text(number.quantized(*places).plain().into()),
                    other => other,
                })
            }
            FieldKind::Array { base, .. } => match value {
                Literal::List(items) => {
                    let base = FieldView { field: base.clone(), ..view.clone() };
                    let prepare = |item| match self.context.django {
                        DjangoVersion::V61 => self.prepare_save(&base, item),
                        _ => self.prepare_value(&base, item),
                    };
                    Ok(Literal::List(items.into_iter().map(prepare).collect::<Result<_, _>>()?))
                }
                other => Ok(other),
            },
            _ => self.prepare_value(view, value),
        }
    }

    /// Prepares a value to stand in an expression (`get_db_prep_value`).
    ///
    /// # Errors
    /// As [`Models::prepare_save`].
    pub fn prepare_value(self, view: &FieldView, value: Literal) -> Result<Literal, ExpressionError> {
        let value = self.prepare_python(view, value)?;
        self.prepare_database(view, value)
    }

    /// Brings a value to the field's Python type (`get_prep_value`).
    ///
    /// # Errors
    /// As [`Models::prepare_save`].
    pub fn prepare_python(self, view: &FieldView, value: Literal) -> Result<Literal, ExpressionError> {
        let kind = match &view.field.kind {
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) => {
                return self.prepare_python(&self.target(view)?.field, value);
            }
            FieldKind::Generated { output_field, .. } => &output_field.kind,
            kind => kind,
        };
        if value == Literal::None {
            return Ok(value);
        }
        let refuse = || invalid(&view.field.class, format!("it does not take {value:?}"));
        match kind {
            FieldKind::Boolean => boolean(&value, view.field.null).ok_or_else(refuse),
            // What Python makes of a list or a dictionary as a text, only it can tell.
            kind if kind.is_textual() && matches!(value, Literal::List(_) | Literal::Dict(_)) => python_str(&value)
                .map(Literal::Text)
                .ok_or_else(|| ExpressionError::NeedsPython(view.field.class.clone())),
            kind if kind.is_textual() => python_str(&value).map(Literal::Text).ok_or_else(refuse),
            FieldKind::IpAddress => python_str(&value).map(Literal::Text).ok_or_else(refuse),
            FieldKind::GenericIpAddress => {
                let text = python_str(&value).ok_or_else(refuse)?;
                let unpack = view.field.kwargs.get("unpack_ipv4").and_then(Value::truth) == Some(true);
                Ok(Literal::Text(clean_address(&text, unpack)))
            }
            kind if is_integer(kind) => integer(&value).map(Literal::Int).ok_or_else(refuse),
            FieldKind::Float => float(&value).map(Literal::Float).ok_or_else(refuse),
            FieldKind::Decimal { max_digits, .. } => {
                decimal(&value, max_digits.unwrap_or(28)).map(Literal::Decimal).ok_or_else(refuse)
            }
            FieldKind::Date => self.date(&value).ok_or_else(refuse),
            FieldKind::DateTime => self.datetime(&value).ok_or_else(refuse),
            FieldKind::Time => time(&value).map(Literal::Time).ok_or_else(refuse),
            FieldKind::Uuid => uuid(&value).map(Literal::Uuid).ok_or_else(refuse),
            FieldKind::HStore => hstore(&value).ok_or_else(refuse),
            kind if is_range(kind) => match &value {
                Literal::List(items) => {
                    let [lower, upper] = items.as_slice() else { return Err(refuse()) };
                    let bounds = view.field.kwargs.get("default_bounds").and_then(Value::as_str).unwrap_or("[)");
                    Ok(Literal::Range(Box::new(Range::new(lower.clone(), upper.clone(), bounds))))
                }
                _ => Ok(value),
            },
            FieldKind::Custom => Err(ExpressionError::NeedsPython(view.field.class.clone())),
            _ => Ok(value),
        }
    }

    /// Brings a value of the field's Python type to what the database's driver takes (`get_db_prep_value`, prepared).
    ///
    /// # Errors
    /// As [`Models::prepare_save`].
    pub fn prepare_database(self, view: &FieldView, value: Literal) -> Result<Literal, ExpressionError> {
        let postgres = self.context.dialect == Dialect::Postgres;
        let kind = match &view.field.kind {
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) => {
                return self.prepare_database(&self.target(view)?.field, value);
            }
            FieldKind::Generated { output_field, .. } => &output_field.kind,
            kind => kind,
        };
        Ok(match (kind, value) {
            (FieldKind::Json, value) => {
                let lenient = view.field.kwargs.get("encoder").is_some();
                let text = value.to_json(lenient)?;
                if postgres { Literal::Json(text) } else { Literal::Text(text) }
            }
            (_, Literal::None) => Literal::None,
            (kind, Literal::Int(value)) if postgres && !kind.is_auto() && is_integer(kind) => {
                Literal::Sized(value, width(kind))
            }
            (FieldKind::Decimal { .. }, value) => match value {
                Literal::Decimal(_) => value,
                other => self.prepare_python(view, other)?,
            },
            (FieldKind::Date, Literal::Date(date)) if !postgres => {
                Literal::Text(super::temporal::Date(date).to_string().into())
            }
            (FieldKind::DateTime, Literal::DateTime(value)) if !postgres => {
                let civil = if value.offset.is_some() { value.to_utc() } else { Some(value.civil) };
                let civil = civil.ok_or_else(|| invalid(&view.field.class, "the moment is out of range"))?;
                Literal::Text(DateTime { civil, offset: None }.to_string().into())
            }
            (FieldKind::Time, Literal::Time(value)) if self.context.dialect == Dialect::MySql => {
                Literal::Text(value.with_microseconds().into())
            }
            (FieldKind::Time, Literal::Time(value)) if !postgres => Literal::Text(value.to_string().into()),
            (FieldKind::Duration, Literal::Duration(micros)) if !postgres => Literal::Int(micros),
            (FieldKind::Uuid, value) if !postgres && !self.context.has_native_uuid() => match uuid(&value) {
                Some(number) => Literal::Text(format!("{number:032x}").into()),
                None => value,
            },
            (FieldKind::GenericIpAddress, Literal::Text(text)) => match (text.is_empty(), postgres) {
                (true, _) => Literal::None,
                (false, true) => Literal::Inet(text),
                (false, false) => Literal::Text(text),
            },
            (FieldKind::Binary, Literal::Text(_)) => {
                return Err(invalid(&view.field.class, "it takes bytes, not a text"));
            }
            (FieldKind::Array { base, .. }, Literal::List(items)) => {
                let base = FieldView { field: base.clone(), ..view.clone() };
                let prepared = items.into_iter().map(|item| self.prepare_value(&base, item));
                Literal::List(prepared.collect::<Result<_, _>>()?)
            }
            (_, value) => value,
        })
    }

    fn date(self, value: &Literal) -> Option<Literal> {
        Some(Literal::Date(match value {
            Literal::Date(date) => *date,
            Literal::DateTime(value) => match value.offset {
                // An aware moment counts in the default time zone.
                Some(_) if self.context.use_tz => {
                    let zone = jiff::tz::TimeZone::get(&self.context.time_zone).ok()?;
                    let moment = value.to_utc()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
                    moment.with_time_zone(zone).date()
                }
                _ => value.civil.date(),
            },
            Literal::Text(text) => parse_date(text)?,
            _ => return None,
        }))
    }

    fn datetime(self, value: &Literal) -> Option<Literal> {
        let value = match value {
            Literal::DateTime(value) => *value,
            Literal::Date(date) => DateTime { civil: date.to_datetime(jiff::civil::Time::midnight()), offset: None },
            Literal::Text(text) => match DateTime::parse(text) {
                Some(value) => value,
                None => DateTime { civil: parse_date(text)?.to_datetime(jiff::civil::Time::midnight()), offset: None },
            },
            _ => return None,
        };
        Some(Literal::DateTime(if self.context.use_tz && value.offset.is_none() {
            DateTime::in_zone(value.civil, &self.context.time_zone)?
        } else {
            value
        }))
    }
}

/// Whether a field is an `IntegerField` of some kind.
pub(crate) fn is_integer(kind: &FieldKind) -> bool {
    kind.is_auto()
        || matches!(
            kind,
            FieldKind::Integer
                | FieldKind::BigInteger
                | FieldKind::SmallInteger
                | FieldKind::PositiveInteger
                | FieldKind::PositiveBigInteger
                | FieldKind::PositiveSmallInteger
                | FieldKind::OrderWrt
        )
}

/// Whether a field is a `RangeField` of some kind.
pub(crate) fn is_range(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::IntegerRange
            | FieldKind::BigIntegerRange
            | FieldKind::DecimalRange
            | FieldKind::DateTimeRange
            | FieldKind::DateRange
    )
}

fn width(kind: &FieldKind) -> IntWidth {
    match kind {
        FieldKind::SmallInteger | FieldKind::PositiveSmallInteger => IntWidth::Int2,
        FieldKind::BigInteger | FieldKind::PositiveBigInteger => IntWidth::Int8,
        _ => IntWidth::Int4,
    }
}
