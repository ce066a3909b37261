//! The report: a table for people, JSON for programs.

mod goals;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Serialize;

use super::Args;
use super::applications::Application;
use super::database::Kind;
use super::django;
use super::measure::median;
use super::process::Sample;
use super::project::Size;
use super::replay;
use crate::servers::{Postgres, succeed};

/// All numbers of one run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The version of this format.
    version: u32,
    /// Where and with what it was measured.
    environment: Vec<(&'static str, String)>,
    /// By size of the project.
    pub(super) sizes: Vec<SizeReport>,
    /// Whole applications.
    pub(super) applications: Vec<Application>,
}

/// The numbers of one project.
#[derive(Debug, Serialize)]
pub(super) struct SizeReport {
    pub(super) size: Size,
    pub(super) rows: Vec<Row>,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum What {
    /// Inside the process: files, graph, full state, plan.
    ReadToPlan,
    /// `check --all` without a database.
    Check,
    /// `migrate --plan` on an empty database.
    ShowPlan,
    /// `migrate` on an empty database.
    FromEmpty,
    /// `migrate` when all is applied.
    NothingToDo,
    /// `showmigrations --plan` when all is applied.
    ShowMigrations,
}

/// One thing that was measured, by all that can do it.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    what: What,
    database: Option<Kind>,
    pub(super) limosa: Vec<Sample>,
    /// What Django needed, or the linter for [`What::Check`].
    pub(super) django: Vec<Sample>,
    /// Whether these are from an earlier run.
    pub(super) django_cached: bool,
    pub(super) replay: Vec<Sample>,
    notes: Vec<String>,
    error: Option<String>,
}

impl What {
    /// Returns what it is called in the table.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::ReadToPlan => "read, graph, full state, plan (in process)",
            Self::Check => "`check --all --offline`; django-migration-linter",
            Self::ShowPlan => "`migrate --plan`, empty database",
            Self::FromEmpty => "`migrate` from empty",
            Self::NothingToDo => "`migrate`, nothing to do",
            Self::ShowMigrations => "`showmigrations --plan`",
        }
    }
}

impl SizeReport {
    pub(super) fn new(size: Size) -> Self {
        Self { size, rows: Vec::new() }
    }
}

impl Row {
    /// Fills a row; what fails is in the report, and the rest is measured all the same.
    pub(super) fn of(what: What, database: Option<Kind>, fill: impl FnOnce(&mut Self) -> Result<()>) -> Self {
        let mut row = Self {
            what,
            database,
            limosa: Vec::new(),
            django: Vec::new(),
            django_cached: false,
            replay: Vec::new(),
            notes: Vec::new(),
            error: None,
        };
        if let Err(error) = fill(&mut row) {
            eprintln!("bench: failed: {error:#}");
            row.error = Some(format!("{error:#}"));
        }
        row
    }

    /// Adds a remark.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    fn line(&self) -> String {
        let (limosa, django, replay) = (median(&self.limosa), median(&self.django), median(&self.replay));
        let cached = if self.django_cached { "\u{a0}(cached)" } else { "" };
        let times = |sample: Option<Sample>| sample.map_or_else(|| "–".to_owned(), |sample| time(sample.seconds));
        let peak = limosa.and_then(|_| self.limosa.iter().map(|sample| sample.peak_kb).max());
        let ratio = |over: Option<Sample>, under: Option<Sample>, digits: usize| match (over, under) {
            (Some(over), Some(under)) if under.seconds > 0.0 => format!("{:.digits$}×", over.seconds / under.seconds),
            _ => "–".to_owned(),
        };
        format!(
            "| {} | {} | {} | {} | {}{} | {} | {} | {} | {} |",
            self.what.title(),
            self.database.map_or("–", Kind::title),
            times(limosa),
            peak.map_or_else(|| "–".to_owned(), memory),
            times(django),
            cached,
            median(&self.django).map_or_else(|| "–".to_owned(), |sample| memory(sample.peak_kb)),
            ratio(django, limosa, 1),
            times(replay),
            ratio(limosa, replay, 2),
        )
    }

    fn remarks(&self) -> impl Iterator<Item = String> {
        let title = format!(
            "{}{}",
            self.what.title(),
            self.database.map(|kind| format!(", {}", kind.title())).unwrap_or_default()
        );
        let error = self.error.iter().map(|error| format!("**failed**: {}", error.lines().next().unwrap_or_default()));
        let cached = self.django_cached.then(|| match self.what {
            What::Check => "the linter's numbers are from an earlier run".to_owned(),
            _ => "Django's time and statements are from an earlier run".to_owned(),
        });
        let spread = spread(&self.limosa).map(|spread| format!("Limosa {spread}"));
        let replay = spread_of_replay(&self.replay);
        let all = error.chain(self.notes.iter().cloned()).chain(cached).chain(spread).chain(replay);
        let all: Vec<String> = all.collect();
        (!all.is_empty()).then(|| format!("* {title}: {}.", all.join("; "))).into_iter()
    }
}

impl Report {
    /// Describes where it is measured.
    pub(super) fn new(python: &Path, server: Option<&Postgres>, args: &Args) -> Result<Self> {
        let mut environment = vec![
            ("machine", machine()),
            ("Limosa", limosa(args)),
            ("Django", django::version(python)?),
            ("SQLite is replayed by", replay::sqlite_program(python)?),
        ];
        if let Some(server) = server {
            let version = server.query("postgres", "SHOW server_version")?;
            let fsync = server.query("postgres", "SHOW fsync")?;
            let via = if server.host.starts_with('/') { "socket" } else { "network" };
            environment.push(("PostgreSQL", format!("{version}, fsync {fsync}, by {via}")));
            environment.push(("PostgreSQL is replayed by", succeed(Command::new("psql").arg("--version"))?));
        }
        Ok(Self { version: 1, environment, sizes: Vec::new(), applications: Vec::new() })
    }

    /// Returns whether something could not be measured.
    pub(super) fn has_failed(&self) -> bool {
        self.sizes.iter().flat_map(|size| &size.rows).any(|row| row.error.is_some())
            || self.applications.iter().any(Application::differs)
    }

    /// Returns the report as Markdown.
    pub(super) fn markdown(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.environment {
            _ = writeln!(text, "* {name}: {value}");
        }
        for size in &self.sizes {
            let Size { apps, migrations, models } = size.size;
            let total = size.size.total();
            _ = writeln!(text, "\n## {total} migrations, {} models ({apps} apps × {migrations})\n", apps * models);
            text.push_str(
                "| | database | Limosa | peak | Django | peak | Django ÷ Limosa | replay | Limosa ÷ replay |\n",
            );
            text.push_str("|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
            for row in &size.rows {
                _ = writeln!(text, "{}", row.line());
            }
            text.push('\n');
            for remark in size.rows.iter().flat_map(Row::remarks) {
                _ = writeln!(text, "{remark}");
            }
        }
        if !self.applications.is_empty() {
            text.push_str("\n## Whole applications, `migrate` from empty\n\n");
            text.push_str(
                "| application | database | Limosa | Django | Django ÷ Limosa | result |\n|---|---|--:|--:|--:|---|\n",
            );
            for application in &self.applications {
                _ = writeln!(text, "{}", application.line());
            }
        }
        let goals: Vec<String> = self.sizes.iter().flat_map(goals::of).collect();
        if !goals.is_empty() {
            _ = writeln!(text, "\n## Goals\n\n{}", goals.join("\n"));
        }
        text.push_str("\nTimes are medians (of one run each for applications), from start to end of the process unless it says otherwise; peaks are of the process alone.\n");
        text
    }

    /// Returns all numbers as JSON.
    pub(super) fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

fn limosa(args: &Args) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match &args.limosa {
        Some(path) => format!("{version}, {}", path.display()),
        None => format!("{version}, profile {}", args.profile),
    }
}

fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map(|rest| rest.trim_start_matches(['\t', ' ', ':']));
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("?");
    format!("{cpus} processors ({}), load {load} at the start", model.unwrap_or("unknown"))
}

fn time(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

fn memory(kilobytes: u64) -> String {
    format!("{:.0} MB", kilobytes as f64 / 1024.0)
}

/// Says how far the runs are apart.
fn spread(samples: &[Sample]) -> Option<String> {
    let seconds = || samples.iter().map(|sample| sample.seconds);
    let (least, most) = (seconds().min_by(f64::total_cmp)?, seconds().max_by(f64::total_cmp)?);
    let cpu = median(samples)?.cpu_seconds;
    Some(format!("{} runs, {} to {}, processor {}", samples.len(), time(least), time(most), time(cpu)))
}

fn spread_of_replay(samples: &[Sample]) -> Option<String> {
    spread(samples).map(|spread| format!("replay {spread}"))
}
