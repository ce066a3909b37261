//! Builds the program that can be killed at named places.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The name of the binary; the ordinary one is left as it is.
const NAME: &str = "limosa-failpoints";

/// Builds the binary and returns where it is.
pub(super) fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "-p", "limosa", "--features", "failpoints", "--bin", NAME])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(crate::workspace())
        .stderr(Stdio::inherit())
        .output()
        .context("start cargo")?;
    ensure!(output.status.success(), "the build failed");
    let messages = output.stdout.split(|byte| *byte == b'\n');
    let mut messages = messages.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let path = messages.find_map(|message| {
        (message["target"]["name"] == NAME).then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    });
    path.with_context(|| format!("cargo built no {NAME}"))
}
