//! Builds what is measured or tried.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Runs `cargo build` with these arguments and returns where the binaries of these names are.
pub(crate) fn build<const N: usize>(arguments: &[&str], names: [&str; N]) -> Result<[PathBuf; N]> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .arg("build")
        .args(arguments)
        .arg("--message-format=json-render-diagnostics")
        .current_dir(crate::workspace())
        .stderr(Stdio::inherit())
        .output()
        .context("start cargo")?;
    ensure!(output.status.success(), "the build failed");
    let messages = output.stdout.split(|byte| *byte == b'\n');
    let messages: Vec<Value> = messages.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let mut paths = [const { PathBuf::new() }; N];
    for (path, name) in paths.iter_mut().zip(names) {
        let mut built = messages.iter().filter(|message| message["target"]["name"] == name);
        let found = built.find_map(|message| message["executable"].as_str());
        *path = found.map(PathBuf::from).with_context(|| format!("cargo built no {name}"))?;
    }
    Ok(paths)
}

/// Returns where the program is: the one that is named, or one that is built.
pub(crate) fn limosa(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(limosa) = named {
        return Ok(std::path::absolute(limosa)?);
    }
    let [limosa] = build(&["-p", "limosa", "--bin", "limosa"], ["limosa"])?;
    Ok(limosa)
}
