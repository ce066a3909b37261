//! `cargo xtask crash`: kills the program at every failpoint of every migration, runs it again, and compares with a run that nobody killed.
//!
//! Real processes on servers of their own. Each crash begins with a copy of the database as it is before the migration.

mod case;
mod database;
mod project;
mod report;
mod selection;
mod state;
mod walk;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::bench::database::Kind;
use crate::build::build;

use case::Runner;
use database::Server;
use project::Project;
use report::Line;
use selection::{Only, Selection};

/// Kills the program at every failpoint of every migration, runs it again, and compares with a run that nobody killed.
///
/// Schema, history and all rows must be the same, but for numbers that a sequence gave; the second run must succeed.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// On which databases.
    #[arg(long, value_name = "KINDS", value_enum, value_delimiter = ',', default_value = "sqlite,postgres,mariadb")]
    databases: Vec<Kind>,
    /// Of which projects: native, library, contrib, shop, reusable; all of them when it is left out.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    projects: Vec<String>,
    /// A Django project that stands elsewhere, instead; its settings read ORACLE_DB, _NAME, _HOST, _PORT and _USER.
    #[arg(long, value_name = "DIR", requires = "settings", requires = "python")]
    project: Option<PathBuf>,
    /// The settings module of --project.
    #[arg(long, value_name = "MODULE")]
    settings: Option<String>,
    /// The interpreter of --project.
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Of which migrations, APP.NAME with commas between them; all of them when it is left out.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    migrations: Vec<String>,
    /// At which failpoints; at all that are reached when it is left out.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    failpoints: Vec<String>,
    /// A single crash, MIGRATION:FAILPOINT:TIME:DATABASE, with `-` before the migration to undo it; repeatable.
    #[arg(long, value_name = "CRASH", allow_hyphen_values = true)]
    only: Vec<Only>,
    /// Only applies migrations, or only undoes them.
    #[arg(long, value_enum)]
    direction: Option<Direction>,
    /// How many of the times that a failpoint is reached in a run, the first and the last among them.
    #[arg(long, value_name = "N", default_value_t = 8)]
    times: usize,
    /// How many crashes are tried at once.
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    /// Uses this binary, `limosa-failpoints`, and builds nothing.
    #[arg(long, value_name = "PATH")]
    limosa: Option<PathBuf>,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Direction {
    /// Applying.
    Forwards,
    /// Undoing.
    Backwards,
}

/// The binary that can be killed at named places; the ordinary one is left as it is.
const NAME: &str = "limosa-failpoints";

/// Tries the crashes and prints the table.
pub(crate) fn run(args: &Args) -> Result<()> {
    let program = match &args.limosa {
        Some(program) => std::path::absolute(program)?,
        None => {
            let [program] = build(&["-p", "limosa", "--features", "failpoints", "--bin", NAME], [NAME])?;
            program
        }
    };
    let projects = projects(args)?;
    let selection = Selection {
        forwards: args.direction != Some(Direction::Backwards),
        backwards: args.direction != Some(Direction::Forwards),
        times: args.times,
        migrations: args.migrations.clone(),
        failpoints: args.failpoints.clone(),
        only: args.only.clone(),
    };
    let cache = tempfile::Builder::new().prefix("limosa-crash-").tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut lines = Vec::new();
    for kind in &args.databases {
        let Some(selection) = selection.on(*kind) else { continue };
        let server = Server::start(*kind)?;
        for project in &projects {
            let runner = Runner { program: &program, project, cache: cache.path() };
            let began = Instant::now();
            eprintln!("{} on {}", project.name, kind.title());
            let walked = runtime.block_on(walk::walk(&runner, &server, &selection, args.jobs.max(1)));
            let walked = walked.with_context(|| format!("{} on {}", project.name, kind.title()))?;
            lines.push(Line { project: project.name.clone(), kind: *kind, walked, took: began.elapsed() });
        }
    }
    report::print(&lines);
    ensure!(lines.iter().any(|line| !line.walked.crashes.is_empty()), "nothing was crashed");
    let wrong: usize = lines.iter().map(Line::wrong).sum();
    ensure!(wrong == 0, "after {wrong} crashes the next run does not leave what a straight run leaves");
    Ok(())
}

fn projects(args: &Args) -> Result<Vec<Project>> {
    if let (Some(folder), Some(settings), Some(python)) = (&args.project, &args.settings, &args.python) {
        return Ok(vec![Project::at(folder, settings, python)?]);
    }
    match args.projects.as_slice() {
        [] => Project::names().map(Project::named).collect(),
        names => names.iter().map(|name| Project::named(name)).collect(),
    }
}
