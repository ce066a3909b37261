//! Migrations that fail: what is shown, and what is left behind.

use crate::database::{Database, on_each};
use crate::program::Said;
use crate::project::{POST, Project, migration, python_migration, run_sql};

const EXPLODE: &str = "

def explode(apps, schema_editor):
    book = apps.get_model(\"library\", \"Book\")
    book.objects.create(title=\"half\")
    print(\"about to fail\")
    raise ValueError(\"the third row is bad\")
";

#[test]
fn python_that_raises_leaves_the_database_as_it_was() {
    let operations = "migrations.AddField(\"book\", \"pages\", models.IntegerField(null=True)),\n        \
                      migrations.RunPython(explode, migrations.RunPython.noop),";
    let bad = python_migration("0001_initial", EXPLODE, operations);
    on_each("python_raises", |database| {
        let Some(project) = Project::django(&[("0002_bad", &bad)]) else { return };
        let project = project.on(database);
        project.run("migrate library 0001").ends(0);
        let said = if database.rolls_back() {
            rolled_back(&project, database).ends(3).tells(&["it was rolled back"])
        } else {
            // What the operation before it did stays; what the function did to rows does not.
            let left = "stays: Add field pages to book\n       left: Raw Python operation\n";
            let said = project.run("migrate").ends(5).tells(&[left]);
            assert_eq!(database.query("SELECT title, pages FROM library_book"), [""; 0]);
            said
        };
        said.prints(&["Applying library.0002_bad...", "FAILED"]).tells(&[
            "about to fail",
            "library.0002_bad failed: ValueError: the third row is bad",
            "operation: Raw Python operation",
            "library/migrations/0002_bad.py:15:9",
            "library/migrations/0002_bad.py:8",
            "raise ValueError",
        ]);
        project.run("showmigrations").ends(0).prints(&["[X] 0001_initial", "[ ] 0002_bad"]);
        // Mended, it runs.
        project.write(
            "library/migrations/0002_bad.py",
            bad.replace("    raise ValueError(\"the third row is bad\")\n", ""),
        );
        project.run("migrate").ends(0).prints(&["Applying library.0002_bad...", "OK"]);
        assert_eq!(database.query("SELECT title FROM library_book"), ["half"]);
        assert_eq!(database.query("SELECT pages FROM library_book"), ["NULL"]);
    });
}

#[test]
fn sql_in_a_python_migration_that_fails() {
    let operations = "migrations.RunPython(lambda apps, editor: None),\n        \
                      migrations.RunSQL(\"INSERT INTO library_book (title) VALUES ('a'); INSERT INTO nowhere VALUES (1)\"),";
    let bad = python_migration("0001_initial", "", operations);
    on_each("python_sql", |database| {
        let Some(project) = Project::django(&[("0002_bad", &bad)]) else { return };
        let project = project.on(database);
        project.run("migrate library 0001").ends(0);
        let said = rolled_back(&project, database).ends(3).tells(&["it was rolled back"]);
        said.tells(&["library.0002_bad failed", "nowhere", "0002_bad.py:8:9"]);
    });
}

#[test]
fn python_that_changes_the_schema_behind_a_transaction() {
    let head = "\n\ndef change(apps, editor):\n    with editor.connection.cursor() as cursor:\n        \
                cursor.execute('CREATE TABLE half (id integer)')\n    raise ValueError('too late')\n";
    let bad = python_migration("0001_initial", head, "migrations.RunPython(change),");
    on_each("python_schema", |database| {
        let Some(project) = Project::django(&[("0002_bad", &bad)]) else { return };
        let project = project.on(database);
        project.run("migrate library 0001").ends(0);
        if database.rolls_back() {
            rolled_back(&project, database).ends(3);
            return;
        }
        // The statement committed by itself, and that is noticed.
        project.run("migrate").ends(5).tells(&["it is not one transaction", "left: Raw Python operation"]);
        assert_eq!(database.query("SELECT * FROM half"), [""; 0]);
        // When nothing is raised it is as Django has it.
        database.execute("DROP TABLE half");
        project.write("library/migrations/0002_bad.py", bad.replace("    raise ValueError('too late')\n", ""));
        project.run("migrate").ends(0);
        assert_eq!(database.history("django_migrations"), ["library.0001_initial", "library.0002_bad"]);
    });
}

#[test]
fn sql_that_fails() {
    let mistake = run_sql("INSERT INTO blog_post (title) VALUES ('a');\nINSERT INTO nowhere VALUES (1);\nSELECT 2");
    on_each("sql_fails", |database| {
        let project = Project::blog().on(database);
        project
            .write("blog/migrations/0004_bad.toml", migration(&["blog.0003_first"], &(run_sql("SELECT 1") + &mistake)));
        project.run("migrate blog 0002").ends(0);
        let before = database.dump();
        // The migration before it is a transaction of its own, and stays.
        let said = project.run("migrate").ends(3);
        let said = said.prints(&["Applying blog.0003_first... OK", "Applying blog.0004_bad...", "FAILED"]).tells(&[
            "error: blog.0004_bad failed: ",
            "nowhere",
            "operation: Raw SQL operation",
            "blog/migrations/0004_bad.toml:8:1",
            "statement:",
            "INSERT INTO nowhere VALUES (1)",
            "code: ",
        ]);
        assert_ne!(database.dump(), before);
        // Statements that change nothing but rows are one transaction on every database.
        said.tells(&["it was rolled back", "the migration of this run before it is applied"]);
        assert_eq!(database.query("SELECT title FROM blog_post"), ["first"]);
        rolled_back(&project, database).ends(3);
    });
}

#[test]
fn sql_that_fails_after_a_change_of_the_schema() {
    let mistake =
        run_sql("CREATE TABLE half (id integer);\nINSERT INTO half (id) VALUES (1);\nINSERT INTO nowhere VALUES (1)");
    on_each("sql_fails_late", |database| {
        let project = Project::blog().on(database);
        project.write("blog/migrations/0004_bad.toml", migration(&["blog.0003_first"], &mistake));
        project.run("migrate blog 0003").ends(0);
        if database.rolls_back() {
            rolled_back(&project, database).ends(3);
            return;
        }
        let stays = "stays: CREATE TABLE half (id integer)\n             INSERT INTO half (id) VALUES (1)\n";
        project.run("migrate").ends(5).tells(&[
            "what ran before the failure stays",
            stays,
            "left: Raw SQL operation\n",
            "run `limosa migrate` again: it goes on in blog.0004_bad with what is left",
        ]);
        assert_eq!(database.query("SELECT id FROM half"), ["1"]);
        // What ran may not be another statement now; what failed may.
        project.write("blog/migrations/0004_bad.toml", migration(&["blog.0003_first"], &mistake.replace("(1)", "(2)")));
        project
            .run("migrate")
            .ends(5)
            .tells(&["blog.0004_bad failed: an earlier run came half-way", "was edited since"]);
        let mended = mistake.replace("nowhere", "half");
        project.write("blog/migrations/0004_bad.toml", migration(&["blog.0003_first"], &mended));
        project.run("migrate").ends(0).prints(&["blog.0004_bad..."]).tells(&["an earlier run did 2 steps of it"]);
        assert_eq!(database.query("SELECT id FROM half"), ["1", "1"]);
        assert_eq!(database.query("SELECT count(*) FROM limosa_step"), ["0"]);
    });
}

#[test]
fn failure_half_way_without_a_transaction() {
    let operations = run_sql("CREATE TABLE half (id integer)") + &run_sql("INSERT INTO nowhere VALUES (1)");
    let text = format!("atomic = false\n{}", migration(&[], &(POST.to_owned() + &operations)));
    on_each("half_way", |database| {
        let project = Project::new(&[("blog/migrations/0001_initial.toml", &text)]).on(database);
        project.run("migrate").ends(5).prints(&["FAILED"]).tells(&[
            "blog.0001_initial failed: ",
            "nowhere",
            "0001_initial.toml:16:1",
            "what ran before the failure stays, and the journal knows of it",
            "run `limosa migrate` again: it goes on in blog.0001_initial with what is left",
        ]);
        assert_eq!(database.query("SELECT * FROM half"), [""; 0]);
        assert_eq!(database.history("limosa_migrations"), [""; 0]);
        // An operation that is done may not do more.
        let more = text.replace("(id integer)", "(id integer); INSERT INTO half VALUES (9)");
        project.write("blog/migrations/0001_initial.toml", more);
        project.run("migrate").ends(5).tells(&["was edited since"]);
        // Mended, it goes on there.
        project.write("blog/migrations/0001_initial.toml", text.replace("nowhere", "half"));
        project.run("migrate").ends(0);
        assert_eq!(database.query("SELECT id FROM half"), ["1"]);
        assert_eq!(database.history("limosa_migrations"), ["blog.0001_initial"]);
        // When nothing has run yet, nothing is left behind.
        let first = format!("atomic = false\n{}", migration(&[], &run_sql("INSERT INTO nowhere VALUES (1)")));
        project.write("shop/migrations/0001_initial.toml", first);
        rolled_back_of(&project, database, "migrate shop").ends(3);
    });
}

#[test]
fn rows_that_break_a_constraint() {
    let field = "\n[[operations]]\nop = \"AlterField\"\nmodel = \"Post\"\nname = \"title\"\n\
                 field = { type = \"CharField\", max_length = 40, unique = true }\n";
    on_each("constraint", |database| {
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        database.execute("INSERT INTO blog_post (title) VALUES ('first')");
        project.write("blog/migrations/0004_unique.toml", migration(&["blog.0003_first"], field));
        let expected = [
            "blog.0004_unique failed: ",
            "operation: Alter field title on Post",
            "0004_unique.toml:3:1",
            "statement: ",
        ];
        rolled_back(&project, database).ends(3).tells(&expected);
    });
}

/// Runs `migrate`, which leaves the database as it was.
#[track_caller]
fn rolled_back(project: &Project, database: &Database) -> Said {
    rolled_back_of(project, database, "migrate")
}

#[track_caller]
fn rolled_back_of(project: &Project, database: &Database, arguments: &str) -> Said {
    let before = database.dump();
    let said = project.run(arguments);
    assert_eq!(database.dump(), before, "{said}");
    said
}
