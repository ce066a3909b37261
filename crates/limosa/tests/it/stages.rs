//! Deploys in two halves: what each half runs.

mod delays;
mod scenarios;

use crate::database::{Database, on_each};
use crate::project::{Project, migration, operation, run_sql};

/// The first migration, which is applied before the scenarios begin.
pub(crate) const FIRST: &str = "
[[operations]]
op = \"CreateModel\"
name = \"Post\"
[operations.fields]
id = { type = \"BigAutoField\", primary_key = true }
title = { type = \"CharField\", max_length = 40, null = true }
old = { type = \"CharField\", max_length = 9, null = true }

[[operations]]
op = \"CreateModel\"
name = \"Tag\"
[operations.fields]
id = { type = \"BigAutoField\", primary_key = true }
";

pub(crate) fn add(name: &str) -> String {
    operation(&format!(
        "op = \"AddField\"\nmodel = \"Post\"\nname = \"{name}\"\nfield = {{ type = \"IntegerField\", null = true }}"
    ))
}

pub(crate) fn remove(name: &str) -> String {
    operation(&format!("op = \"RemoveField\"\nmodel = \"Post\"\nname = \"{name}\""))
}

pub(crate) fn create(name: &str) -> String {
    operation(&format!(
        "op = \"CreateModel\"\nname = \"{name}\"\nfields = {{ id = {{ type = \"BigAutoField\", primary_key = true }} }}"
    ))
}

/// Returns a line of migrations of the app `blog`, each after the one before it.
pub(crate) fn line(operations: &[String]) -> Vec<(String, String)> {
    let text = |(place, operations): (usize, &String)| {
        let after = if place == 0 { "blog.0001_first".to_owned() } else { format!("blog.{:04}_m", place + 1) };
        (format!("{:04}_m", place + 2), migration(&[&after], operations))
    };
    operations.iter().enumerate().map(text).collect()
}

pub(crate) fn project(migrations: &[(String, String)], configuration: &str, database: &Database) -> Project {
    let project = Project::new(&[("blog/migrations/0001_first.toml", FIRST), ("limosa.toml", configuration)]);
    let project = project.on(database);
    for (name, text) in migrations {
        project.write(&format!("blog/migrations/{name}.toml"), text);
    }
    project
}

/// Returns what is applied, by number, in the order of the history.
fn applied(database: &Database) -> Vec<u8> {
    let rows = database.history("limosa_migrations");
    rows.iter().filter_map(|row| row.strip_prefix("blog.")?.get(..4)?.parse().ok()).collect()
}

#[test]
fn a_divided_migration_is_not_edited() {
    on_each("stages_edited", |database| {
        let project = project(&line(&[remove("old") + &add("slug")]), "", database);
        project.run("migrate blog 0001").ends(0);
        project.run("migrate --pre-deploy").ends(0);
        let edit = |operations: &str| {
            project.write("blog/migrations/0002_m.toml", migration(&["blog.0001_first"], operations));
        };
        edit(&(remove("old") + &add("slug2")));
        project
            .run("migrate")
            .ends(2)
            .tells(&["blog.0002_m was edited between its two halves: operation 2 is another"]);
        // What did not run may change.
        edit(&(remove("title") + &add("slug") + &add("more")));
        project.run("migrate").ends(0);
        database.execute("INSERT INTO blog_post (old, slug, more) VALUES ('a', 1, 2)");
        assert_eq!(applied(database), [1, 2]);
    });
}

#[test]
fn a_part_that_fails_is_finished_by_the_next_run() {
    on_each("stages_failing", |database| {
        let bad = run_sql("INSERT INTO nowhere VALUES (1)").replace("op =", "stage = \"pre-deploy\"\nop =");
        let operations = |sql: &str| add("slug") + sql + &remove("old");
        let project = project(&line(&[operations(&bad)]), "", database);
        project.run("migrate blog 0001").ends(0);
        let code = if database.rolls_back() { 3 } else { 5 };
        project.run("migrate --pre-deploy").ends(code);
        let good = bad.replace("nowhere VALUES (1)", "blog_tag (id) VALUES (1)");
        project.write("blog/migrations/0002_m.toml", migration(&["blog.0001_first"], &operations(&good)));
        for (command, old) in [("migrate --pre-deploy", true), ("migrate", false)] {
            project.run(command).ends(0).prints(&["Applying blog.0002_m..."]);
            assert_eq!(database.query("SELECT count(*) FROM blog_tag"), ["1"]);
            assert_eq!(database.dump().contains("old"), old);
        }
        assert_eq!(applied(database), [1, 2]);
        project.run("doctor --schema").ends(0);
    });
}

#[test]
fn both_orders_lead_to_the_same_schema() {
    let operations = [remove("old"), add("slug"), remove("title"), create("Other")];
    on_each("stages_same", |database| {
        let mut dumps = Vec::new();
        for commands in [&["migrate"][..], &["migrate --pre-deploy", "migrate --post-deploy"]] {
            database.empty();
            let project = project(&line(&operations), "", database);
            project.run("migrate blog 0001").ends(0);
            database.execute("INSERT INTO blog_post (title, old) VALUES ('a', 'b')");
            for command in commands {
                project.run(command).ends(0);
            }
            project.run("doctor --schema").ends(0);
            dumps.push(database.query("SELECT slug FROM blog_post"));
        }
        assert_eq!(dumps[0], dumps[1]);
    });
}

#[test]
fn an_empty_database_gets_everything_before_the_deploy() {
    on_each("stages_empty", |database| {
        let project = project(&line(&[add("slug"), remove("old"), add("old")]), "", database);
        project.run("migrate --post-deploy").ends(0).prints(&["0001_first: nothing is applied yet"]);
        project.run("migrate --pre-deploy").ends(0).prints(&["Applying blog.0004_m... OK"]);
        assert_eq!(applied(database), [1, 2, 3, 4]);
    });
}

#[test]
fn a_history_that_nobody_put_off_is_refused_still() {
    let database = Database::sqlite();
    let project = project(&line(&[remove("old"), add("slug")]), "", &database);
    project.run("migrate").ends(0);
    database.execute("DELETE FROM limosa_migrations WHERE name = '0002_m'");
    project.run("migrate").ends(2).tells(&["blog.0003_m is applied before its dependency blog.0002_m"]);
    project.run("migrate --pre-deploy").ends(2).tells(&["blog.0003_m is applied before its dependency blog.0002_m"]);
}
