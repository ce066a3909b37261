//! Squawk on SQL.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::case::Case;
use super::rules::Tool;

/// A text to look at, and how.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) sql: String,
    pub(super) transaction: bool,
    pub(super) version: Option<u32>,
}

impl From<&Case> for Text {
    fn from(case: &Case) -> Self {
        Self { sql: case.text().to_owned(), transaction: case.transaction, version: case.version }
    }
}

/// Squawk as it was installed.
pub(super) struct Squawk<'a> {
    pub(super) program: PathBuf,
    pub(super) rules: &'a Tool,
}

#[derive(Deserialize)]
struct Line {
    file: String,
    rule_name: String,
}

impl Squawk<'_> {
    /// Returns the rules that each text breaks, with all rules switched on, in the order of the texts.
    pub(super) fn judge(&self, texts: &[Text], folder: &Path) -> Result<Vec<Vec<String>>> {
        let mut ways: BTreeMap<(bool, Option<u32>), Vec<usize>> = BTreeMap::new();
        for (index, text) in texts.iter().enumerate() {
            fs_err::write(folder.join(name(index)), &text.sql)?;
            ways.entry((text.transaction, text.version)).or_default().push(index);
        }
        let mut found = vec![Vec::new(); texts.len()];
        for ((transaction, version), indices) in ways {
            let mut command = Command::new(&self.program);
            command.current_dir(folder).args(["--reporter", "json"]).stdin(Stdio::null());
            for rule in self.rules.rules.iter().filter(|rule| rule.opt_in) {
                command.args(["--include", &rule.name]);
            }
            if transaction {
                command.arg("--assume-in-transaction");
            }
            if let Some(version) = version {
                command.arg(format!("--pg-version={version}"));
            }
            let output = command.args(indices.iter().map(|index| name(*index))).output().context("start squawk")?;
            let lines: Vec<Line> = serde_json::from_slice(&output.stdout)
                .with_context(|| format!("squawk: {}", String::from_utf8_lossy(&output.stderr)))?;
            for index in indices {
                let own = lines.iter().filter(|line| line.file == name(index)).map(|line| line.rule_name.clone());
                found[index].extend(own);
            }
        }
        Ok(found)
    }
}

fn name(index: usize) -> String {
    format!("{index:04}.sql")
}
