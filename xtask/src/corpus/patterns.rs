//! What remains: reasons without the names in them, counted.

use std::collections::BTreeMap;

use super::reading::{FileReading, PackageReading};

/// A reason as often as it comes up.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    /// In how many files.
    pub(super) files: usize,
    /// The first places.
    pub(super) examples: Vec<String>,
}

/// Counts the files by the first reason why each is not static; the most frequent first.
pub(super) fn remaining(readings: &[PackageReading]) -> Vec<(String, Pattern)> {
    let mut patterns: BTreeMap<String, Pattern> = BTreeMap::new();
    let files = readings.iter().flat_map(|reading| reading.files.iter().map(move |file| (reading, file)));
    for (reading, file) in files {
        let Some(reason) = file.reasons.first() else { continue };
        let pattern = patterns.entry(without_names(&reason.reason)).or_default();
        pattern.files += 1;
        if pattern.examples.len() < 2 {
            pattern.examples.push(place(reading, file));
        }
    }
    let mut patterns: Vec<_> = patterns.into_iter().collect();
    patterns.sort_by_key(|(_, pattern)| std::cmp::Reverse(pattern.files));
    patterns
}

fn place(reading: &PackageReading, file: &FileReading) -> String {
    let line = file.reasons.first().map_or(1, |reason| reason.line);
    format!("{} {}:{line}", reading.name, file.file)
}

/// Replaces what stands between backticks, and numbers.
fn without_names(reason: &str) -> String {
    let parts = reason.split('`').enumerate();
    let parts = parts.map(|(position, part)| if position % 2 == 1 { "…" } else { part });
    parts.collect::<Vec<_>>().join("`")
}
