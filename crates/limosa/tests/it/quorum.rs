//! Several clusters on one database: `migrate --quorum N`.

use crate::database::{Database, on_each};
use crate::interrupts::wait_for_work;
use crate::program::{Running, Said, until};
use crate::project::{Project, migration, run_sql};
use crate::takeovers::gate;

/// Returns a project of which one migration is for each half of a deploy, on a database that has the first.
fn project(database: &Database) -> Project {
    let project = Project::blog().on(database).with("LIMOSA_LEASE_MILLISECONDS", "4000");
    project.run("migrate blog 0001").ends(0);
    let after = migration(&["blog.0003_first"], &run_sql("INSERT INTO blog_post (title) VALUES ('last')"));
    project.write("blog/migrations/0004_last.toml", format!("stage = \"post-deploy\"\n{after}"));
    project
}

fn start(project: &Project, member: &str, arguments: &str) -> Running {
    project.start(&format!("migrate {arguments} --member {member} --format json"))
}

/// Waits until these members are there.
fn wait_for(running: &mut Running, arrived: &[&str]) {
    let names: Vec<String> = arrived.iter().map(|name| format!("\"{name}\"")).collect();
    running.wait_for(&format!("{{\"event\":\"gathering\",\"version\":1,\"arrived\":[{}]", names.join(",")));
}

/// Returns how many migrations a run applied.
fn ran(said: &Said) -> usize {
    said.json().iter().filter(|line| line["event"] == "migration-finished").count()
}

fn check_left(database: &Database, applied: usize) {
    assert_eq!(database.history("limosa_migrations").len(), applied);
    assert_eq!(database.query("SELECT member, state FROM limosa_quorum"), [""; 0]);
}

#[test]
fn all_halves_run_once_when_all_members_are_there() {
    on_each("quorum", |database| {
        let project = project(database);
        for (half, number, applied) in [("--pre-deploy", 2, 3), ("--post-deploy", 1, 4)] {
            let arguments = format!("{half} --quorum 3");
            let mut first = start(&project, "a", &arguments);
            wait_for(&mut first, &["a"]);
            let second = start(&project, "b", &arguments);
            wait_for(&mut first, &["a", "b"]);
            assert_eq!(database.history("limosa_migrations").len(), applied - number);
            let third = start(&project, "c", &arguments);
            let said: Vec<Said> = [first, second, third].into_iter().map(|member| member.end().ends(0)).collect();
            let mut numbers: Vec<usize> = said.iter().map(ran).collect();
            numbers.sort_unstable();
            assert_eq!(numbers, [0, 0, number], "{said:#?}");
            check_left(database, applied);
            // Nothing is left to gather for.
            project.run(&format!("migrate {arguments}")).ends(0).prints(&["No migrations to apply."]);
        }
    });
}

#[test]
fn a_member_that_is_killed_counts_when_it_comes_again_and_then_once() {
    on_each("quorum_killed", |database| {
        let project = project(database);
        let mut first = start(&project, "a", "--quorum 3");
        let mut second = start(&project, "b", "--quorum 3");
        wait_for(&mut first, &["a", "b"]);
        wait_for(&mut second, &["a", "b"]);
        second.signal("KILL");
        second.end();
        wait_for(&mut first, &["a"]);
        let mut again = start(&project, "b", "--quorum 3");
        wait_for(&mut again, &["a", "b"]);
        // Its name is one member, however many processes use it.
        let once_more = start(&project, "b", "--quorum 3");
        let said = again.end().ends(4);
        assert!(said.stderr.contains("another process has taken the place of the member `b`"), "{said}");
        let third = start(&project, "c", "--quorum 3");
        let said = [first, once_more, third].map(|member| member.end().ends(0));
        assert_eq!(said.iter().map(ran).sum::<usize>(), 3, "{said:#?}");
        check_left(database, 4);
    });
}

#[test]
fn what_a_member_was_killed_at_is_finished_by_another() {
    on_each("quorum_runner", |database| {
        let project = project(database);
        let text = run_sql(&format!("{}; INSERT INTO blog_post (title) VALUES ('gate')", gate(database)));
        project.write("blog/migrations/0005_gate.toml", migration(&["blog.0004_last"], &text));
        database.execute("CREATE TABLE gate (shut integer)");
        database.execute("INSERT INTO gate VALUES (1)");
        let mut first = start(&project, "a", "--quorum 2");
        wait_for(&mut first, &["a"]);
        let second = start(&project, "b", "--quorum 2");
        // Whoever is at work is killed; the other one waits for the lease.
        let holder = || database.query("SELECT pid FROM limosa_lease WHERE run_id IS NOT NULL").into_iter().next();
        let holder = until(holder).expect("one of them is at work");
        let (working, mut waiting) = if holder == first.id().to_string() { (first, second) } else { (second, first) };
        wait_for_work(database, &working);
        waiting.wait_for("\"step\":\"blog.0005_gate");
        working.signal("KILL");
        working.end();
        database.execute("DELETE FROM gate");
        let said = waiting.end().ends(0);
        assert_eq!(ran(&said), 1, "{said}");
        // Nothing is left of the one that was killed: it would not wait for the others the next time.
        check_left(database, 5);
        for member in ["a", "b"] {
            start(&project, member, "--quorum 2").end().ends(0);
        }
        assert_eq!(database.query("SELECT title FROM blog_post ORDER BY id"), ["first", "last", "gate"]);
    });
}

#[test]
fn a_failure_ends_all_members() {
    on_each("quorum_failing", |database| {
        let project = project(database);
        let broken = migration(&["blog.0004_last"], &run_sql("INSERT INTO nowhere VALUES (1)"));
        project.write("blog/migrations/0005_broken.toml", &broken);
        let first = start(&project, "a", "--quorum 2");
        let second = start(&project, "b", "--quorum 2");
        let said = [first, second].map(Running::end);
        let codes: Vec<Option<i32>> = said.iter().map(|said| said.status.code()).collect();
        let told = said.iter().position(|said| said.stderr.contains("another member of the quorum failed: "));
        let told = told.unwrap_or_else(|| panic!("nobody was told: {said:#?}"));
        assert_eq!((codes[told], ran(&said[told]), ran(&said[1 - told])), (Some(3), 0, 3), "{said:#?}");
        assert!(said[1 - told].stderr.contains("blog.0005_broken failed"), "{said:#?}");
        check_left(database, 4);
        // They come again, and gather anew.
        project.write(
            "blog/migrations/0005_broken.toml",
            broken.replace("nowhere VALUES (1)", "blog_post (title) VALUES ('x')"),
        );
        let mut first = start(&project, "a", "--quorum 2");
        wait_for(&mut first, &["a"]);
        let second = start(&project, "b", "--quorum 2");
        assert_eq!([first, second].map(|member| ran(&member.end().ends(0))).iter().sum::<usize>(), 1);
        check_left(database, 5);
    });
}

#[test]
fn who_is_missing_is_told() {
    on_each("quorum_timeout", |database| {
        let project = project(database);
        let mut gone = start(&project, "gone", "--quorum 4");
        wait_for(&mut gone, &["gone"]);
        gone.signal("KILL");
        gone.end();
        let mut half = start(&project, "half", "--pre-deploy --quorum 4");
        wait_for(&mut half, &["half"]);
        let mut more = start(&project, "more", "--quorum 9");
        wait_for(&mut more, &["more"]);
        let mut first = start(&project, "a", "--quorum 4");
        wait_for(&mut first, &["a"]);
        database.execute("UPDATE limosa_quorum SET seen = '2001-01-01 00:00:00' WHERE member = 'gone'");
        let said = project.run("migrate --quorum 4 --quorum-timeout 1s --member b").ends(4);
        let said =
            said.tells(&["error: the quorum was not reached within 1s: 2 of 4 members were there: a, b; ", "help: "]);
        // Rows that nobody has renewed for a day are forgotten.
        assert!(!said.stderr.contains("gone was there"), "{said}");
        for part in ["half waits with another plan: without blog.0004_last", "more waits for 9 members"] {
            assert!(said.stderr.contains(part), "{part}:\n{said}");
        }
        for waiting in [half, more, first] {
            waiting.interrupt();
            waiting.end().ends(130);
        }
        check_left(database, 1);
    });
}

#[test]
fn what_is_done_meanwhile_is_not_waited_for() {
    on_each("quorum_meanwhile", |database| {
        let project = project(database);
        let mut waiting = start(&project, "a", "--quorum 2");
        wait_for(&mut waiting, &["a"]);
        project.run("migrate").ends(0);
        assert_eq!(ran(&waiting.end().ends(0)), 0);
        check_left(database, 4);
    });
}

#[test]
fn a_quorum_needs_a_run() {
    let database = Database::sqlite();
    let project = project(&database);
    let long = format!("--quorum 2 --member {}", "x".repeat(151));
    for arguments in
        ["--quorum 0", "--quorum 2 --plan", "--quorum 2 --check", "--quorum 2 --no-wait", "--quorum-timeout 3s", &long]
    {
        project.run(&format!("migrate {arguments}")).ends(2);
    }
    project.run("migrate --quorum 1").ends(0).prints(&["Applying blog.0004_last... OK"]);
}
