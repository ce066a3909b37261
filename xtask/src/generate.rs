//! `cargo xtask generate`: writes docs/reference from the code, so that it cannot drift.

mod checks;
mod cli;
mod config;
mod exit_codes;
mod failures;
mod policies;
mod rules_of_others;

use anyhow::{Result, bail};

/// Writes docs/reference from the code: the command line, the configuration, the exit codes, the failures that are explained, the checks,
/// what policies see.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Writes nothing and fails when a file differs.
    #[arg(long)]
    check: bool,
}

/// Writes the files, or compares them.
pub(crate) fn run(args: &Args) -> Result<()> {
    let folder = crate::workspace().join("docs/reference");
    let files = [
        ("checks.md", checks::page()),
        ("checks-and-peers.md", rules_of_others::page()?),
        ("cli.md", cli::page()),
        ("config.md", config::page()),
        ("exit-codes.md", exit_codes::page()?),
        ("failures.md", failures::page()),
        ("policies.md", policies::page()),
    ];
    let mut stale = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|present| present == text) {
            continue;
        }
        if args.check {
            stale.push(name);
        } else {
            fs_err::create_dir_all(&folder)?;
            fs_err::write(&path, text)?;
            println!("docs/reference/{name}");
        }
    }
    if !stale.is_empty() {
        bail!("not what the code says: {}; run `cargo xtask generate`", stale.join(", "));
    }
    Ok(())
}
