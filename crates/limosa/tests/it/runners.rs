//! Several runners on one database: one works, the others wait.

use std::collections::BTreeMap;

use crate::database::on_each;
use crate::project::{Project, python_migration};

#[test]
fn each_migration_is_applied_once() {
    on_each("runners", |database| {
        let project = Project::blog().on(database);
        let said = database.locked("limosa_migrations", |release| {
            let mut runners: Vec<_> = (0..3).map(|_| project.start("migrate --format json")).collect();
            let holder = database.other_runner();
            for runner in &mut runners {
                runner.wait_for(&format!("{{\"event\":\"waiting\",\"version\":1,\"holder\":\"{holder}"));
            }
            release();
            runners.into_iter().map(|runner| runner.end().ends(0)).collect::<Vec<_>>()
        });
        let mut applied: BTreeMap<String, usize> = BTreeMap::new();
        let mut at_work = 0;
        for said in &said {
            let lines = said.json();
            let finished = lines.iter().filter(|line| line["event"] == "migration-finished");
            for line in finished.clone() {
                *applied.entry(line["name"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
            }
            at_work += usize::from(finished.count() > 0);
        }
        let expected = ["0001_initial", "0002_slug", "0003_first"].map(|name| (name.to_owned(), 1));
        assert_eq!((applied, at_work), (expected.into(), 1), "{said:#?}");
        assert_eq!(database.query("SELECT title FROM blog_post"), ["first"]);
        assert_eq!(database.history("limosa_migrations").len(), 3);
    });
}

#[test]
fn each_migration_of_a_django_project_is_applied_once() {
    let create =
        "\n\ndef create(apps, editor):\n    apps.get_model(\"library\", \"Book\").objects.create(title=\"one\")\n";
    let text = python_migration("0001_initial", create, "migrations.RunPython(create),");
    on_each("django_runners", |database| {
        let Some(project) = Project::django(&[("0002_create", &text)]).map(|project| project.on(database)) else {
            return;
        };
        let runners: Vec<_> = (0..2).map(|_| project.start("migrate")).collect();
        for runner in runners {
            runner.end().ends(0);
        }
        assert_eq!(database.query("SELECT title FROM library_book"), ["one"]);
        assert_eq!(database.history("django_migrations"), ["library.0001_initial", "library.0002_create"]);
    });
}

#[test]
fn who_does_not_wait_is_told_by_whom_it_is_held() {
    on_each("no_wait", |database| {
        let project = Project::blog().on(database);
        project.run("migrate blog 0001").ends(0);
        let before = database.dump();
        database.locked("limosa_migrations", |release| {
            for arguments in
                ["migrate --no-wait", "migrate --wait 0s", "migrate --no-wait --fake", "migrate --no-wait blog zero"]
            {
                let held = format!("the migration lock is held by {}", database.other_runner());
                project.run(arguments).ends(4).prints_nothing().tells(&[&held, "help: "]);
            }
            // Who only looks need not wait.
            project.run("showmigrations").ends(0);
            project.run("migrate --check").ends(1);
            project.run("plan").ends(0);
            assert_eq!(database.dump(), before);
            let mut waiting = project.start("migrate --format json");
            waiting.wait_for(database.other_runner());
            release();
            waiting.end().ends(0);
        });
        project.run("migrate --no-wait").ends(0).prints(&["No migrations to apply."]);
    });
}
