//! The keys of the configuration file, each with what it means.

/// A documented key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The table that it stands in; empty for the top.
    pub table: &'static str,
    /// The name.
    pub name: &'static str,
    /// What it sets, in one sentence.
    pub doc: &'static str,
}

const fn key(table: &'static str, name: &'static str, doc: &'static str) -> Key {
    Key { table, name, doc }
}

/// All keys, in the order in which they are documented.
pub const KEYS: [Key; 56] = [
    key("", "settings", "The dotted name of the settings module of a Django project."),
    key("", "python", "The interpreter in whose environment the project is installed; relative to the project."),
    key("", "database-url", "The URL of the database: postgres://, mysql:// or sqlite:."),
    key("", "django", "The line of Django to behave as, such as \"5.2\", or the table described below."),
    key("", "history-table", "The table of applied migrations; `limosa_migrations` in a native project."),
    key("", "apps", "The apps of a native project: label = folder. Without it each folder with `migrations` is one."),
    key(
        "",
        "fields",
        "Field classes that are not Django's: path = base class, or a table of `base` and types by vendor.",
    ),
    key("", "databases", "The databases by alias, each a table; see below."),
    key(
        "",
        "routing",
        "Which databases an app, a model (\"app.Model\") or all else (\"*\") lives in: an alias or a list; it goes before DATABASE_ROUTERS.",
    ),
    key("", "history", "What is kept of runs, a table; see below."),
    key("", "stages", "In which half of a deploy migrations run, a table; see below."),
    key("", "checks", "Which safety checks run and what they pass over, a table; see below."),
    key("databases.NAME", "url", "The URL of the database NAME; for `default` the same as `database-url`."),
    key(
        "history",
        "sql",
        "Whether the record of runs keeps the text of statements and errors, which may hold what not everybody is to read; true when absent.",
    ),
    key(
        "stages",
        "overrides",
        "What goes before the operations, unless the migration says it itself: an app or \"app.migration\" = \"pre-deploy\" or \"post-deploy\".",
    ),
    key(
        "stages",
        "fallbacks",
        "What decides where the operations of a migration have different stages, written the same way.",
    ),
    key(
        "stages",
        "third-party",
        "What decides there for apps that are installed packages: \"pre-deploy\" (when absent), \"post-deploy\" or \"none\".",
    ),
    key(
        "checks",
        "extend",
        "Checks that run besides those that always do: codes, names, or letters with which codes begin, such as \"DS\".",
    ),
    key("checks", "ignore", "Checks that do not run, written the same way."),
    key("checks", "ignores", "Checks that do not count somewhere: an app or \"app.migration\" = a list of checks."),
    key(
        "checks",
        "levels",
        "The level of checks: a check = \"note\", \"warning\" or \"error\"; a size that is known goes before it.",
    ),
    key(
        "checks",
        "start-after",
        "The last migration of an app that is passed over, with all that it depends on: app = \"migration\".",
    ),
    key(
        "checks",
        "fail-on",
        "The level from which on a finding makes the exit code 1: \"note\", \"warning\" or \"error\" (when absent).",
    ),
    key(
        "checks",
        "baseline",
        "The file of the findings that are known, which `limosa check --write-baseline` wrote; relative to the project.",
    ),
    key(
        "checks",
        "stats",
        "The file that says how much the tables hold, which `limosa check --stats-out` wrote; used where no database is.",
    ),
    key(
        "checks",
        "policies",
        "The project's own rules, a list of tables, see below and [policies.md](../policies.md).",
    ),
    key("checks.policies", "code", "The code: three capital letters or more, and digits, such as \"SHOP001\"."),
    key("checks.policies", "name", "The name in words, such as \"index-name\"; the code when absent."),
    key("checks.policies", "level", "How bad a finding is: \"note\", \"warning\" or \"error\" (when absent)."),
    key("checks.policies", "on", "What it looks at: \"operation\" (when absent), \"statement\" or \"migration\"."),
    key("checks.policies", "when", "The expression of CEL that says what is found."),
    key("checks.policies", "message", "What is said of a finding, expressions in braces."),
    key("checks.policies", "help", "What to do instead, expressions in braces."),
    key("checks.policies", "tests", "Examples for `limosa check --test-policies`, a list of tables."),
    key("checks.policies.tests", "name", "What the test is called."),
    key("checks.policies.tests", "found", "Whether the policy is to find something."),
    key(
        "checks.policies.tests",
        "python",
        "The example: operations in Python, the body of a migration or a whole one.",
    ),
    key("checks.policies.tests", "sql", "The example in SQL, written like a migration."),
    key("checks.policies.tests", "toml", "The example in TOML, written like a migration."),
    key("checks.policies.tests", "context", "The variables of the expression themselves."),
    key(
        "checks.policies.tests",
        "before",
        "Operations in Python that make the models of the example; those of the project when absent.",
    ),
    key("checks.policies.tests", "app", "The app of the example, where the project has several."),
    key(
        "checks.policies.tests",
        "database",
        "The database, such as \"postgresql 16\" or \"mariadb 10.11\"; that of the project when absent.",
    ),
    key("checks.policies.tests", "rows", "How many rows tables hold: table = number."),
    key("django", "version", "The line of Django to behave as."),
    key("django", "installed-apps", "INSTALLED_APPS, for use without Python."),
    key(
        "django",
        "python-path",
        "Folders in which apps are looked for besides the project, such as site-packages; for use without Python.",
    ),
    key("django", "default-auto-field", "DEFAULT_AUTO_FIELD."),
    key("django", "auth-user-model", "AUTH_USER_MODEL."),
    key("django", "use-tz", "USE_TZ."),
    key("django", "time-zone", "TIME_ZONE."),
    key("django", "site-id", "SITE_ID."),
    key("django", "default-tablespace", "DEFAULT_TABLESPACE."),
    key("django", "default-index-tablespace", "DEFAULT_INDEX_TABLESPACE."),
    key(
        "django",
        "migration-modules",
        "MIGRATION_MODULES: label = module, or false where migrations are switched off.",
    ),
    key("django", "settings", "Other settings that migrations read: NAME = value."),
];

/// Returns the names of the keys of a table.
pub(super) fn names(table: &str) -> Vec<&'static str> {
    KEYS.iter().filter(|key| key.table == table).map(|key| key.name).collect()
}
