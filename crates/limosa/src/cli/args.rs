//! The command line: types only. The doc comments are the help.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use limosa_engine::runner::Unfinished;

/// Database migrations: Django's model, applied exactly once.
#[derive(Debug, Parser)]
#[command(name = "limosa", version, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 migrations are pending (--check) or something was found (check, doctor), 2 usage or project
\
    error, 3 database error, 4 another runner is at work, 5 stopped part-way, 70 a bug, 130 interrupted."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct GlobalArgs {
    /// The project's folder: where manage.py or limosa.toml is.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Project")]
    pub project: Option<PathBuf>,
    /// The project's Python interpreter, for what only Python can answer.
    #[arg(long, global = true, value_name = "PATH", help_heading = "Project")]
    pub python: Option<PathBuf>,
    /// The Django settings module.
    #[arg(long, global = true, value_name = "MODULE", help_heading = "Project")]
    pub settings: Option<String>,
    /// The database: postgres://user@host/name, mysql://user@host/name or sqlite:path. It takes the place of the one in the settings.
    #[arg(long, global = true, value_name = "URL", help_heading = "Project")]
    pub database_url: Option<String>,
    /// The database's alias in the settings.
    #[arg(long, global = true, value_name = "ALIAS", default_value = "default", help_heading = "Project")]
    pub database: String,
    /// How to print.
    #[arg(long, global = true, value_enum, default_value_t, help_heading = "Output")]
    pub format: FormatName,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Output")]
    pub color: ColorChoice,
    /// The same as --color=never; accepted because Django's commands have it.
    #[arg(long, global = true, conflicts_with_all = ["color", "force_color"], help_heading = "Output")]
    pub no_color: bool,
    /// The same as --color=always; accepted because Django's commands have it.
    #[arg(long, global = true, conflicts_with = "color", help_heading = "Output")]
    pub force_color: bool,
    /// How much to say: 0 nothing, 1 the usual, 2 more, 3 every statement.
    #[arg(short, long, global = true, default_value_t = 1, value_name = "0-3", value_parser = clap::value_parser!(u8).range(0..=3), help_heading = "Output")]
    pub verbosity: u8,
    /// Says nothing but errors.
    #[arg(short, long, global = true, conflicts_with = "verbosity", help_heading = "Output")]
    pub quiet: bool,
}

/// How to print, as it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// For people.
    #[default]
    Text,
    /// For programs; documented in docs/reference/json.md.
    Json,
    /// A page for a browser; of `plan` only.
    Html,
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Json => Self::Json,
            FormatName::Text | FormatName::Html => Self::Text,
        }
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Applies migrations, or unapplies them back to one.
    Migrate(MigrateArgs),
    /// Lists migrations and says which are applied.
    Showmigrations(ShowMigrationsArgs),
    /// Prints the SQL of one migration.
    Sqlmigrate(SqlMigrateArgs),
    /// Shows all that `migrate` would do, step by step.
    Plan(PlanArgs),
    /// Judges what migrations do to a database that is in use, before they run.
    Check(CheckArgs),
    /// Shows what a check is about, why, and what to do instead.
    Explain(ExplainArgs),
    /// Looks for what is wrong with the history, and mends what can be mended safely.
    Doctor(DoctorArgs),
    /// Brings two leaves of an app together: puts one branch behind the other, or merges both.
    Rebase(RebaseArgs),
    /// Writes limosa.toml for the project it stands in.
    Init(InitArgs),
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

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
    /// With --pre-deploy: runs nothing when something of this half cannot run. This is so unless --nonstrict is given.
    #[arg(long, requires = "pre_deploy", conflicts_with = "nonstrict")]
    pub strict: bool,
    /// With --pre-deploy: runs what can run, and holds what cannot, where nothing would run otherwise.
    #[arg(long, requires = "pre_deploy")]
    pub nonstrict: bool,
    /// Runs what belongs after the deploy, when the old code runs nowhere any more.
    #[arg(long, conflicts_with_all = ["fake", "prune"])]
    pub post_deploy: bool,
    /// Begins when so many members (clusters on one database) ask for the same; one of them runs it, and all end when it is done.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["plan", "check_unapplied", "prune", "fake", "no_wait"])]
    pub quorum: Option<u32>,
    /// With --quorum: gives up after so long, such as 90s or 10m; 30 minutes when it is left out.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, requires = "quorum")]
    pub quorum_timeout: Option<Duration>,
    /// With --quorum: what this member is called; the name of the host when it is left out. One that comes again counts once.
    #[arg(long, value_name = "NAME", env = "LIMOSA_MEMBER")]
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

/// Arguments of `showmigrations`.
#[derive(Args, Clone, Debug, Default)]
pub struct ShowMigrationsArgs {
    /// Labels of apps; all when left out. With --history also APP.NAME, of which the beginning is enough.
    pub app_label: Vec<String>,
    /// Lists the migrations of each app (the default).
    #[arg(short, long, conflicts_with = "plan")]
    pub list: bool,
    /// Lists all migrations in the order in which they are applied.
    #[arg(short, long)]
    pub plan: bool,
    /// Says in which half of a deploy each pending migration runs; JSON says it always.
    #[arg(long, conflicts_with = "history")]
    pub stages: bool,
    /// Lists the runs that changed the database, the last one last: who, when, how long, what; with -v 2 the statements, too.
    #[arg(long, conflicts_with_all = ["list", "plan"])]
    pub history: bool,
    /// Lists only the last N runs.
    #[arg(short = 'n', long, value_name = "N", requires = "history")]
    pub limit: Option<usize>,
}

/// Arguments of `sqlmigrate`.
#[derive(Args, Clone, Debug)]
pub struct SqlMigrateArgs {
    /// The label of the app.
    pub app_label: String,
    /// The migration; a prefix is enough.
    pub migration_name: String,
    /// Prints the SQL that unapplies it.
    #[arg(long)]
    pub backwards: bool,
}

/// Arguments of `plan`.
#[derive(Args, Clone, Debug, Default)]
pub struct PlanArgs {
    /// The label of an app; all apps when it is left out.
    pub app_label: Option<String>,
    /// The migration to end at (a prefix is enough), or `zero`.
    pub migration_name: Option<String>,
}

/// Arguments of `check`.
#[derive(Args, Clone, Debug, Default)]
pub struct CheckArgs {
    /// The label of an app: all of its migrations, each as if it were to be deployed by itself. Without it, what the database lacks.
    pub app_label: Option<String>,
    /// One migration; a prefix is enough.
    pub migration_name: Option<String>,
    /// All migrations, each as if it were to be deployed by itself.
    #[arg(long, conflicts_with_all = ["app_label"])]
    pub all: bool,
    /// The migrations whose files were added or changed since the branch left this revision of git, as one deploy.
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["app_label", "all"])]
    pub since: Option<String>,
    /// The migrations in these files, as one deploy; other files are passed over, as a pre-commit hook needs it.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["app_label", "all", "since"])]
    pub files: Vec<PathBuf>,
    /// Uses no database: nothing is known of how much its tables hold.
    #[arg(long)]
    pub offline: bool,
    /// Takes from this file how much the tables hold, instead of from the database.
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,
    /// Writes into this file how much the tables hold, for a run without the database, as in CI.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stats", "offline"])]
    pub stats_out: Option<PathBuf>,
    /// Passes over the findings that this file lists.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Writes all findings into this file, for --baseline: those that come later stand out.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
    /// Runs only these checks: codes such as LK001, or letters with which codes begin.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Leaves these checks out: codes, or letters with which codes begin.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Writes the findings for a service: sarif, github, gitlab or junit, into a file or to stdout; repeatable.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = parse_report)]
    pub report: Vec<Report>,
    /// Writes into the files of migrations what findings ask for, where that needs no judgement: only where they are not applied.
    #[arg(long, conflicts_with_all = ["write_baseline", "report", "deploy"])]
    pub fix: bool,
    /// Shows what --fix would write, and writes nothing; the exit code is 1 when there is something.
    #[arg(long, requires = "fix", alias = "dry-run")]
    pub diff: bool,
    /// Runs the examples of the project's own rules instead; the exit code is 1 when one of them is not as it should be.
    #[arg(long, conflicts_with_all = ["app_label", "all", "since", "files", "stats", "stats_out", "baseline", "write_baseline", "report", "fix"])]
    pub test_policies: bool,
    /// Says whether the new code may start: fails when it needs a migration that is not applied, or a pending one breaks the code that is running.
    #[arg(long, conflicts_with_all = ["app_label", "all", "since", "files", "offline", "stats", "stats_out", "write_baseline", "report"])]
    pub deploy: bool,
    /// From which level on a finding makes the exit code 1; errors, unless the configuration says otherwise.
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub fail_on: Option<FailOn>,
}

/// A report for a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it is written.
    pub format: ReportFormat,
    /// Where; to stdout when there is none.
    pub file: Option<PathBuf>,
}

/// How a report for a service is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality.
    Gitlab,
    /// JUnit's XML: a migration is a test.
    Junit,
}

/// From which level on a finding makes the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Notes, warnings and errors.
    Note,
    /// Warnings and errors.
    Warning,
    /// Errors.
    Error,
}

/// Arguments of `explain`.
#[derive(Args, Clone, Debug, Default)]
pub struct ExplainArgs {
    /// The code or name of a check or of a policy of the project, such as LK001 or index-blocks-writes; all are listed when it is left out.
    pub code: Option<String>,
}

/// Arguments of `doctor`.
#[derive(Args, Clone, Debug, Default)]
pub struct DoctorArgs {
    /// Compares the schema with what the recorded migrations make, too.
    #[arg(long, conflicts_with = "fix")]
    pub schema: bool,
    /// Shows the statements that mend what is safe to mend; with --yes they run.
    #[arg(long)]
    pub fix: bool,
    /// Runs what --fix shows, in one transaction, after it wrote a file that undoes it.
    #[arg(long, requires = "fix")]
    pub yes: bool,
    /// The file to write; limosa-undo-TIME.sql in the project's folder when it is left out.
    #[arg(long, value_name = "FILE", requires = "yes")]
    pub undo: Option<PathBuf>,
}

/// Arguments of `rebase`.
#[derive(Args, Clone, Debug, Default)]
pub struct RebaseArgs {
    /// The label of the app; the one that has several leaves when it is left out.
    pub app_label: Option<String>,
    /// The leaf of the branch to put behind the other (a prefix is enough). Without it, the one that a conflict in max_migration.txt
    /// names, or of which nothing is applied.
    pub migration_name: Option<String>,
    /// The leaf that it comes after, where there are more than two.
    #[arg(long, value_name = "MIGRATION")]
    pub onto: Option<String>,
    /// Joins the leaves by a migration that depends on all of them, when it is proved that their order does not matter.
    #[arg(long, conflicts_with_all = ["migration_name", "onto"])]
    pub merge: bool,
    /// Makes the changes; without it they are only shown.
    #[arg(long)]
    pub yes: bool,
    /// Changes files only, and looks at no database.
    #[arg(long)]
    pub files_only: bool,
}

/// Arguments of `init`.
#[derive(Args, Clone, Debug, Default)]
pub struct InitArgs {
    /// Writes over a limosa.toml that is there.
    #[arg(long)]
    pub force: bool,
}

/// Reads a report: its format, and behind `=` its file.
fn parse_report(text: &str) -> Result<Report, String> {
    let (format, file) =
        text.split_once('=').map_or((text, None), |(format, file)| (format, Some(PathBuf::from(file))));
    let format =
        ReportFormat::from_str(format, true).map_err(|_| "expected sarif, github, gitlab or junit".to_owned())?;
    Ok(Report { format, file })
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
