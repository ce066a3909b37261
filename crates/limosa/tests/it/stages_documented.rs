//! What django-syzygy and django-safemigrate document of deploys in two halves: their scenarios, in our words and with our options.
//!
//! The sources are their READMEs and the behaviour that their own tests describe. Where a scenario ends in another way here, it says why.

mod safemigrate;
mod syzygy;

use crate::database::{Database, on_each};
use crate::project::{Project, run_sql};
use crate::stages::FIRST;

/// A migration: app, name, keys before the others, dependencies, operations.
type Written = (&'static str, &'static str, &'static str, &'static [&'static str], String);

/// A command: its arguments, exit code, what is applied afterwards in the order of the history, and what it says.
type Step = (&'static str, i32, &'static [&'static str], &'static [&'static str]);

/// A scenario: what it is, the configuration, the migrations after the first, the commands.
struct Scenario {
    what: &'static str,
    configuration: &'static str,
    migrations: Vec<Written>,
    steps: &'static [Step],
}

const BEFORE: &str = "stage = \"pre-deploy\"\n";
const AFTER: &str = "stage = \"post-deploy\"\n";

/// Plays scenarios on each database.
fn run_all(name: &str, scenarios: impl Fn() -> Vec<Scenario>) {
    on_each(name, |database| {
        for scenario in scenarios() {
            println!("  {}", scenario.what);
            database.empty();
            let project = written(&scenario, database);
            project.run("migrate blog 0001").ends(0);
            for (command, code, ids, says) in scenario.steps {
                let said = project.run(command).ends(*code).says(says);
                assert_eq!(applied(database), *ids, "after {command}:\n{said}");
            }
        }
    });
}

fn insert(value: u8) -> String {
    run_sql(&format!("INSERT INTO blog_tag (id) VALUES ({value})"))
}

/// Returns the project of a scenario.
fn written(scenario: &Scenario, database: &Database) -> Project {
    let first = [("blog/migrations/0001_first.toml", FIRST), ("limosa.toml", scenario.configuration)];
    let project = Project::new(&first).on(database);
    for (app, name, keys, dependencies, operations) in &scenario.migrations {
        let dependencies: Vec<String> = dependencies.iter().map(|name| format!("{name:?}")).collect();
        let text = format!("{keys}dependencies = [{}]\n{operations}", dependencies.join(", "));
        project.write(&format!("{app}/migrations/{name}.toml"), text);
    }
    project
}

/// Returns what is applied after the first migration, as app and number.
fn applied(database: &Database) -> Vec<String> {
    let rows = database.history("limosa_migrations");
    rows.iter()
        .filter_map(|row| row.split_once('_'))
        .map(|(id, _)| id.to_owned())
        .filter(|id| id != "blog.0001")
        .collect()
}
