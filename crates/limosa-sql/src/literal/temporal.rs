//! Dates, times and durations as Python keeps, reads and writes them.

use std::fmt;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// A `datetime.datetime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// What the clock shows.
    pub civil: civil::DateTime,
    /// The distance to UTC; nothing for a naive one.
    pub offset: Option<Offset>,
}

/// A `datetime.time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// What the clock shows.
    pub civil: civil::Time,
    /// The distance to UTC; nothing for a naive one.
    pub offset: Option<Offset>,
}

impl DateTime {
    /// Returns it with the offset that a time zone has at that moment (`timezone.make_aware`), nothing when there is no such zone.
    pub fn in_zone(civil: civil::DateTime, zone: &str) -> Option<Self> {
        let zone = if zone == "UTC" { TimeZone::UTC } else { TimeZone::get(zone).ok()? };
        let offset = match zone.to_ambiguous_zoned(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
        };
        Some(Self { civil, offset: Some(offset) })
    }

    /// Returns what a clock in UTC shows, for an aware one.
    pub fn to_utc(self) -> Option<civil::DateTime> {
        let seconds = i64::from(self.offset?.seconds());
        self.civil.checked_sub(jiff::SignedDuration::from_secs(seconds)).ok()
    }

    /// Reads what Django's `parse_datetime` reads.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, rest) = text.split_at_checked(10)?;
        let date = parse_date(date)?;
        let rest = rest.strip_prefix(['T', 't', ' '])?.trim_start();
        let (time, offset) = split_offset(rest)?;
        Some(Self { civil: date.to_datetime(parse_clock(time)?), offset })
    }
}

impl Time {
    /// Returns Python's `isoformat(timespec="microseconds")`.
    pub fn with_microseconds(self) -> String {
        let text = self.to_string();
        if self.civil.subsec_nanosecond() < 1000 && self.offset.is_none() { format!("{text}.000000") } else { text }
    }

    /// Reads what Django's `parse_time` reads.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self { civil: parse_clock(text.trim())?, offset: None })
    }
}

/// Reads `2020-01-31`.
pub(super) fn parse_date(text: &str) -> Option<civil::Date> {
    let mut parts = text.trim().split('-');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    if parts.next().is_some() { None } else { civil::Date::new(year, month, day).ok() }
}

fn parse_clock(text: &str) -> Option<civil::Time> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = parts.next().map_or(Some(0), |second| second.parse().ok())?;
    let nanosecond = i32::try_from(micros(fraction)?).ok()? * 1000;
    if parts.next().is_some() { None } else { civil::Time::new(hour, minute, second, nanosecond).ok() }
}

/// The first six digits behind a point as microseconds.
fn micros(fraction: &str) -> Option<u32> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{fraction}000000");
    padded[..6].parse().ok()
}

fn split_offset(text: &str) -> Option<(&str, Option<Offset>)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time.trim_end(), Some(Offset::UTC)));
    }
    let Some(position) = text.rfind(['+', '-']) else { return Some((text, None)) };
    let (time, offset) = text.split_at(position);
    let (sign, digits) = offset.split_at(1);
    let digits = digits.replace(':', "");
    if !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = if digits.len() == 4 { digits[2..].parse().ok()? } else { 0 };
    let seconds = (hours * 60 + minutes) * 60;
    let offset = Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()?;
    Some((time.trim_end(), Some(offset)))
}

/// Python's `str(datetime)`.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Date(self.civil.date()), Clock(self.civil.time()))?;
        write_offset(f, self.offset)
    }
}

/// Python's `str(time)`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Clock(self.civil))?;
        write_offset(f, self.offset)
    }
}

/// Python's `str(date)`.
pub(super) struct Date(pub(super) civil::Date);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

struct Clock(civil::Time);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.0.hour(), self.0.minute(), self.0.second())?;
        match self.0.subsec_nanosecond() / 1000 {
            0 => Ok(()),
            micros => write!(f, ".{micros:06}"),
        }
    }
}

fn write_offset(f: &mut fmt::Formatter<'_>, offset: Option<Offset>) -> fmt::Result {
    let Some(offset) = offset else { return Ok(()) };
    let seconds = offset.seconds().abs();
    let sign = if offset.seconds() < 0 { '-' } else { '+' };
    write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
    if seconds % 60 == 0 { Ok(()) } else { write!(f, ":{:02}", seconds % 60) }
}

/// Python's `str(timedelta)`.
pub(super) struct Duration(pub(super) i128);

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, rest) = (self.0.div_euclid(86_400_000_000), self.0.rem_euclid(86_400_000_000));
        if days != 0 {
            write!(f, "{days} day{}, ", if days.abs() == 1 { "" } else { "s" })?;
        }
        let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
        write!(f, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        if micros == 0 { Ok(()) } else { write!(f, ".{micros:06}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_as_python_does() {
        for (text, written) in [
            ("2020-01-02 03:04", "2020-01-02 03:04:00"),
            ("2020-01-02T03:04:05.5Z", "2020-01-02 03:04:05.500000+00:00"),
            ("2020-01-02 03:04:05+0530", "2020-01-02 03:04:05+05:30"),
            ("2020-01-02 03:04:05-08", "2020-01-02 03:04:05-08:00"),
        ] {
            assert_eq!(DateTime::parse(text).map(|value| value.to_string()).as_deref(), Some(written));
        }
        assert_eq!(DateTime::parse("2020-13-02 03:04"), None);
        assert_eq!(Duration(-1).to_string(), "-1 day, 23:59:59.999999");
    }
}
