//! What the tools are asked about.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

const FILE: &str = include_str!("../../checks/cases.toml");

/// One question: is this dangerous?
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// What it is called.
    pub(super) name: String,
    /// The rules that it is an example of, such as `strong_migrations/add_index`.
    pub(super) origin: Vec<String>,
    /// The one rule of squawk that it is about: nothing else counts then.
    pub(super) rule: Option<String>,
    /// Whether it is one statement of an example.
    pub(super) alone: bool,
    /// The database.
    pub(super) database: Database,
    /// What is done.
    pub(super) body: Body,
    /// Whether it is done in one transaction.
    pub(super) transaction: bool,
    /// The server's major version, where it matters.
    pub(super) version: Option<u32>,
    /// Whether it is dangerous.
    pub(super) dangerous: bool,
    /// The codes of ours that must be found.
    pub(super) codes: Vec<String>,
    /// The codes of ours that must not be found.
    pub(super) without: Vec<String>,
}

/// A database that cases are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Database {
    Postgres,
    Mysql,
    Mariadb,
}

impl Database {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
        }
    }
}

/// What a case does.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// SQL of the project's own.
    Sql(String),
    /// Django's operations, or the body of a migration from the functions before its class on, known by its `operations =`.
    Django(String),
}

impl Case {
    pub(super) fn new(body: Body) -> Self {
        Self {
            name: String::new(),
            origin: Vec::new(),
            rule: None,
            alone: false,
            database: Database::Postgres,
            body,
            transaction: true,
            version: None,
            dangerous: true,
            codes: Vec::new(),
            without: Vec::new(),
        }
    }

    /// Returns what it is called, with its database and its form.
    pub(super) fn title(&self) -> String {
        format!("{} ({}, {})", self.name, self.database.title(), self.form())
    }

    /// Returns what is done, as it is written.
    pub(super) fn text(&self) -> &str {
        let (Body::Sql(text) | Body::Django(text)) = &self.body;
        text
    }

    /// Returns what tells the form: SQL or Django's operations.
    pub(super) fn form(&self) -> &'static str {
        match self.body {
            Body::Sql(_) => "SQL",
            Body::Django(_) => "Django",
        }
    }
}

/// An entry of the file: one thing on some databases, in one or both forms.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    /// The rules that it is an example of, such as `strong_migrations/add_index`.
    origin: Vec<String>,
    databases: Option<Vec<Database>>,
    sql: Option<String>,
    django: Option<String>,
    #[serde(default)]
    not_atomic: bool,
    version: Option<u32>,
    /// What must be found; nothing where it is harmless.
    #[serde(default)]
    finds: Vec<String>,
    /// What must not be found, where something else must.
    #[serde(default)]
    without: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Entry>,
}

/// Reads the cases of our own.
pub(super) fn read() -> Result<Vec<Case>> {
    let file: File = toml::from_str(FILE).context("xtask/checks/cases.toml")?;
    let mut cases: Vec<Case> = Vec::new();
    for entry in &file.case {
        ensure!(entry.sql.is_some() || entry.django.is_some(), "{}: neither `sql` nor `django`", entry.name);
        let both = [entry.sql.clone().map(Body::Sql), entry.django.clone().map(Body::Django)];
        for body in both.into_iter().flatten() {
            for database in entry.databases.as_deref().unwrap_or(&[Database::Postgres]) {
                let case = entry.case(body.clone(), *database);
                let same = |other: &&Case| {
                    (&other.name, other.database, other.form()) == (&case.name, case.database, case.form())
                };
                ensure!(!cases.iter().any(|other| same(&other)), "{} stands there twice", entry.name);
                cases.push(case);
            }
        }
    }
    Ok(cases)
}

impl Entry {
    fn case(&self, body: Body, database: Database) -> Case {
        Case {
            name: self.name.clone(),
            origin: self.origin.clone(),
            database,
            transaction: !self.not_atomic,
            version: self.version,
            dangerous: !self.finds.is_empty(),
            codes: self.finds.clone(),
            without: self.without.clone(),
            ..Case::new(body)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::compare_checks::rules;

    /// What strong_migrations finds without a statement of its own, or nobody asks for any more.
    const WITHOUT_CASES: [&str; 1] = ["add_index_corruption"];

    #[test]
    fn each_case_is_about_a_rule_and_each_rule_has_a_case() {
        let (tools, origins) = (rules::read().expect("the rules"), super::read().expect("the cases"));
        let origins: Vec<String> = origins.into_iter().flat_map(|case| case.origin).collect();
        for origin in &origins {
            let (key, name) = origin.split_once('/').expect("a tool and a rule");
            let tool = tools.iter().find(|tool| tool.key == key).unwrap_or_else(|| panic!("no tool {key}"));
            assert!(tool.rule(name).is_some(), "{} has no rule {name}", tool.title);
        }
        for tool in tools.iter().filter(|tool| ["strong_migrations", "linter", "zero_downtime"].contains(&&*tool.key)) {
            for rule in tool.rules.iter().filter(|rule| !WITHOUT_CASES.contains(&&*rule.name)) {
                let origin = format!("{}/{}", tool.key, rule.name);
                assert!(origins.contains(&origin), "no case is about {origin}");
            }
        }
    }
}
