//! From a value written in a migration to the Python value that it is.

use jiff::civil;
use jiff::tz::Offset;
use limosa_model::value::Call;
use limosa_model::{SmolStr, Value};

use super::temporal::{DateTime, Time};
use super::{Decimal, Literal, Range, invalid};
use crate::expression::ExpressionError;

/// The classes of ranges, under all the names that they have had.
const RANGES: [&str; 6] =
    ["Range", "NumericRange", "DateRange", "DateTimeRange", "DateTimeTZRange", "psycopg.types.range.Range"];

impl Literal {
    /// Returns the Python value that a value written in a migration is.
    ///
    /// # Errors
    /// When only Python itself could tell.
    pub fn from_value(value: &Value) -> Result<Self, ExpressionError> {
        Ok(match value {
            Value::None => Self::None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(*value),
            Value::Str(text) => Self::Text(text.clone()),
            Value::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                Self::List(items.iter().map(Self::from_value).collect::<Result<_, _>>()?)
            }
            Value::Dict(pairs) => Self::Dict(
                pairs
                    .iter()
                    .map(|(key, value)| Ok((Self::from_value(key)?, Self::from_value(value)?)))
                    .collect::<Result<_, ExpressionError>>()?,
            ),
            Value::Call(call) => from_call(call)?,
            Value::Reference(path) => return Err(ExpressionError::NeedsPython(path.clone())),
            Value::Opaque(opaque) => return Err(ExpressionError::Opaque(opaque.reason.clone())),
        })
    }
}

fn from_call(call: &Call) -> Result<Literal, ExpressionError> {
    let name = call.callee.rsplit('.').next().unwrap_or_default();
    match call.callee.as_str() {
        "decimal.Decimal" | "_decimal.Decimal" | "_pydecimal.Decimal" => decimal(call),
        "datetime.date" => date(call),
        "datetime.datetime" => datetime(call),
        "datetime.time" => time(call),
        "datetime.timedelta" => timedelta(call),
        "uuid.UUID" => uuid(call),
        "ipaddress.ip_address" | "ipaddress.IPv4Address" | "ipaddress.IPv6Address" => {
            let text = call.args.first().and_then(Value::as_str);
            Ok(Literal::Inet(text.ok_or_else(|| needs_python(call))?.into()))
        }
        // A document that a field has prepared for the driver, written out.
        "psycopg.types.json.Jsonb" => {
            let text = call.args.first().and_then(Value::as_str);
            Ok(Literal::Json(text.ok_or_else(|| needs_python(call))?.into()))
        }
        "str" | "builtins.str" if call.args.is_empty() => Ok(Literal::Text(SmolStr::default())),
        "dict" | "builtins.dict" if call.args.is_empty() && call.kwargs.is_empty() => Ok(Literal::Dict(Vec::new())),
        "list" | "builtins.list" if call.args.is_empty() => Ok(Literal::List(Vec::new())),
        // Texts are not translated while migrations run.
        "django.utils.translation.gettext_lazy"
        | "django.utils.translation.gettext"
        | "django.utils.translation.gettext_noop"
        | "django.utils.safestring.mark_safe"
        | "django.utils.safestring.SafeString" => {
            let text = call.args.first().and_then(Value::as_str);
            Ok(Literal::Text(text.ok_or_else(|| needs_python(call))?.into()))
        }
        _ if RANGES.contains(&name) && is_range_module(&call.callee) => range(call),
        _ => Err(needs_python(call)),
    }
}

fn is_range_module(path: &str) -> bool {
    path.starts_with("psycopg") || path.starts_with("django.db.backends.postgresql.psycopg_any.")
}

fn decimal(call: &Call) -> Result<Literal, ExpressionError> {
    let number = match call.arg(0, "value") {
        None => Some(Decimal::from_int(0)),
        Some(Value::Str(text)) => Decimal::parse(text),
        Some(Value::Int(value)) => Some(Decimal::from_int(*value)),
        Some(Value::Float(value)) => Decimal::from_float(*value, None),
        Some(Value::Bool(value)) => Some(Decimal::from_int(i128::from(*value))),
        Some(_) => None,
    };
    number.map(Literal::Decimal).ok_or_else(|| invalid("decimal.Decimal", "it is not a finite number"))
}

fn date(call: &Call) -> Result<Literal, ExpressionError> {
    let year = number(call, 0, "year", None)?;
    let (month, day) = (number(call, 1, "month", None)?, number(call, 2, "day", None)?);
    civil::Date::new(year, month, day).map(Literal::Date).map_err(|error| invalid("datetime.date", error.to_string()))
}

fn datetime(call: &Call) -> Result<Literal, ExpressionError> {
    let Literal::Date(date) = date(call)? else { return Err(needs_python(call)) };
    let civil = date.to_datetime(clock(call, 3)?);
    let tzinfo = call.arg(7, "tzinfo").filter(|value| **value != Value::None);
    let Some(tzinfo) = tzinfo else { return Ok(Literal::DateTime(DateTime { civil, offset: None })) };
    if let Some(offset) = fixed_offset(tzinfo) {
        return Ok(Literal::DateTime(DateTime { civil, offset: Some(offset) }));
    }
    let zone = tzinfo.as_call().filter(|call| call.callee.ends_with("ZoneInfo") || call.callee == "pytz.timezone");
    let name = zone.and_then(|zone| zone.arg(0, "key")).and_then(Value::as_str);
    let name = name.ok_or_else(|| ExpressionError::NeedsPython("datetime.datetime with this tzinfo".into()))?;
    DateTime::in_zone(civil, name)
        .map(Literal::DateTime)
        .ok_or_else(|| invalid("datetime.datetime", format!("there is no time zone `{name}` here")))
}

fn time(call: &Call) -> Result<Literal, ExpressionError> {
    let offset = match call.arg(4, "tzinfo").filter(|value| **value != Value::None) {
        None => None,
        Some(tzinfo) => Some(
            fixed_offset(tzinfo)
                .ok_or_else(|| ExpressionError::NeedsPython("datetime.time with this tzinfo".into()))?,
        ),
    };
    Ok(Literal::Time(Time { civil: clock(call, 0)?, offset }))
}

fn clock(call: &Call, start: usize) -> Result<civil::Time, ExpressionError> {
    let hour = number(call, start, "hour", Some(0))?;
    let minute = number(call, start + 1, "minute", Some(0))?;
    let second = number(call, start + 2, "second", Some(0))?;
    let micros: i32 = number(call, start + 3, "microsecond", Some(0))?;
    civil::Time::new(hour, minute, second, micros.saturating_mul(1000))
        .map_err(|error| invalid(&call.callee, error.to_string()))
}

fn fixed_offset(value: &Value) -> Option<Offset> {
    match value {
        Value::Reference(path) => {
            let utc = matches!(
                path.as_str(),
                "datetime.timezone.utc" | "datetime.UTC" | "django.utils.timezone.utc" | "pytz.utc" | "pytz.UTC"
            );
            utc.then_some(Offset::UTC)
        }
        Value::Call(call)
            if call.callee == "datetime.timezone" || call.callee == "django.utils.timezone.get_fixed_timezone" =>
        {
            let micros = match call.args.first()? {
                Value::Call(delta) if delta.callee == "datetime.timedelta" => micros(delta).ok()?,
                Value::Int(minutes) => minutes * 60_000_000,
                _ => return None,
            };
            Offset::from_seconds(i32::try_from(micros / 1_000_000).ok()?).ok()
        }
        Value::Call(call) if call.callee.ends_with("ZoneInfo") => {
            let name = call.arg(0, "key").and_then(Value::as_str);
            name.filter(|name| *name == "UTC").map(|_| Offset::UTC)
        }
        _ => None,
    }
}

fn timedelta(call: &Call) -> Result<Literal, ExpressionError> {
    micros(call).map(Literal::Duration)
}

fn micros(call: &Call) -> Result<i128, ExpressionError> {
    const UNITS: [(&str, i128); 7] = [
        ("days", 86_400_000_000),
        ("seconds", 1_000_000),
        ("microseconds", 1),
        ("milliseconds", 1000),
        ("minutes", 60_000_000),
        ("hours", 3_600_000_000),
        ("weeks", 604_800_000_000),
    ];
    let mut total: i128 = 0;
    for (position, (name, unit)) in UNITS.iter().enumerate() {
        total += match call.arg(position, name) {
            None => 0,
            Some(Value::Int(value)) => value.saturating_mul(*unit),
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a float of Python's")]
            Some(Value::Float(value)) => (value * (*unit as f64)).round_ties_even() as i128,
            Some(_) => return Err(needs_python(call)),
        };
    }
    Ok(total)
}

fn uuid(call: &Call) -> Result<Literal, ExpressionError> {
    let from_hex = |text: &str| {
        let text = text.replace("urn:", "").replace("uuid:", "");
        let digits = text.trim_matches(['{', '}']).replace('-', "");
        if digits.len() == 32 { u128::from_str_radix(&digits, 16).ok() } else { None }
    };
    let number = match (call.arg(0, "hex"), call.kwargs.get("int"), call.arg(1, "bytes")) {
        (Some(Value::Str(text)), _, _) => from_hex(text),
        (_, Some(Value::Int(number)), _) => u128::try_from(*number).ok(),
        (_, _, Some(Value::Bytes(bytes))) => <[u8; 16]>::try_from(&bytes[..]).ok().map(u128::from_be_bytes),
        _ => None,
    };
    number.map(Literal::Uuid).ok_or_else(|| invalid("uuid.UUID", "it is not 32 hexadecimal digits"))
}

fn range(call: &Call) -> Result<Literal, ExpressionError> {
    if call.arg(3, "empty").and_then(Value::truth) == Some(true) {
        let range = Range { lower: Literal::None, upper: Literal::None, bounds: String::new(), empty: true };
        return Ok(Literal::Range(Box::new(range)));
    }
    let bound = |position, name| call.arg(position, name).map_or(Ok(Literal::None), Literal::from_value);
    let bounds = call.arg(2, "bounds").and_then(Value::as_str).unwrap_or("[)");
    Ok(Literal::Range(Box::new(Range::new(bound(0, "lower")?, bound(1, "upper")?, bounds))))
}

fn number<T: TryFrom<i128>>(
    call: &Call,
    position: usize,
    name: &str,
    default: Option<T>,
) -> Result<T, ExpressionError> {
    match (call.arg(position, name), default) {
        (Some(Value::Int(value)), _) => {
            T::try_from(*value).map_err(|_| invalid(&call.callee, format!("`{name}` is out of range")))
        }
        (None, Some(default)) => Ok(default),
        (Some(_), _) => Err(needs_python(call)),
        (None, None) => Err(invalid(&call.callee, format!("`{name}` is missing"))),
    }
}

fn needs_python(call: &Call) -> ExpressionError {
    ExpressionError::NeedsPython(call.callee.clone())
}
