//! The lines of Django whose behaviour differs, one reference version each.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// A line of Django; what differs between them is switched on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DjangoVersion {
    /// Django 4.2.
    V42,
    /// Django 5.0, 5.1 and 5.2, as 5.2 behaves.
    V52,
    /// Django 6.0.
    V60,
    /// Django 6.1.
    #[default]
    V61,
}

impl fmt::Display for DjangoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V42 => "4.2",
            Self::V52 => "5.2",
            Self::V60 => "6.0",
            Self::V61 => "6.1",
        })
    }
}

impl FromStr for DjangoVersion {
    type Err = UnsupportedDjango;

    /// Reads a version as Django writes it, such as `6.1`, `6.1.3`, `6.1rc1` or `5.2.dev20250101`.
    fn from_str(version: &str) -> Result<Self, UnsupportedDjango> {
        let unsupported = || UnsupportedDjango(version.to_owned());
        let (major, rest) = version.trim().split_once('.').ok_or_else(unsupported)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (minor, after) = rest.split_at(digits);
        if !after.is_empty() && !after.starts_with(['.', 'a', 'b', 'r']) {
            return Err(unsupported());
        }
        match (major, minor) {
            ("4", "2") => Ok(Self::V42),
            ("5", "0" | "1" | "2") => Ok(Self::V52),
            ("6", "0") => Ok(Self::V60),
            ("6", "1") => Ok(Self::V61),
            _ => Err(unsupported()),
        }
    }
}

/// A version of Django whose behaviour is not known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Django {0:?} is not supported: the known lines are 4.2, 5.0 to 5.2, 6.0 and 6.1")]
pub struct UnsupportedDjango(pub String);
