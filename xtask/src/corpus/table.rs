//! The report: a line for each package, the totals, and what remains.

use std::fmt::Write;

use anyhow::Result;
use serde_json::json;

use super::patterns;
use super::reading::{FileReading, Outcome, PackageReading};

/// Returns the report in Markdown.
pub(super) fn markdown(readings: &[PackageReading], files: bool) -> String {
    let mut text = String::new();
    _ = writeln!(text, "| package | version | files | operations | static | bridged | reported | static files |");
    _ = writeln!(text, "|---|---|--:|--:|--:|--:|--:|--:|");
    for reading in readings {
        let counts = Counts::of(std::slice::from_ref(reading));
        _ = writeln!(text, "| {} | {} | {counts}", reading.name, reading.version);
    }
    let all = Counts::of(readings);
    _ = writeln!(text, "| **{} packages** | | {all}", readings.len());
    _ = writeln!(
        text,
        "\noperations understood without Python: {} of {} ({})",
        all.known_operations,
        all.operations,
        share(all.known_operations, all.operations)
    );
    let open: usize = readings.iter().map(|reading| reading.open_apps.len()).sum();
    let apps: usize = readings.iter().map(|reading| reading.apps).sum();
    _ = writeln!(
        text,
        "apps whose configuration is known without Python: {} of {apps} ({})",
        apps - open,
        share(apps - open, apps)
    );
    let patterns = patterns::remaining(readings);
    if !patterns.is_empty() {
        _ = writeln!(
            text,
            "\nWhat remains, by the first reason of each file:\n\n| files | reason | such as |\n|--:|---|---|"
        );
        for (reason, pattern) in &patterns {
            _ = writeln!(
                text,
                "| {} | {} | {} |",
                pattern.files,
                reason.replace('|', "\\|"),
                pattern.examples.join(", ")
            );
        }
    }
    if files {
        for (reading, file) in readings.iter().flat_map(|reading| reading.files.iter().map(move |file| (reading, file)))
        {
            describe(&mut text, reading, file);
        }
    }
    text
}

/// Returns all numbers, and the files that are not static, as JSON.
pub(super) fn json(readings: &[PackageReading]) -> Result<String> {
    let packages: Vec<_> = readings
        .iter()
        .map(|reading| {
            let counts = Counts::of(std::slice::from_ref(reading));
            let rest: Vec<&FileReading> = reading.files.iter().filter(|file| file.outcome != Outcome::Static).collect();
            json!({
                "name": reading.name,
                "version": reading.version,
                "files": counts.files,
                "operations": counts.operations,
                "operations_understood": counts.known_operations,
                "static": counts.fixed,
                "bridged": counts.bridged,
                "reported": counts.reported,
                "panicked": reading.panicked(),
                "not_static": rest,
                "apps": reading.apps,
                "apps_asked_of_python": reading.open_apps,
                "doubts": reading.doubts,
            })
        })
        .collect();
    let all = Counts::of(readings);
    Ok(serde_json::to_string_pretty(&json!({
        "files": all.files,
        "operations": all.operations,
        "operations_understood": all.known_operations,
        "static": all.fixed,
        "bridged": all.bridged,
        "reported": all.reported,
        "packages": packages,
    }))?)
}

fn describe(text: &mut String, reading: &PackageReading, file: &FileReading) {
    for reason in &file.reasons {
        _ = writeln!(
            text,
            "{} {}:{}: {:?}: {}: {}",
            reading.name, file.file, reason.line, file.outcome, reason.place, reason.reason
        );
    }
}

/// The numbers of some packages.
struct Counts {
    files: usize,
    operations: usize,
    known_operations: usize,
    fixed: usize,
    bridged: usize,
    reported: usize,
}

impl Counts {
    fn of(readings: &[PackageReading]) -> Self {
        let count = |outcome| readings.iter().map(|reading| reading.count(outcome)).sum();
        Self {
            files: readings.iter().map(|reading| reading.files.len()).sum(),
            operations: readings.iter().map(|reading| reading.operations).sum(),
            known_operations: readings.iter().map(PackageReading::known_operations).sum(),
            fixed: count(Outcome::Static),
            bridged: count(Outcome::Bridged),
            reported: count(Outcome::Reported),
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { files, operations, fixed, bridged, reported, .. } = self;
        write!(f, "{files} | {operations} | {fixed} | {bridged} | {reported} | {} |", share(*fixed, *files))
    }
}

fn share(part: usize, whole: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a percentage with one digit")]
    let percent = if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 };
    format!("{percent:.1} %")
}
