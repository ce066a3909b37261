//! Where the program stands, what lies in the project's folders, and where a failing statement was written.

use std::process::Command;

use crate::database::{Database, on_each};
use crate::program::Running;
use crate::project::Project;

/// Runs the program in a folder of the project.
#[track_caller]
fn run_in(project: &Project, folder: &str, arguments: &str) -> crate::program::Said {
    std::fs::create_dir_all(project.path(folder)).expect("make a folder");
    Running::start(project.command(arguments).current_dir(project.path(folder))).end()
}

#[test]
fn inside_of_a_native_project() {
    let project = Project::blog();
    project.write("limosa.toml", "");
    for folder in ["blog", "blog/migrations", "some/where/else"] {
        run_in(&project, folder, "showmigrations").ends(0).prints(&["blog\n [ ] 0001_initial\n"]);
    }
    // Without a file that says where it begins, a project is only where one stands.
    std::fs::remove_file(project.path("limosa.toml")).expect("remove a file");
    run_in(&project, "some/where/else", "showmigrations").ends(2).tells(&["holds no project"]);
    project.write("pyproject.toml", "[tool.limosa]\n");
    run_in(&project, "some/where/else", "showmigrations").ends(0).prints(&["blog\n [ ] 0001_initial\n"]);
}

#[test]
fn inside_of_a_django_project() {
    let Some(project) = Project::django(&[]) else { return };
    for folder in ["library", "library/migrations", "some/where/else"] {
        run_in(&project, folder, "showmigrations").ends(0).prints(&["library\n [ ] 0001_initial\n"]);
    }
    run_in(&project, "library", "migrate").ends(0);
    assert!(project.path("db.sqlite3").is_file());
    // A manage.py of something else does not count from below.
    project.write("manage.py", "print('hello')\n");
    run_in(&project, "library", "showmigrations").ends(2).tells(&["holds no project"]);
}

#[test]
fn pipes_among_the_migrations() {
    for name in ["0004_pipe.toml", "0004_pipe.sql"] {
        let project = Project::blog();
        let status = Command::new("mkfifo").arg(project.path(&format!("blog/migrations/{name}"))).status();
        assert!(status.expect("run mkfifo").success());
        project.run("migrate").ends(2).tells(&[name, "is not a file"]);
    }
    let Some(project) = Project::django(&[]) else { return };
    for name in ["library/pipe.py", "library/migrations/notes.sql"] {
        assert!(Command::new("mkfifo").arg(project.path(name)).status().expect("run mkfifo").success());
    }
    project.run("migrate").ends(0);
    project.run("migrate").ends(0).prints(&["No migrations to apply."]);
    let pipe = project.path("library/migrations/0002_pipe.py");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("run mkfifo").success());
    project.run("migrate").ends(2).tells(&["0002_pipe.py", "is not a file"]);
}

#[test]
fn statement_of_a_sql_file() {
    on_each("sql_place", |database: &Database| {
        let project = Project::blog().on(database);
        let text = "-- limosa: dependencies blog.0003_first\n-- limosa: forwards\nINSERT INTO blog_post (title) VALUES ('a');\n\n\
                    -- What follows fails.\n  INSERT INTO nowhere VALUES (1);\nSELECT 1;\n-- limosa: backwards\n\
                    SELECT 1;\nINSERT INTO nowhere_else VALUES (2);\n";
        project.write("blog/migrations/0004_sql.sql", text);
        let expected =
            ["blog.0004_sql failed", "0004_sql.sql:6:3\n", "statement: ", "INSERT INTO nowhere VALUES (1)\n"];
        project.run("migrate").ends(3).tells(&expected);
        project.run("migrate --fake").ends(0);
        project
            .run("migrate blog 0003")
            .ends(3)
            .tells(&["0004_sql.sql:10:1\n", "INSERT INTO nowhere_else VALUES (2)\n"]);
    });
}
