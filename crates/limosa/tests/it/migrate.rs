//! `migrate`: forwards, backwards, to a target, and only looking.

use crate::database::{Database, on_each};
use crate::project::{POST, Project, migration};

/// Runs `migrate` and compares the history after it.
#[track_caller]
fn check(project: &Project, database: &Database, arguments: &str, expected: &[&str], history: &[&str]) {
    project.run(arguments).ends(0).prints(expected);
    let names: Vec<String> = history.iter().map(|name| format!("blog.{name}")).collect();
    assert_eq!(database.history("limosa_migrations"), names, "after {arguments}");
}

const ALL: [&str; 3] = ["0001_initial", "0002_slug", "0003_first"];

#[test]
fn there_and_back() {
    on_each("there_and_back", |database| {
        let project = Project::blog().on(database);
        let said = project.run("migrate").ends(0);
        let lines = "Operations to perform:\n  Apply all migrations: blog\nRunning migrations:\n  Applying blog.0001_initial... OK\n  \
                     Applying blog.0002_slug... OK\n  Applying blog.0003_first... OK\n";
        assert_eq!((said.stdout.as_str(), said.stderr.as_str()), (lines, ""));
        let full = database.dump();
        check(&project, database, "migrate", &["Running migrations:\n  No migrations to apply.\n"], &ALL);
        assert_eq!(database.dump(), full);
        let expected = "Target specific migration: 0001_initial, from blog\nRunning migrations:\n  \
                        Unapplying blog.0003_first... OK\n  Unapplying blog.0002_slug... OK\n";
        check(&project, database, "migrate blog 0001", &[expected], &ALL[..1]);
        assert_eq!(database.query("SELECT * FROM blog_post"), [""; 0]);
        check(&project, database, "migrate blog 0002_slug", &["Applying blog.0002_slug... OK"], &ALL[..2]);
        let expected = "Unapply all migrations: blog\nRunning migrations:\n  Unapplying blog.0002_slug... OK\n  Unapplying blog.0001_initial... OK\n";
        check(&project, database, "migrate blog zero", &[expected], &[]);
        check(&project, database, "migrate blog zero", &["No migrations to apply."], &[]);
        check(&project, database, "migrate blog", &["Apply all migrations: blog", "blog.0003_first... OK"], &ALL);
    });
}

#[test]
fn fake() {
    on_each("fake", |database| {
        let project = Project::blog().on(database);
        check(
            &project,
            database,
            "migrate --fake blog 0002",
            &["0001_initial... FAKED\n", "0002_slug... FAKED\n"],
            &ALL[..2],
        );
        assert!(!database.dump().contains("blog_post"), "{}", database.dump());
        check(&project, database, "migrate --fake blog zero", &["Unapplying blog.0002_slug... FAKED\n"], &[]);
        check(&project, database, "migrate", &["blog.0003_first... OK"], &ALL);
        check(&project, database, "migrate --fake blog zero", &["Unapplying blog.0001_initial... FAKED\n"], &[]);
        assert_eq!(database.query("SELECT title FROM blog_post"), ["first"]);
    });
}

#[test]
fn fake_initial() {
    on_each("fake_initial", |database| {
        let project = Project::blog().on(database);
        project.run("migrate blog 0001").ends(0);
        database.execute("DELETE FROM limosa_migrations");
        project.run("migrate").ends(3).tells(&["blog.0001_initial failed", "already exists", "it was rolled back"]);
        let expected = ["blog.0001_initial... FAKED\n", "blog.0002_slug... OK\n", "blog.0003_first... OK\n"];
        check(&project, database, "migrate --fake-initial", &expected, &ALL);
        project.run("migrate blog zero").ends(0);
        // Where the tables are not there, it is run.
        check(&project, database, "migrate --fake-initial", &["blog.0001_initial... OK\n"], &ALL);
    });
}

#[test]
fn plan_and_check_change_nothing() {
    on_each("plan_and_check", |database| {
        let project = Project::blog().on(database);
        let planned = "Planned operations:\nblog.0001_initial\n    Create model Post\nblog.0002_slug\n    Add field slug to Post\n\
                       blog.0003_first\n    Raw SQL operation -> ";
        project.run("migrate --plan").ends(0).prints(&[planned]);
        project.run("migrate --check").ends(1).prints_nothing();
        project.run("migrate --check --plan").ends(1).prints(&["Planned operations:"]);
        if let Some(path) = database.url.sqlite_path() {
            assert!(!path.exists(), "looking made the file");
        } else {
            assert_eq!(database.dump(), "");
        }
        project.run("migrate blog 0002").ends(0);
        let before = database.dump();
        project.run("migrate --check").ends(1);
        project.run("migrate --check blog 0002").ends(0);
        project.run("migrate --plan").ends(0).prints(&["Planned operations:\nblog.0003_first\n"]);
        let undone = "Planned operations:\nblog.0002_slug\n    Undo Add field slug to Post\nblog.0001_initial\n    Undo Create model Post\n";
        project.run("migrate --plan blog zero").ends(0).prints(&[undone]);
        assert_eq!(database.dump(), before);
        project.run("migrate").ends(0);
        project.run("migrate --check").ends(0).prints_nothing();
        project.run("migrate --plan").ends(0).prints(&["Planned operations:\n  No planned migration operations.\n"]);
    });
}

#[test]
fn verbosity() {
    let database = Database::sqlite();
    let project = Project::blog().on(&database);
    for quiet in ["-q", "--quiet", "-v 0", "--verbosity 0"] {
        let said = project.run(&format!("migrate {quiet}")).ends(0).prints_nothing();
        assert_eq!(said.stderr, "", "{quiet}");
        let said = project.run(&format!("migrate blog zero {quiet}")).ends(0).prints_nothing();
        assert_eq!(said.stderr, "", "{quiet}");
    }
    project.run("migrate -q nowhere").ends(2).tells(&["no installed app"]);
    // Data is printed whatever the verbosity.
    project.run("showmigrations -q").ends(0).prints(&["[ ] 0001_initial"]);
    project.run("migrate -v 2").ends(0).prints(&["Applying blog.0001_initial... OK (0."]);
    project.run("migrate blog zero").ends(0);
    project
        .run("migrate -v 3")
        .ends(0)
        .prints(&["Applying blog.0001_initial..."])
        .tells(&["CREATE TABLE \"blog_post\"", "INSERT INTO \"limosa_migrations\""]);
}

#[test]
fn colours_only_when_asked() {
    let database = Database::sqlite();
    let project = Project::blog().on(&database);
    project.run("migrate --color always").ends(0).prints(&["\u{1b}["]);
    project.run("migrate --force-color").ends(0).prints(&["\u{1b}["]);
    project.run("migrate --no-color").ends(0).hides("\u{1b}[");
    project.run("migrate --no-color --force-color").ends(2).tells(&["cannot be used with"]);
    project.run("migrate blog zero").ends(0).hides("\u{1b}");
    project.run("migrate nowhere").ends(2).hides("\u{1b}");
    project.run("migrate nowhere --color always").ends(2).tells(&["\u{1b}["]);
}

#[test]
fn the_project_is_found_from_elsewhere() {
    let database = Database::sqlite();
    let project = Project::blog();
    let elsewhere = Project::new(&[]).on(&database).with("LIMOSA_PROJECT", project.path(""));
    elsewhere.run("migrate").ends(0).prints(&["blog.0001_initial... OK"]);
    assert_eq!(database.history("limosa_migrations").len(), 3);
    let elsewhere = Project::new(&[]);
    // Without any other word the database is beside the project, not where the program stands.
    elsewhere.run_unchanged(&format!("migrate --project {}", project.path("").display())).ends(0);
    assert!(project.path("db.sqlite3").is_file());
}

#[test]
fn migrations_added_later_to_an_older_app() {
    on_each("added_later", |database| {
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        project.write("shop/migrations/0001_initial.toml", migration(&["blog.0002_slug"], POST));
        project
            .run("migrate")
            .ends(0)
            .prints(&["Apply all migrations: blog, shop\n", "Applying shop.0001_initial... OK\n"]);
        project.run("migrate blog 0001").ends(0).prints(&[
            "Unapplying shop.0001_initial... OK\n  Unapplying blog.0003_first... OK\n  Unapplying blog.0002_slug... OK\n",
        ]);
    });
}
