//! `limosa check --deploy`: whether the new code may start.

use crate::database::{Database, on_each};
use crate::stages::{add, line, project, remove};

/// What is deployed: the operations of its migrations, the configuration, and the commands with their exit codes and what they say.
type Deploy = (Vec<String>, &'static str, &'static [(&'static str, i32, &'static [&'static str])]);

fn deploys() -> Vec<Deploy> {
    vec![
        (
            vec![remove("old"), add("slug")],
            "",
            &[
                (
                    "check --deploy",
                    1,
                    &[
                        "The new code needs what is not applied:\n  blog.0003_m: “Add field slug to Post” adds",
                        "Left for the end of the deploy:\n  blog.0002_m: “Remove field old from Post” takes away",
                        "not ready: run `limosa migrate --pre-deploy`",
                    ],
                ),
                ("migrate --pre-deploy", 0, &[]),
                (
                    "check --deploy",
                    0,
                    &["Left for the end of the deploy:\n  blog.0002_m", "ready: the new code may start"],
                ),
                ("migrate --post-deploy", 0, &[]),
                ("check --deploy", 0, &["ready: the new code may start\n"]),
            ],
        ),
        // What is left of a migration of both halves breaks nobody either.
        (
            vec![remove("old") + &add("slug")],
            "",
            &[
                (
                    "check --deploy",
                    1,
                    &["needs what is not applied:\n  blog.0002_m", "not ready: run `limosa migrate --pre"],
                ),
                ("migrate --pre-deploy", 0, &[]),
                ("check --deploy", 0, &["Left for the end of the deploy:\n  blog.0002_m", "ready: "]),
            ],
        ),
        (
            vec![remove("old")],
            "[stages.overrides]\n\"blog.0002_m\" = \"pre-deploy\"\n",
            &[("check --deploy", 1, &["BC001", "needs what is not applied", "not ready: change what breaks"])],
        ),
        (
            vec![remove("old")],
            "[stages.overrides]\n\"blog.0002_m\" = \"pre-deploy\"\n[checks.ignores]\nblog = [\"BC\"]\n",
            &[("check --deploy", 1, &["not ready: run `limosa migrate --pre-deploy`"])],
        ),
        (vec![remove("old"), add("old")], "", &[("check --deploy", 2, &["blog.0003_m is to run before the deploy"])]),
    ]
}

#[test]
fn the_gate_opens_when_the_new_code_has_all_that_it_needs() {
    on_each("gate", |database| {
        for (operations, configuration, commands) in deploys() {
            database.empty();
            let project = project(&line(&operations), configuration, database);
            project.run("migrate blog 0001").ends(0);
            for (command, code, says) in commands {
                project.run(command).ends(*code).says(says);
            }
        }
    });
}

#[test]
fn a_program_is_told_what_is_missing() {
    let database = Database::sqlite();
    let project = project(&line(&[remove("old"), add("slug")]), "", &database);
    let gate = |code| project.run("check --deploy --format json").ends(code).json().remove(0);
    let names = |value: &serde_json::Value| {
        let names =
            value.as_array().expect("a list").iter().map(|one| one["name"].as_str().unwrap_or_default().to_owned());
        names.collect::<Vec<_>>()
    };
    // Nothing is there, not even the file.
    let said = gate(1);
    assert_eq!((&said["ready"], names(&said["needed"]).len()), (&false.into(), 3));
    project.run("migrate blog 0001").ends(0);
    let said = gate(1);
    assert_eq!((names(&said["needed"]), names(&said["left"])), (vec!["0003_m".to_owned()], vec!["0002_m".to_owned()]));
    project.run("migrate --pre-deploy").ends(0);
    let said = gate(0);
    assert_eq!((&said["ready"], &said["version"], names(&said["breaks"]).len()), (&true.into(), &1.into(), 0));
}
