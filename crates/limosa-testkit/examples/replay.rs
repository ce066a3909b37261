//! Compares what we would do with what Django does: `replay PROJECT sqlite|postgres|mariadb|mysql [--sqlmigrate|--finished|--backwards]`.

use std::path::PathBuf;

use clap::Parser;
use limosa_testkit::oracle::{Answers, Project, Server};
use limosa_testkit::replay::{Difference, Excuse, Subject, compare};

#[derive(Parser)]
struct Args {
    /// The project's name.
    project: String,
    /// `sqlite`, `postgres`, `mariadb`, or `mysql`, for which only what `sqlmigrate` prints is compared.
    database: String,
    /// Compare `sqlmigrate` on the database just before each migration.
    #[arg(long)]
    sqlmigrate: bool,
    /// Compare `sqlmigrate` on the finished database.
    #[arg(long)]
    finished: bool,
    /// Compare `sqlmigrate --backwards` on the database just after each migration.
    #[arg(long)]
    backwards: bool,
    /// Show only migrations whose key contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// How many differing migrations to show.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// How many lines of each to show.
    #[arg(long, default_value_t = 12)]
    lines: usize,
    /// Read the answers from this file.
    #[arg(long)]
    answers: Option<PathBuf>,
    /// The interpreter, for a project whose environment has another name.
    #[arg(long)]
    python: Option<PathBuf>,
}

/// Shows a line from where it differs from its counterpart.
fn shortened(line: &str, other: Option<&String>) -> String {
    let common = other.map_or(0, |other| line[1..].bytes().zip(other[1..].bytes()).take_while(|(a, b)| a == b).count());
    if common < 150 {
        return line.chars().take(700).collect();
    }
    let start = (1..=common - 60).rev().find(|position| line.is_char_boundary(*position)).unwrap_or(1);
    let head: String = line.chars().take(60).collect();
    format!("{head} … {}", line[start..].chars().take(260).collect::<String>())
}

#[expect(clippy::print_stdout, reason = "it is a tool for the terminal")]
fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let server =
        Server::named(&args.database).ok_or_else(|| anyhow::anyhow!("no server is called {}", args.database))?;
    let answers = match (&args.answers, &args.python) {
        (Some(file), _) => Answers::read(&std::fs::read_to_string(file)?)?,
        (None, Some(python)) => Project::at(&PathBuf::from(&args.project), python).answers(server)?,
        (None, None) => Project::find(&args.project)?.answers(server)?,
    };
    let subject = match (args.sqlmigrate, args.finished, args.backwards) {
        (true, ..) => Subject::Before,
        (_, true, _) => Subject::Finished,
        (_, _, true) => Subject::Backwards,
        _ => Subject::Executed,
    };
    let outcomes = compare(&answers, subject);
    let different: Vec<_> = outcomes.iter().filter(|outcome| outcome.difference.is_some()).collect();
    let shown = different.iter().filter(|outcome| outcome.name.contains(&args.only)).take(args.limit);
    for outcome in shown {
        println!("=== {}", outcome.name);
        match &outcome.difference {
            Some(Difference::Error(error)) => println!("error: {error}"),
            Some(Difference::Lines(lines)) => {
                for (position, line) in lines.iter().enumerate().take(args.lines) {
                    let next = lines.get(position + 1).filter(|_| line.starts_with('-'));
                    let before = position.checked_sub(1).map(|before| &lines[before]).filter(|_| line.starts_with('+'));
                    println!("{}", shortened(line, next.or(before)));
                }
            }
            None => {}
        }
    }
    for outcome in outcomes.iter().filter(|outcome| outcome.excuse.is_some() && args.limit > 0) {
        println!("excused: {} ({:?})", outcome.name, outcome.excuse);
    }
    let excused = |excuse| outcomes.iter().filter(|outcome| outcome.excuse == Some(excuse)).count();
    let (reordered, python) = (excused(Excuse::Reordered), excused(Excuse::NeedsPython));
    println!(
        "{} {} {subject:?}: {} compared, {} differ, {reordered} in another order by chance, {python} need Python",
        args.project,
        args.database,
        outcomes.len(),
        different.len()
    );
    std::process::exit(i32::from(!different.is_empty()));
}
