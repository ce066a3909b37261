//! Builds what is measured.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// What is measured.
#[derive(Debug)]
pub(crate) struct Programs {
    /// The binary `limosa`.
    pub(crate) limosa: PathBuf,
    /// This program in the same profile, for what is measured inside a process.
    pub(super) xtask: PathBuf,
}

/// Builds both binaries and returns where they are.
pub(crate) fn build(profile: &str) -> Result<Programs> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--profile", profile, "-p", "limosa", "-p", "xtask", "--bins"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(crate::workspace())
        .stderr(Stdio::inherit())
        .output()
        .context("start cargo")?;
    ensure!(output.status.success(), "the build failed");
    let messages: Vec<Value> =
        output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let executable = |name: &str| {
        let mut built = messages.iter().filter(|message| message["target"]["name"] == name);
        let path = built.find_map(|message| message["executable"].as_str());
        path.map(PathBuf::from).with_context(|| format!("cargo built no {name}"))
    };
    Ok(Programs { limosa: executable("limosa")?, xtask: executable("xtask")? })
}
