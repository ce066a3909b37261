//! Pending operations that come to a migration when it is applied.

use crate::database::{Database, on_each};
use crate::interrupts::wait_for_work;
use crate::project::{Project, migration, operation, run_sql};
use crate::stages::{add, line, project, remove};
use crate::takeovers::gate;

/// Writes the second migration anew: what it adds, and its pending operations.
fn edit(project: &Project, operations: &str, pending: &str) {
    let pending = pending.replace("[[operations]]", "[[pending_operations]]");
    project.write("blog/migrations/0002_m.toml", migration(&["blog.0001_first"], operations) + &pending);
}

/// Returns a project whose second migration is applied and then gets pending operations.
fn edited(database: &Database, others: &[String], pending: &str) -> Project {
    database.empty();
    let project = project(&line(&[&[add("slug")], others].concat()), "", database);
    project.run("migrate").ends(0);
    edit(&project, &add("slug"), pending);
    project
}

#[track_caller]
fn check(project: &Project, database: &Database, applied: &[&str], has_old: bool) {
    let rows = database.history("limosa_migrations");
    assert_eq!(rows.iter().map(|row| &row[5..9]).collect::<Vec<_>>(), applied);
    assert_eq!(database.query("SELECT * FROM blog_post"), [""; 0]);
    let dump = database.dump();
    assert_eq!(dump.contains("old"), has_old, "{dump}");
    project.run("doctor --schema").ends(0);
}

#[test]
fn they_run_after_the_deploy_and_once() {
    on_each("late", |database| {
        let project = edited(database, &[add("more")], &remove("old"));
        project.write("blog/migrations/0004_m.toml", migration(&["blog.0003_m"], &add("late")));
        project.run("showmigrations").ends(0).prints(&["[X] 0002_m (pending operations wait)", "[ ] 0004_m"]);
        project.run("migrate --check").ends(1);
        project.run("migrate --plan").ends(0).prints(&["blog.0002_m\n    Remove field old from Post\nblog.0004_m"]);
        project.run("plan").ends(0).prints(&["apply blog.0002_m (", "post-deploy", "Remove field old from Post"]);
        project
            .run("migrate --pre-deploy")
            .ends(0)
            .prints(&["0002_m: the rest of it: “Remove field old", "0004_m... OK"]);
        check(&project, database, &["0001", "0002", "0003", "0004"], true);
        project.run("migrate --pre-deploy --check").ends(0);
        project.run("migrate --post-deploy --check").ends(1);
        project.run("migrate --post-deploy").ends(0).prints(&["Applying blog.0002_m... OK"]);
        check(&project, database, &["0001", "0002", "0003", "0004"], false);
        project.run("migrate --check").ends(0);
        project.run("migrate").ends(0).prints(&["No migrations to apply."]);
        // The way back takes all of it.
        project.run("migrate blog 0001").ends(0);
        check(&project, database, &["0001"], true);
        project.run("migrate").ends(0);
        check(&project, database, &["0001", "0002", "0003", "0004"], false);
        project.run("migrate --check").ends(0);
    });
}

#[test]
fn they_run_with_the_rest_where_nothing_is_applied_and_only_what_is_added_later_is_left() {
    on_each("late_empty", |database| {
        let project = project(&line(&[add("slug")]), "", database);
        edit(&project, &add("slug"), &remove("old"));
        project.run("migrate").ends(0);
        check(&project, database, &["0001", "0002"], false);
        project.run("migrate --check").ends(0);
        edit(&project, &add("slug"), &(remove("old") + &remove("title")));
        project.run("migrate --plan").ends(0).prints(&["blog.0002_m\n    Remove field title from Post\n"]);
        project.run("migrate").ends(0).prints(&["Applying blog.0002_m... OK"]);
        check(&project, database, &["0001", "0002"], false);
        // What ran stays what it is.
        edit(&project, &add("slug"), &(remove("old") + &add("title")));
        project
            .run("migrate")
            .ends(2)
            .tells(&["blog.0002_m was edited between its two halves: operation 3 is another"]);
    });
}

#[test]
fn what_is_unapplied_is_what_ran() {
    on_each("late_back", |database| {
        let project = edited(database, &[], &remove("old"));
        project.run("migrate blog 0001").ends(0).prints(&["Unapplying blog.0002_m... OK"]);
        check(&project, database, &["0001"], true);
        project.run("migrate blog 0002").ends(0);
        check(&project, database, &["0001", "0002"], false);
        project.run("migrate --check").ends(0);
    });
}

#[test]
fn what_may_not_run_after_the_others_is_refused() {
    on_each("late_refused", |database| {
        let alter = "op = \"AlterField\"\nmodel = \"Post\"\nname = \"old\"\nfield = { type = \"CharField\", max_length = 30, null = true }";
        let project = edited(database, &[operation(alter)], &remove("old"));
        for command in ["migrate", "migrate --post-deploy", "plan"] {
            let said = project.run(command).ends(2);
            said.tells(&[
                "blog.0002_m is applied, and its pending operations may not run after what was applied since",
                "make a migration of its own of them",
            ]);
        }
        check(&project, database, &["0001", "0002", "0003"], true);
    });
}

#[test]
fn what_is_recorded_without_being_run_does_not_run_later() {
    on_each("late_fake", |database| {
        let project = edited(database, &[], &remove("old"));
        project.run("migrate --fake").ends(0).prints(&["Applying blog.0002_m... FAKED"]);
        project.run("migrate --check").ends(0);
        assert_eq!(database.history("limosa_migrations").len(), 2);
        assert!(database.dump().contains("old"));
    });
}

#[test]
fn a_run_that_is_killed_in_the_middle_of_them_is_finished_by_the_next() {
    on_each("late_killed", |database| {
        // What belongs before the deploy leaves them as they are; they are finished by the run after it.
        for commands in
            [&["migrate --post-deploy"][..], &["migrate"], &["migrate --pre-deploy", "migrate --post-deploy"]]
        {
            let stop = run_sql(&format!("INSERT INTO blog_tag (id) VALUES (1); {}", gate(database)));
            let project = edited(database, &[], &(remove("old") + &stop + &remove("title")))
                .with("LIMOSA_LEASE_MILLISECONDS", "4000");
            database.execute("CREATE TABLE gate (shut integer)");
            database.execute("INSERT INTO gate VALUES (1)");
            let killed = project.start("migrate --post-deploy");
            wait_for_work(database, &killed);
            killed.signal("KILL");
            killed.end();
            database.execute("DELETE FROM gate");
            // Where the server keeps definitions at once, the half that ran is there.
            assert_eq!(database.dump().contains("old"), database.rolls_back());
            project.run("showmigrations").ends(0).prints(&["[X] 0002_m (pending operations wait)"]);
            project.run("migrate --check").ends(1);
            for command in commands {
                project.run(command).ends(0);
            }
            assert_eq!(database.query("SELECT count(*) FROM blog_tag"), ["1"]);
            assert!(!database.dump().contains("title"));
            project.run("migrate --check").ends(0);
            project.run("migrate").ends(0).prints(&["No migrations to apply."]);
            database.execute("DROP TABLE gate");
            check(&project, database, &["0001", "0002"], false);
        }
    });
}
