//! Stages in words.

use std::time::Duration;

use limosa_model::Span;
use limosa_plan::stage::{Half, Stage, Why};

use super::StagedMigration;
use crate::workspace::Workspace;

/// Returns how a half is called.
pub fn half_name(half: Half) -> &'static str {
    match half {
        Half::Of(stage) => stage.as_str(),
        Half::Either => "either",
        Half::Mixed => "mixed",
        Half::Unclear => "unclear",
    }
}

/// Describes why a migration belongs to its half.
pub fn describe(workspace: &Workspace, migration: &StagedMigration) -> String {
    match &migration.staged.why {
        Why::Explicit(attribute) => format!("its `{attribute}` says so"),
        Why::Override(key) => format!("the configuration says so of `{key}`"),
        Why::Fallback(key) => format!("its operations differ, and the configuration decides for `{key}`"),
        Why::ThirdParty => "its operations differ, and the configuration decides for installed packages".to_owned(),
        Why::Operation(place) => operation(workspace, migration, *place),
        Why::Nothing => "nothing in it asks for a stage".to_owned(),
        Why::Empty => "nothing is applied yet, so that no code runs meanwhile".to_owned(),
    }
}

/// Describes why an operation has its stage.
pub(super) fn operation(workspace: &Workspace, migration: &StagedMigration, place: usize) -> String {
    let operation = workspace.migration(&migration.id).ok().and_then(|known| known.operations.get(place));
    let what = operation.map(limosa_model::Operation::describe).unwrap_or_default();
    let reason = migration.staged.operations.get(place).map(|operation| operation.reason.describe());
    format!("“{what}” {}", reason.unwrap_or_default())
}

/// Returns where it is written why a migration belongs to its half.
pub(super) fn place(workspace: &Workspace, migration: &StagedMigration) -> Option<Span> {
    match &migration.staged.why {
        Why::Operation(place) => operation_place(workspace, migration, *place),
        Why::Explicit(attribute) => line_of(workspace, migration, attribute),
        _ => workspace.span(&migration.id),
    }
}

/// Returns where an operation was written.
pub(super) fn operation_place(workspace: &Workspace, migration: &StagedMigration, place: usize) -> Option<Span> {
    let operation = workspace.migration(&migration.id).ok().and_then(|known| known.operations.get(place));
    operation.and_then(|operation| operation.span.0).or_else(|| workspace.span(&migration.id))
}

/// Returns the line of a migration's file that sets an attribute, or the start of the file.
fn line_of(workspace: &Workspace, migration: &StagedMigration, attribute: &str) -> Option<Span> {
    let whole = workspace.span(&migration.id)?;
    let source = workspace.sources().get(whole.source)?;
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let text = line.trim().trim_start_matches("--").trim_start().trim_start_matches("limosa:").trim_start();
        let sets = |rest: &str| rest.starts_with(|letter: char| letter.is_whitespace() || "=:".contains(letter));
        if text.strip_prefix(attribute).is_some_and(sets) {
            let indent = line.len() - line.trim_start().len();
            return Some(source.span(at + indent..at + line.trim_end().len()));
        }
        at += line.len();
    }
    Some(whole)
}

/// Returns a duration in its two largest units, rounded up to seconds.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    let units = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let parts = units.into_iter().skip_while(|(number, _)| *number == 0).take(2);
    let parts = parts.filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number}{unit}"));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

/// Returns when a half runs.
pub(super) fn when(stage: Stage) -> &'static str {
    match stage {
        Stage::PreDeploy => "before the deploy",
        Stage::PostDeploy => "after the deploy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (milliseconds, expected) in [
            (0, "0s"),
            (1, "1s"),
            (59_000, "59s"),
            (3_600_000, "1h"),
            (3_601_000, "1h"),
            (90_061_000, "1d 1h"),
            (7_260_000, "2h 1m"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), expected);
        }
    }
}
