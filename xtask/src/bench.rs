//! `cargo xtask bench`: Limosa against Django, and against `psql` and `sqlite3` replaying the same statements.
//!
//! Everything that is compared is measured in one go, interleaved, as real processes on databases of its own.

mod applications;
pub(crate) mod database;
mod django;
mod linter;
mod measure;
pub(crate) mod process;
mod project;
mod replay;
mod report;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use database::Kind;
use linter::Linter;
use report::Report;

use crate::build::build;
use crate::servers::Postgres;

/// Measures Limosa against Django and against psql and sqlite3 replaying the same statements.
///
/// Synthetic projects of 1,000 and 3,000 migrations (benches/synth.py): reading up to the plan, `migrate` from empty and with
/// nothing to do, `showmigrations --plan`. Django needs about 2 minutes for 1,000 migrations from empty and 7 for 3,000, per
/// database. PostgreSQL is a server of its own with default settings in a temporary folder, unless --postgres names one.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Leaves out Django from empty at 3,000 migrations (unless cached), and measures fewer times.
    #[arg(long)]
    quick: bool,
    /// Writes all numbers to a file as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Keeps what Django needs from empty, and the linter, in a folder and takes it from there the next time; the report says so.
    #[arg(long, value_name = "DIR")]
    django_cache: Option<PathBuf>,
    /// A PostgreSQL server to use, postgres://user@host:port or ?host=/socket/folder; databases are made and dropped on it.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// The interpreter that has Django and psycopg.
    #[arg(long, value_name = "PATH", env = "LIMOSA_TEST_DJANGO")]
    django: String,
    /// An interpreter that has django-migration-linter beside Django, to judge the same migrations; it needs about 40 minutes for 3,000 of them.
    #[arg(long, value_name = "PATH")]
    linter: Option<PathBuf>,
    /// How often to measure what is short; what is long is measured a third as often.
    #[arg(long, value_name = "N")]
    runs: Option<usize>,
    /// Measures only this database; repeatable. MariaDB is the server of ORACLE_MYSQL_HOST, _PORT and _USER, for --apps.
    #[arg(long, value_name = "KIND", value_enum)]
    only: Vec<Kind>,
    /// Sizes other than the usual two, each APPSxMIGRATIONSxMODELS per app; repeatable.
    #[arg(long, value_name = "AxMxM", value_parser = project::parse_size)]
    size: Vec<project::Size>,
    /// Measures whole applications of tests/oracle instead, from empty: names with commas between them, such as mayan,pretalx.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    apps: Vec<String>,
    /// Another folder of applications for --apps; repeatable.
    #[arg(long, value_name = "DIR")]
    projects: Vec<PathBuf>,
    /// Measures this binary and builds nothing; reading up to the plan is then measured in this program as it was built.
    #[arg(long, value_name = "PATH")]
    limosa: Option<PathBuf>,
    /// The Cargo profile that is measured.
    #[arg(long, value_name = "NAME", default_value = "release", hide = true)]
    profile: String,
}

/// What is measured.
#[derive(Debug)]
struct Programs {
    /// The binary `limosa`.
    limosa: PathBuf,
    /// This program in the same profile, for what is measured inside a process.
    xtask: PathBuf,
}

/// Runs the benchmark and prints the report.
pub(crate) fn run(args: &Args) -> Result<()> {
    let programs = match &args.limosa {
        Some(limosa) => Programs { limosa: std::path::absolute(limosa)?, xtask: std::env::current_exe()? },
        None => {
            let arguments = ["--profile", &args.profile, "-p", "limosa", "-p", "xtask", "--bins"];
            let [limosa, xtask] = build(&arguments, ["limosa", "xtask"])?;
            Programs { limosa, xtask }
        }
    };
    let django = std::env::split_paths(&args.django).next().context("LIMOSA_TEST_DJANGO is empty")?;
    let folder = tempfile::Builder::new().prefix("limosa-bench-").tempdir()?;
    let mut kinds = if args.only.is_empty() { vec![Kind::Sqlite, Kind::Postgres] } else { args.only.clone() };
    if args.only.is_empty() && !args.apps.is_empty() && std::env::var_os("ORACLE_MYSQL_HOST").is_some() {
        kinds.push(Kind::Mariadb);
    }
    let server = match (&args.postgres, kinds.contains(&Kind::Postgres)) {
        (_, false) => None,
        (Some(url), true) => Some(Postgres::at(url)?),
        (None, true) => Some(Postgres::start(&[])?),
    };
    let usual = args.size.is_empty() && args.apps.is_empty();
    let sizes = if usual { project::USUAL.to_vec() } else { args.size.clone() };
    let mut report = Report::new(&django, server.as_ref(), args)?;
    if !args.apps.is_empty() {
        let (limosa, server) = (&programs.limosa, server.as_ref());
        report.applications = applications::measure(&args.apps, &args.projects, limosa, &django, &kinds, server)?;
    }
    for size in sizes {
        let bench = measure::Bench {
            project: project::generate(size, &folder.path().join(size.to_string()), &[])?,
            programs: &programs,
            django: django::Django::new(&django, args.django_cache.as_deref(), &folder.path().join("django"))?,
            linter: args
                .linter
                .as_deref()
                .map(|python| Linter::new(python, args.django_cache.as_deref()))
                .transpose()?,
            server: server.as_ref(),
            quick: args.quick,
            runs: args.runs.unwrap_or(if args.quick { 3 } else { 9 }),
        };
        report.sizes.push(bench.measure(&kinds)?);
    }
    print!("{}", report.markdown());
    if let Some(path) = &args.json {
        fs_err::write(path, report.json()?)?;
    }
    ensure!(!report.has_failed(), "not everything could be measured");
    Ok(())
}
