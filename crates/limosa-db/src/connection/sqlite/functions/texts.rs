//! Functions of texts; null in, null out.

use rusqlite::functions::Context;
use rusqlite::{Connection, Result};

use super::{deterministic, failure};

/// Registers the functions of texts.
pub(super) fn register(connection: &Connection) -> Result<()> {
    deterministic(connection, "LPAD", 3, |context| pad(context, |text, fill| fill + &text))?;
    deterministic(connection, "RPAD", 3, |context| pad(context, |text, fill| text + &fill))?;
    deterministic(connection, "REPEAT", 2, |context| {
        let (text, count) = (context.get::<Option<String>>(0)?, context.get::<Option<i64>>(1)?);
        Ok(text.zip(count).map(|(text, count)| text.repeat(usize::try_from(count).unwrap_or(0))))
    })?;
    deterministic(connection, "REVERSE", 1, |context| {
        Ok(context.get::<Option<String>>(0)?.map(|text| text.chars().rev().collect::<String>()))
    })?;
    deterministic(connection, "regexp", 2, |context| match (context.get_raw(0), context.get_raw(1)) {
        (rusqlite::types::ValueRef::Null, _) | (_, rusqlite::types::ValueRef::Null) => Ok(None::<bool>),
        // Python's regular expressions are not these of any Rust library: an error is better than another answer.
        _ => Err(failure("REGEXP is not available: Django computes it in Python")),
    })
}

/// Pads a text to a length, or cuts it; `join` puts text and fill together.
fn pad(context: &Context<'_>, join: fn(String, String) -> String) -> Result<Option<String>> {
    let text = context.get::<Option<String>>(0)?;
    let (length, fill) = (context.get::<Option<i64>>(1)?, context.get::<Option<String>>(2)?);
    let (Some(text), Some(length), Some(fill)) = (text, length, fill) else { return Ok(None) };
    let length = usize::try_from(length).map_err(|_| failure("a negative length"))?;
    let own = text.chars().count();
    if own >= length {
        return Ok(Some(text.chars().take(length).collect()));
    }
    let fill = fill.chars().cycle().take(if fill.is_empty() { 0 } else { length - own }).collect();
    Ok(Some(join(text, fill)))
}
