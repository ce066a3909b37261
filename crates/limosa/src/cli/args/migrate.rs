//! The arguments of `migrate`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use limosa_engine::runner::Unfinished;

/// How many characters the name of a member has at most.
const LONGEST_MEMBER: usize = 150;

/// Arguments of `migrate`.
#[derive(Args, Clone, Debug, Default)]
pub struct MigrateArgs {
    /// The label of an app; all apps when it is left out.
    pub app_label: Option<String>,
    /// The migration to end at (a prefix is enough), or `zero` to unapply all of the app's.
    pub migration_name: Option<String>,
    /// Never asks; accepted because Django's command has it.
    #[arg(long, visible_alias = "no-input")]
    pub noinput: bool,
    /// Marks migrations as applied (or not) without running them.
    #[arg(long)]
    pub fake: bool,
    /// Marks initial migrations as applied when their tables are there already.
    #[arg(long)]
    pub fake_initial: bool,
    /// Prints the operations that would run, and runs none.
    #[arg(long)]
    pub plan: bool,
    /// Exits with 1 when a migration is not applied, and runs none.
    #[arg(long = "check")]
    pub check_unapplied: bool,
    /// Creates the tables of apps without migrations.
    #[arg(long)]
    pub run_syncdb: bool,
    /// Removes rows from the history whose migrations are not on disk any more; needs an app.
    #[arg(long)]
    pub prune: bool,
    /// Runs what belongs before the deploy, while the old code runs, and puts the rest off.
    #[arg(long, conflicts_with_all = ["post_deploy", "fake", "prune"])]
    pub pre_deploy: bool,
    /// With --pre-deploy: runs nothing when something of this half cannot run. This is the default.
    #[arg(long, requires = "pre_deploy", conflicts_with = "nonstrict")]
    pub strict: bool,
    /// With --pre-deploy: runs what can run, and holds what cannot, where nothing would run otherwise.
    #[arg(long, requires = "pre_deploy")]
    pub nonstrict: bool,
    /// Runs what belongs after the deploy, when the old code runs nowhere any more.
    #[arg(long, conflicts_with_all = ["fake", "prune"])]
    pub post_deploy: bool,
    /// Waits until N members (clusters on one database) ask for the same; then one of them runs it, and all end when it is done.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["plan", "check_unapplied", "prune", "fake", "no_wait"])]
    pub quorum: Option<u32>,
    /// With --quorum: waits at most so long, such as 90s or 10m; 30 minutes when it is left out.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, requires = "quorum")]
    pub quorum_timeout: Option<Duration>,
    /// With --quorum: what this member is called; the name of the host when it is left out. One that comes again counts once.
    #[arg(long, value_name = "NAME", env = "LIMOSA_MEMBER", value_parser = parse_member)]
    pub member: Option<String>,
    /// Migrates all databases of the settings in their order, and stops at the first that fails.
    #[arg(long)]
    pub all_databases: bool,
    /// Waits at most so long for another runner, such as 30s or 10m; without it as long as it takes.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub wait: Option<Duration>,
    /// Exits with 4 at once when another runner is at work.
    #[arg(long, conflicts_with = "wait")]
    pub no_wait: bool,
    /// What to take of a step that an earlier run began outside of any transaction, when nothing tells whether it happened.
    #[arg(long, value_name = "WHAT")]
    pub unfinished: Option<UnfinishedStep>,
}

/// What is to be taken of a step that may or may not have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UnfinishedStep {
    /// It happened: go on after it.
    Done,
    /// It did not happen, or may happen again: run it.
    Again,
}

impl From<UnfinishedStep> for Unfinished {
    fn from(step: UnfinishedStep) -> Self {
        match step {
            UnfinishedStep::Done => Self::Done,
            UnfinishedStep::Again => Self::Again,
        }
    }
}

/// Reads a duration: a whole number with `s`, `m` or `h`; without a unit it is seconds.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("expected a number with s, m or h, such as 30s".into()),
    };
    let number: u64 = number.parse().map_err(|_| "expected a number with s, m or h, such as 30s".to_owned())?;
    number.checked_mul(factor).map(Duration::from_secs).ok_or_else(|| "too long".into())
}

/// Reads the name of a member: what fits into its row, and into a line.
fn parse_member(text: &str) -> Result<String, String> {
    match text.chars().count() <= LONGEST_MEMBER && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err(format!("expected a name of at most {LONGEST_MEMBER} ordinary characters")),
    }
}
