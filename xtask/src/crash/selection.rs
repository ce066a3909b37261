//! Which crashes are tried.

use std::str::FromStr;

use anyhow::{Context, Error, Result};

use super::case::Point;
use crate::bench::database::Kind;

/// Which crashes are tried.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub(super) forwards: bool,
    pub(super) backwards: bool,
    /// How many of the times that a place is reached.
    pub(super) times: usize,
    /// The migrations; all when there is none.
    pub(super) migrations: Vec<String>,
    /// The failpoints; all when there is none.
    pub(super) failpoints: Vec<String>,
    /// Single crashes; all when there is none.
    pub(super) only: Vec<Only>,
}

/// A single crash: `MIGRATION:FAILPOINT:TIME:DATABASE`, with `-` before the migration when it is undone.
#[derive(Clone, Debug)]
pub(super) struct Only {
    step: String,
    point: String,
    /// The database's name.
    pub(super) kind: String,
}

impl Selection {
    /// Returns what of it concerns a database.
    pub(super) fn on(&self, kind: Kind) -> Option<Self> {
        let mut selection = self.clone();
        selection.only.retain(|only| only.kind == kind.name());
        (self.only.is_empty() || !selection.only.is_empty()).then_some(selection)
    }

    /// Returns whether a migration is crashed.
    pub(super) fn has_migration(&self, migration: &str) -> bool {
        let is_only = |only: &Only| only.step.trim_start_matches('-') == migration;
        (self.only.is_empty() || self.only.iter().any(is_only))
            && (self.migrations.is_empty() || self.migrations.iter().any(|name| name == migration))
    }

    /// Returns whether a run is killed there.
    pub(super) fn has_point(&self, step: &str, point: &Point) -> bool {
        if !self.failpoints.is_empty() && !self.failpoints.contains(&point.failpoint) {
            return false;
        }
        let point = point.to_string();
        self.only.is_empty() || self.only.iter().any(|only| only.step == step && only.point == point)
    }
}

impl FromStr for Only {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let shape = "expected MIGRATION:FAILPOINT:TIME:DATABASE, such as library.0001_initial:recorded:1:sqlite";
        let (step, rest) = text.split_once(':').context(shape)?;
        let (point, kind) = rest.rsplit_once(':').context(shape)?;
        Ok(Self { step: step.to_owned(), point: point.to_owned(), kind: kind.to_owned() })
    }
}
