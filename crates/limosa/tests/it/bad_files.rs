//! Files that are wrong: shown with file, line and what to do; no database is made, and no file changed.

use crate::database::Database;
use crate::project::{POST, Project, migration, operation, python_migration, run_sql};

/// A project of 50 good migrations, of which the case writes some anew.
#[track_caller]
fn check(files: &[(&str, &[u8])], expected: &[&str]) {
    let project = Project::new(&[]);
    for number in 1..=50 {
        let before = format!("blog.{:04}_step", number - 1);
        let dependencies = if number == 1 { Vec::new() } else { vec![before.as_str()] };
        let text = migration(&dependencies, &run_sql("SELECT 1"));
        project.write(&format!("blog/migrations/{number:04}_step.toml"), text);
    }
    for (path, text) in files {
        project.write(path, text);
    }
    for command in ["migrate", "plan", "showmigrations"] {
        let said = project.run_unchanged(command).ends(2).prints_nothing().tells(expected);
        assert_eq!(said.stderr.matches("\nnothing was changed\n").count(), 1, "{said}");
        assert!(!said.stderr.contains("0007_step"), "a good file is complained of:\n{said}");
    }
}

#[test]
fn syntax_error_in_one_of_fifty() {
    check(
        &[("blog/migrations/0023_step.toml", b"dependencies = [\"blog.0022_step\"]\n[[operations]\nop = \"RunSQL\"\n")],
        &["error[syntax-error]", "0023_step.toml:2:14", "2 | [[operations]", "expected"],
    );
}

#[test]
fn errors_in_two_files_are_both_shown() {
    check(
        &[
            ("blog/migrations/0023_step.toml", b"dependencies = [\n"),
            (
                "blog/migrations/0031_step.toml",
                b"dependencies = [\"blog.0030_step\"]\n[[operations]]\nop = \"RunSql\"\n",
            ),
            ("blog/migrations/0045_step.toml", b"dependencis = [\"blog.0044_step\"]\n"),
        ],
        &[
            "error[syntax-error]",
            "0023_step.toml:1:17",
            "RunSql",
            "0031_step.toml:3:6",
            "help: did you mean `RunSQL`?",
            "dependencis",
            "0045_step.toml:1:1",
            "help: did you mean `dependencies`?",
        ],
    );
}

#[test]
fn unknown_field_class() {
    let text = migration(
        &["blog.0049_step"],
        &operation(
            "op = \"AddField\"\nmodel = \"Post\"\nname = \"slug\"\nfield = { type = \"SlugFild\", max_length = 80 }",
        ),
    );
    check(
        &[("blog/migrations/0050_step.toml", text.as_bytes())],
        &["unknown field class `SlugFild`", "0050_step.toml:7:18", "help: did you mean `SlugField`?"],
    );
}

#[test]
fn not_utf8() {
    check(
        &[
            ("blog/migrations/0023_step.toml", b"# fine\n# caf\xe9 \xff\xff\n"),
            ("blog/migrations/0024_step.sql", b"-- limosa: forwards\nSELECT '\xe9\xe8';\n"),
            (
                "blog/migrations/0025_step.toml",
                "dependencies = []\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>().as_slice(),
            ),
        ],
        &[
            "0023_step.toml is not UTF-8 text",
            "0023_step.toml:2:6",
            "save the file as UTF-8",
            "0024_step.sql:2:9",
            "0025_step.toml",
        ],
    );
}

#[test]
fn ten_megabytes_with_a_mistake_at_the_end() {
    let line = "# one of many lines, each of some length, so that the file becomes large\n";
    let many = line.repeat(10_000_000 / line.len());
    let long = format!("name = \"{}\" \"", "x".repeat(10_000_000));
    let project = Project::new(&[
        ("blog/migrations/0001_initial.toml", &(many + "[[operations]\n")),
        ("blog/migrations/0002_long.toml", &long),
    ]);
    let said = project.run_unchanged("migrate").ends(2).tells(&["0001_initial.toml:136987:14", "0002_long.toml:1:"]);
    assert!(said.stderr.len() < 20_000, "{} bytes are shown", said.stderr.len());
}

#[test]
fn ten_megabytes_are_read() {
    let lines = "-- a remark of some length that belongs to nothing; it's only here\n".repeat(10_000_000 / 67);
    let insert = run_sql(&format!(
        "INSERT INTO blog_post (title) VALUES ('first');\n{lines}INSERT INTO blog_post (title) VALUES ('last')"
    ));
    let project = Project::new(&[("blog/migrations/0001_initial.toml", &migration(&[], &(POST.to_owned() + &insert)))]);
    let database = Database::sqlite();
    let project = project.on(&database);
    project.run("migrate").ends(0).prints(&["Applying blog.0001_initial... OK"]);
    assert_eq!(database.query("SELECT title FROM blog_post ORDER BY id"), ["first", "last"]);
}

#[test]
fn files_that_are_no_migration_or_two() {
    check(
        &[("blog/migrations/0023_step.sql", b"SELECT 1;")],
        &[
            "0023_step.sql and ",
            "0023_step.toml are both the migration blog.0023_step",
            "help: rename or remove one of them",
        ],
    );
    let project = Project::blog();
    std::os::unix::fs::symlink("nowhere", project.path("blog/migrations/0004_link.toml")).expect("link");
    project.run("migrate").ends(2).tells(&["0004_link.toml", "No such file or directory"]);
    assert!(!project.path("db.sqlite3").exists());
    let deep = format!("x = {}", "[".repeat(200_000));
    check(&[("blog/migrations/0023_step.toml", deep.as_bytes())], &["error[syntax-error]", "0023_step.toml:1:"]);
    let Some(project) = Project::django(&[("0002_empty", "")]) else { return };
    let deep = format!("x = {}1{}\n", "(".repeat(200_000), ")".repeat(200_000));
    project.write("library/migrations/0003_deep.py", deep);
    project.run_unchanged("migrate").ends(2).tells(&[
        "0002_empty.py holds no class `Migration`",
        "0002_empty.py:1:1",
        "help:",
        "0003_deep.py",
    ]);
}

#[test]
fn mistakes_in_the_configuration() {
    for (text, expected) in [
        (
            "databse-url = \"sqlite:x\"\n",
            ["unknown key `databse-url`", "limosa.toml:1:1", "help: did you mean `database-url`?"],
        ),
        ("python = 3\n", ["`python` is not a text", "limosa.toml:1:10", "a text was expected"]),
        ("[django\n", ["syntax error", "limosa.toml:1:8", "expected"]),
        ("# \n[apps]\nblog = 1\n", ["blog", "limosa.toml:3:8", "a text was expected"]),
    ] {
        check(&[("limosa.toml", text.as_bytes())], &expected);
    }
}

#[test]
fn python_files() {
    let good = python_migration("0001_initial", "", "migrations.RunSQL(\"SELECT 1\", \"\"),");
    let unclosed = good.replace("\"SELECT 1\", \"\")", "\"SELECT 1\", \"\"");
    let unknown = python_migration("0002_a", "", "migrations.AddField(\"book\", \"isbn\", models.IsbnField()),");
    let latin = b"from django.db import migrations\n# caf\xe9\n";
    let Some(project) = Project::django(&[("0002_a", &good), ("0003_b", &unclosed)]) else { return };
    project.write("library/migrations/0004_c.py", latin);
    project.run_unchanged("migrate").ends(2).prints_nothing().tells(&[
        "error[syntax-error]",
        "library/migrations/0003_b.py:",
        "correct it and run again",
        "0004_c.py is not UTF-8 text",
        "0004_c.py:2:6",
        "nothing was changed",
    ]);
    let Some(project) = Project::django(&[("0002_a", &good), ("0003_b", &unknown)]) else { return };
    project.run_unchanged("migrate").ends(2).prints_nothing().tells(&[
        "library.0003_b",
        "module 'django.db.models' has no attribute 'IsbnField'",
        "library/migrations/0003_b.py:7",
        "nothing was changed",
    ]);
}
