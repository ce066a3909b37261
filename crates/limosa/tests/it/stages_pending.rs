//! Pending operations: they wait for the end of the deploy, and may come to a migration when it is applied.

use crate::database::Database;
use crate::interrupts::wait_for_work;
use crate::project::Project;
use crate::takeovers::gate;
use crate::written::Do::{Add, Remove, Sql, Widen};
use crate::written::{Do, Written, on_each_written};

/// Returns a project whose second migration is applied and then gets pending operations.
fn edited(database: &Database, written: Written, others: &[&[Do]], pending: &[Do]) -> Option<Project> {
    database.empty();
    let project = written.project(database, &[&[[Add("slug")].as_slice()], others].concat())?;
    project.run("migrate").ends(0);
    written.write(&project, 2, &[Add("slug")], pending);
    Some(project)
}

#[track_caller]
fn check(project: &Project, database: &Database, written: Written, applied: &[&str], has_old: bool) {
    assert_eq!(written.applied(database), applied);
    assert_eq!(database.query("SELECT * FROM blog_post"), [""; 0]);
    let dump = database.dump();
    assert_eq!(dump.contains("old"), has_old, "{dump}");
    project.run("doctor --schema").ends(0);
}

#[test]
fn they_wait_for_the_end_of_the_deploy() {
    on_each_written("pending", |database, written| {
        let Some(project) = written.project(database, &[]) else { return };
        written.write(&project, 2, &[Add("slug")], &[Add("late"), Remove("old")]);
        project.run("migrate blog 0001").ends(0);
        project.run("migrate --pre-deploy").ends(0).prints(&["0002_m: the rest of it: “Add field late"]);
        check(&project, database, written, &["0001"], true);
        let left = "blog.0002_m\n    Add field late to Post\n    Remove field old";
        project.run("migrate --plan").ends(0).prints(&[&left.replace("Post", written.post())]);
        project.run("migrate --post-deploy").ends(0);
        check(&project, database, written, &["0001", "0002"], false);
        project.run("migrate blog 0001").ends(0);
        check(&project, database, written, &["0001"], true);
        project.run("migrate").ends(0);
        check(&project, database, written, &["0001", "0002"], false);
        project.run("migrate --check").ends(0);
    });
}

#[test]
fn those_that_come_later_run_after_the_deploy_and_once() {
    on_each_written("late", |database, written| {
        let Some(project) = edited(database, written, &[&[Add("more")]], &[Remove("old")]) else { return };
        written.write(&project, 4, &[Add("late")], &[]);
        let removes = format!("Remove field old from {}", written.post());
        project.run("showmigrations").ends(0).prints(&["[X] 0002_m (pending operations wait)", "[ ] 0004_m"]);
        project.run("migrate --check").ends(1);
        project.run("migrate --plan").ends(0).prints(&[&format!("blog.0002_m\n    {removes}\nblog.0004_m")]);
        project.run("plan").ends(0).prints(&["apply blog.0002_m (", "post-deploy", &removes]);
        project
            .run("migrate --pre-deploy")
            .ends(0)
            .prints(&["0002_m: the rest of it: “Remove field old", "0004_m... OK"]);
        check(&project, database, written, &["0001", "0002", "0003", "0004"], true);
        project.run("migrate --pre-deploy --check").ends(0);
        project.run("migrate --post-deploy --check").ends(1);
        project.run("migrate --post-deploy").ends(0).prints(&["Applying blog.0002_m... OK"]);
        check(&project, database, written, &["0001", "0002", "0003", "0004"], false);
        project.run("migrate --check").ends(0);
        project.run("migrate").ends(0).prints(&["No migrations to apply."]);
        // The way back takes all of it.
        project.run("migrate blog 0001").ends(0);
        check(&project, database, written, &["0001"], true);
        project.run("migrate").ends(0);
        check(&project, database, written, &["0001", "0002", "0003", "0004"], false);
        project.run("migrate --check").ends(0);
    });
}

#[test]
fn they_run_with_the_rest_where_nothing_is_applied_and_only_what_is_added_later_is_left() {
    on_each_written("late_empty", |database, written| {
        let Some(project) = written.project(database, &[]) else { return };
        written.write(&project, 2, &[Add("slug")], &[Remove("old")]);
        project.run("migrate").ends(0);
        check(&project, database, written, &["0001", "0002"], false);
        project.run("migrate --check").ends(0);
        written.write(&project, 2, &[Add("slug")], &[Remove("old"), Remove("title")]);
        let removes = format!("blog.0002_m\n    Remove field title from {}\n", written.post());
        project.run("migrate --plan").ends(0).prints(&[&removes]);
        project.run("migrate").ends(0).prints(&["Applying blog.0002_m... OK"]);
        check(&project, database, written, &["0001", "0002"], false);
        // What ran stays what it is.
        written.write(&project, 2, &[Add("slug")], &[Remove("old"), Add("title")]);
        project
            .run("migrate")
            .ends(2)
            .tells(&["blog.0002_m was edited between its two halves: operation 3 is another"]);
    });
}

#[test]
fn what_is_unapplied_is_what_ran() {
    on_each_written("late_back", |database, written| {
        let Some(project) = edited(database, written, &[], &[Remove("old")]) else { return };
        project.run("migrate blog 0001").ends(0).prints(&["Unapplying blog.0002_m... OK"]);
        check(&project, database, written, &["0001"], true);
        project.run("migrate blog 0002").ends(0);
        check(&project, database, written, &["0001", "0002"], false);
        project.run("migrate --check").ends(0);
    });
}

#[test]
fn what_may_not_run_after_the_others_is_refused() {
    on_each_written("late_refused", |database, written| {
        let Some(project) = edited(database, written, &[&[Widen]], &[Remove("old")]) else { return };
        for command in ["migrate", "migrate --post-deploy", "plan"] {
            let said = project.run(command).ends(2);
            said.tells(&[
                "blog.0002_m is applied, and its pending operations may not run after what was applied since",
                "make a migration of its own of them",
            ]);
        }
        check(&project, database, written, &["0001", "0002", "0003"], true);
    });
}

#[test]
fn what_is_recorded_without_being_run_does_not_run_later() {
    on_each_written("late_fake", |database, written| {
        let Some(project) = edited(database, written, &[], &[Remove("old")]) else { return };
        project.run("migrate --fake").ends(0).prints(&["Applying blog.0002_m... FAKED"]);
        project.run("migrate --check").ends(0);
        assert_eq!(written.applied(database).len(), 2);
        assert!(database.dump().contains("old"));
    });
}

#[test]
fn a_run_that_is_killed_in_the_middle_of_them_is_finished_by_the_next() {
    on_each_written("late_killed", |database, written| {
        // What belongs before the deploy leaves them as they are; they are finished by the run after it.
        for commands in
            [&["migrate --post-deploy"][..], &["migrate"], &["migrate --pre-deploy", "migrate --post-deploy"]]
        {
            let stop = format!("INSERT INTO blog_tag (id) VALUES (1); {}", gate(database));
            let pending = [Remove("old"), Sql(stop.leak()), Remove("title")];
            let Some(project) = edited(database, written, &[], &pending) else { return };
            let project = project.with("LIMOSA_LEASE_MILLISECONDS", "4000");
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
            check(&project, database, written, &["0001", "0002"], false);
        }
    });
}
