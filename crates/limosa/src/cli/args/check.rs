//! The arguments of `check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
    /// Writes what findings ask for into the files of migrations that are not applied, where that needs no judgement.
    #[arg(long, conflicts_with_all = ["write_baseline", "report", "deploy"])]
    pub fix: bool,
    /// Shows what --fix would write, and writes nothing; the exit code is 1 when there is something.
    #[arg(long, requires = "fix", alias = "dry-run")]
    pub diff: bool,
    /// Runs the tests of the project's policies instead; the exit code is 1 when one of them fails.
    #[arg(long, conflicts_with_all = ["app_label", "all", "since", "files", "stats", "stats_out", "baseline", "write_baseline", "select", "ignore", "report", "fix", "deploy", "fail_on"])]
    pub test_policies: bool,
    /// Says whether the new code may start; the exit code is 1 when it needs a migration that is not applied, or a pending one breaks the code that is running.
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

/// Reads a report: its format, and behind `=` its file.
fn parse_report(text: &str) -> Result<Report, String> {
    let (format, file) =
        text.split_once('=').map_or((text, None), |(format, file)| (format, Some(PathBuf::from(file))));
    let format =
        ReportFormat::from_str(format, true).map_err(|_| "expected sarif, github, gitlab or junit".to_owned())?;
    Ok(Report { format, file })
}
