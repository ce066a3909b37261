//! The `limosa` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    limosa::cli::main()
}
