//! Each check finds its own example and says nothing of what it advises instead, on each database that it names; both run there.
//!
//! The examples stand in the documentation of the checks, as Python or SQL after the words of the heading. A block's language may be followed by
//! the databases that it is for (`python,postgres`), and by `fails` when the database refuses the example. `LIMOSA_TEST_CHECKS=DL,RV001`
//! tries some of them.

use limosa_check::{Check, Group, checks};
use limosa_db::{AutoField, History};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::split;
use serde_json::Value;

use crate::database::Database;
use crate::program::Said;
use crate::project::Project;

/// A piece of code in the documentation of a check.
struct Example {
    language: &'static str,
    databases: Vec<&'static str>,
    fails: bool,
    code: String,
}

/// Returns the code under a heading of a check's documentation.
fn examples(check: &Check, heading: &str) -> Vec<Example> {
    let text = check.documentation.split("\n # ").find(|part| part.starts_with(heading)).unwrap_or_default();
    let blocks = text.split(" ```").skip(1).step_by(2);
    let example = |block: &'static str| {
        let (info, code) = block.split_once('\n').expect("a block of lines");
        let mut words = info.split(',').map(str::trim);
        let language = words.next().expect("a language");
        let mut databases: Vec<&str> = words.collect();
        let fails = databases.contains(&"fails");
        databases.retain(|word| *word != "fails");
        let code = code.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
        Example { language, databases, fails, code }
    };
    blocks.map(example).filter(|example| example.language != "text").collect()
}

impl Example {
    fn is_for(&self, database: &Database) -> bool {
        let name = match database.dialect() {
            Dialect::Postgres => "postgres",
            Dialect::Sqlite => "sqlite",
            Dialect::MySql => "mysql",
        };
        self.databases.is_empty() || self.databases.contains(&name)
    }

    /// Returns the text of a migration after the first one of the shop.
    fn migration(&self) -> String {
        let body = match self.language {
            "python" => self.code.clone(),
            "sql" => format!("operations = [migrations.RunSQL({:?}, \"\")]", self.code.trim()),
            other => panic!("no examples in {other}"),
        };
        // Functions stand before the class, everything from the first attribute on inside of it.
        let lines: Vec<&str> = body.trim().lines().collect();
        let is_attribute = |line: &&str| {
            ["operations =", "atomic =", "dependencies =", "stage =", "# limosa:"]
                .iter()
                .any(|start| line.starts_with(start))
        };
        let split = lines.iter().position(is_attribute).expect("operations");
        let (head, body) = lines.split_at(split);
        let body: Vec<String> = body.iter().map(|line| format!("    {line}")).collect();
        format!(
            "from django.db import migrations, models\nfrom django.contrib.postgres.operations import *\n\n{}\n\n\
             class Migration(migrations.Migration):\n    dependencies = [(\"shop\", \"0001_initial\")]\n{}\n",
            head.join("\n"),
            body.join("\n")
        )
    }
}

/// The project of the examples on a database, and how its first migration is done again.
struct Shop<'a> {
    project: Project,
    database: &'a Database,
    /// What makes the tables, with rows in them, and records the migration.
    statements: Vec<String>,
}

impl<'a> Shop<'a> {
    fn new(database: &'a Database) -> Option<Self> {
        let project = Project::django(&[])?.on(database);
        let settings = std::fs::read_to_string(project.path("settings.py")).expect("settings");
        project.write("settings.py", settings.replace("library", "shop"));
        project.write("shop/__init__.py", "");
        project.write("shop/migrations/__init__.py", "");
        project.write("shop/migrations/0001_initial.py", include_str!("checks/shop.py"));
        let sql = project.run("sqlmigrate shop 0001").ends(0).stdout;
        let sql = sql.replace("BEGIN;", "").replace("COMMIT;", "");
        let history = History::named("django_migrations", database.dialect());
        let mut statements = vec![history.create_statement(AutoField::Big)];
        statements.extend(split(&sql, database.dialect()).into_iter().map(|statement| statement.text.to_owned()));
        statements.push(history.insert_statement("shop", "0001_initial"));
        statements.push("INSERT INTO shop_customer (name, email) VALUES ('Ada', 'ada@example.org')".into());
        let order = "SELECT id, 1, 'new', '', 10 FROM shop_customer";
        statements.push(format!("INSERT INTO shop_order (customer_id, number, status, note, total) {order}"));
        Some(Self { project, database, statements })
    }

    /// Puts the database where the first migration leads, and an example after it.
    fn begin(&self, example: &Example) {
        self.database.clear();
        self.database.execute_all(&self.statements);
        self.project.write("shop/migrations/0002_example.py", example.migration());
    }
}

/// Returns the checks that must look beside one: a comment is judged by what it allows.
fn with(check: &Check) -> &'static str {
    if check.group == Group::Suppressions { ",DL,BC" } else { "" }
}

/// Returns how often a check finds something in a migration.
fn findings(said: &Said) -> Vec<Value> {
    let json = said.json().remove(0);
    json["findings"].as_array().expect("findings").clone()
}

/// Tries an example, and returns what is wrong with it.
fn attempt(shop: &Shop<'_>, check: &Check, example: &Example, finds: bool) -> Option<String> {
    shop.begin(example);
    let said = shop.project.run(&format!("check --select {}{} --format json", check.code, with(check)));
    if said.status.code() >= Some(2) {
        return Some(said.to_string());
    }
    if findings(&said).iter().any(|finding| finding["code"] == check.code) != finds {
        return Some(format!("{}\n{said}", if finds { "finds nothing" } else { "finds something" }));
    }
    let ran = shop.project.run("migrate -q");
    let failed = ran.status.code() != Some(0);
    (failed != example.fails).then(|| format!("{}\n{ran}", if failed { "fails" } else { "does not fail" }))
}

/// Tries the examples of all checks of a database.
#[track_caller]
fn each_finds_its_example(database: &Database) {
    let Some(shop) = Shop::new(database) else { return };
    let mut wrong = Vec::new();
    let asked = std::env::var("LIMOSA_TEST_CHECKS").unwrap_or_default();
    let is_asked = |check: &Check| asked.split(',').any(|start| check.code.starts_with(start));
    let here = checks::ALL.iter().filter(|check| check.databases.contains(&database.dialect()));
    for check in here.filter(|check| is_asked(check)) {
        let mut looked = 0;
        for (heading, finds) in [("Example", true), ("Instead", false)] {
            for example in examples(check, heading).iter().filter(|example| example.is_for(database)) {
                looked += usize::from(finds);
                let problem = attempt(&shop, check, example, finds);
                wrong.extend(problem.map(|problem| format!("{}: {heading}\n{}\n{problem}", check.code, example.code)));
            }
        }
        // What is about files is tried with files: see `checks_history.rs`.
        if looked == 0 && check.group != Group::History {
            wrong.push(format!("{} has no example", check.code));
        }
    }
    assert!(wrong.is_empty(), "on {}:\n{}", database.dialect(), wrong.join("\n\n"));
}

// A test for each database: they run side by side.

#[test]
fn on_sqlite() {
    each_finds_its_example(&Database::sqlite());
}

#[test]
fn on_postgres() {
    Database::postgres("checks").iter().for_each(each_finds_its_example);
}

#[test]
fn on_mariadb() {
    Database::mariadb("checks").iter().for_each(each_finds_its_example);
}
