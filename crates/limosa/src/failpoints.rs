//! The `limosa` binary of the tests, which can be killed at named places; it leaves the ordinary one where it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    limosa::cli::main()
}
