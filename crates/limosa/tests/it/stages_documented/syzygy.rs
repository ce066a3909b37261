//! What django-syzygy documents: the stages of its README, its settings, and issue 34.

use super::{AFTER, BEFORE, Scenario, insert, run_all, written};
use crate::database::on_each;
use crate::project::operation;
use crate::stages::{add, create, remove};

#[test]
fn what_django_syzygy_documents() {
    run_all("documented_syzygy", scenarios);
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

fn scenarios() -> Vec<Scenario> {
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

fn delete(name: &str) -> String {
    operation(&format!("op = \"DeleteModel\"\nname = \"{name}\""))
}

fn alter(name: &str, field: &str) -> String {
    operation(&format!("op = \"AlterField\"\nmodel = \"Post\"\nname = \"{name}\"\nfield = {{ {field} }}"))
}
