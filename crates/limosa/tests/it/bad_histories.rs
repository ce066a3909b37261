//! Histories that contradict the graph or themselves: refused, and the database left as it is.

use crate::database::{Database, on_each};
use crate::project::Project;

/// Applies the project, changes the history, and checks what is said and that nothing changes.
#[track_caller]
fn check(test: &str, project: impl Fn() -> Option<Project>, change: impl Fn(&Database), expected: &[&str]) {
    on_each(test, |database| {
        let Some(project) = project().map(|project| project.on(database)) else { return };
        project.run("migrate").ends(0);
        change(database);
        let before = database.dump();
        for command in ["migrate", "migrate --fake", "migrate --check", "migrate --plan", "plan"] {
            let said = project.run(command).ends(2).prints_nothing().tells(expected).tells(&["nothing was changed"]);
            assert_eq!(database.dump(), before, "{said}");
        }
        project.run("showmigrations").ends(0);
    });
}

#[test]
fn dependency_is_not_applied() {
    check(
        "gap",
        || Some(Project::blog()),
        |database| database.execute("DELETE FROM limosa_migrations WHERE name = '0002_slug'"),
        &[
            "error[inconsistent-history]: blog.0003_first is applied before its dependency blog.0002_slug",
            "blog/migrations/0003_first.sql:1:",
            "help:",
            "limosa migrate --fake blog 0002_slug",
        ],
    );
}

#[test]
fn rows_of_migrations_that_are_not_on_disk_do_no_harm() {
    on_each("ghosts", |database| {
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        database.execute(
            "INSERT INTO limosa_migrations (app, name, applied) VALUES ('gone', '0001_initial', CURRENT_TIMESTAMP)",
        );
        let before = database.dump();
        project.run("migrate").ends(0).prints(&["No migrations to apply."]);
        assert_eq!(database.dump(), before);
    });
}
