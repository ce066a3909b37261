//! What an answer of a tool is worth.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use limosa_check::checks;
use serde::Deserialize;

use super::case::Case;
use super::limosa;
use super::rules::{Rule, Tool};

const FILE: &str = include_str!("../../checks/differences.toml");

/// What an answer is worth.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Dangerous, and reported.
    Found,
    /// Dangerous, and reported as a note.
    Noted,
    /// Dangerous, and not reported.
    Missed,
    /// Harmless, and not reported.
    Silent,
    /// Harmless, and reported.
    Alarm,
    /// Neither, on purpose: what it would be otherwise, and the reason.
    Left(Box<Verdict>, String),
    /// Not asked.
    None,
}

/// What the verdicts are made by.
pub(super) struct Judge<'a> {
    pub(super) squawk: &'a Tool,
    pub(super) linter: &'a Tool,
    differences: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    cases: Vec<String>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    difference: Vec<Difference>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(squawk: &'a Tool, linter: &'a Tool) -> Result<Self> {
        let file: File = toml::from_str(FILE).context("xtask/checks/differences.toml")?;
        let pairs = file.difference.into_iter().flat_map(|difference| {
            let reason = difference.reason;
            difference.cases.into_iter().map(move |case| (case, reason.clone()))
        });
        Ok(Self { squawk, linter, differences: pairs.collect() })
    }

    /// Judges what our checks find.
    pub(super) fn limosa(&self, case: &Case, found: &[limosa_check::Finding]) -> Verdict {
        let verdict = match self.rule(case) {
            Some(rule) => {
                let mut about = found.iter().filter(|finding| rule.codes.iter().any(|code| finding.code == code));
                // Where a check says more than a note of itself, a note is no alarm.
                let is_reported = |finding: &&limosa_check::Finding| {
                    case.dangerous || limosa::counts(finding) || !is_loud(&finding.code)
                };
                let any = about.clone().any(|finding| is_reported(&finding));
                verdict(case, any, about.any(limosa::counts))
            }
            None if case.dangerous => {
                let is_found = |code: &String| {
                    let (code, note) = code.split_once(':').map_or((code.as_str(), false), |(code, _)| (code, true));
                    found.iter().any(|finding| finding.code == code && (note || limosa::counts(finding)))
                };
                let noted = case.codes.iter().all(|code| code.contains(':'));
                verdict(case, case.codes.iter().all(is_found), !noted)
            }
            None => {
                verdict(case, found.iter().any(|finding| limosa::counts(finding) && is_default(&finding.code)), true)
            }
        };
        let unwanted = case.without.iter().any(|code| found.iter().any(|finding| finding.code == code));
        let verdict = if unwanted { Verdict::Alarm } else { verdict };
        let without_check = self.rule(case).filter(|rule| rule.codes.is_empty()).and_then(|rule| rule.why.clone());
        let reason = self.differences.get(&case.name).or_else(|| self.differences.get(whole(&case.name)));
        let reason = reason.cloned().or(without_check);
        match (verdict, reason) {
            (verdict @ (Verdict::Missed | Verdict::Alarm), Some(reason)) => Verdict::Left(Box::new(verdict), reason),
            (verdict, _) => verdict,
        }
    }

    /// Judges what squawk finds, or the linter.
    ///
    /// # Errors
    ///
    /// Fails when it is a rule that xtask/checks/rules.toml does not know.
    pub(super) fn other(&self, tool: &Tool, case: &Case, found: &[String]) -> Result<Verdict> {
        let rule = |name: &String| {
            tool.rule(name).with_context(|| format!("xtask/checks/rules.toml knows no rule {name} of {}", tool.title))
        };
        let rules: Vec<&Rule> = found.iter().map(rule).collect::<Result<_>>()?;
        let codes: Vec<&str> = match self.rule(case) {
            Some(rule) if std::ptr::eq(tool, self.squawk) => {
                let any = rules.iter().any(|other| other.name == rule.name || alias(rule, &other.name));
                return Ok(verdict(case, any, true));
            }
            Some(rule) => rule.codes.iter().map(String::as_str).collect(),
            None => case.codes.iter().map(|code| code.split(':').next().unwrap_or(code)).collect(),
        };
        let any = if case.dangerous || case.rule.is_some() {
            rules.iter().any(|rule| rule.codes.iter().any(|code| codes.contains(&code.as_str())))
        } else {
            let is_loud = |rule: &&Rule| rule.codes.is_empty() || rule.codes.iter().any(|code| is_default(code));
            rules.iter().filter(|rule| !rule.opt_in).any(is_loud)
        };
        Ok(verdict(case, any, true))
    }

    /// Returns the differences that none of the cases needs; those about single statements only when they were asked about.
    pub(super) fn unused<'b>(&'b self, verdicts: &[(&str, &Verdict)], statements: bool) -> Vec<&'b str> {
        let is_needed =
            |name: &str| verdicts.iter().any(|(case, verdict)| *case == name && matches!(verdict, Verdict::Left(..)));
        let asked = self.differences.keys().filter(|name| statements || whole(name) == name.as_str());
        asked.map(String::as_str).filter(|name| !is_needed(name)).collect()
    }

    /// Returns whether a rule of squawk's says something of a case that counts.
    pub(super) fn is_loud(&self, rule: &str, case: &Case) -> bool {
        let is_expected = |code: &String| case.codes.iter().any(|own| own.split(':').next() == Some(code));
        self.squawk.rule(rule).is_some_and(|rule| rule.codes.iter().any(|code| is_default(code) || is_expected(code)))
    }

    /// Returns whether the tool runs the rule of an example only when it is asked for.
    pub(super) fn is_opt_in(&self, case: &Case) -> bool {
        self.rule(case).is_some_and(|rule| rule.opt_in)
    }

    fn rule(&self, case: &Case) -> Option<&'a Rule> {
        case.rule.as_deref().and_then(|name| self.squawk.rule(name))
    }
}

/// Returns what a statement of an example is called.
pub(super) fn statement(example: &str, number: usize) -> String {
    format!("{example}, statement {number}")
}

/// Returns the example that a statement is taken from.
fn whole(name: &str) -> &str {
    name.split(", statement ").next().unwrap_or(name)
}

/// The rule that another one is a name of.
fn alias(rule: &Rule, other: &str) -> bool {
    rule.name == "require-timeout-settings" && ["require-lock-timeout", "require-statement-timeout"].contains(&other)
}

fn verdict(case: &Case, reported: bool, loudly: bool) -> Verdict {
    match (case.dangerous, reported, loudly) {
        (true, true, true) => Verdict::Found,
        (true, true, false) => Verdict::Noted,
        (true, false, _) => Verdict::Missed,
        (false, true, _) => Verdict::Alarm,
        (false, false, _) => Verdict::Silent,
    }
}

/// Returns whether a check says more than a note of itself.
fn is_loud(code: &str) -> bool {
    checks::find(code).is_some_and(|check| check.level >= limosa_check::Level::Warning)
}

/// Returns whether a check runs without being asked for and says more than a note: what is asked for alone is no alarm where it was not.
pub(super) fn is_default(code: &str) -> bool {
    is_loud(code) && checks::find(code).is_some_and(|check| check.default)
}

#[cfg(test)]
mod tests {
    use limosa_check::Finding;

    use super::super::case::{Body, Case};
    use super::super::{limosa, rules};
    use super::{Judge, Verdict};

    const ADD_INDEX: &str = "CREATE INDEX i ON shop_order (status)";
    const ADD_COLUMN: &str = "ALTER TABLE shop_order ADD COLUMN x integer NULL";

    fn case(sql: &str, codes: &[&str], without: &[&str]) -> Case {
        Case {
            name: sql.to_owned(),
            dangerous: !codes.is_empty(),
            codes: codes.iter().map(ToString::to_string).collect(),
            without: without.iter().map(ToString::to_string).collect(),
            ..Case::new(Body::Sql(sql.to_owned()))
        }
    }

    fn example(sql: &str, rule: &str, dangerous: bool) -> Case {
        Case { rule: Some(rule.to_owned()), dangerous, ..case(sql, &[], &[]) }
    }

    #[test]
    fn what_counts() {
        let tools = rules::read().expect("the rules");
        let tool = |key: &str| tools.iter().find(|tool| tool.key == key).expect("the tool");
        let judge = Judge::new(tool("squawk"), tool("linter")).expect("the differences");
        let left = |verdict| Verdict::Left(Box::new(verdict), String::new());
        let ours = [
            (case(ADD_INDEX, &["LK001"], &[]), Verdict::Found),
            (case(ADD_INDEX, &["LK001", "LK002"], &[]), Verdict::Missed),
            (case(ADD_INDEX, &["LK001"], &["LK001"]), Verdict::Alarm),
            (case(ADD_INDEX, &[], &[]), Verdict::Alarm),
            (case(ADD_COLUMN, &[], &[]), Verdict::Silent),
            (case("ALTER TABLE shop_order ALTER number DROP NOT NULL", &["BC012:note"], &[]), Verdict::Noted),
            (case("ALTER TABLE shop_order ALTER number DROP NOT NULL", &["BC012"], &[]), Verdict::Missed),
            (example(ADD_INDEX, "require-concurrent-index-creation", true), Verdict::Found),
            (example(ADD_INDEX, "require-concurrent-index-creation", false), Verdict::Alarm),
            (example(ADD_INDEX, "ban-drop-column", false), Verdict::Silent),
            (example(ADD_INDEX, "ban-drop-column", true), Verdict::Missed),
            (example(ADD_INDEX, "ban-create-policy", true), left(Verdict::Missed)),
        ];
        for (case, expected) in ours {
            let found: Vec<Finding> = limosa::judge_case(&case).expect("the findings");
            match (judge.limosa(&case, &found), expected) {
                (Verdict::Left(was, _), Verdict::Left(expected, _)) => assert_eq!(was, expected, "{case:?}"),
                (was, expected) => assert_eq!(was, expected, "{case:?}"),
            }
        }
        let others = [
            ("linter", case(ADD_INDEX, &["LK001"], &[]), "CREATE_INDEX", Some(Verdict::Found)),
            ("linter", case(ADD_INDEX, &["LK001"], &[]), "DROP_TABLE", Some(Verdict::Missed)),
            ("linter", case(ADD_COLUMN, &[], &[]), "DROP_TABLE", Some(Verdict::Alarm)),
            ("squawk", case(ADD_COLUMN, &[], &[]), "prefer-robust-stmts", Some(Verdict::Silent)),
            ("squawk", example(ADD_INDEX, "ban-drop-column", true), "ban-drop-table", Some(Verdict::Missed)),
            ("squawk", case(ADD_INDEX, &["LK001"], &[]), "a-rule-of-tomorrow", None),
        ];
        for (key, case, found, expected) in others {
            assert_eq!(judge.other(tool(key), &case, &[found.to_owned()]).ok(), expected, "{key} {found}: {case:?}");
        }
    }
}
