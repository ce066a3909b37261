//! Graphs that are wrong: shown at the lines that state the dependencies; no database is made.

use crate::project::{Project, migration, run_sql};

/// A project of migrations, each with what it depends on; what `migrate` says of it.
#[track_caller]
fn check(migrations: &[(&str, &[&str])], expected: &[&str]) {
    let project = Project::new(&[]);
    for (id, dependencies) in migrations {
        let (app, name) = id.split_once('.').expect("app.name");
        project.write(&format!("{app}/migrations/{name}.toml"), migration(dependencies, &run_sql("SELECT 1")));
    }
    for command in ["migrate", "migrate --fake", "migrate --plan", "migrate --check", "plan"] {
        project.run_unchanged(command).ends(2).prints_nothing().tells(expected).tells(&["nothing was changed"]);
    }
}

#[test]
fn missing_dependency() {
    check(
        &[("blog.0001_a", &[]), ("blog.0002_b", &["blog.0001_a", "blog.0001_b"]), ("shop.0001_a", &["press.0001_a"])],
        &[
            "migration blog.0002_b depends on blog.0001_b, which does not exist",
            "blog/migrations/0002_b.toml:1:1",
            "help:",
            "migration shop.0001_a depends on press.0001_a, which does not exist",
            "shop/migrations/0001_a.toml:1:1",
            "help:",
        ],
    );
}

#[test]
fn circle() {
    check(
        &[("blog.0001_a", &["shop.0001_a"]), ("blog.0002_b", &["blog.0001_a"]), ("shop.0001_a", &["blog.0002_b"])],
        &["form a circle", "blog/migrations/", ":1:1", "help: remove one of these: "],
    );
    check(&[("blog.0001_a", &["blog.0001_a"])], &["blog.0001_a", "0001_a.toml:1:1", "help:"]);
}

#[test]
fn two_leaves() {
    check(
        &[("blog.0001_a", &[]), ("blog.0002_b", &["blog.0001_a"]), ("blog.0002_c", &["blog.0001_a"])],
        &[
            "app `blog` has more than one leaf: 0002_b, 0002_c",
            "blog/migrations/0002_b.toml:1:1",
            "blog/migrations/0002_c.toml:1:1",
            "help: let one follow the other: `limosa rebase blog`; or join them",
        ],
    );
}

#[test]
fn operation_that_does_not_fit_the_state() {
    let field =
        "\n[[operations]]\nop = \"AddField\"\nmodel = \"Post\"\nname = \"slug\"\nfield = { type = \"SlugField\" }\n";
    let project = Project::new(&[("blog/migrations/0001_a.toml", &migration(&[], field))]);
    project.run_unchanged("migrate").ends(2).prints_nothing().tells(&[
        "Post",
        "blog/migrations/0001_a.toml:3:1",
        "nothing was changed",
    ]);
}

#[test]
fn no_migrations() {
    let project = Project::new(&[("limosa.toml", ""), ("blog/migrations/README", "")]);
    project
        .run_unchanged("migrate")
        .ends(0)
        .prints(&["No migrations to apply."])
        .tells(&["warning: the project has no migrations"]);
    project.run_unchanged("showmigrations --plan").ends(0).prints(&["(no migrations)"]);
    project.run_unchanged("plan").ends(0).prints(&["Nothing to do."]);
    let Some(project) = Project::django(&[]) else { return };
    std::fs::remove_file(project.path("library/migrations/0001_initial.py")).expect("remove");
    project.run_unchanged("showmigrations").ends(0).prints(&["library\n (no migrations)\n"]);
    project
        .run_unchanged("migrate")
        .ends(0)
        .prints(&["No migrations to apply."])
        .tells(&["warning: the project has no migrations"]);
}
