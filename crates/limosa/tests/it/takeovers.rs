//! Runners that are killed or frozen: another one takes over, and the work is done once.

use std::fs;
use std::path::Path;

use limosa_sql::dialect::Dialect;

use crate::database::{Database, on_each};
use crate::interrupts::wait_for_work;
use crate::program::until;
use crate::project::{Project, migration, python_migration, run_sql};
use crate::proxy::Proxy;

/// A statement that does not end as long as the table `gate` holds a row.
pub(crate) fn gate(database: &Database) -> &'static str {
    match database.dialect() {
        Dialect::Postgres => "SELECT pg_sleep(3600) FROM gate",
        Dialect::Sqlite => {
            "WITH RECURSIVE n(i) AS (SELECT 1 FROM gate UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        }
        Dialect::MySql => {
            "SELECT count(*) FROM gate, information_schema.collations a, information_schema.collations b, \
             information_schema.collations c, information_schema.collations d, information_schema.collations e"
        }
    }
}

/// Returns a project whose fourth migration stops at the gate and then adds a row, on a database where the gate is shut.
fn gated(database: &Database) -> Project {
    let project = Project::blog().on(database).with("LIMOSA_LEASE_MILLISECONDS", "4000");
    let operations = run_sql(&format!("{}; INSERT INTO blog_post (title) VALUES ('past the gate')", gate(database)));
    project.write("blog/migrations/0004_gate.toml", migration(&["blog.0003_first"], &operations));
    let last = run_sql("INSERT INTO blog_post (title) VALUES ('last')");
    project.write("blog/migrations/0005_last.toml", migration(&["blog.0004_gate"], &last));
    database.execute("CREATE TABLE gate (shut integer)");
    database.execute("INSERT INTO gate VALUES (1)");
    project
}

/// Checks that all is done, and was done once.
#[track_caller]
fn check_done(database: &Database) {
    assert_eq!(database.query("SELECT title FROM blog_post ORDER BY id"), ["first", "past the gate", "last"]);
    let expected =
        ["0001_initial", "0002_slug", "0003_first", "0004_gate", "0005_last"].map(|name| format!("blog.{name}"));
    assert_eq!(database.history("limosa_migrations"), expected);
    assert_eq!(database.query("SELECT count(run_id) FROM limosa_lease"), ["0"]);
}

#[test]
fn a_killed_runner_is_taken_over() {
    on_each("killed", |database| {
        let project = gated(database);
        let killed = project.start("migrate");
        wait_for_work(database, &killed);
        let mut waiting = project.start("migrate --format json");
        waiting.wait_for("\"step\":\"blog.0004_gate");
        killed.signal("KILL");
        killed.end();
        database.execute("DELETE FROM gate");
        let said = waiting.end().ends(0);
        let finished = said.json().iter().filter(|line| line["event"] == "migration-finished").count();
        assert_eq!(finished, 2, "{said}");
        check_done(database);
    });
}

#[test]
fn a_frozen_runner_is_taken_over_and_writes_nothing_more() {
    on_each("frozen", |database| {
        // One that was frozen inside a transaction keeps a SQLite database locked.
        if database.dialect() == Dialect::Sqlite {
            return;
        }
        let project = gated(database);
        let frozen = project.start("migrate");
        wait_for_work(database, &frozen);
        frozen.signal("STOP");
        database.execute("DELETE FROM gate");
        project.run("migrate").ends(0).prints(&["blog.0004_gate... OK", "blog.0005_last... OK"]);
        let before = database.dump();
        frozen.signal("CONT");
        frozen.end().ends(4).tells(&["blog.0004_gate failed: the work was taken over", "the other runner goes on"]);
        assert_eq!(database.dump(), before);
        check_done(database);
    });
}

#[test]
fn a_runner_that_is_frozen_before_it_works_says_who_took_over() {
    on_each("frozen_early", |database| {
        // The table that every runner reads first, once it has the lease.
        let (shut, stopped) = match database.dialect() {
            Dialect::Sqlite => return,
            Dialect::Postgres => (
                "LOCK TABLE limosa_migrations",
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
            ),
            Dialect::MySql => (
                "LOCK TABLES limosa_migrations WRITE",
                "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'Waiting for table%'",
            ),
        };
        let project = Project::blog().on(database).with("LIMOSA_LEASE_MILLISECONDS", "4000");
        project.run("migrate blog 0001").ends(0);
        let mut frozen = None;
        database.holding(shut, || {
            let runner = frozen.insert(project.start("migrate"));
            until(|| (!database.query(stopped).is_empty()).then_some(())).expect("it reads the history");
            runner.signal("STOP");
        });
        project.run("migrate").ends(0).prints(&["blog.0002_slug... OK", "blog.0003_first... OK"]);
        let before = database.dump();
        let frozen = frozen.expect("a runner");
        frozen.signal("CONT");
        frozen.end().ends(4).tells(&["the work was taken over"]);
        assert_eq!(database.dump(), before);
    });
}

#[test]
fn a_runner_that_is_frozen_while_it_takes_the_lease_is_taken_over() {
    on_each("frozen_taking", |database| {
        // What it reads or writes once it has the lock of its session, or of the file.
        let (shut, stopped) = match database.dialect() {
            Dialect::Sqlite => ("SELECT 1", None),
            Dialect::Postgres => (
                "LOCK TABLE limosa_lease",
                Some("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"),
            ),
            Dialect::MySql => (
                "LOCK TABLES limosa_lease WRITE",
                Some(
                    "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'Waiting for table%'",
                ),
            ),
        };
        let project = Project::blog().on(database).with("LIMOSA_LEASE_MILLISECONDS", "4000");
        project.run("migrate blog 0001").ends(0);
        let mut frozen = None;
        database.holding(shut, || {
            let runner = frozen.insert(project.start("migrate"));
            let has_come = || match stopped {
                Some(sql) => !database.query(sql).is_empty(),
                None => {
                    let file = format!("{}.limosa-lock", database.url.sqlite_path().expect("a file").display());
                    fs::read_to_string(file).is_ok_and(|text| text.lines().count() > 4)
                }
            };
            until(|| has_come().then_some(())).expect("it takes the lease");
            runner.signal("STOP");
        });
        project.run("migrate").ends(0).prints(&["blog.0002_slug... OK", "blog.0003_first... OK"]);
        let before = database.dump();
        let frozen = frozen.expect("a runner");
        frozen.signal("CONT");
        let woken = frozen.end().ends(0).prints(&["No migrations to apply."]);
        if database.dialect() != Dialect::Sqlite {
            woken.tells(&["the connection was lost while the lock was asked for"]);
        }
        assert_eq!(database.dump(), before);
    });
}

const WAIT: &str = "

def wait(apps, schema_editor):
    import os, time
    print(\"at the gate\")
    while os.path.exists(\"gate\"):
        time.sleep(0.01)
";

#[test]
fn a_frozen_runner_with_python_is_taken_over_and_writes_nothing_more() {
    let wait = "migrations.RunPython(wait),";
    let text =
        python_migration("0001_initial", WAIT, wait).replace("    operations", "    atomic = False\n    operations");
    let last =
        python_migration("0002_wait", "", "migrations.RunSQL(\"INSERT INTO library_book (title) VALUES ('last')\"),");
    on_each("frozen_python", |database| {
        let files = [("0002_wait", text.as_str()), ("0003_last", last.as_str())];
        let Some(project) = Project::django(&files).map(|project| project.on(database)) else { return };
        let project = project.with("LIMOSA_LEASE_MILLISECONDS", "4000");
        project.write("gate", "");
        let mut frozen = project.start("migrate --format json");
        frozen.wait_for("at the gate");
        frozen.signal("STOP");
        fs::remove_file(project.path("gate")).expect("open the gate");
        project.run("migrate").ends(0).prints(&["library.0002_wait...", "library.0003_last... OK"]);
        let before = database.dump();
        frozen.signal("CONT");
        frozen.end().ends(4).tells(&["library.0002_wait failed: the work was taken over"]);
        assert_eq!(database.dump(), before);
        assert_eq!(database.query("SELECT title FROM library_book"), ["last"]);
        let expected = ["0001_initial", "0002_wait", "0003_last"].map(|name| format!("library.{name}"));
        assert_eq!(database.history("django_migrations"), expected);
    });
}

const CREATE_AND_WAIT: &str = "

def create(apps, schema_editor):
    import os, time
    apps.get_model(\"library\", \"Book\").objects.create(title=\"one\")
    open(\"process\", \"w\").write(str(os.getpid()))
    print(\"at the gate\")
    while os.path.exists(\"gate\"):
        time.sleep(0.01)
";

#[test]
fn a_killed_runner_with_python_is_taken_over() {
    let text = python_migration("0001_initial", CREATE_AND_WAIT, "migrations.RunPython(create),");
    on_each("killed_python", |database| {
        let Some(project) = Project::django(&[("0002_create", &text)]).map(|project| project.on(database)) else {
            return;
        };
        project.write("gate", "");
        let mut killed = project.start("migrate --format json");
        killed.wait_for("at the gate");
        let waiting = project.start("migrate");
        killed.signal("KILL");
        killed.end();
        // Python goes, too.
        let python = fs::read_to_string(project.path("process")).expect("the number of Python's process");
        until(|| (!Path::new("/proc").join(&python).exists()).then_some(())).expect("Python ends");
        fs::remove_file(project.path("gate")).expect("open the gate");
        waiting.end().ends(0);
        assert_eq!(database.query("SELECT title FROM library_book"), ["one"]);
        assert_eq!(database.history("django_migrations"), ["library.0001_initial", "library.0002_create"]);
    });
}

#[test]
fn a_connection_that_is_lost_while_committing() {
    on_each("commit", |database| {
        let Some(host) = database.url.hosts().first() else { return };
        let server = format!("{}:{}", host.name, host.port.expect("a port"));
        // Each migration commits once.
        let proxy = Proxy::start(server.clone(), 2);
        let project = Project::blog().on(database);
        let url = database.text.replace(&server, &proxy.address);
        project
            .with("DATABASE_URL", &url)
            .run("migrate")
            .ends(0)
            .prints(&["blog.0001_initial...", "blog.0002_slug... OK", "blog.0003_first... OK"])
            .tells(&["the connection was lost", "and the run goes on"]);
        assert_eq!(database.query("SELECT title FROM blog_post"), ["first"]);
        assert_eq!(database.history("limosa_migrations").len(), 3);
    });
}

#[test]
fn ten_runners_at_once() {
    on_each("ten", |database| {
        let project = Project::blog().on(database);
        let runners: Vec<_> = (0..10).map(|_| project.start("migrate --format json")).collect();
        let finished = runners.into_iter().map(|runner| {
            let said = runner.end().ends(0);
            said.json().iter().filter(|line| line["event"] == "migration-finished").count()
        });
        assert_eq!(finished.sum::<usize>(), 3);
        assert_eq!(database.query("SELECT title FROM blog_post"), ["first"]);
        assert_eq!(database.history("limosa_migrations").len(), 3);
    });
}

#[test]
fn a_connection_that_is_lost_between_statements() {
    on_each("lost", |database| {
        if database.dialect() == Dialect::Sqlite {
            return;
        }
        let project = gated(database);
        let lost = project.start("migrate");
        wait_for_work(database, &lost);
        let (list, end) = match database.dialect() {
            Dialect::MySql => (
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%collations e'",
                "KILL {}",
            ),
            _ => (
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' \
                 AND pid <> pg_backend_pid()",
                "SELECT pg_terminate_backend({})",
            ),
        };
        for backend in database.query(list) {
            database.execute(&end.replace("{}", &backend));
        }
        lost.end().ends(3).tells(&["blog.0004_gate failed: the connection was lost", "is not applied"]);
        database.execute("DELETE FROM gate");
        project.run("migrate").ends(0);
        check_done(database);
    });
}
