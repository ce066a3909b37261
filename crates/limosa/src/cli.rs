//! The command line.

pub mod args;
mod command_line;
pub mod commands;
pub mod context;
pub mod exit_code;
mod held;
mod markup;
mod order;
pub mod printer;
pub mod redact;
pub mod render;
mod report_error;
pub mod reporter;
pub mod signals;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::args::Cli;
use self::context::CommandContext;
use self::exit_code::Exit;
use crate::error::Error;

/// Returns the definition of the command line, from which help, completions and the reference are made.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line of the process and returns its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut context = CommandContext::new(&cli.global);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            context.printer.error(&format!("error: start: {error}\n"));
            return Exit::Bug.into();
        }
    };
    let result = runtime.block_on(commands::run(cli, &mut context));
    let result = match context.printer.take_failure() {
        Some(failure) if result.is_ok() => Err(Error::System { what: "cannot write to stdout", error: failure }),
        _ => result,
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => report_error::report(&error, &mut context.printer).into(),
    }
}
