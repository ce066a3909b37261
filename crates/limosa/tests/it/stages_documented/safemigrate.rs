//! What django-safemigrate documents: when a migration is safe, delays, and its setting.

use super::{AFTER, BEFORE, Scenario, insert, run_all};
use crate::database::Database;
use crate::project::{Project, operation, python_migration};

#[test]
fn what_django_safemigrate_documents() {
    run_all("documented_safe", scenarios);
}

#[test]
fn the_setting_of_django_safemigrate_is_followed() {
    let remove = python_migration("0001_initial", "", "migrations.RemoveField(\"book\", \"title\")");
    let add = python_migration(
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

fn scenarios() -> Vec<Scenario> {
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

/// Operations that either half may run, as `Safe.always()` says it.
fn always() -> String {
    operation("op = \"AlterModelOptions\"\nmodel = \"Post\"\noptions = { ordering = [\"id\"] }")
}
