//! The table of the deploys.

use std::fmt::{self, Write as _};

use anyhow::{Context, Result};

use crate::bench::database::Kind;

use super::Args;
use super::case::Case;
use super::deploy::Run;
use super::judge::Half;
use super::load::Version;

/// A case on a database.
#[derive(Debug)]
pub(super) struct Line {
    kind: Kind,
    name: String,
    title: String,
    run: Run,
}

/// Which version is at work in which phases, with the heading of the column.
const COLUMNS: [(Version, &str, &str); 6] = [
    (Version::Old, "before", "old, before"),
    (Version::Old, "pre-deploy", "old, during pre-deploy"),
    (Version::Old, "overlap", "old, after it"),
    (Version::New, "overlap", "new, after it"),
    (Version::New, "post-deploy", "new, during post-deploy"),
    (Version::New, "after", "new, after it"),
];

impl Line {
    pub(super) fn new(kind: Kind, case: &Case, run: Run) -> Self {
        Self { kind, name: case.name.clone(), title: case.title.clone(), run }
    }

    /// Returns whether what happened is what `check` said.
    pub(super) fn is_good(&self) -> bool {
        self.run.verdict.is_good()
    }

    fn halves(&self) -> String {
        let name = |half: &Half| if *half == Half::Before { "pre" } else { "post" };
        self.run.halves.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// Returns the codes of what is about queries; those of notes in parentheses.
    fn codes(&self) -> String {
        let mut codes: Vec<String> = Vec::new();
        for found in self.run.found.iter().filter(|found| found.code.starts_with("BC") || found.code.starts_with("LK"))
        {
            let code = if found.level == "note" { format!("({})", found.code) } else { found.code.clone() };
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes.join(" ")
    }

    fn failed(&self, version: Version, phase: &str) -> u64 {
        let happened = self.run.phases.get(&(version, phase.to_owned()));
        happened.map_or(0, |happened| happened.failures.iter().map(|failure| failure.count).sum())
    }

    fn queries(&self) -> u64 {
        self.run.phases.values().map(|happened| happened.queries).sum()
    }

    /// Returns how many transactions, and runs of the program, were to be repeated because of a deadlock.
    fn repeated(&self) -> u64 {
        self.run.phases.values().map(|happened| happened.repeated).sum::<u64>() + self.run.repeated
    }

    /// Returns how long a query took at most while a migration may have run, in milliseconds.
    fn longest(&self) -> f64 {
        let longest = self.run.phases.values().map(|happened| happened.longest);
        longest.fold(0.0, f64::max) * 1000.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({}):", self.kind.title(), self.name, self.halves())?;
        let codes = self.codes();
        write!(f, " check says {};", if codes.is_empty() { "nothing" } else { &codes })?;
        let failed = COLUMNS.map(|(version, phase, _)| self.failed(version, phase).to_string());
        write!(f, " failed {}; {} deadlocks, ", failed.join(" "), self.repeated())?;
        write!(f, "{} queries, {:.0} ms at most", self.queries(), self.longest())?;
        self.run.verdict.unforeseen.iter().try_for_each(|text| write!(f, "\n    not foretold: {text}"))?;
        self.run.verdict.unfounded.iter().try_for_each(|text| write!(f, "\n    did not happen: {text}"))
    }
}

/// Returns the table.
pub(super) fn markdown(lines: &[Line]) -> String {
    let mut text = String::from("| change | database | half | `check` |");
    COLUMNS.iter().for_each(|(_, _, heading)| _ = write!(text, " {heading} |"));
    text.push_str(" deadlocks | queries | longest, ms |\n|---|---|---|---|");
    text.push_str(&"--:|".repeat(COLUMNS.len() + 3));
    text.push('\n');
    let mut names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    for line in names.iter().flat_map(|name| lines.iter().filter(move |line| line.name == *name)) {
        // Writing to a text does not fail.
        _ = write!(text, "| {} | {} | {} | {} |", line.title, line.kind.title(), line.halves(), line.codes());
        for (version, phase, _) in COLUMNS {
            _ = write!(text, " {} |", line.failed(version, phase));
        }
        _ = writeln!(text, " {} | {} | {:.0} |", line.repeated(), line.queries(), line.longest());
    }
    text
}

/// Returns all that failed.
pub(super) fn log(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        _ = writeln!(text, "{line}");
        for found in &line.run.found {
            _ = writeln!(text, "  {} {}: {}", found.level, found.code, found.message);
        }
        for ((version, phase), happened) in &line.run.phases {
            let sql = happened.longest_sql.as_deref().unwrap_or_default();
            _ = writeln!(
                text,
                "  {version:?} {phase}: {} queries, longest {:.3} s {sql}",
                happened.queries, happened.longest
            );
            for failure in &happened.failures {
                let sql = failure.sql.as_deref().unwrap_or_default();
                _ = writeln!(
                    text,
                    "    {} × {} ({}): {} {sql}",
                    failure.count, failure.step, failure.kind, failure.error
                );
            }
        }
    }
    text
}

/// Puts the table into docs/rolling.md, between two marks.
pub(super) fn write(table: &str, name: &str, args: &Args) -> Result<()> {
    let path = crate::workspace().join("docs/rolling.md");
    let text = fs_err::read_to_string(&path)?;
    let (begin, end) = (format!("<!-- rolling {name} -->"), "<!-- end -->");
    let (before, rest) = text.split_once(&begin).with_context(|| format!("docs/rolling.md has no mark {begin}"))?;
    let (_, after) = rest.split_once(end).with_context(|| format!("docs/rolling.md has no mark {end}"))?;
    let Args { rows, workers, rounds, patience, .. } = args;
    let size = format!(
        "{rows} orders, {workers} threads of each version, at least {rounds} rounds of each in every phase; {patience} ms for a lock."
    );
    Ok(fs_err::write(&path, format!("{before}{begin}\n{size}\n\n{table}{end}{after}"))?)
}
