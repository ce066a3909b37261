//! What django-syzygy and django-safemigrate document of deploys in two halves: their scenarios, in our words and with our options.
//!
//! The sources are their READMEs and the behaviour that their own tests describe. Where a scenario ends in another way here, it says why.

use crate::database::{Database, on_each};
use crate::project::{Project, operation, run_sql};
use crate::stages::{FIRST, add, create, remove};

/// A migration: app, name, keys before the others, dependencies, operations.
type Written = (&'static str, &'static str, &'static str, &'static [&'static str], String);

/// A command: its arguments, exit code, what is applied afterwards in the order of the history, and what it says.
type Step = (&'static str, i32, &'static [&'static str], &'static [&'static str]);

struct Scenario {
    what: &'static str,
    configuration: &'static str,
    migrations: Vec<Written>,
    steps: &'static [Step],
}

const BEFORE: &str = "stage = \"pre-deploy\"\n";
const AFTER: &str = "stage = \"post-deploy\"\n";

/// Operations that either half may run, as `Safe.always()` says it.
fn always() -> String {
    operation("op = \"AlterModelOptions\"\nmodel = \"Post\"\noptions = { ordering = [\"id\"] }")
}

fn delete(name: &str) -> String {
    operation(&format!("op = \"DeleteModel\"\nname = \"{name}\""))
}

fn alter(name: &str, field: &str) -> String {
    operation(&format!("op = \"AlterField\"\nmodel = \"Post\"\nname = \"{name}\"\nfield = {{ {field} }}"))
}

fn insert(value: u8) -> String {
    run_sql(&format!("INSERT INTO blog_tag (id) VALUES ({value})"))
}

fn syzygy() -> Vec<Scenario> {
    let scenario = |what, migrations, steps| Scenario { what, configuration: "", migrations, steps };
    vec![
        scenario(
            "a migration that adds a field is a prerequisite, one that removes a field is postponed",
            vec![
                ("blog", "0002_add", "", &["blog.0001_first"], add("slug")),
                ("blog", "0003_remove", "", &["blog.0002_add"], remove("old")),
            ],
            &[("migrate --pre-deploy", 0, &["blog.0002"], &[]), ("migrate", 0, &["blog.0002", "blog.0003"], &[])],
        ),
        scenario(
            "the stage of the class bypasses what its operations say",
            vec![
                ("blog", "0002_sql", AFTER, &["blog.0001_first"], insert(1)),
                ("blog", "0003_remove", BEFORE, &["blog.0002_sql"], remove("old")),
            ],
            &[("migrate --pre-deploy", 0, &["blog.0003"], &[]), ("migrate", 0, &["blog.0003", "blog.0002"], &[])],
        ),
        scenario(
            "a plan goes back with its stages inverted",
            vec![
                ("blog", "0002_pre", BEFORE, &["blog.0001_first"], add("slug")),
                ("blog", "0003_post", AFTER, &["blog.0002_pre"], add("more")),
            ],
            &[
                ("migrate", 0, &["blog.0002", "blog.0003"], &[]),
                (
                    "migrate blog 0001 --pre-deploy --plan",
                    0,
                    &["blog.0002", "blog.0003"],
                    &["blog.0003_post", "blog.0002_pre: its `stage` says so"],
                ),
                ("migrate blog 0001 --pre-deploy", 0, &["blog.0002"], &[]),
                ("migrate blog 0001", 0, &[], &[]),
            ],
        ),
        scenario(
            "an ambiguous migration is refused: a model goes and comes back",
            vec![("blog", "0002_both", "", &["blog.0001_first"], delete("Tag") + &create("Tag"))],
            &[("migrate --pre-deploy", 2, &[], &["operations of blog.0002_both belong to different halves"])],
        ),
        scenario(
            "operations of both stages that change places are reordered (here one migration has both halves)",
            vec![("blog", "0002_both", "", &["blog.0001_first"], delete("Tag") + &create("Other"))],
            &[
                (
                    "migrate --pre-deploy",
                    0,
                    &[],
                    &["Applying blog.0002_both... OK", "the rest of it: “Delete model Tag”"],
                ),
                ("migrate --post-deploy", 0, &["blog.0002"], &[]),
            ],
        ),
        scenario(
            "a migration without operations goes with what it depends on",
            vec![("blog", "0002_nothing", "", &["blog.0001_first"], String::new())],
            &[("migrate --pre-deploy", 0, &["blog.0002"], &[])],
        ),
        scenario(
            "a postponed migration of another app is passed over (non-contiguous, free)",
            vec![
                ("blog", "0002_post", AFTER, &["blog.0001_first"], insert(1)),
                ("shop", "0001_pre", BEFORE, &[], create("Item")),
                ("shop", "0002_post", AFTER, &["shop.0001_pre"], create("More")),
            ],
            &[
                ("migrate --pre-deploy", 0, &["shop.0001"], &[]),
                ("migrate", 0, &["shop.0001", "blog.0002", "shop.0002"], &[]),
                ("migrate shop zero --pre-deploy", 0, &["shop.0001", "blog.0002"], &[]),
            ],
        ),
        scenario(
            "a prerequisite that depends on a postponed one is refused (non-contiguous, with both stages defined)",
            vec![
                ("blog", "0002_post", AFTER, &["blog.0001_first"], insert(1)),
                ("shop", "0001_pre", BEFORE, &["blog.0002_post"], insert(2)),
            ],
            &[(
                "migrate --pre-deploy",
                2,
                &[],
                &[
                    "shop.0001_pre is to run before the deploy and depends on blog.0002_post, which is to run after it",
                    "its `stage` says so",
                    "give one of them another stage (`stage` in its file, or `[stages.overrides]` in limosa.toml)",
                ],
            )],
        ),
        scenario(
            "the same, with what the operations say of the stages",
            vec![
                ("blog", "0002_post", "", &["blog.0001_first"], remove("old")),
                ("blog", "0003_pre", "", &["blog.0002_post"], add("old")),
            ],
            &[(
                "migrate --pre-deploy",
                2,
                &[],
                &[
                    "“Add field old to Post” adds or allows",
                    "“Remove field old from Post” takes away",
                    "run blog.0002_post first",
                ],
            )],
        ),
        scenario(
            "issue 34: two changes that have nothing to do with each other do not block each other, in one app or two",
            vec![
                ("blog", "0002_remove", "", &["blog.0001_first"], remove("old")),
                ("blog", "0003_add", "", &["blog.0002_remove"], add("slug")),
                ("shop", "0001_item", "", &["blog.0002_remove"], create("Item")),
            ],
            &[
                (
                    "migrate --pre-deploy",
                    0,
                    &["blog.0003", "shop.0001"],
                    &["blog.0002_remove: “Remove field old from Post”"],
                ),
                ("migrate", 0, &["blog.0003", "shop.0001", "blog.0002"], &[]),
                ("migrate blog 0001", 0, &[], &[]),
            ],
        ),
        scenario(
            "a field with a default for the old code: added with it before, and without it after",
            vec![
                (
                    "blog",
                    "0002_add",
                    "",
                    &["blog.0001_first"],
                    operation(
                        "op = \"AddField\"\nmodel = \"Post\"\nname = \"born\"\nfield = { type = \"IntegerField\", db_default = 1988 }",
                    ),
                ),
                ("blog", "0003_drop", "", &["blog.0002_add"], alter("born", "type = \"IntegerField\"")),
            ],
            &[("migrate --pre-deploy", 0, &["blog.0002"], &[]), ("migrate", 0, &["blog.0002", "blog.0003"], &[])],
        ),
        scenario(
            "a field that is removed: nullable before, for the new code, and gone after",
            vec![
                (
                    "blog",
                    "0002_null",
                    "",
                    &["blog.0001_first"],
                    alter("title", "type = \"CharField\", max_length = 60, null = true"),
                ),
                ("blog", "0003_remove", "", &["blog.0002_null"], remove("title")),
            ],
            &[("migrate --pre-deploy", 0, &["blog.0002"], &[]), ("migrate", 0, &["blog.0002", "blog.0003"], &[])],
        ),
    ]
}

/// What a migration does and the configuration says of it, and the half in which it runs.
fn configured() -> Vec<(String, String, &'static str)> {
    let mut all = Vec::new();
    for key in ["blog", "\"blog.0002_m\""] {
        for (stage, half) in [("pre-deploy", "pre-deploy"), ("post-deploy", "post-deploy")] {
            // An override decides whatever the operations say; a fallback where they differ.
            for operations in [add("slug"), remove("old"), add("slug") + &remove("old")] {
                all.push((operations, format!("[stages.overrides]\n{key} = \"{stage}\"\n"), half));
            }
            all.push((add("slug") + &remove("old"), format!("[stages.fallbacks]\n{key} = \"{stage}\"\n"), half));
            all.push((add("slug"), format!("[stages.fallbacks]\n{key} = \"{stage}\"\n"), "pre-deploy"));
            all.push((remove("old"), format!("[stages.fallbacks]\n{key} = \"{stage}\"\n"), "post-deploy"));
        }
    }
    // That of the migration goes before that of its app.
    let both = "[stages.overrides]\nblog = \"pre-deploy\"\n\"blog.0002_m\" = \"post-deploy\"\n";
    all.push((add("slug"), both.to_owned(), "post-deploy"));
    all
}

fn safemigrate() -> Vec<Scenario> {
    let scenario = |what, migrations, steps| Scenario { what, configuration: "", migrations, steps };
    vec![
        scenario(
            "migrations that may always run block and delay nobody",
            vec![
                ("blog", "0002_before", BEFORE, &["blog.0001_first"], insert(1)),
                ("blog", "0003_always", "", &["blog.0002_before"], always()),
                ("shop", "0001_after", AFTER, &["blog.0001_first"], insert(2)),
            ],
            &[
                ("migrate --pre-deploy", 0, &["blog.0002", "blog.0003"], &[]),
                ("migrate --post-deploy", 0, &["blog.0002", "blog.0003", "shop.0001"], &[]),
            ],
        ),
        scenario(
            "all runs but the last, which is for after the deploy",
            vec![
                ("blog", "0002_before", BEFORE, &["blog.0001_first"], insert(1)),
                ("blog", "0003_after", AFTER, &["blog.0002_before"], insert(2)),
            ],
            &[
                ("migrate --pre-deploy", 0, &["blog.0002"], &["blog.0003_after: its `stage` says so"]),
                ("migrate", 0, &["blog.0002", "blog.0003"], &[]),
            ],
        ),
        scenario(
            "several after the deploy, one after the other",
            vec![
                ("blog", "0002_before", BEFORE, &["blog.0001_first"], insert(1)),
                ("blog", "0003_after", AFTER, &["blog.0002_before"], insert(2)),
                ("blog", "0004_after", AFTER, &["blog.0003_after"], insert(3)),
            ],
            &[
                ("migrate --pre-deploy", 0, &["blog.0002"], &["0003_after", "0004_after"]),
                ("migrate --post-deploy", 0, &["blog.0002", "blog.0003", "blog.0004"], &[]),
            ],
        ),
        scenario(
            "one that may always run and depends on one for after the deploy runs where both change places, else waits",
            vec![
                ("blog", "0002_after", AFTER, &["blog.0001_first"], insert(1)),
                ("blog", "0003_always", "", &["blog.0002_after"], always()),
            ],
            &[
                ("migrate --pre-deploy", 0, &["blog.0003"], &[]),
                ("migrate --post-deploy", 0, &["blog.0003", "blog.0002"], &[]),
            ],
        ),
        scenario(
            "what is blocked is refused, with nothing run and nothing noted; where asked for, the rest runs",
            vec![
                ("blog", "0002_before", BEFORE, &["blog.0001_first"], insert(1)),
                ("blog", "0003_after", AFTER, &["blog.0002_before"], insert(2)),
                ("blog", "0004_before", BEFORE, &["blog.0003_after"], insert(3)),
            ],
            &[
                (
                    "migrate --pre-deploy",
                    2,
                    &[],
                    &["blog.0004_before is to run before the deploy and depends on blog.0003_after"],
                ),
                ("migrate --pre-deploy --strict", 2, &[], &["blog.0004_before"]),
                (
                    "migrate --pre-deploy --nonstrict",
                    0,
                    &["blog.0002"],
                    &["blog.0004_before: waits for blog.0003_after"],
                ),
                ("migrate", 0, &["blog.0002", "blog.0003", "blog.0004"], &[]),
            ],
        ),
        scenario(
            "run_before counts as a dependency",
            vec![
                (
                    "blog",
                    "0002_after",
                    "stage = \"post-deploy\"\nrun_before = [\"shop.0001_before\"]\n",
                    &["blog.0001_first"],
                    insert(1),
                ),
                ("shop", "0001_before", BEFORE, &[], insert(2)),
            ],
            &[(
                "migrate --pre-deploy",
                2,
                &[],
                &["shop.0001_before is to run before the deploy and depends on blog.0002_after"],
            )],
        ),
        scenario(
            "one with a delay does not run when it is first met, and blocks what comes after it",
            vec![
                ("blog", "0002_after", "stage = \"post-deploy\"\ndelay = \"1h\"\n", &["blog.0001_first"], insert(1)),
                ("blog", "0003_after", AFTER, &["blog.0002_after"], insert(2)),
            ],
            &[
                (
                    "migrate --post-deploy",
                    0,
                    &[],
                    &["blog.0002_after: waits 1h more", "blog.0003_after: waits for blog.0002_after"],
                ),
                ("migrate", 0, &["blog.0002", "blog.0003"], &[]),
            ],
        ),
        scenario(
            "one without a delay before one with a delay that is over runs first",
            vec![
                ("blog", "0002_after", AFTER, &["blog.0001_first"], insert(1)),
                ("blog", "0003_after", "stage = \"post-deploy\"\ndelay = \"0s\"\n", &["blog.0002_after"], insert(2)),
            ],
            &[("migrate --pre-deploy", 0, &[], &[]), ("migrate --post-deploy", 0, &["blog.0002", "blog.0003"], &[])],
        ),
        scenario(
            "what is recorded without being run is not noted as met",
            vec![("blog", "0002_after", "stage = \"post-deploy\"\ndelay = \"1h\"\n", &["blog.0001_first"], insert(1))],
            &[
                ("migrate --fake", 0, &["blog.0002"], &[]),
                ("migrate blog 0001 --fake", 0, &[], &[]),
                ("migrate --post-deploy", 0, &[], &["blog.0002_after: waits 1h more"]),
            ],
        ),
    ]
}

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

fn run_all(name: &str, scenarios: impl Fn() -> Vec<Scenario>) {
    on_each(name, |database| {
        for scenario in scenarios() {
            println!("  {}", scenario.what);
            database.empty();
            let project = written(&scenario, database);
            project.run("migrate blog 0001").ends(0);
            for (command, code, ids, says) in scenario.steps {
                let said = project.run(command).ends(*code);
                let text = format!("{}\n{}", said.stdout, said.stderr);
                for part in *says {
                    assert!(text.contains(part), "{command} does not say {part:?}:\n{said}");
                }
                assert_eq!(applied(database), *ids, "after {command}:\n{said}");
            }
        }
    });
}

#[test]
fn what_django_syzygy_documents() {
    run_all("documented_syzygy", syzygy);
}

#[test]
fn what_django_safemigrate_documents() {
    run_all("documented_safe", safemigrate);
}

#[test]
fn overrides_and_fallbacks_as_django_syzygy_documents_them() {
    on_each("documented_rules", |database| {
        database.empty();
        let empty = Scenario { what: "", configuration: "", migrations: Vec::new(), steps: &[] };
        let project = written(&empty, database);
        project.run("migrate").ends(0);
        for (operations, configuration, half) in configured() {
            project.write("limosa.toml", &configuration);
            let text = format!("dependencies = [\"blog.0001_first\"]\n{operations}");
            project.write("blog/migrations/0002_m.toml", text);
            let said = project.run("plan --format json").ends(0).json();
            assert_eq!(said[0]["migrations"][0]["stage"], *half, "{configuration}{operations}");
            let (pending, other) = match half {
                "pre-deploy" => ("--pre-deploy", "--post-deploy"),
                _ => ("--post-deploy", "--pre-deploy"),
            };
            for (option, lines) in [(pending, 1), (other, 0)] {
                let said = project.run(&format!("migrate {option} --plan --format json")).ends(0).json();
                assert_eq!(
                    said[0]["migrations"].as_array().map(Vec::len),
                    Some(lines),
                    "{option} {configuration}{operations}"
                );
            }
        }
    });
}

#[test]
fn the_setting_of_django_safemigrate_is_followed() {
    let remove = crate::project::python_migration("0001_initial", "", "migrations.RemoveField(\"book\", \"title\")");
    let add = crate::project::python_migration(
        "0002_after",
        "",
        "migrations.AddField(\"book\", \"title\", models.CharField(max_length=9, null=True))",
    );
    // The setting, the options, the exit code of `--pre-deploy`, and how much is applied then.
    for (setting, options, code, number) in [
        ("", "", 2, 1),
        ("SAFEMIGRATE = \"strict\"", "", 2, 1),
        ("SAFEMIGRATE = None", "", 2, 1),
        ("SAFEMIGRATE = \"nonstrict\"", "", 0, 1),
        ("SAFEMIGRATE = \"nonstrict\"", "--strict", 2, 1),
        ("SAFEMIGRATE = \"disabled\"", "", 0, 3),
        ("SAFEMIGRATE = \"disabled\"", "--nonstrict", 0, 1),
        ("SAFEMIGRATE = \"invalid\"", "", 2, 1),
    ] {
        let Some(project) = Project::django(&[("0002_after", &remove), ("0003_before", &add)]) else { return };
        let database = Database::sqlite();
        let project = project.on(&database);
        let settings = std::fs::read_to_string(project.path("settings.py")).expect("settings");
        project.write("settings.py", format!("{settings}\n{setting}\n"));
        project.run("migrate library 0001").ends(0);
        let said = project.run(&format!("migrate --pre-deploy {options}")).ends(code);
        assert_eq!(database.history("django_migrations").len(), number, "{setting} {options}: {said}");
        let is_refused = said.stderr.contains("the setting SAFEMIGRATE is not understood");
        assert_eq!(is_refused, setting.contains("invalid"), "{said}");
    }
}
