//! `limosa completions`: prints a completion script for a shell.

use clap_complete::Shell;

use crate::cli::command;
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::error::Error;

pub(super) fn run(context: &mut CommandContext, shell: Shell) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "limosa", &mut script);
    context.printer.data(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
