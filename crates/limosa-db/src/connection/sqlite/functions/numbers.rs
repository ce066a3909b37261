//! Functions of numbers; null in, null out.

use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::{deterministic, failure};

/// A function of one number with its name in SQL.
type Unary = (&'static str, fn(f64) -> f64);

/// A function of two numbers with its name in SQL.
type Binary = (&'static str, fn(f64, f64) -> f64);

/// Functions of one number.
const UNARY: &[Unary] = &[
    ("ACOS", f64::acos),
    ("ASIN", f64::asin),
    ("ATAN", f64::atan),
    ("COS", f64::cos),
    ("COT", |x| 1.0 / x.tan()),
    ("DEGREES", f64::to_degrees),
    ("EXP", f64::exp),
    ("LN", f64::ln),
    ("RADIANS", f64::to_radians),
    ("SIN", f64::sin),
    ("SQRT", f64::sqrt),
    ("TAN", f64::tan),
];

/// Functions of two numbers.
const BINARY: &[Binary] = &[("ATAN2", f64::atan2), ("LOG", |base, x| x.ln() / base.ln()), ("MOD", |x, y| x % y)];

/// Registers the functions of numbers.
pub(super) fn register(connection: &Connection) -> Result<()> {
    for (name, function) in UNARY {
        deterministic(connection, name, 1, move |context| finite(name, number(context, 0)?.map(function)))?;
    }
    for (name, function) in BINARY {
        deterministic(connection, name, 2, move |context| {
            let (x, y) = (number(context, 0)?, number(context, 1)?);
            finite(name, x.zip(y).map(|(x, y)| function(x, y)))
        })?;
    }
    for (name, round) in [("CEILING", f64::ceil as fn(f64) -> f64), ("FLOOR", f64::floor)] {
        deterministic(connection, name, 1, move |context| Ok(number(context, 0)?.map(round).map(whole)))?;
    }
    deterministic(connection, "PI", 0, |_| Ok(std::f64::consts::PI))?;
    deterministic(connection, "POWER", 2, |context| match (context.get_raw(0), context.get_raw(1)) {
        (ValueRef::Integer(x), ValueRef::Integer(y)) if y >= 0 => {
            let power = u32::try_from(y).ok().and_then(|y| x.checked_pow(y));
            power.map(Value::Integer).ok_or_else(|| failure("integer overflow"))
        }
        _ => {
            let power = number(context, 0)?.zip(number(context, 1)?).map(|(x, y)| x.powf(y));
            Ok(finite("POWER", power)?.map_or(Value::Null, Value::Real))
        }
    })?;
    deterministic(connection, "SIGN", 1, |context| {
        Ok(number(context, 0)?.map(|x| i64::from(x > 0.0) - i64::from(x < 0.0)))
    })?;
    deterministic(connection, "BITXOR", 2, |context| {
        let (x, y) = (context.get::<Option<i64>>(0)?, context.get::<Option<i64>>(1)?);
        Ok(x.zip(y).map(|(x, y)| x ^ y))
    })
}

/// Returns an argument as a number; a text is refused, as Python refuses it.
fn number(context: &Context<'_>, index: usize) -> Result<Option<f64>> {
    match context.get_raw(index) {
        ValueRef::Null => Ok(None),
        #[expect(clippy::cast_precision_loss, reason = "Python's math functions convert in the same way")]
        ValueRef::Integer(number) => Ok(Some(number as f64)),
        ValueRef::Real(number) => Ok(Some(number)),
        _ => Err(failure("must be a real number")),
    }
}

/// Fails where Python raises: a result that is not a number, or infinite.
fn finite(name: &str, value: Option<f64>) -> Result<Option<f64>> {
    match value {
        Some(value) if !value.is_finite() => Err(failure(format!("math domain error in {name}"))),
        other => Ok(other),
    }
}

/// Returns a rounded number as an integer, as Python's `floor` and `ceil` do.
fn whole(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    if value.abs() < 9e18 { Value::Integer(value as i64) } else { Value::Real(value) }
}
