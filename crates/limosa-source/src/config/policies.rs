//! `[[checks.policies]]`: the project's own rules, with their tests.

use indexmap::IndexMap;
use limosa_model::{Diagnostic, SmolStr, Span, Value};

use super::table::Table;
use super::{Sourced, keys};

/// A rule of the project, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicySection {
    /// Where it stands.
    pub span: Span,
    /// The code.
    pub code: Option<Sourced<SmolStr>>,
    /// The name in words.
    pub name: Option<Sourced<SmolStr>>,
    /// How bad a finding is.
    pub level: Option<Sourced<SmolStr>>,
    /// What it looks at.
    pub on: Option<Sourced<SmolStr>>,
    /// The expression.
    pub when: Option<Sourced<SmolStr>>,
    /// What is said of a finding.
    pub message: Option<Sourced<SmolStr>>,
    /// What to do instead.
    pub help: Option<Sourced<SmolStr>>,
    /// Its tests.
    pub tests: Vec<PolicyTest>,
}

/// A test of a policy: an example, and whether it is to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyTest {
    /// Where it stands.
    pub span: Span,
    /// What it is called.
    pub name: Option<Sourced<SmolStr>>,
    /// Whether the policy is to find something.
    pub found: Option<Sourced<bool>>,
    /// Operations in Python, or a migration.
    pub python: Option<Sourced<SmolStr>>,
    /// A migration in SQL.
    pub sql: Option<Sourced<SmolStr>>,
    /// A migration in TOML.
    pub toml: Option<Sourced<SmolStr>>,
    /// The variables themselves, in the place of a migration.
    pub context: Option<Sourced<Value>>,
    /// Operations in Python that run before, in the place of the project's migrations.
    pub before: Option<Sourced<SmolStr>>,
    /// The app of the migration.
    pub app: Option<Sourced<SmolStr>>,
    /// The database, such as `postgresql 16`.
    pub database: Option<Sourced<SmolStr>>,
    /// How many rows tables hold.
    pub rows: IndexMap<SmolStr, Sourced<i64>>,
}

impl PolicySection {
    /// Reads a table.
    pub(super) fn read(table: &mut Table<'_, '_>, span: Span) -> Self {
        for key in ["code", "when", "message"] {
            if table.span_of(key).is_some() {
                continue;
            }
            let message = format!("a policy has no `{key}`");
            let help = "a policy has `code`, `when` and `message`: see docs/policies.md";
            table.report(Diagnostic::error("invalid-configuration", message).at(span, "of this one").help(help));
        }
        Self {
            span,
            code: table.text("code"),
            name: table.text("name"),
            level: table.text("level"),
            on: table.text("on"),
            when: table.text("when"),
            message: table.text("message"),
            help: table.text("help"),
            tests: table.tables("tests", &keys::names("checks.policies.tests"), PolicyTest::read),
        }
    }
}

impl PolicyTest {
    fn read(table: &mut Table<'_, '_>, span: Span) -> Self {
        const EXAMPLES: [&str; 4] = ["python", "sql", "toml", "context"];
        let examples = EXAMPLES.iter().filter(|key| table.span_of(key).is_some()).count();
        let says_found = table.span_of("found").is_some();
        let mut wrong = |message: &str| {
            let diagnostic = Diagnostic::error("invalid-configuration", message);
            table.report(diagnostic.at(span, "of this one").help("see docs/policies.md"));
        };
        if examples != 1 {
            wrong("a test of a policy has one of `python`, `sql`, `toml` and `context`");
        }
        if !says_found {
            wrong("a test of a policy has no `found`");
        }
        let mut rows = IndexMap::new();
        if let Some(mut tables) = table.table("rows", &[]) {
            for name in tables.keys() {
                rows.extend(tables.integer(&name).map(|number| (name, number)));
            }
        }
        Self {
            span,
            name: table.text("name"),
            found: table.bool("found"),
            python: table.text("python"),
            sql: table.text("sql"),
            toml: table.text("toml"),
            context: table.value("context"),
            before: table.text("before"),
            app: table.text("app"),
            database: table.text("database"),
            rows,
        }
    }
}
