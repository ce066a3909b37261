//! The commands, one file each: thin, they ask the library and print what it says.

mod check;
mod completions;
mod doctor;
mod explain;
mod init;
mod migrate;
mod plan;
mod rebase;
mod showmigrations;
mod sqlmigrate;

use super::args::{Cli, Command};
use super::context::CommandContext;
use super::exit_code::Exit;
use crate::error::Error;

/// Runs the command that was asked for.
///
/// # Errors
/// Whatever stopped it.
pub async fn run(cli: Cli, context: &mut CommandContext) -> Result<Exit, Error> {
    if context.html && !matches!(cli.command, Command::Plan(_)) {
        return Err(Error::Usage {
            message: "only `plan` has a page for a browser".into(),
            help: "use --format text or json".into(),
        });
    }
    match cli.command {
        Command::Migrate(args) => migrate::run(context, &args).await,
        Command::Showmigrations(args) => showmigrations::run(context, &args).await,
        Command::Sqlmigrate(args) => sqlmigrate::run(context, &args).await,
        Command::Plan(args) => plan::run(context, &args).await,
        Command::Check(args) => check::run(context, &args).await,
        Command::Explain(args) => explain::run(context, &args),
        Command::Doctor(args) => doctor::run(context, &args).await,
        Command::Rebase(args) => rebase::run(context, &args).await,
        Command::Init(args) => init::run(context, &args),
        Command::Completions { shell } => completions::run(context, shell),
    }
}
