//! `cargo xtask rolling`: deploys in two halves while the old and the new version of an application are at work.
//!
//! Each case is a change of the models. Django processes of both versions insert, read, change and delete rows while `--pre-deploy` and
//! `--post-deploy` run. Where `limosa check` was silent, no query may fail; what it warns of has to happen.

mod case;
mod deploy;
mod judge;
mod load;
mod place;
mod project;
mod report;

use std::path::PathBuf;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};

use crate::bench::database::Kind;
use crate::build::limosa;

use case::Case;
use deploy::Deploy;
use place::Place;
use report::Line;

/// Changes the schema while the old and the new version of an application are at work, and compares with what `check` says.
///
/// Each database is a server of its own in a temporary folder. A case fails where `check` was silent and a query failed, or where it warned and
/// nothing did.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// On which databases.
    #[arg(long, value_name = "KINDS", value_enum, value_delimiter = ',', default_value = "postgres,mariadb")]
    databases: Vec<Kind>,
    /// Only the cases whose names begin so.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    cases: Vec<String>,
    /// How many rows the large table holds.
    #[arg(long, value_name = "N", default_value_t = 500)]
    rows: u64,
    /// How many threads each version works with.
    #[arg(long, value_name = "N", default_value_t = 3)]
    workers: usize,
    /// How many rounds each thread goes in each phase, at least.
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
    /// How long the application waits for a lock, in milliseconds; on MariaDB in whole seconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000)]
    patience: u64,
    /// The interpreter that has Django and the drivers of the databases.
    #[arg(long, value_name = "PATH", env = "LIMOSA_TEST_DJANGO")]
    django: PathBuf,
    /// Uses this binary and builds nothing.
    #[arg(long, value_name = "PATH")]
    limosa: Option<PathBuf>,
    /// Where what failed is written, in full.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Puts the table into docs/rolling.md, between the marks of this name.
    #[arg(long, value_name = "NAME")]
    write: Option<String>,
}

/// Runs the deploys and prints their table.
pub(crate) fn run(args: &Args) -> Result<()> {
    let limosa = limosa(args.limosa.as_deref())?;
    let python = std::env::split_paths(&args.django).next().context("no interpreter is named")?;
    let base = case::base()?;
    let is_asked = |case: &Case| args.cases.is_empty() || args.cases.iter().any(|name| case.name.starts_with(name));
    let cases: Vec<Case> = case::all()?.into_iter().filter(is_asked).collect();
    ensure!(!cases.is_empty(), "no case has such a name");
    let on = |kind: Kind| -> Result<Vec<Line>> {
        let place = Place::start(kind, &limosa, &python, &base, args.rows)?;
        let mut lines = Vec::new();
        for case in cases.iter().filter(|case| case.is_for(kind)) {
            let deploy = Deploy { place: &place, case, base: &base, args };
            let run = deploy.run().with_context(|| format!("{} on {}", case.name, kind.title()))?;
            let line = Line::new(kind, case, run);
            eprintln!("rolling: {line}");
            lines.push(line);
        }
        Ok(lines)
    };
    let lines = thread::scope(|scope| {
        let running: Vec<_> = args.databases.iter().map(|kind| scope.spawn(|| on(*kind))).collect();
        let ended = running.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?);
        ended.collect::<Result<Vec<_>>>()
    })?;
    let lines: Vec<Line> = lines.into_iter().flatten().collect();
    if let Some(log) = &args.log {
        fs_err::write(log, report::log(&lines))?;
    }
    let table = report::markdown(&lines);
    if let Some(name) = &args.write {
        report::write(&table, name, args)?;
    }
    print!("{table}");
    let wrong: Vec<String> = lines.iter().filter(|line| !line.is_good()).map(ToString::to_string).collect();
    ensure!(wrong.is_empty(), "check and the deploy do not agree:\n{}", wrong.join("\n"));
    Ok(())
}
