//! Chores of the project: `cargo xtask bench`, `cargo xtask compare-checks`, `cargo xtask corpus`, `cargo xtask crash`, `cargo xtask generate`, `cargo xtask new-check`, `cargo xtask reversal`, `cargo xtask rolling`, `cargo xtask storm`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

mod bench;
mod build;
mod compare_checks;
mod corpus;
mod crash;
mod django_project;
mod dump;
mod generate;
mod new_check;
mod read_to_plan;
mod reversal;
mod rolling;
mod servers;
mod storm;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Parser;

/// Chores of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Command {
    /// Measures Limosa against Django and against psql and sqlite3 replaying the same statements.
    Bench(bench::Args),
    /// Compares what our checks, squawk and django-migration-linter find in the same migrations.
    CompareChecks(compare_checks::Args),
    /// Reads the migrations of packages from PyPI and tells how much of them is understood without Python.
    Corpus(corpus::Args),
    /// Kills the program at every failpoint of every migration, runs it again, and compares with a straight run.
    Crash(crash::Args),
    /// Writes docs/reference from the code.
    Generate(generate::Args),
    /// Begins a check: a file with the next code of its group, listed where checks are listed.
    NewCheck(new_check::Args),
    /// Reads a project up to its plan and prints how long that took, as JSON; `bench` starts it.
    #[command(hide = true)]
    ReadToPlan(read_to_plan::Args),
    /// Undoes and applies again every migration of a Django project, and compares with what Django does.
    Reversal(reversal::Args),
    /// Changes the schema while the old and the new version of an application are at work, and compares with what `check` says.
    Rolling(rolling::Args),
    /// Starts many runners at once, kills some at random moments, and proves that everything was applied exactly once.
    Storm(storm::Args),
}

fn main() -> Result<()> {
    let command = Command::parse();
    servers::stop_at_signals()?;
    match command {
        Command::Bench(args) => bench::run(&args),
        Command::CompareChecks(args) => compare_checks::run(&args),
        Command::Corpus(args) => corpus::run(&args),
        Command::Crash(args) => crash::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::NewCheck(args) => new_check::run(&args),
        Command::ReadToPlan(args) => read_to_plan::run(&args),
        Command::Reversal(args) => reversal::run(&args),
        Command::Rolling(args) => rolling::run(&args),
        Command::Storm(args) => storm::run(&args),
    }
}

/// Returns the folder of the workspace.
fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
