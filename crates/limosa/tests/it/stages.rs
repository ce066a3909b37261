//! Deploys in two halves: what each half runs.

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

/// What a command is expected to do: its arguments, exit code, what is applied of the app afterwards (by number), and what it says.
type Step = (&'static str, i32, &'static [u8], &'static [&'static str]);

/// A scenario: what it is, the migrations after the first, the configuration, the commands.
struct Scenario {
    what: &'static str,
    migrations: Vec<(String, String)>,
    configuration: &'static str,
    steps: &'static [Step],
}

fn scenarios() -> Vec<Scenario> {
    let scenario =
        |what, operations: &[String], steps| Scenario { what, migrations: line(operations), configuration: "", steps };
    let configured = |what, configuration, operations: &[String], steps| Scenario {
        what,
        migrations: line(operations),
        configuration,
        steps,
    };
    vec![
        scenario(
            "first what the new code needs, then what the old code uses",
            &[add("slug"), remove("old")],
            &[
                ("migrate --pre-deploy --check", 1, &[1], &[]),
                ("migrate --post-deploy --check", 1, &[1], &[]),
                (
                    "migrate --pre-deploy --plan",
                    0,
                    &[1],
                    &["0002_m", "Add field slug", "Put off", "0003_m: “Remove field old"],
                ),
                ("migrate --pre-deploy", 0, &[1, 2], &["Put off until after the deploy:", "0003_m: “Remove field old"]),
                ("migrate --pre-deploy --check", 0, &[1, 2], &[]),
                ("migrate --pre-deploy", 0, &[1, 2], &["No migrations to apply."]),
                ("migrate --post-deploy", 0, &[1, 2, 3], &["Applying blog.0003_m... OK"]),
                ("migrate --post-deploy --check", 0, &[1, 2, 3], &[]),
            ],
        ),
        scenario(
            "two changes that have nothing to do with each other do not block each other",
            &[remove("old"), add("slug")],
            &[
                ("migrate --pre-deploy", 0, &[1, 3], &["0002_m: “Remove field old", "Applying blog.0003_m... OK"]),
                ("migrate --check", 1, &[1, 3], &[]),
                ("migrate --pre-deploy", 0, &[1, 3], &["No migrations to apply."]),
                ("doctor", 0, &[1, 3], &[]),
                ("showmigrations", 0, &[1, 3], &["[X] 0001_first", "[ ] 0002_m", "[X] 0003_m"]),
                ("migrate --post-deploy", 0, &[1, 3, 2], &["Applying blog.0002_m... OK"]),
                ("migrate --check", 0, &[1, 3, 2], &[]),
                ("doctor", 0, &[1, 3, 2], &[]),
                ("migrate blog 0001", 0, &[1], &["Unapplying blog.0003_m", "Unapplying blog.0002_m"]),
                ("migrate", 0, &[1, 2, 3], &[]),
            ],
        ),
        scenario(
            "what one half left is done by a run of everything",
            &[remove("old"), add("slug")],
            &[("migrate --pre-deploy", 0, &[1, 3], &[]), ("migrate", 0, &[1, 3, 2], &["Applying blog.0002_m... OK"])],
        ),
        scenario(
            "what one half left can be left further while others go back",
            &[remove("old"), add("slug")],
            &[("migrate --pre-deploy", 0, &[1, 3], &[]), ("migrate blog 0001", 0, &[1], &["Unapplying blog.0003_m"])],
        ),
        scenario(
            "an app, and a migration, as the target",
            &[remove("old"), add("slug"), add("more")],
            &[
                ("migrate blog 0003 --pre-deploy", 0, &[1, 3], &[]),
                ("migrate blog --pre-deploy", 0, &[1, 3, 4], &[]),
                ("migrate blog --post-deploy", 0, &[1, 3, 4, 2], &[]),
            ],
        ),
        scenario(
            "one that needs the other is refused before anything runs",
            &[add("slug"), remove("old"), add("old")],
            &[
                (
                    "migrate --pre-deploy",
                    2,
                    &[1],
                    &["blog.0004_m is to run before the deploy and depends on blog.0003_m, which is to run after it"],
                ),
                ("migrate --post-deploy", 0, &[1], &["0002_m", "0003_m: waits for blog.0002_m"]),
                ("migrate blog 0003 --pre-deploy", 0, &[1, 2], &[]),
                ("migrate --post-deploy", 0, &[1, 2, 3], &["0004_m"]),
                ("migrate --pre-deploy", 0, &[1, 2, 3, 4], &[]),
            ],
        ),
        scenario(
            "what cannot run is held where that is asked for, and the rest runs",
            &[add("slug"), remove("old"), add("old"), add("more")],
            &[
                (
                    "migrate --pre-deploy --strict",
                    2,
                    &[1],
                    &["blog.0004_m is to run before the deploy and depends on blog.0003_m"],
                ),
                (
                    "migrate --pre-deploy --nonstrict",
                    0,
                    &[1, 2, 5],
                    &["0003_m: “Remove field old", "0004_m: waits for blog.0003_m"],
                ),
                ("migrate --post-deploy", 0, &[1, 2, 5, 3], &[]),
                ("migrate --pre-deploy --nonstrict", 0, &[1, 2, 5, 3, 4], &[]),
            ],
        ),
        Scenario {
            what: "pending operations wait for the end of the deploy",
            migrations: vec![(
                "0002_m".into(),
                migration(&["blog.0001_first"], &add("slug"))
                    + &(add("late") + &remove("old")).replace("[[operations]]", "[[pending_operations]]"),
            )],
            configuration: "",
            steps: &[
                ("migrate --pre-deploy", 0, &[1], &["0002_m: the rest of it: “Add field late"]),
                ("migrate --plan", 0, &[1], &["blog.0002_m\n    Add field late to Post\n    Remove field old"]),
                ("migrate --post-deploy", 0, &[1, 2], &[]),
                ("migrate blog 0001", 0, &[1], &[]),
                ("migrate", 0, &[1, 2], &[]),
            ],
        },
        scenario(
            "operations of both halves in one migration run in their halves",
            &[remove("old") + &add("slug"), add("more")],
            &[
                (
                    "migrate --pre-deploy --plan",
                    0,
                    &[1],
                    &[
                        "blog.0002_m\n    Add field slug to Post\nblog.0003_m",
                        "0002_m: the rest of it: “Remove field old",
                    ],
                ),
                ("migrate --post-deploy", 0, &[1], &["0002_m: “Remove field old", "0003_m: “Add field more"]),
                ("migrate --pre-deploy", 0, &[1, 3], &["Applying blog.0002_m... OK", "Applying blog.0003_m... OK"]),
                ("migrate --pre-deploy", 0, &[1, 3], &["No migrations to apply.", "0002_m: the rest of it"]),
                ("showmigrations --stages", 0, &[1, 3], &["[ ] 0002_m (post-deploy)", "[X] 0003_m"]),
                ("doctor --schema", 0, &[1, 3], &[]),
                ("migrate blog 0001", 5, &[1, 3], &["blog.0002_m is half-applied: some of its operations wait"]),
                ("migrate --plan", 0, &[1, 3], &["blog.0002_m\n    Remove field old from Post\n"]),
                ("migrate --post-deploy", 0, &[1, 3, 2], &["Applying blog.0002_m... OK"]),
                ("doctor --schema", 0, &[1, 3, 2], &[]),
                ("doctor", 0, &[1, 3, 2], &[]),
                ("migrate blog 0001", 0, &[1], &[]),
                ("migrate --pre-deploy", 0, &[1, 3], &[]),
                ("migrate", 0, &[1, 3, 2], &[]),
            ],
        ),
        scenario(
            "operations of both halves that do not change places are refused",
            &[remove("old") + &add("old")],
            &[
                (
                    "migrate --pre-deploy",
                    2,
                    &[1],
                    &["operations of blog.0002_m belong to different halves", "cannot be divided"],
                ),
                ("migrate --post-deploy", 0, &[1], &["0002_m: “Remove field old"]),
                ("migrate", 0, &[1, 2], &[]),
            ],
        ),
        configured(
            "a fallback decides about operations of both halves, and about nothing else",
            "[stages.fallbacks]\nblog = \"post-deploy\"\n",
            &[add("more"), add("slug") + &remove("old")],
            &[("migrate --pre-deploy", 0, &[1, 2], &[]), ("migrate --post-deploy", 0, &[1, 2, 3], &[])],
        ),
        configured(
            "an override goes before the operations, that of a migration before that of its app",
            "[stages.overrides]\nblog = \"post-deploy\"\n\"blog.0002_m\" = \"pre-deploy\"\n",
            &[remove("old"), add("slug")],
            &[("migrate --pre-deploy", 0, &[1, 2], &["so of `blog`"]), ("migrate --post-deploy", 0, &[1, 2, 3], &[])],
        ),
        configured(
            "an override of what is not there is told",
            "[stages.overrides]\n\"blog.0009_x\" = \"pre-deploy\"\nblok = \"pre-deploy\"\n",
            &[remove("old")],
            &[("migrate --pre-deploy", 2, &[1], &["there is no migration `blog.0009_x`", "there is no app `blok`"])],
        ),
        Scenario {
            what: "what a migration says itself goes before all",
            migrations: vec![
                ("0002_m".into(), format!("stage = \"post-deploy\"\n{}", migration(&["blog.0001_first"], &add("a")))),
                (
                    "0003_m".into(),
                    migration(&["blog.0002_m"], &remove("old").replace("name =", "stage = \"pre-deploy\"\nname =")),
                ),
            ],
            configuration: "[stages.overrides]\n\"blog.0002_m\" = \"pre-deploy\"\n",
            steps: &[
                ("migrate --pre-deploy", 0, &[1, 3], &["0002_m: its `stage` says so"]),
                ("migrate --post-deploy", 0, &[1, 3, 2], &[]),
            ],
        },
        Scenario {
            what: "a merge waits for what it joins",
            migrations: vec![
                ("0002_a".into(), migration(&["blog.0001_first"], &add("a"))),
                ("0003_b".into(), migration(&["blog.0001_first"], &operation("op = \"DeleteModel\"\nname = \"Tag\""))),
                ("0004_m".into(), migration(&["blog.0002_a", "blog.0003_b"], "")),
            ],
            configuration: "",
            steps: &[("migrate --pre-deploy", 0, &[1, 2, 4], &[]), ("migrate --post-deploy", 0, &[1, 2, 4, 3], &[])],
        },
        scenario(
            "nobody uses a table that is made in the same plan",
            &[
                create("New") + &operation("op = \"RenameModel\"\nold_name = \"New\"\nnew_name = \"Newer\""),
                operation("op = \"DeleteModel\"\nname = \"Newer\""),
            ],
            &[("migrate --pre-deploy", 0, &[1, 2, 3], &[]), ("migrate --check", 0, &[1, 2, 3], &[])],
        ),
        scenario(
            "the way back is inverted",
            &[add("slug"), remove("old")],
            &[
                ("migrate", 0, &[1, 2, 3], &[]),
                ("migrate blog 0001 --pre-deploy", 0, &[1, 2], &["Unapplying blog.0003_m... OK"]),
                ("migrate blog 0001 --post-deploy", 0, &[1], &["Unapplying blog.0002_m... OK"]),
            ],
        ),
        scenario(
            "what is used is not unapplied before what uses it",
            &[remove("old"), add("slug")],
            &[
                ("migrate", 0, &[1, 2, 3], &[]),
                (
                    "migrate blog 0001 --pre-deploy",
                    2,
                    &[1, 2, 3],
                    &["blog.0002_m is to be unapplied before the deploy"],
                ),
                ("migrate blog 0001 --post-deploy", 0, &[1, 2], &["Unapplying blog.0003_m... OK"]),
                ("migrate blog 0001 --pre-deploy", 0, &[1], &["Unapplying blog.0002_m... OK"]),
            ],
        ),
    ]
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
fn halves_run_what_belongs_to_them() {
    on_each("stages", |database| {
        for scenario in scenarios() {
            println!("  {}", scenario.what);
            database.empty();
            let project = project(&scenario.migrations, scenario.configuration, database);
            project.run("migrate blog 0001").ends(0);
            for (command, code, numbers, says) in scenario.steps {
                let said = project.run(command).ends(*code).says(says);
                assert_eq!(applied(database), *numbers, "after {command}:\n{said}");
            }
        }
    });
}

#[test]
fn delays_count_from_when_a_migration_was_first_seen() {
    on_each("stages_delay", |database| {
        let delayed = format!("delay = \"2h\"\n{}", migration(&["blog.0001_first"], &remove("old")));
        for first in ["migrate --pre-deploy", "migrate --post-deploy"] {
            database.empty();
            let project = project(&[("0002_m".to_owned(), delayed.clone())], "", database);
            project.run("migrate blog 0001").ends(0);
            project.run(first).ends(0);
            project.run("migrate --post-deploy").ends(0).prints(&["blog.0002_m: waits "]);
            project.run("migrate --post-deploy --check").ends(1);
            assert_eq!(applied(database), [1]);
            database.execute("UPDATE limosa_put_off SET since = '2001-01-01 00:00:00'");
            project.run("migrate --post-deploy").ends(0).prints(&["Applying blog.0002_m... OK"]);
            project.run("migrate blog 0001").ends(0);
            assert_eq!(database.query("SELECT count(*) FROM limosa_put_off"), ["0"]);
            project.run("migrate").ends(0).prints(&["Applying blog.0002_m... OK"]);
        }
    });
}

#[test]
fn delays_add_up_along_a_chain() {
    on_each("stages_chain", |database| {
        let delayed = |after: &str, delay: &str, operations: &str| {
            format!("delay = \"{delay}\"\nstage = \"post-deploy\"\n{}", migration(&[after], operations))
        };
        let migrations = [
            ("0002_m".to_owned(), delayed("blog.0001_first", "2d", &remove("old"))),
            ("0003_m".to_owned(), migration(&["blog.0002_m"], &add("slug"))),
            ("0004_m".to_owned(), delayed("blog.0003_m", "1d", &remove("title"))),
        ];
        let project = project(&migrations, "", database);
        let seen = |year: u16| database.execute(&format!("UPDATE limosa_put_off SET since = '{year}-01-01 00:00:00'"));
        project.run("migrate blog 0001").ends(0);
        project.run("migrate --pre-deploy").ends(0);
        // As if no time had passed since, however long the commands take.
        seen(2999);
        let said = project.run("migrate --post-deploy").ends(0);
        said.prints(&["blog.0002_m: waits 2d more", "blog.0004_m: waits 3d more"]);
        seen(2001);
        // The second one waits from when the first has run.
        project.run("migrate --post-deploy --plan").ends(0).prints(&["Remove field old", "blog.0004_m: waits 1d more"]);
        project.run("migrate --post-deploy").ends(0).prints(&["0002_m... OK"]);
        assert_eq!(applied(database), [1, 3, 2]);
        project.run("migrate --post-deploy").ends(0).prints(&["blog.0004_m: waits ", "No migrations to apply."]);
        seen(2001);
        project.run("migrate --post-deploy").ends(0);
        assert_eq!(applied(database), [1, 3, 2, 4]);
    });
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
