//! Ctrl-C: the running statement is cancelled and the migration rolled back.

use std::fs;
use std::path::Path;

use limosa_sql::dialect::Dialect;

use crate::database::{Database, on_each};
use crate::program::{Running, until};
use crate::project::{Project, migration, python_migration, run_sql};

/// Runs longer than any test waits.
pub(crate) fn endless(database: &Database) -> &'static str {
    match database.dialect() {
        Dialect::Postgres => "SELECT pg_sleep(3600)",
        Dialect::Sqlite => "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        Dialect::MySql => {
            "SELECT count(*) FROM information_schema.collations a, information_schema.collations b, \
             information_schema.collations c, information_schema.collations d, information_schema.collations e"
        }
    }
}

/// Waits until the database is at work for the program.
pub(crate) fn wait_for_work(database: &Database, program: &Running) {
    let at_work = || {
        let working = match database.dialect() {
            Dialect::Postgres => {
                let backends = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
                                AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()";
                !database.query(backends).is_empty()
            }
            // SQLite works on a thread of the program, which uses the processor only for the endless statement.
            Dialect::Sqlite => sqlite_time(program.id()) > 5,
            Dialect::MySql => {
                let sessions = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() \
                                AND info LIKE '%collations e' AND id <> CONNECTION_ID()";
                !database.query(sessions).is_empty()
            }
        };
        working.then_some(())
    };
    until(at_work).expect("the statement runs");
}

/// Returns the processor time of the thread on which SQLite works, in ticks of the clock.
fn sqlite_time(process: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let time = |task: &Path| {
        let name = fs::read_to_string(task.join("comm")).ok()?;
        let statistics = fs::read_to_string(task.join("stat")).ok().filter(|_| name.trim() == "sqlite")?;
        statistics.rsplit_once(')')?.1.split_whitespace().nth(11)?.parse::<u64>().ok()
    };
    tasks.filter_map(|task| time(&task.path())).sum()
}

/// Checks that no session of the program is left on the server.
fn check_sessions(database: &Database) {
    let others = match database.dialect() {
        Dialect::Postgres => {
            "SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        }
        Dialect::MySql => {
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        }
        Dialect::Sqlite => return,
    };
    until(|| database.query(others).is_empty().then_some(())).expect("the sessions end");
}

#[test]
fn of_a_statement() {
    on_each("interrupt", |database| {
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        let sql = run_sql("INSERT INTO blog_post (title) VALUES ('second')") + &run_sql(endless(database));
        project.write("blog/migrations/0004_long.toml", migration(&["blog.0003_first"], &sql));
        project.write("blog/migrations/0005_after.toml", migration(&["blog.0004_long"], &run_sql("SELECT 1")));
        let before = database.dump();
        let mut program = project.start("migrate --format json");
        program.wait_for("0004_long");
        wait_for_work(database, &program);
        // While it works the lock is held.
        project.run("migrate --no-wait").ends(4).tells(&["held by limosa"]);
        program.interrupt();
        // Statements that change nothing but rows are one transaction on every database.
        let said =
            program.end().ends(130).tells(&["blog.0004_long failed", "0004_long.toml:8:1", "it was rolled back"]);
        assert!(!said.stdout.contains("0005_after"), "{said}");
        check_sessions(database);
        assert_eq!(database.dump(), before, "{said}");
        // Nothing is in the way of the next run.
        project.run("migrate --no-wait --fake").ends(0);
    });
}

#[test]
fn of_a_statement_without_a_transaction() {
    on_each("interrupt_open", |database| {
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        let sql = run_sql("INSERT INTO blog_post (title) VALUES ('second')") + &run_sql(endless(database));
        let text = format!("atomic = false\n{}", migration(&["blog.0003_first"], &sql));
        project.write("blog/migrations/0004_long.toml", text);
        let program = project.start("migrate");
        wait_for_work(database, &program);
        program.interrupt();
        program.end().ends(5).tells(&["blog.0004_long failed", "what ran before the failure stays"]);
        check_sessions(database);
        assert_eq!(database.query("SELECT title FROM blog_post ORDER BY id"), ["first", "second"]);
        assert_eq!(database.history("limosa_migrations").len(), 3);
    });
}

#[test]
fn of_python() {
    let sleep = "
import time

def sleep(apps, editor):
    apps.get_model(\"library\", \"Book\").objects.create(title=\"half\")
    print(\"asleep\")
    time.sleep(3600)
";
    let text = python_migration("0001_initial", sleep, "migrations.RunPython(sleep),");
    on_each("interrupt_python", |database| {
        let Some(project) = Project::django(&[("0002_sleep", &text)]).map(|project| project.on(database)) else {
            return;
        };
        project.run("migrate library 0001").ends(0);
        let before = database.dump();
        let mut program = project.start("migrate --format json");
        program.wait_for("asleep");
        program.interrupt();
        program.end().ends(130).tells(&["library.0002_sleep failed", "it was rolled back"]);
        check_sessions(database);
        // What the function did to rows is rolled back everywhere.
        assert_eq!(database.dump(), before);
    });
}

#[test]
fn of_a_wait() {
    on_each("interrupt_wait", |database| {
        let project = Project::blog().on(database);
        project.run("migrate blog 0001").ends(0);
        let before = database.dump();
        database.locked("limosa_migrations", |release| {
            for signal in ["INT", "TERM"] {
                let mut program = project.start("migrate --format json");
                program.wait_for("\"waiting\"");
                program.signal(signal);
                program.end().ends(130).tells(&["interrupted while waiting"]);
            }
            release();
        });
        assert_eq!(database.dump(), before);
    });
}
