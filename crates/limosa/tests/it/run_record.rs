//! The record of runs: who changed the database, when, what was executed and how it ended.

use limosa_sql::dialect::Dialect;
use serde_json::{Value, json};

use crate::database::{Database, on_each};
use crate::interrupts::{endless, wait_for_work};
use crate::program::until;
use crate::project::{Project, migration, run_sql};

/// Returns the runs as they are recorded.
#[track_caller]
fn runs(project: &Project, arguments: &str) -> Vec<Value> {
    let lines = project.run(&format!("showmigrations --history {arguments} --format json")).ends(0).json();
    let [line] = &lines[..] else { panic!("one line: {lines:#?}") };
    assert_eq!(line["version"], 1, "{line:#}");
    line["runs"].as_array().expect("runs").clone()
}

/// Returns the outcome of each run, and the migrations of each with theirs.
#[track_caller]
fn outcomes(project: &Project) -> Vec<String> {
    runs(project, "").iter().map(outcome).collect()
}

fn outcome(run: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let migration =
        |done: &Value| format!(" {}.{} {}", text(&done["app"]), text(&done["name"]), text(&done["outcome"]));
    let migrations: Vec<String> = run["migrations"].as_array().expect("a list").iter().map(migration).collect();
    format!("{}:{}", text(&run["outcome"]), migrations.join(","))
}

/// Returns a project on a database, run by a person of a name.
fn blog(database: &Database) -> Project {
    Project::blog().on(database).with("LIMOSA_USER", "anna")
}

#[test]
fn each_run_that_changes_something() {
    on_each("record", |database| {
        let project = blog(database);
        assert_eq!(project.run("showmigrations --history").ends(0).stdout, "(no runs)\n");
        project.run("migrate blog 0002").ends(0);
        project.run("migrate blog 0002").ends(0).prints(&["No migrations to apply."]);
        project.run("migrate --fake --noinput").ends(0);
        project.run("migrate blog 0001").ends(0);
        let expected = [
            "applied: blog.0001_initial applied, blog.0002_slug applied",
            "applied: blog.0003_first faked",
            "applied: blog.0003_first unapplied, blog.0002_slug unapplied",
        ];
        assert_eq!(outcomes(&project), expected);
        let runs = runs(&project, "");
        let first = &runs[0];
        assert!(first["command"].as_str().is_some_and(|command| command.ends_with("migrate blog 0002")), "{first:#}");
        assert!(first["command"].as_str().is_some_and(|command| !command.contains("://")), "{first:#}");
        assert_eq!((&first["user"], &first["limosa"]), (&json!("anna"), &json!(env!("CARGO_PKG_VERSION"))));
        assert!(first["seconds"].as_f64().is_some_and(|seconds| (0.0..60.0).contains(&seconds)), "{first:#}");
        let create = &first["migrations"][0];
        let sql = create["sql"].as_str().unwrap_or_default();
        assert!(
            sql.starts_with(&database.quoted("CREATE TABLE \"blog_post\" (")) && sql.ends_with(";\n"),
            "{create:#}"
        );
        assert_eq!(create["statements"], sql.lines().count(), "{create:#}");
        assert!(create["seconds"].as_f64().is_some_and(|seconds| (0.0..60.0).contains(&seconds)), "{create:#}");
        assert_ne!(runs[0]["plan_fingerprint"], runs[1]["plan_fingerprint"]);
        assert_eq!(runs[1]["migrations"][0]["statements"], 0);
    });
}

#[test]
fn shown_and_chosen() {
    on_each("record_shown", |database| {
        let project = blog(database);
        project.run("migrate blog 0002").ends(0);
        project.run("migrate").ends(0);
        let said = project.run("showmigrations --history").ends(0);
        let said = said.prints(&[
            " UTC  applied in ",
            "blog 0002",
            "run ",
            "by anna on ",
            "Limosa ",
            "applied    blog.0001_initial  ",
        ]);
        let said = said.prints(&["blog.0002_slug", "  migrate\n", "blog.0003_first"]);
        said.hides("CREATE TABLE");
        let said =
            project.run("showmigrations --history blog.0003 -v 2").ends(0).prints(&["        INSERT INTO blog_post"]);
        said.hides("0001_initial");
        project.run("showmigrations --history -n 1").ends(0).prints(&["blog.0003_first"]).hides("0001_initial");
        assert_eq!(project.run("showmigrations --history shop").ends(0).stdout, "(no runs)\n");
        project.run("showmigrations --history --plan").ends(2);
        project.run("showmigrations -n 1").ends(2);
    });
}

#[test]
fn a_run_that_fails() {
    on_each("record_failed", |database| {
        let project = blog(database);
        let operations = run_sql("INSERT INTO blog_post (title) VALUES ('a\\\\b''c')")
            + &run_sql("INSERT INTO nowhere VALUES ('secret')");
        project.write("blog/migrations/0004_bad.toml", migration(&["blog.0003_first"], &operations));
        project.run("migrate blog 0003").ends(0);
        project.run("migrate").ends(3);
        project.write("limosa.toml", "[history]\nsql = false\n");
        project.run("migrate").ends(3);
        let runs = runs(&project, "blog.0004");
        assert_eq!(runs.iter().map(outcome).collect::<Vec<_>>(), ["failed: blog.0004_bad failed"; 2]);
        let [kept, other] = &runs[..] else { panic!("two runs") };
        assert!(kept["error"].as_str().is_some_and(|error| error.contains("nowhere")), "{kept:#}");
        assert!(kept["error_code"].is_string(), "{kept:#}");
        let (kept, other_run, other) = (&kept["migrations"][0], other, &other["migrations"][0]);
        assert!(kept["sql"].as_str().is_some_and(|sql| sql.contains("'secret'") && sql.contains("b''c")), "{kept:#}");
        assert_eq!((&other["sql"], &other_run["error"]), (&Value::Null, &Value::Null));
        assert_eq!((&other["sql_hash"], &other["statements"]), (&kept["sql_hash"], &json!(2)));
        assert_eq!(kept["sql_hash"].as_str().map(str::len), Some(64));
    });
}

#[test]
fn a_run_that_is_interrupted() {
    on_each("record_interrupted", |database| {
        let project = blog(database);
        project.write("blog/migrations/0004_long.toml", migration(&["blog.0003_first"], &run_sql(endless(database))));
        project.run("migrate blog 0003").ends(0);
        let program = project.start("migrate");
        wait_for_work(database, &program);
        assert_eq!(outcomes(&project).last().map(String::as_str), Some("running:"));
        program.interrupt();
        program.end().ends(130);
        assert_eq!(outcomes(&project).last().map(String::as_str), Some("interrupted: blog.0004_long failed"));
    });
}

#[test]
fn a_run_that_is_killed() {
    on_each("record_killed", |database| {
        let project = blog(database).with("LIMOSA_LEASE_MILLISECONDS", "1000");
        project.write("blog/migrations/0004_long.toml", migration(&["blog.0003_first"], &run_sql(endless(database))));
        let program = project.start("migrate");
        wait_for_work(database, &program);
        program.signal("KILL");
        program.end();
        let died = "died: blog.0001_initial applied, blog.0002_slug applied, blog.0003_first applied";
        until(|| (outcomes(&project) == [died]).then_some(())).expect("it is seen to be dead");
        project.write("blog/migrations/0004_long.toml", migration(&["blog.0003_first"], &run_sql("SELECT 1")));
        project.run("migrate").ends(0);
        let runs = runs(&project, "");
        assert_eq!(
            runs.iter().map(outcome).collect::<Vec<_>>(),
            [&died.replace("died", "taken over"), "applied: blog.0004_long applied"]
        );
        assert_eq!((&runs[0]["taken_over_by"], &runs[1]["took_over"]), (&runs[1]["run"], &runs[0]["run"]));
        assert_eq!(runs[0]["finished_at"], Value::Null);
    });
}

#[test]
fn changes_of_the_history_alone() {
    on_each("record_history", |database| {
        let project = blog(database);
        project.run("migrate").ends(0);
        std::fs::remove_file(project.path("blog/migrations/0003_first.sql")).expect("remove a file");
        project.run("migrate --prune blog").ends(0);
        let squash = "replaces = [\"blog.0001_initial\", \"blog.0002_slug\"]\n".to_owned()
            + &migration(&[], crate::project::POST);
        project.write("blog/migrations/0001_squashed.toml", squash);
        project.run("migrate").ends(0).prints(&["No migrations to apply."]);
        database.execute(
            "INSERT INTO limosa_migrations (app, name, applied) VALUES ('blog', '0001_gone', '2026-01-01 00:00:00')",
        );
        project.run("doctor --fix --yes").ends(0);
        let runs = runs(&project, "");
        let expected = ["applied: blog.0003_first pruned", "applied: blog.0001_squashed recorded", "applied: . mended"];
        assert_eq!(runs.iter().skip(1).map(outcome).collect::<Vec<_>>(), expected);
        assert!(
            runs[3]["migrations"][0]["sql"].as_str().is_some_and(|sql| sql.starts_with("DELETE FROM")),
            "{:#}",
            runs[3]
        );
    });
}

#[test]
fn tables_of_another_shape_are_left_alone() {
    on_each("record_shape", |database| {
        let project = blog(database);
        database.execute("CREATE TABLE limosa_run (x integer)");
        project.run("migrate").ends(0);
        assert_eq!(project.run("showmigrations --history").ends(0).stdout, "(no runs)\n");
        assert_eq!(database.query("SELECT count(*) FROM limosa_run"), ["0"]);
    });
}

#[test]
fn a_role_that_may_not_make_them() {
    let Some(database) = Database::postgres("record_role") else { return };
    assert_eq!(database.dialect(), Dialect::Postgres);
    let project = blog(&database);
    project.run("migrate blog 0001").ends(0);
    // They are there and belong to somebody else.
    database.execute("DROP TABLE limosa_run, limosa_run_migration");
    for table in ["limosa_run", "limosa_run_migration"] {
        database.execute(&format!("CREATE VIEW {table} AS SELECT 1 AS x"));
    }
    project.run("migrate").ends(0);
    assert_eq!(database.history("limosa_migrations").len(), 3);
}

#[test]
fn a_plan_that_another_runner_changes() {
    on_each("record_plan", |database| {
        let project = blog(database);
        project.run("migrate blog 0001").ends(0);
        let said = database.locked("limosa_migrations", |release| {
            let mut waiting = project.start("migrate --format json");
            waiting.wait_for("\"event\":\"waiting\"");
            database.execute("INSERT INTO limosa_migrations (app, name, applied) VALUES ('blog', '0002_slug', '2026-01-01 00:00:00')");
            release();
            waiting.end().ends(0)
        });
        let changed =
            |lines: Vec<Value>| lines.into_iter().find(|line| line["event"] == "plan-changed").unwrap_or_default();
        let slug = |backwards: bool| json!([{"app": "blog", "name": "0002_slug", "backwards": backwards}]);
        let line = changed(said.json());
        assert_eq!((&line["done"], &line["added"], &line["left"]), (&slug(false), &json!([]), &json!(1)), "{said}");
    });
}
