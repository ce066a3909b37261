//! The command line: types only. The doc comments are the help.

mod check;
mod migrate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::check::{CheckArgs, FailOn, Report, ReportFormat};
pub use self::migrate::{MigrateArgs, UnfinishedStep};

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
