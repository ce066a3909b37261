//! Runners that wait while an index is built concurrently: the build waits for every old transaction, so nobody may be in one.

use std::collections::BTreeMap;

use crate::database::Database;
use crate::program::{Running, until};
use crate::project::{Project, migration, operation};

/// The sessions of runners but for the one that builds: number, state, when the last statement began, and what it waits for.
const SESSIONS: &str = "SELECT pid, state, query_start, coalesce(wait_event_type, ''), \
     EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted) FROM pg_stat_activity a \
     WHERE datname = current_database() AND application_name LIKE 'limosa/%' AND query NOT LIKE 'CREATE INDEX%'";

/// The session that builds, as long as it waits for a transaction to end.
const BUILDING: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%' \
     AND state = 'active' AND wait_event = 'virtualxid'";

#[test]
fn ten_waiters_do_not_stop_the_build() {
    let Some(database) = Database::postgres("waiters") else { return };
    let project = Project::blog().on(&database);
    let index =
        "op = \"AddIndexConcurrently\"\nmodel = \"Post\"\nindex = { name = \"post_title_idx\", fields = [\"title\"] }";
    let text = format!("atomic = false\n{}", migration(&["blog.0003_first"], &operation(index)));
    project.write("blog/migrations/0004_index.toml", text);
    project.run("migrate blog 0003").ends(0);
    let mut runners = Vec::new();
    // The build waits for this transaction, which is older.
    database.holding("INSERT INTO blog_post (title) VALUES ('old')", || {
        runners.push(project.start("migrate --format json"));
        until(|| (!database.query(BUILDING).is_empty()).then_some(())).expect("the index is being built");
        runners.extend((0..10).map(|_| project.start("migrate --format json")));
        for waiting in &mut runners[1..] {
            waiting.wait_for("\"step\":\"blog.0004_index: Concurrently create index");
        }
        check_waiting(&database);
    });
    let finished = runners.into_iter().map(|runner: Running| {
        let said = runner.end().ends(0);
        said.json().iter().filter(|line| line["event"] == "migration-finished").count()
    });
    assert_eq!(finished.sum::<usize>(), 1);
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'post_title_idx'::regclass";
    assert_eq!(database.query(valid), ["t"]);
    assert_eq!(database.history("limosa_migrations").len(), 4);
}

/// Looks at the sessions of those who wait until each has asked for the lock again: none is in a transaction, or waits for a lock.
#[track_caller]
fn check_waiting(database: &Database) {
    let mut asked: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let again = until(|| {
        for session in database.query(SESSIONS) {
            let [pid, state, began, waits, blocked] = session.split('|').collect::<Vec<_>>()[..] else {
                panic!("{session}");
            };
            assert!(!state.starts_with("idle in transaction") && waits != "Lock" && blocked == "f", "{session}");
            let (first, again) = asked.entry(pid.to_owned()).or_insert((began.to_owned(), false));
            *again |= first != began;
        }
        (asked.values().filter(|(_, again)| *again).count() >= 10).then_some(())
    });
    again.unwrap_or_else(|| panic!("those who wait do not ask again: {asked:#?}"));
    assert_eq!(database.query(BUILDING).len(), 1, "the build goes on waiting");
}
