//! Migrations that are not one transaction, stopped half-way: the next run goes on there.

use std::fs;

use limosa_sql::dialect::Dialect;

use crate::database::{Database, on_each};
use crate::interrupts::wait_for_work;
use crate::program::{Running, until};
use crate::project::{POST, Project, migration, operation, python_migration, run_sql};
use crate::takeovers::gate;

/// Returns a project with one more migration that is not one transaction, and the database at the one before it.
fn with_migration(database: &Database, operations: &str) -> Project {
    let project = Project::blog().on(database).with("LIMOSA_LEASE_MILLISECONDS", "4000");
    project.run("migrate").ends(0);
    let text = format!("atomic = false\n{}", migration(&["blog.0003_first"], operations));
    project.write("blog/migrations/0004_steps.toml", text);
    project
}

/// Kills a runner, and waits until it is gone.
fn kill(runner: Running) {
    runner.signal("KILL");
    runner.end();
}

#[track_caller]
fn check_finished(database: &Database, last: &str) {
    assert_eq!(database.history("limosa_migrations").last().map(String::as_str), Some(last));
    assert_eq!(database.query("SELECT count(*) FROM limosa_step"), ["0"]);
}

#[test]
fn killed_between_statements() {
    on_each("steps", |database| {
        let first = run_sql("CREATE TABLE half (id integer); INSERT INTO half (id) VALUES (1); SET_SESSION");
        let session = match database.dialect() {
            Dialect::Postgres => "SET my.value = '3'",
            Dialect::Sqlite => "PRAGMA case_sensitive_like = ON",
            Dialect::MySql => "SET @value = 3",
        };
        let last = match database.dialect() {
            Dialect::Postgres => "INSERT INTO half (id) VALUES (current_setting('my.value')::integer)",
            Dialect::Sqlite => "INSERT INTO half (id) SELECT 3 WHERE 'a' NOT LIKE 'A'",
            Dialect::MySql => "INSERT INTO half (id) VALUES (@value)",
        };
        let second = run_sql(&format!("INSERT INTO half (id) VALUES (2); {}; {last}", gate(database)));
        let project = with_migration(database, &(first.replace("SET_SESSION", session) + &second));
        database.execute("CREATE TABLE gate (shut integer)");
        database.execute("INSERT INTO gate VALUES (1)");
        let killed = project.start("migrate");
        wait_for_work(database, &killed);
        kill(killed);
        database.execute("DELETE FROM gate");
        project.run("migrate").ends(0).prints(&["blog.0004_steps..."]).tells(&["an earlier run did 4 steps of it"]);
        // What the session was told is told again.
        assert_eq!(database.query("SELECT id FROM half ORDER BY id"), ["1", "2", "3"]);
        check_finished(database, "blog.0004_steps");
        project.run("migrate").ends(0).prints(&["No migrations to apply"]);
    });
}

#[test]
fn a_transaction_of_the_projects_own() {
    on_each("own_transaction", |database| {
        let sql = format!(
            "BEGIN; INSERT INTO half (id) VALUES (1); {}; INSERT INTO half (id) VALUES (2); COMMIT",
            gate(database)
        );
        let project = with_migration(database, &(run_sql("CREATE TABLE half (id integer)") + &run_sql(&sql)));
        database.execute("CREATE TABLE gate (shut integer)");
        database.execute("INSERT INTO gate VALUES (1)");
        let killed = project.start("migrate");
        wait_for_work(database, &killed);
        kill(killed);
        database.execute("DELETE FROM gate");
        project.run("migrate").ends(0);
        assert_eq!(database.query("SELECT id FROM half ORDER BY id"), ["1", "2"]);
        check_finished(database, "blog.0004_steps");
    });
}

#[test]
fn an_index_that_was_being_built() {
    let Some(database) = Database::postgres("invalid_index") else { return };
    let index =
        "op = \"AddIndexConcurrently\"\nmodel = \"Post\"\nindex = { name = \"title_idx\", fields = [\"title\"] }";
    let project = with_migration(&database, &operation(index));
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('title_idx')";
    // The build waits for this transaction, which is older.
    database.holding("INSERT INTO blog_post (title) VALUES ('old')", || {
        let killed = project.start("migrate");
        until(|| (database.query(valid) == ["f"]).then_some(())).expect("the index is being built");
        kill(killed);
        let builds = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                      AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND pid <> pg_backend_pid()";
        until(|| database.query(builds).is_empty().then_some(())).expect("the build ends");
    });
    assert_eq!(database.query(valid), ["f"]);
    project.run("migrate -v 3").ends(0).tells(&["DROP INDEX CONCURRENTLY \"title_idx\"", "CREATE INDEX CONCURRENTLY"]);
    assert_eq!(database.query(valid), ["t"]);
    check_finished(&database, "blog.0004_steps");
}

#[test]
fn an_index_over_rows_that_do_not_allow_it() {
    let Some(database) = Database::postgres("unique_index") else { return };
    let sql = "CREATE UNIQUE INDEX CONCURRENTLY title_idx ON blog_post (title)";
    let project = with_migration(&database, &run_sql(sql));
    database.execute("INSERT INTO blog_post (title) VALUES ('first')");
    project.run("migrate").ends(5).tells(&["title_idx", "it goes on in blog.0004_steps"]);
    database.execute("DELETE FROM blog_post");
    project.run("migrate").ends(0);
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('title_idx')"), ["t"]);
    check_finished(&database, "blog.0004_steps");
}

/// Kills a runner while its `ALTER TABLE` waits for a transaction, changes the table by hand, and goes on.
fn altered_by_hand(name: &str, by_hand: &[&str]) -> Option<(Database, Project)> {
    let database = Database::mariadb(name)?;
    let alter = "ALTER TABLE blog_post ADD COLUMN extra integer NOT NULL DEFAULT 7";
    let project =
        with_migration(&database, &(run_sql(alter) + &run_sql("INSERT INTO blog_post (title) VALUES ('after')")));
    database.holding("INSERT INTO blog_post (title) VALUES ('old')", || {
        let killed = project.start("migrate");
        let waiting =
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'ALTER TABLE%'";
        until(|| (!database.query(waiting).is_empty()).then_some(())).expect("the statement waits");
        kill(killed);
        let end = |id: &String| database.execute(&format!("KILL {id}"));
        until(|| {
            let left = database.query(waiting);
            left.iter().for_each(end);
            left.is_empty().then_some(())
        })
        .expect("the statement ends");
    });
    by_hand.iter().for_each(|sql| database.execute(sql));
    Some((database, project))
}

#[test]
fn a_definition_that_did_not_happen() {
    let Some((database, project)) = altered_by_hand("not_done", &[]) else { return };
    project.run("migrate").ends(0);
    assert_eq!(database.query("SELECT title, extra FROM blog_post ORDER BY id"), ["first|7", "after|7"]);
    check_finished(&database, "blog.0004_steps");
}

#[test]
fn a_definition_that_happened() {
    let by_hand = ["ALTER TABLE blog_post ADD COLUMN extra integer NOT NULL DEFAULT 7"];
    let Some((database, project)) = altered_by_hand("done", &by_hand) else { return };
    project.run("migrate").ends(0).tells(&["an earlier run began it"]);
    assert_eq!(database.query("SELECT title, extra FROM blog_post ORDER BY id"), ["first|7", "after|7"]);
    check_finished(&database, "blog.0004_steps");
}

#[test]
fn a_definition_that_happened_in_another_way() {
    let by_hand = ["ALTER TABLE blog_post ADD COLUMN extra varchar(10)"];
    let Some((database, project)) = altered_by_hand("different", &by_hand) else { return };
    let said = project.run_unchanged("migrate").ends(5);
    said.tells(&[
        "blog.0004_steps failed: what a step of an earlier run was to make is there in another form",
        "statement: ALTER TABLE blog_post ADD COLUMN extra integer NOT NULL DEFAULT 7",
        "expected:",
        "`extra` int(11) NOT NULL DEFAULT 7",
        "found:",
        "`extra` varchar(10)",
    ]);
    database.execute("ALTER TABLE blog_post DROP COLUMN extra");
    project.run("migrate").ends(0);
    check_finished(&database, "blog.0004_steps");
}

const WAIT: &str = "

def wait(apps, schema_editor):
    import os, time
    apps.get_model(\"library\", \"Book\").objects.create(title=\"one\")
    print(\"at the gate\")
    while os.path.exists(\"gate\"):
        time.sleep(0.01)
";

/// Kills a runner in the middle of a Python function.
fn killed_in_python(database: &Database, atomic: &str) -> Option<Project> {
    let operations = format!("migrations.RunPython(wait, atomic={atomic}),");
    let text = python_migration("0001_initial", WAIT, &operations)
        .replace("    operations", "    atomic = False\n    operations");
    let project = Project::django(&[("0002_wait", &text)])?.on(database).with("LIMOSA_LEASE_MILLISECONDS", "4000");
    project.write("gate", "");
    let mut killed = project.start("migrate --format json");
    killed.wait_for("at the gate");
    kill(killed);
    fs::remove_file(project.path("gate")).expect("open the gate");
    Some(project)
}

#[test]
fn python_in_a_transaction_of_its_own() {
    on_each("python_atomic", |database| {
        let Some(project) = killed_in_python(database, "True") else { return };
        project.run("migrate").ends(0);
        assert_eq!(database.query("SELECT title FROM library_book"), ["one"]);
        assert_eq!(database.query("SELECT count(*) FROM limosa_step"), ["0"]);
    });
}

#[test]
fn python_outside_of_any_transaction() {
    for (answer, rows) in [("done", 1), ("again", 2)] {
        on_each(&format!("python_{answer}"), |database| {
            let Some(project) = killed_in_python(database, "False") else { return };
            project.run("migrate").ends(5).tells(&[
                "library.0002_wait failed: a step of it began at ",
                "nothing tells whether it happened",
                "operation: Raw Python operation",
                "--unfinished done",
            ]);
            project.run(&format!("migrate --unfinished {answer}")).ends(0);
            assert_eq!(database.query("SELECT title FROM library_book").len(), rows);
            assert_eq!(database.query("SELECT count(*) FROM limosa_step"), ["0"]);
        });
    }
}

#[test]
fn half_unapplied() {
    on_each("half_unapplied", |database| {
        let undone = operation("op = \"RunSQL\"\nsql = \"SELECT 1\"\nreverse_sql = \"DROP TABLE nowhere\"");
        let text = format!("atomic = false\n{}", migration(&[], &(undone + &POST.replace("Post", "Other"))));
        let project = Project::new(&[("shop/migrations/0001_initial.toml", &text)]).on(database);
        project.run("migrate").ends(0);
        project.run("migrate shop zero").ends(5).tells(&["stays: Create model Other", "left: Raw SQL operation"]);
        project.run("doctor").ends(1).prints(&[
            "shop.0001_initial is half-unapplied: 1 statement is known to be done",
            "next is: DROP TABLE nowhere",
            "it failed: ",
            "finish it with `limosa migrate shop zero`",
        ]);
        let said = project.run("migrate").ends(5);
        said.tells(&["shop.0001_initial is half-unapplied", "finish it with `limosa migrate shop zero`"]);
        database.execute("CREATE TABLE nowhere (id integer)");
        project.run("migrate shop zero").ends(0);
        assert_eq!(database.history("limosa_migrations"), [""; 0]);
        assert_eq!(database.query("SELECT count(*) FROM limosa_step"), ["0"]);
    });
}
