//! `limosa check --fix`: what is written into the files of migrations, and when nothing is.

use crate::database::Database;
use crate::project::{Project, migration, operation, python_migration};

const ADD_INDEX: &str = "op = \"AddIndex\"\nmodel = \"Post\"\nindex = { fields = [\"title\"], name = \"title_idx\" }";
const FIELD: &str =
    "op = \"AddField\"\nmodel = \"Post\"\nname = \"size\"\nfield = { type = \"IntegerField\", default = 0 }";
const ROWS: &str = "op = \"RunSQL\"\nsql = \"UPDATE blog_post SET title = 'x'\"\nreverse_sql = \"\"";
const CHECK: &str = "op = \"AddConstraint\"\nmodel = \"Post\"\n\
                     constraint = { type = \"CheckConstraint\", condition = { title__gt = \"a\" }, name = \"title_check\" }";
const FIX: &str = "check --offline --fix --select LK001,LK002,LK007,BC005,TX001,TX004";

/// The blog on PostgreSQL with a fourth migration, a fifth that depends on it, and the name of the last one.
fn blog(operations: &[&str]) -> Project {
    let project = Project::blog().with("DATABASE_URL", "postgres://nobody@localhost:1/none");
    let operations: String = operations.iter().map(|keys| operation(keys)).collect();
    project.write("blog/migrations/0004_more.toml", migration(&["blog.0003_first"], &operations));
    project
}

fn text(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.path(path)).unwrap_or_default()
}

/// Each operation in the form and the migration in which nobody waits for it.
#[test]
fn what_is_written() {
    let concurrently = ADD_INDEX.replace("AddIndex", "AddIndexConcurrently");
    let after = |previous: &str, rest: &str| format!("dependencies = [\"blog.{previous}\"]\n{rest}");
    let one = |keys: &str| operation(keys);
    let not_atomic = |keys: &str| format!("atomic = false\n{}", operation(keys));
    let validate = operation("op = \"ValidateConstraint\"\nmodel = \"Post\"\nname = \"title_check\"");
    let default = FIELD.replace("default = 0", "default = 0, db_default = 0");
    let not_valid = CHECK.replace("AddConstraint", "AddConstraintNotValid");
    for (operations, expected) in [
        (vec![ADD_INDEX], vec![("0004_more", after("0003_first", &not_atomic(&concurrently)))]),
        (vec![FIELD], vec![("0004_more", after("0003_first", &one(&default)))]),
        (
            vec![CHECK],
            vec![
                ("0004_more", after("0003_first", &one(&not_valid))),
                ("0005_more_validate", after("0004_more", &validate)),
            ],
        ),
        (
            vec![FIELD, ROWS, ADD_INDEX],
            vec![
                ("0004_more", after("0003_first", &one(&default))),
                ("0005_more_2", after("0004_more", &one(ROWS))),
                ("0006_more_3", after("0005_more_2", &not_atomic(&concurrently))),
            ],
        ),
        (
            vec!["op = \"RunSQL\"\nsql = \"CREATE INDEX CONCURRENTLY i ON blog_post (title)\"\nreverse_sql = \"\""],
            vec![(
                "0004_more",
                after(
                    "0003_first",
                    &not_atomic(
                        "op = \"RunSQL\"\nsql = \"CREATE INDEX CONCURRENTLY i ON blog_post (title)\"\nreverse_sql = \"\"",
                    ),
                ),
            )],
        ),
    ] {
        let project = blog(&operations);
        project.write("blog/migrations/max_migration.txt", "0004_more\n");
        let diff = project.run_unchanged(&format!("{FIX} --diff --color never --files blog/migrations/0004_more.toml"));
        diff.ends(1).prints(&["+++ b/blog/migrations/0004_more.toml", "would be fixed"]);
        project
            .run(&format!("{FIX} --files blog/migrations/0004_more.toml"))
            .ends(0)
            .prints(&["fixed", "nothing found"]);
        for (name, text_of_it) in &expected {
            assert_eq!(text(&project, &format!("blog/migrations/{name}.toml")), *text_of_it, "{operations:?}");
        }
        let last = expected.last().expect("a migration").0;
        assert_eq!(text(&project, "blog/migrations/max_migration.txt"), format!("{last}\n"));
        let again = project.run_unchanged(&format!("{FIX} --diff --files blog/migrations/0004_more.toml")).ends(0);
        again.prints(&["Nothing was found that can be fixed"]);
    }
}

/// Those that come after a migration come after all that takes its place.
#[test]
fn what_comes_after() {
    let project = blog(&[FIELD, ADD_INDEX]);
    let index = ADD_INDEX.replace("title_idx", "other_idx");
    let later =
        format!("{}{}", operation("op = \"RemoveField\"\nmodel = \"Post\"\nname = \"slug\""), operation(&index));
    project.write("blog/migrations/0005_later.toml", migration(&["blog.0004_more"], &later));
    project.write(
        "shop/migrations/0001_initial.sql",
        "-- limosa: dependencies blog.0004_more\n-- limosa: forwards\nSELECT 1;\n",
    );
    project.write("blog/migrations/max_migration.txt", "0005_later\n");
    let files = "blog/migrations/0004_more.toml blog/migrations/0005_later.toml";
    project
        .run(&format!("{FIX} --files {files}"))
        .ends(0)
        .prints(&["fixed LK001 in blog.0004_more", "fixed LK001 in blog.0005_later"]);
    let depends = |path: &str, on: &str| {
        assert!(text(&project, path).contains(&format!("blog.{on}")), "{path}: {}", text(&project, path))
    };
    depends("blog/migrations/0004_more_2.toml", "0004_more");
    depends("blog/migrations/0005_later.toml", "0004_more_2");
    depends("shop/migrations/0001_initial.sql", "0004_more_2");
    depends("blog/migrations/0006_later_2.toml", "0005_later");
    assert_eq!(text(&project, "blog/migrations/max_migration.txt"), "0006_later_2\n");
}

#[test]
fn what_is_left_alone() {
    let files = "--files blog/migrations/0004_more.toml";
    let project = blog(&[FIELD, ADD_INDEX]);
    for (arguments, tells) in
        [("--all", "nobody knows where it is applied"), ("blog", "nobody knows where it is applied")]
    {
        project.run_unchanged(&format!("{FIX} {arguments}")).prints(&["left LK001 in blog.0004_more", tells]);
    }
    let original = text(&project, "blog/migrations/0004_more.toml");
    for (text, tells) in [
        (format!("initial = true\n{original}"), "is an initial migration"),
        (
            format!("run_before = [\"shop.0001_initial\"]\n{original}"),
            "is an initial migration, a squash, or says what runs after it",
        ),
        (original.clone(), "fixed LK001"),
    ] {
        project.write("shop/migrations/0001_initial.sql", "-- limosa: forwards\nSELECT 1;\n");
        project.write("blog/migrations/0004_more.toml", text);
        project.run(&format!("{FIX} {files}")).prints(&[tells]);
    }
    // What cannot be mended keeps nothing else from being mended.
    let mixed = "op = \"RunSQL\"\nsql = \"ALTER TABLE blog_post ADD COLUMN x int; UPDATE blog_post SET title = 'x'\"\nreverse_sql = \"\"";
    let project = blog(&[mixed, FIELD, ROWS, ADD_INDEX]);
    let said = project.run(&format!("{FIX} {files}"));
    said.prints(&[
        "fixed BC005 in blog.0004_more",
        "fixed LK001 in blog.0004_more",
        "left TX004 in blog.0004_more",
        "would be found again",
    ]);
    // What cannot be written changes nothing.
    let project = blog(&[ADD_INDEX]);
    project.write("blog/migrations/0004_more.toml~limosa", "");
    project
        .run_unchanged(&format!("{FIX} {files}"))
        .ends(2)
        .tells(&["blog/migrations/0004_more.toml~limosa: File exists", "help: an earlier run left it"]);
    // What a comment allows stays.
    let project = blog(&[&format!("# limosa: ignore LK001 -- it is small\n{ADD_INDEX}")]);
    project.run_unchanged(&format!("{FIX} {files}")).ends(0).prints(&["Nothing was found that can be fixed"]);
    // Operations that no fix knows, and ways of writing.
    let own = "op = \"RunSQL\"\nsql = \"CREATE INDEX i ON blog_post (title)\"\nreverse_sql = \"\"";
    blog(&[own]).run_unchanged(&format!("{FIX} {files}")).ends(1).prints(&["Nothing was found that can be fixed"]);
    let inline = "dependencies = [\"blog.0003_first\"]\noperations = [{ op = \"AddIndex\", model = \"Post\", index = { fields = [\"title\"], name = \"i\" } }]\n";
    let project = blog(&[]);
    project.write("blog/migrations/0004_more.toml", inline);
    project
        .run_unchanged(&format!("{FIX} {files}"))
        .ends(1)
        .prints(&["left LK001", "are not written as `[[operations]]`"]);
    project.run("check --offline --diff --all").ends(2);
}

/// What is applied to the database stays; what is written can be applied, by Django as well.
#[test]
fn with_a_database() {
    let Some(database) = Database::postgres("fixes") else { return };
    let project = Project::blog().on(&database);
    project.run("migrate").ends(0);
    let operations: String = [FIELD, ROWS, ADD_INDEX, CHECK].map(operation).concat();
    project.write("blog/migrations/0004_more.toml", migration(&["blog.0003_first"], &operations));
    let fix = "check --fix --select LK001,LK007,BC005,TX004";
    project.run(fix).ends(0).prints(&["fixed LK001", "nothing found"]);
    project.run("migrate").ends(0);
    project.write(
        "blog/migrations/0009_index.toml",
        migration(&["blog.0008_more_validate"], &operation(&ADD_INDEX.replace("title_idx", "b"))),
    );
    project.run("migrate").ends(0);
    let since = project.run_unchanged(&format!("{fix} --files blog/migrations/0009_index.toml"));
    since.prints(&["left LK001 in blog.0009_index", "is applied to the database"]);
}

#[test]
fn python_files() {
    const MODELS: &str = r#"from django.db import models

class Book(models.Model):
    title = models.CharField(max_length=40)
    pages = models.IntegerField(default=0, db_default=0)

    class Meta:
        indexes = [models.Index(fields=["title"], name="title_idx")]
        constraints = [models.CheckConstraint(condition=models.Q(pages__gte=0), name="pages_check")]
"#;
    let Some(database) = Database::postgres("fixes_python") else { return };
    let operations = r#"migrations.AddField(
            model_name="book",
            name="pages",
            field=models.IntegerField(default=0),
        ),
        # after the field
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(model_name="book", index=models.Index(fields=["title"], name="title_idx")),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(condition=models.Q(pages__gte=0), name="pages_check"),
        ),"#;
    let head = "\n\ndef fill(apps, schema_editor):\n    apps.get_model(\"library\", \"Book\").objects.filter(pages=0).update(pages=1)\n";
    let text_of_it = python_migration("0001_initial", head, operations);
    let Some(project) = Project::django(&[]) else { return };
    let project = project.on(&database);
    project.run("migrate").ends(0);
    project.write("library/migrations/0002_pages.py", text_of_it);
    project.write("library/models.py", MODELS);
    project
        .run("check --fix --select LK001,LK007,BC005,TX004")
        .ends(0)
        .prints(&["write the same `db_default` into the model", "nothing found"]);
    let first = text(&project, "library/migrations/0002_pages.py");
    assert!(first.contains("default=0, db_default=0") && !first.contains("fill"), "{first}");
    let second = text(&project, "library/migrations/0003_pages_2.py");
    assert!(
        second.contains("def fill") && second.contains("# after the field") && !second.contains("models"),
        "{second}"
    );
    let third = text(&project, "library/migrations/0004_pages_3.py");
    assert!(third.contains("from django.contrib.postgres.operations import AddIndexConcurrently\n"), "{third}");
    assert!(third.contains("    atomic = False\n"), "{third}");
    assert!(text(&project, "library/migrations/0006_pages_validate.py").contains("ValidateConstraint("));
    project.run("migrate").ends(0);
    let python = project.variable("LIMOSA_PYTHON").expect("Python");
    let mut django = project.command_of(std::path::Path::new(&python), "manage.py makemigrations --check --dry-run");
    let said = django.output().expect("Django");
    assert!(
        said.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
}
