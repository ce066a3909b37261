//! Commands one after the other: what each half runs, holds or refuses.

use super::{add, applied, create, line, project, remove};
use crate::database::on_each;
use crate::project::{migration, operation};

/// What a command is expected to do: its arguments, exit code, what is applied of the app afterwards (by number), and what it says.
type Step = (&'static str, i32, &'static [u8], &'static [&'static str]);

/// A scenario: what it is, the migrations after the first, the configuration, the commands.
struct Scenario {
    what: &'static str,
    migrations: Vec<(String, String)>,
    configuration: &'static str,
    steps: &'static [Step],
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
