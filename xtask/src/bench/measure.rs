//! What is measured, in which order.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Programs;
use super::database::{Database, Kind};
use super::django::{Django, FromEmpty};
use super::linter::Linter;
use super::process::{self, Sample};
use super::project::{self, Project};
use super::replay;
use super::report::{Row, SizeReport, What};
use crate::servers::Postgres;

/// One project and all that measuring it needs.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    pub(super) project: Project,
    pub(super) programs: &'a Programs,
    pub(super) django: Django,
    pub(super) linter: Option<Linter>,
    pub(super) server: Option<&'a Postgres>,
    pub(super) quick: bool,
    pub(super) runs: usize,
}

impl Bench<'_> {
    /// Measures everything on each database.
    pub(super) fn measure(&self, kinds: &[Kind]) -> Result<SizeReport> {
        let mut report = SizeReport::new(self.project.size);
        self.progress("read to plan");
        report.rows.push(Row::of(What::ReadToPlan, None, |row| self.read_to_plan(row)));
        self.progress("check --all");
        report.rows.push(Row::of(What::Check, None, |row| self.check(row)));
        for kind in kinds {
            // Removed in the end, whatever happens.
            let ours = self.database("limosa", *kind)?;
            self.progress(&format!("migrate --plan, {}", kind.title()));
            report.rows.push(Row::of(What::ShowPlan, Some(*kind), |row| self.plan(row, &ours)));
            self.progress(&format!("from empty, {}", kind.title()));
            report.rows.push(Row::of(What::FromEmpty, Some(*kind), |row| self.migrate_from_empty(row, *kind, &ours)));
            for (what, arguments) in [
                (What::NothingToDo, &["migrate", "--noinput"][..]),
                (What::ShowMigrations, &["showmigrations", "--plan"]),
            ] {
                self.progress(&format!("{}, {}", what.title(), kind.title()));
                report.rows.push(Row::of(what, Some(*kind), |row| self.command(row, arguments, &ours)));
            }
        }
        Ok(report)
    }

    /// Inside a process each: files to graph, full state and plan of an empty database.
    fn read_to_plan(&self, row: &mut Row) -> Result<()> {
        let database = self.database("read", Kind::Sqlite)?;
        database.empty()?;
        for round in 0..self.runs {
            let mut command = Command::new(&self.programs.xtask);
            command.arg("read-to-plan").arg(&self.project.folder).arg("--python").arg(&self.django.python);
            self.set_up(&mut command, &database);
            let (_, line) = process::run_for_line(&mut command)?;
            row.limosa.push(serde_json::from_str(&line).with_context(|| format!("read-to-plan printed {line:?}"))?);
            if round == 0 {
                // Python compiles its modules the first time.
                self.django.read(&self.project, &database)?;
            }
            row.django.push(self.django.read(&self.project, &database)?);
        }
        Ok(())
    }

    /// All migrations judged, each as a deploy of its own, without a database, by `check` and by django-migration-linter.
    ///
    /// The project takes no `unique_together` away: Django, which writes the SQL for the linter, needs a database for that.
    fn check(&self, row: &mut Row) -> Result<()> {
        let folder = self.project.folder.with_extension("check");
        let project = project::generate(self.project.size, &folder, &["--keep-unique"])?;
        let database = self.database("check", Kind::Sqlite)?;
        let check = || self.limosa_on(&project, &["check", "--all", "--offline"], &database);
        let judged = "migrations checked";
        process::run_finding(&mut check(), judged)?;
        for _ in 0..self.runs {
            row.limosa.push(process::run_finding(&mut check(), judged)?);
        }
        let Some(linter) = &self.linter else {
            row.note("the linter was left out (no --linter)".to_owned());
            return Ok(());
        };
        let (sample, cached) = linter.lint(&project, &database)?;
        row.django.push(sample);
        row.django_cached = cached;
        row.note(format!("in Django's place {}, run once", linter.title()));
        Ok(())
    }

    /// `migrate --plan` on an empty database.
    fn plan(&self, row: &mut Row, ours: &Database<'_>) -> Result<()> {
        ours.empty()?;
        self.command(row, &["migrate", "--plan"], ours)
    }

    fn migrate_from_empty(&self, row: &mut Row, kind: Kind, ours: &Database<'_>) -> Result<()> {
        let django = self.django_from_empty(kind)?;
        let mut expected = self.project.size.total();
        if let Some(django) = &django {
            row.django.push(django.sample);
            row.django_cached = django.cached;
            row.note(format!("{} statements in {} transactions", django.statements, django.transactions));
            expected = replay::history_rows(&django.script)?;
        } else {
            row.note("Django and the replay of its statements were left out (--quick)".to_owned());
        }
        let again = self.database("replay", kind)?;
        for _ in 0..self.runs.div_ceil(3) {
            if let Some(django) = &django {
                row.replay.push(replay::replay(&django.script, &again, &self.django.python)?);
                self.ensure_history(&again, expected)?;
            }
            ours.empty()?;
            row.limosa.push(process::run(&mut self.limosa(&["migrate", "--noinput"], ours))?);
            self.ensure_history(ours, expected)?;
        }
        Ok(())
    }

    fn django_from_empty(&self, kind: Kind) -> Result<Option<FromEmpty>> {
        if let Some(cached) = self.django.cached(&self.project, kind)? {
            return Ok(Some(cached));
        }
        if self.quick && self.project.size.total() > 1000 {
            return Ok(None);
        }
        let theirs = self.database("django", kind)?;
        self.django.migrate(&self.project, kind, &theirs).map(Some)
    }

    /// One command of both, as whole processes.
    fn command(&self, row: &mut Row, arguments: &[&str], database: &Database<'_>) -> Result<()> {
        process::run(&mut self.limosa(arguments, database))?;
        for _ in 0..self.runs {
            row.limosa.push(process::run(&mut self.limosa(arguments, database))?);
            row.django.push(process::run(&mut self.django.command(&self.project, database, arguments))?);
        }
        Ok(())
    }

    fn limosa(&self, arguments: &[&str], database: &Database<'_>) -> Command {
        self.limosa_on(&self.project, arguments, database)
    }

    fn limosa_on(&self, project: &Project, arguments: &[&str], database: &Database<'_>) -> Command {
        let mut command = Command::new(&self.programs.limosa);
        command.arg("--project").arg(&project.folder).arg("--python").arg(&self.django.python);
        command.args(["--settings", "settings"]).args(arguments);
        self.set_up(&mut command, database);
        command.current_dir(&project.folder);
        command
    }

    fn set_up(&self, command: &mut Command, database: &Database<'_>) {
        for variable in ["DATABASE_URL", "LIMOSA_DATABASE_URL", "LIMOSA_PROJECT", "LIMOSA_PYTHON", "LIMOSA_SETTINGS"] {
            command.env_remove(variable);
        }
        command.current_dir(&self.project.folder).env("DJANGO_SETTINGS_MODULE", "settings");
        database.environment(command);
    }

    fn database(&self, name: &str, kind: Kind) -> Result<Database<'_>> {
        let folder = self.project.folder.parent().unwrap_or(Path::new("."));
        Database::new(kind, &format!("{name}_{}", self.project.size), folder, self.server)
    }

    fn ensure_history(&self, database: &Database<'_>, expected: usize) -> Result<()> {
        let rows = database.history(&self.django.python)?;
        ensure!(rows >= expected, "{rows} migrations in the history after a run of {expected}");
        Ok(())
    }

    fn progress(&self, what: &str) {
        eprintln!("bench: {} migrations: {what}", self.project.size.total());
    }
}

/// Returns the sample in the middle by time.
pub(super) fn median(samples: &[Sample]) -> Option<Sample> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    sorted.get(sorted.len() / 2).copied()
}
