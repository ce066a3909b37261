//! The rules of other tools, and which of our checks find the same.

use anyhow::{Context as _, Result};
use serde::Deserialize;

const FILE: &str = include_str!("../../checks/rules.toml");

/// A tool whose rules are compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tool {
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) about: String,
    pub(crate) rules: Vec<Rule>,
}

/// A rule of a tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) alias: Option<String>,
    /// What it finds, where the name does not say it.
    pub(crate) finds: Option<String>,
    /// The codes of our checks that find the same.
    pub(crate) codes: Vec<String>,
    /// What is different, or why there is no check.
    pub(crate) why: Option<String>,
    /// The version of the tool that has it first, where it is one of the newer ones.
    pub(crate) since: Option<String>,
    /// Whether the tool runs it only when it is asked for.
    #[serde(default)]
    pub(crate) opt_in: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tool: Vec<Tool>,
}

/// Returns the tools with their rules.
pub(crate) fn read() -> Result<Vec<Tool>> {
    let file: File = toml::from_str(FILE).context("xtask/checks/rules.toml")?;
    Ok(file.tool)
}

impl Tool {
    /// Returns the rule of a name.
    pub(crate) fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name || rule.alias.as_deref() == Some(name))
    }
}

#[cfg(test)]
mod tests {
    use limosa_check::checks;

    use super::read;

    #[test]
    fn each_rule_has_checks_or_a_reason() {
        for tool in read().expect("the rules") {
            assert!(!tool.rules.is_empty(), "{} has no rules", tool.title);
            for rule in &tool.rules {
                let name = format!("{}/{}", tool.key, rule.name);
                assert!(!rule.codes.is_empty() || rule.why.is_some(), "{name} has neither a check nor a reason");
                for code in &rule.codes {
                    assert!(checks::ALL.iter().any(|check| check.code == code), "{name}: there is no check {code}");
                }
                let same = tool.rules.iter().filter(|other| other.name == rule.name).count();
                assert_eq!(same, 1, "{name} stands there twice");
            }
        }
    }
}
