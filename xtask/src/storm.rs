//! `cargo xtask storm`: many runners at once on one database, killed at random moments, until everything is applied exactly once.
//!
//! Real processes on servers of their own. What each migration did is counted: nothing may be lost, nothing done twice, nobody may be
//! needed to help, and the schema must be that of a straight run.

mod place;
mod project;
mod proof;
mod report;
mod round;
mod runner;

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::bench::database::Kind;
use crate::build::limosa;

use place::Place;
use project::{Language, Project};
use report::Line;
use round::Storm;

/// Starts many runners at once on one database, kills some at random moments, and proves that everything was applied exactly once.
///
/// Each database is a server of its own in a temporary folder. A round ends when all is applied and every runner that was not killed has
/// ended; then the counters that the data migrations write, the history, the lease and the schema are looked at.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// On which databases.
    #[arg(long, value_name = "KINDS", value_enum, value_delimiter = ',')]
    databases: Vec<Kind>,
    /// On PostgreSQL through PgBouncer in transaction mode; without --databases, only that.
    #[arg(long)]
    pgbouncer: bool,
    /// On a cluster of three MariaDB nodes, the runners on each in turn; without --databases, only that.
    #[arg(long)]
    galera: bool,
    /// In which language the migrations are written; native ones are TOML and SQL.
    #[arg(long, value_name = "LANGUAGES", value_enum, value_delimiter = ',', default_value = "django")]
    projects: Vec<Language>,
    /// How often, on each database.
    #[arg(long, value_name = "N", default_value_t = 20)]
    rounds: usize,
    /// How many runners work or wait at any time.
    #[arg(long, value_name = "N", default_value_t = 50)]
    runners: usize,
    /// How many runners are killed in a round, at most; each is replaced.
    #[arg(long, value_name = "N", default_value_t = 20)]
    kills: usize,
    /// How many runners are frozen in a round, at most, for longer than the lease is good.
    #[arg(long, value_name = "N", default_value_t = 0)]
    freezes: usize,
    /// The longest time between two kills; half of what a single runner needs, unless told otherwise.
    #[arg(long, value_name = "MILLISECONDS")]
    pause: Option<u64>,
    /// For how long a lease is good when it is not renewed.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 4000)]
    lease: u64,
    /// What the random moments begin with; the seed of a run is printed.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// The interpreter that has Django and the drivers of the databases.
    #[arg(long, value_name = "PATH", env = "LIMOSA_TEST_DJANGO")]
    django: Option<PathBuf>,
    /// Uses this binary and builds nothing.
    #[arg(long, value_name = "PATH")]
    limosa: Option<PathBuf>,
    /// Where what the runners of a round that went wrong said is kept.
    #[arg(long, value_name = "DIR")]
    logs: Option<PathBuf>,
}

/// Runs the storm and prints its table.
pub(crate) fn run(args: &Args) -> Result<()> {
    let limosa = limosa(args.limosa.as_deref())?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    eprintln!("storm: seed {seed}");
    let mut lines: Vec<Line> = Vec::new();
    for kind in kinds(args) {
        let place = Place::start(kind, args.runners)?;
        for language in &args.projects {
            let project = Project::write(*language, place.dialect(), args.django.as_deref())?;
            let mut storm = Storm { place: &place, project: &project, limosa: &limosa, args, pause: 0 };
            let (straight, took) = storm.straight()?;
            storm.pause = args.pause.unwrap_or(took.as_millis() as u64 / 2);
            eprintln!(
                "storm: {} {}: a single runner needs {:.1} s",
                place.title(),
                language.name(),
                took.as_secs_f64()
            );
            let mut line = Line::new(place.title(), *language);
            for number in 0..args.rounds {
                let outcome = storm.round(number + 1, seed + number as u64, &straight)?;
                eprintln!("storm: {} {} round {}: {outcome}", place.title(), language.name(), number + 1);
                line.add(&outcome);
            }
            lines.push(line);
        }
    }
    print!("{}", report::markdown(&lines));
    ensure!(
        lines.iter().all(Line::is_good),
        "not everything was applied exactly once, or a runner did not exit with 0"
    );
    Ok(())
}

fn kinds(args: &Args) -> Vec<place::Kind> {
    let mut kinds: Vec<place::Kind> = args.databases.iter().map(|kind| place::Kind::Plain(*kind)).collect();
    kinds.extend(args.pgbouncer.then_some(place::Kind::PgBouncer));
    kinds.extend(args.galera.then_some(place::Kind::Galera));
    if kinds.is_empty() {
        kinds.extend([Kind::Postgres, Kind::Mariadb, Kind::Sqlite].map(place::Kind::Plain));
    }
    kinds
}
