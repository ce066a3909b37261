//! Functions of dates and times, which SQLite keeps as texts; null in, null out, and null for what is not a time.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use rusqlite::functions::Context;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::{deterministic, failure};

/// Registers the functions of dates and times.
pub(super) fn register(connection: &Connection) -> Result<()> {
    deterministic(connection, "django_date_extract", 2, |context| {
        let Some(moment) = text(context, 1)?.as_deref().and_then(timestamp) else { return Ok(None) };
        extract(&required(context, 0)?, moment).map(Some)
    })?;
    deterministic(connection, "django_datetime_extract", 4, |context| {
        let Some(moment) = local(context, 1)? else { return Ok(None) };
        extract(&required(context, 0)?, moment).map(Some)
    })?;
    deterministic(connection, "django_time_extract", 2, |context| {
        let Some(time) = text(context, 1)?.as_deref().and_then(time) else { return Ok(None) };
        extract(&required(context, 0)?, DateTime::from_parts(Date::MIN, time)).map(Some)
    })?;
    deterministic(connection, "django_date_trunc", 4, |context| {
        let Some(moment) = local(context, 1)? else { return Ok(None) };
        Ok(Some(truncated_date(&required(context, 0)?, moment.date())?.to_string()))
    })?;
    deterministic(connection, "django_datetime_trunc", 4, |context| {
        let Some(moment) = local(context, 1)? else { return Ok(None) };
        let kind = required(context, 0)?;
        Ok(Some(match truncated_time(&kind, moment.time()) {
            Some(time) => format!("{} {time}", moment.date()),
            None => format!("{} 00:00:00", truncated_date(&kind, moment.date())?),
        }))
    })?;
    deterministic(connection, "django_time_trunc", 4, |context| {
        let moment = match local(context, 1)? {
            Some(moment) => Some(moment.time()),
            None => text(context, 1)?.as_deref().and_then(time),
        };
        let Some(time) = moment else { return Ok(None) };
        let kind = required(context, 0)?;
        truncated_time(&kind, time).map(Some).ok_or_else(|| failure(format!("unsupported lookup type: {kind:?}")))
    })?;
    deterministic(connection, "django_datetime_cast_date", 3, |context| {
        Ok(local(context, 0)?.map(|moment| moment.date().to_string()))
    })?;
    deterministic(connection, "django_datetime_cast_time", 3, |context| {
        Ok(local(context, 0)?.map(|moment| iso_time(moment.time())))
    })?;
    deterministic(connection, "django_time_diff", 2, |context| {
        let (left, right) = (text(context, 0)?, text(context, 1)?);
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let read = |text: &str| time(text).ok_or_else(|| failure(format!("not a time: {text:?}")));
        Ok(Some(microseconds(read(&left)?.duration_since(read(&right)?))))
    })?;
    deterministic(connection, "django_timestamp_diff", 2, |context| {
        let (left, right) = (text(context, 0)?, text(context, 1)?);
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let read = |text: &str| timestamp(text).ok_or_else(|| failure(format!("not a time: {text:?}")));
        Ok(Some(microseconds(read(&left)?.duration_since(read(&right)?))))
    })?;
    deterministic(connection, "django_format_dtdelta", 3, combine)
}

/// `django_format_dtdelta`: adds or subtracts two durations in microseconds, or a duration and a time.
fn combine(context: &Context<'_>) -> Result<Value> {
    let Some(connector) = text(context, 0)? else { return Ok(Value::Null) };
    let (left, right) = (context.get::<Value>(1)?, context.get::<Value>(2)?);
    let sign = match connector.trim() {
        "+" => 1,
        "-" => -1,
        other => return Err(failure(format!("django_format_dtdelta cannot compute {other:?} outside Python"))),
    };
    let moved = |moment: &str, microseconds: i64| {
        let moment = timestamp(moment)?.checked_add(SignedDuration::from_micros(microseconds)).ok()?;
        Some(format!("{} {}", moment.date(), iso_time(moment.time())))
    };
    let result = match (&left, &right) {
        (Value::Text(moment), Value::Integer(delta)) => moved(moment, sign * delta),
        (Value::Integer(delta), Value::Text(moment)) if sign > 0 => moved(moment, *delta),
        (Value::Integer(left), Value::Integer(right)) => Some(duration_text(left + sign * right)),
        _ => None,
    };
    Ok(result.map_or(Value::Null, Value::Text))
}

/// Writes a duration as Python's `str(timedelta)` does.
fn duration_text(microseconds: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    let (days, rest) = (microseconds.div_euclid(DAY), microseconds.rem_euclid(DAY));
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let mut text = match days {
        0 => String::new(),
        1 | -1 => format!("{days} day, "),
        _ => format!("{days} days, "),
    };
    text += &format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction != 0 {
        text += &format!(".{fraction:06}");
    }
    text
}

fn extract(kind: &str, moment: DateTime) -> Result<i64> {
    let date = moment.date();
    Ok(match kind {
        "year" => date.year().into(),
        "month" => date.month().into(),
        "day" => date.day().into(),
        "hour" => moment.hour().into(),
        "minute" => moment.minute().into(),
        "second" => moment.second().into(),
        "microsecond" => i64::from(moment.subsec_nanosecond() / 1000),
        "week_day" => i64::from(date.weekday().to_sunday_one_offset()),
        "iso_week_day" => i64::from(date.weekday().to_monday_one_offset()),
        "week" => date.iso_week_date().week().into(),
        "iso_year" => date.iso_week_date().year().into(),
        "quarter" => i64::from((date.month() + 2) / 3),
        other => return Err(failure(format!("unsupported lookup type: {other:?}"))),
    })
}

fn truncated_date(kind: &str, date: Date) -> Result<Date> {
    let first = |month: i8| Date::new(date.year(), month, 1).map_err(|error| failure(error.to_string()));
    match kind {
        "year" => first(1),
        "quarter" => first(date.month() - (date.month() - 1) % 3),
        "month" => first(date.month()),
        "week" => {
            let days = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(SignedDuration::from_hours(24 * days)).map_err(|error| failure(error.to_string()))
        }
        "day" => Ok(date),
        other => Err(failure(format!("unsupported lookup type: {other:?}"))),
    }
}

fn truncated_time(kind: &str, time: Time) -> Option<String> {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    match kind {
        "hour" => Some(format!("{hour:02}:00:00")),
        "minute" => Some(format!("{hour:02}:{minute:02}:00")),
        "second" => Some(format!("{hour:02}:{minute:02}:{second:02}")),
        _ => None,
    }
}

/// Reads the time at an argument, in the zone that the two arguments after it name: the wanted one and the connection's.
fn local(context: &Context<'_>, index: usize) -> Result<Option<DateTime>> {
    let Some(moment) = text(context, index)?.as_deref().and_then(timestamp) else { return Ok(None) };
    let (wanted, own) = (text(context, index + 1)?, text(context, index + 2)?);
    let (Some(wanted), Some(own)) = (wanted, own.filter(|own| !own.is_empty())) else { return Ok(Some(moment)) };
    if wanted == own {
        return Ok(Some(moment));
    }
    let zone = |name: &str| TimeZone::get(name).map_err(|error| failure(error.to_string()));
    let mut instant = moment.to_zoned(zone(&own)?).map_err(|error| failure(error.to_string()))?;
    let (name, shift) = split_offset(&wanted);
    instant = instant.checked_add(shift).map_err(|error| failure(error.to_string()))?;
    Ok(Some(instant.with_time_zone(zone(if name.is_empty() { &own } else { name })?).datetime()))
}

/// Splits `Asia/Tokyo+3:00` into the zone and the shift.
fn split_offset(name: &str) -> (&str, SignedDuration) {
    for (sign, factor) in [('+', 1), ('-', -1)] {
        if let Some((zone, offset)) = name.rsplit_once(sign) {
            let mut parts = offset.split(':').map(str::parse::<i64>);
            if let (Some(Ok(hours)), minutes, None) = (parts.next(), parts.next(), parts.next())
                && let Some(Ok(minutes)) = minutes.or(Some(Ok(0)))
            {
                return (zone, SignedDuration::from_mins(factor * (hours * 60 + minutes)));
            }
        }
    }
    (name, SignedDuration::ZERO)
}

/// Reads `2005-07-29 15:48:00.590358-05` or `2005-07-29`, without its zone; Django's `typecast_timestamp`.
fn timestamp(text: &str) -> Option<DateTime> {
    let Some((date, rest)) = text.split_once(' ') else {
        return Some(DateTime::from_parts(date(text)?, Time::midnight()));
    };
    let rest = rest.trim_start().split(['-', '+']).next()?;
    Some(DateTime::from_parts(self::date(date)?, time(rest)?))
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Reads `15:48:00.590358`; Django's `typecast_time`.
fn time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let micros: i32 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, micros * 1000).ok()
}

fn iso_time(time: Time) -> String {
    let text = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    match time.subsec_nanosecond() / 1000 {
        0 => text,
        micros => format!("{text}.{micros:06}"),
    }
}

fn microseconds(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn text(context: &Context<'_>, index: usize) -> Result<Option<String>> {
    context.get(index)
}

fn required(context: &Context<'_>, index: usize) -> Result<String> {
    text(context, index)?.ok_or_else(|| failure("null where a lookup type is expected"))
}
