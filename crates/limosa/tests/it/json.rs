//! `--format json`: the lines and fields that docs/reference/json.md describes.

use limosa_sql::dialect::Dialect;
use serde_json::{Value, json};

use crate::database::on_each;
use crate::project::{Project, migration, run_sql};

/// Runs a command and compares its lines, of which the durations and times are left out.
#[track_caller]
fn check(project: &Project, arguments: &str, code: i32, expected: &Value) {
    let mut lines = Value::Array(project.run(&format!("{arguments} --format json")).ends(code).json());
    settle(&mut lines, &project.path("").display().to_string());
    assert_eq!(lines, *expected, "{arguments}:\n{lines:#}");
    check_documented(&lines);
}

/// Checks that the reference names every field, event and kind.
#[track_caller]
fn check_documented(value: &Value) {
    const REFERENCE: &str = include_str!("../../../../docs/reference/json.md");
    match value {
        Value::Array(values) => values.iter().for_each(check_documented),
        Value::Object(object) => {
            for (name, value) in object {
                let text = value.as_str().filter(|_| matches!(name.as_str(), "event" | "kind" | "severity"));
                for word in [Some(name.as_str()), text].into_iter().flatten() {
                    assert!(REFERENCE.contains(&format!("`{word}`")), "`{word}` is not in the reference");
                }
                check_documented(value);
            }
        }
        _ => {}
    }
}

/// Replaces what differs from run to run.
fn settle(value: &mut Value, folder: &str) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| settle(value, folder)),
        Value::Object(object) => {
            if object.contains_key("event") {
                let (run, time) = (object.remove("run"), object.remove("time"));
                assert!(
                    run.is_some_and(|run| run.is_null() || run.as_str().is_some_and(|run| run.len() == 16)),
                    "{object:?}"
                );
                assert!(time.is_some_and(|time| time.as_str().is_some_and(|time| time.ends_with('Z'))), "{object:?}");
            }
            for (name, value) in object {
                match (name.as_str(), &value) {
                    ("seconds", Value::Number(seconds)) if seconds.as_f64().is_some() => *value = json!("number"),
                    ("applied_at", Value::String(_)) => *value = json!("time"),
                    _ => settle(value, folder),
                }
            }
        }
        Value::String(text) => *text = text.replace(folder, ""),
        _ => {}
    }
}

/// The lines of a migration that runs, without its statements, which differ between databases.
fn ran(name: &str, operation: &str, backwards: bool, number: usize, total: usize) -> [Value; 3] {
    [
        json!({"event": "migration-started", "app": "blog", "name": name, "backwards": backwards, "number": number, "total": total, "database": "default"}),
        json!({"event": "operation-started", "description": operation, "database": "default"}),
        json!({"event": "migration-finished", "app": "blog", "name": name, "backwards": backwards, "faked": false, "seconds": "number", "database": "default"}),
    ]
}

#[test]
fn migrate() {
    on_each("json_migrate", |database| {
        let project = Project::blog().on(database);
        let planned = |name: &str, backwards: bool| json!({"app": "blog", "name": name, "backwards": backwards});
        let all = [planned("0001_initial", false), planned("0002_slug", false), planned("0003_first", false)];
        check(&project, "migrate --plan", 0, &json!([{"version": 1, "migrations": all, "database": "default"}]));
        check(&project, "migrate --check", 1, &json!([]));
        check(
            &project,
            "migrate --plan --check",
            1,
            &json!([{"version": 1, "migrations": all, "database": "default"}]),
        );
        let said = project.run("migrate blog 0002 --format json").ends(0);
        let mut lines = Value::Array(said.json());
        settle(&mut lines, "");
        let lines = lines.as_array().expect("lines");
        let (statements, lines): (Vec<Value>, Vec<Value>) =
            lines.iter().cloned().partition(|line| line["event"] == "statement");
        let mut expected = vec![json!({"event": "run-started", "version": 1, "migrations": 2, "database": "default"})];
        expected.extend(ran("0001_initial", "Create model Post", false, 1, 2));
        expected.extend(ran("0002_slug", "Add field slug to Post", false, 2, 2));
        expected.push(json!({"event": "run-finished", "migrations": 2, "seconds": "number", "database": "default"}));
        assert_eq!(lines, expected, "{said}");
        check_documented(&Value::Array(lines));
        let sql: Vec<&str> = statements.iter().filter_map(|line| line["sql"].as_str()).collect();
        assert!(sql.len() >= 4 && sql[0].starts_with(&database.quoted("CREATE TABLE \"blog_post\" (")), "{sql:#?}");
        assert_eq!(statements[0].as_object().map(|line| line.len()), Some(3));
        check(
            &project,
            "migrate --plan blog zero",
            0,
            &json!([{"version": 1, "migrations": [planned("0002_slug", true), planned("0001_initial", true)], "database": "default"}]),
        );
        let faked = json!([
            {"event": "run-started", "version": 1, "migrations": 1, "database": "default"},
            {"event": "migration-started", "app": "blog", "name": "0003_first", "backwards": false, "number": 1, "total": 1, "database": "default"},
            {"event": "migration-finished", "app": "blog", "name": "0003_first", "backwards": false, "faked": true, "seconds": "number", "database": "default"},
            {"event": "run-finished", "migrations": 1, "seconds": "number", "database": "default"},
        ]);
        check(&project, "migrate --fake", 0, &faked);
        let nothing = json!([
            {"event": "run-started", "version": 1, "migrations": 0, "database": "default"},
            {"event": "run-finished", "migrations": 0, "seconds": "number", "database": "default"},
        ]);
        check(&project, "migrate", 0, &nothing);
        check(&project, "migrate -q", 0, &nothing);
    });
}

#[test]
fn output_of_python_is_an_event() {
    let print = "\n\ndef greet(apps, editor):\n    print(\"hello {\")\n";
    let text = crate::project::python_migration("0001_initial", print, "migrations.RunPython(greet),");
    let Some(project) = Project::django(&[("0002_greet", &text)]) else { return };
    let mut lines = project.run("migrate --format json").ends(0).json();
    lines.iter_mut().for_each(|line| settle(line, ""));
    assert!(lines.contains(&json!({"event": "output", "text": "hello {", "database": "default"})), "{lines:#?}");
    assert_eq!(
        lines.last().map(|line| line["event"].clone()).filter(|event| event != "run-finished"),
        None,
        "{lines:#?}"
    );
}

#[test]
fn showmigrations() {
    on_each("json_showmigrations", |database| {
        let project = Project::blog().on(database);
        project.run("migrate blog 0002").ends(0);
        let listed = |name: &str, applied: bool, dependencies: Value| {
            let (at, stage) = if applied { (json!("time"), Value::Null) } else { (Value::Null, json!("pre-deploy")) };
            json!({"app": "blog", "name": name, "applied": applied, "unrecorded": false, "applied_at": at, "stage": stage, "replaces": 0, "dependencies": dependencies})
        };
        let all = json!([{"version": 1, "migrations": [
            listed("0001_initial", true, json!([])),
            listed("0002_slug", true, json!(["blog.0001_initial"])),
            listed("0003_first", false, json!(["blog.0002_slug"])),
        ]}]);
        check(&project, "showmigrations", 0, &all);
        check(&project, "showmigrations --plan", 0, &all);
        let squash = "replaces = [\"blog.0001_initial\", \"blog.0002_slug\"]\n".to_owned()
            + &migration(&[], &run_sql("SELECT 1"));
        project.write("blog/migrations/0001_squashed.toml", squash);
        check(
            &project,
            "showmigrations blog",
            0,
            &json!([{"version": 1, "migrations": [
                {"app": "blog", "name": "0001_squashed", "applied": true, "unrecorded": true, "applied_at": null, "stage": null, "replaces": 2, "dependencies": []},
                {"app": "blog", "name": "0003_first", "applied": false, "unrecorded": false, "applied_at": null, "stage": "pre-deploy", "replaces": 0, "dependencies": ["blog.0001_squashed"]},
            ]}]),
        );
    });
}

#[test]
fn sqlmigrate_and_plan() {
    on_each("json_plan", |database| {
        let project = Project::blog().on(database);
        let insert = "INSERT INTO blog_post (title) VALUES ('second')";
        project.write("blog/migrations/0004_second.toml", migration(&["blog.0003_first"], &run_sql(insert)));
        project.run("migrate blog 0003").ends(0);
        check(
            &project,
            "sqlmigrate blog 0004",
            0,
            &json!([{
                "version": 1, "app": "blog", "name": "0004_second", "transaction": database.rolls_back(),
                "operations": [{"description": "Raw SQL operation", "sql": [insert]}], "deferred": [],
            }]),
        );
        let (mode, blocks) = match database.dialect() {
            Dialect::Postgres => ("ROW EXCLUSIVE", "nothing"),
            Dialect::MySql => ("SHARED_WRITE", "nothing"),
            Dialect::Sqlite => ("RESERVED", "writes"),
        };
        let step = json!({
            "kind": "sql", "sql": insert, "locks": [{"table": "blog_post", "mode": mode, "blocks": blocks}],
            "work": "rows", "certain": true, "because": "rows are added",
        });
        let locks = step["locks"].as_array().expect("a list").clone();
        let locks: Vec<&Value> = locks.iter().filter(|lock| lock["blocks"] != "nothing").collect();
        let half = |stage: &str, migrations: Value, steps: usize, locks: Value| json!({"stage": stage, "migrations": migrations, "steps": steps, "locks": locks, "reversible": true});
        let mut lines = project.run("plan --format json").ends(0).json();
        // What is known of the size of a table is the database's own guess.
        let cost = lines[0]["migrations"][0]["operations"][0]["steps"][0].as_object_mut().expect("a step");
        assert!(cost.remove("rows").is_some() && cost.remove("seconds").is_some());
        lines[0]["halves"][0].as_object_mut().expect("a half").remove("seconds").expect("an estimate");
        assert_eq!(
            json!(lines),
            json!([{"version": 1, "unordered": [], "migrations": [{
                "app": "blog", "name": "0004_second", "backwards": false, "transaction": true, "reversible": true,
                "stage": "pre-deploy", "stage_because": "“Raw SQL operation” runs what the new code may need",
                "operations": [{
                    "description": "Raw SQL operation",
                    "stage": "pre-deploy",
                    "reversible": true,
                    "place": format!("{}:3:1", project.path("blog/migrations/0004_second.toml").display()),
                    "steps": [step],
                }],
            }], "halves": [
                half("pre-deploy", json!(["blog.0004_second"]), 1, json!(locks)),
                json!({"stage": "post-deploy", "migrations": [], "steps": 0, "locks": [], "seconds": 0.0, "reversible": true}),
            ]}]),
        );
        project.run("migrate").ends(0);
        let lines = project.run("plan --format json").ends(0).json();
        assert_eq!((&lines[0]["migrations"], &lines[0]["unordered"]), (&json!([]), &json!([])));
    });
}

#[test]
fn steps_that_are_code() {
    let text = crate::project::python_migration("0001_initial", "", "migrations.RunPython(lambda apps, editor: None),");
    let Some(project) = Project::django(&[("0002_code", &text)]) else { return };
    project.run("migrate library 0001").ends(0);
    let lines = project.run("plan --format json").ends(0).json();
    assert_eq!(lines[0]["migrations"][0]["operations"][0]["steps"], json!([{"kind": "python"}]), "{lines:#?}");
    let lines = project.run("sqlmigrate library 0002 --format json").ends(0).json();
    assert_eq!(lines[0]["operations"][0]["sql"], Value::Null, "{lines:#?}");
    let rust = "\n[[operations]]\nop = \"RunRust\"\nfunction = \"fill\"\n";
    let project = Project::new(&[("blog/migrations/0001_a.toml", &migration(&[], rust))]);
    let lines = project.run("plan --format json").ends(0).json();
    assert_eq!(
        lines[0]["migrations"][0]["operations"][0]["steps"],
        json!([{"kind": "rust", "function": "fill"}]),
        "{lines:#?}"
    );
}

#[test]
fn errors_are_the_last_line() {
    on_each("json_errors", |database| {
        let project = Project::blog().on(database);
        let mistake = run_sql("INSERT INTO nowhere VALUES (1)");
        project.write("blog/migrations/0004_bad.toml", migration(&["blog.0003_first"], &mistake));
        let lines = project.run("migrate --format json").ends(3).json();
        let last = lines.last().expect("a line");
        check_documented(last);
        assert_eq!(
            (&last["event"], &last["version"], &last["exit_code"]),
            (&json!("error"), &json!(1), &json!(3)),
            "{last:#}"
        );
        let failed = &last["migration"];
        assert_eq!(
            (&failed["app"], &failed["name"], &failed["rolled_back"]),
            (&json!("blog"), &json!("0004_bad"), &json!(true))
        );
        assert_eq!(failed["operation"], "Raw SQL operation");
        let path = project.path("blog/migrations/0004_bad.toml").display().to_string();
        assert_eq!(failed["place"], json!({"path": path, "line": 3, "column": 1}));
        assert_eq!(failed["sql"], "INSERT INTO nowhere VALUES (1)");
    });
    let project = Project::blog();
    project.write("blog/migrations/0002_slug.toml", "dependencis = []\n");
    check(
        &project,
        "migrate",
        2,
        &json!([{
            "event": "error", "version": 1, "exit_code": 2, "message": "unknown key `dependencis` in a migration",
            "diagnostics": [{
                "code": "unknown-key", "severity": "error", "message": "unknown key `dependencis` in a migration",
                "places": [{"path": "blog/migrations/0002_slug.toml", "line": 1, "column": 1}],
                "help": "did you mean `dependencies`?",
            }],
        }]),
    );
    let nothing = Project::new(&[("limosa.toml", "")]);
    let events = json!([
        {"event": "run-started", "version": 1, "migrations": 0, "database": "default"},
        {"event": "run-finished", "migrations": 0, "seconds": "number", "database": "default"},
    ]);
    check(&nothing, "migrate", 0, &events);
    check(
        &Project::blog(),
        "migrate shop",
        2,
        &json!([
            {"event": "error", "version": 1, "exit_code": 2, "message": "no installed app with label `shop`"},
        ]),
    );
}

#[test]
fn rebase() {
    let text = |name: &str| migration(&["blog.0001_initial"], &run_sql(&format!("DELETE FROM {name}")));
    let (one, other) = (text("a"), text("b"));
    let project = Project::new(&[
        ("blog/migrations/0001_initial.toml", &migration(&[], "")),
        ("blog/migrations/0002_a.toml", &one),
        ("blog/migrations/0002_b.toml", &other),
    ]);
    let after = other.replace("0001_initial", "0002_a");
    let file = json!({
        "path": "blog/migrations/0002_b.toml", "new_path": "blog/migrations/0003_b.toml", "text": after,
        "edits": [{"line": 1, "from": "0001_initial", "to": "0002_a"}],
    });
    let renamed = json!([{"from": {"app": "blog", "name": "0002_b"}, "to": {"app": "blog", "name": "0003_b"}}]);
    let expected = |done: bool| json!([{"version": 1, "database": "default", "renamed": renamed, "files": [file], "history": [], "done": done}]);
    check(&project, "rebase blog 0002_b", 0, &expected(false));
    check(&project, "rebase blog 0002_b --yes", 0, &expected(true));
}
