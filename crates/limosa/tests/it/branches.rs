//! Branches: `replaces` that names migrations of another branch, and databases that come from each of the branches.

use std::collections::BTreeSet;

use crate::database::{Database, on_each};
use crate::project::{POST, Project, migration, operation, python_migration, run_sql};
use crate::twins::{self, Twins};

/// A project in a state of its history: names and texts of the migrations after `0001_initial`.
type Release = Vec<(&'static str, String)>;

/// The trunk's migration, before and after it says that it replaces the patch's.
const TRUNK: &str = "0003_slug";
const PATCH: &str = "0002_patch";

fn native(release: &Release, database: &Database) -> Project {
    let project = Project::new(&[("blog/migrations/0001_initial.toml", &migration(&[], POST))]).on(database);
    for (name, text) in release {
        project.write(&format!("blog/migrations/{name}.toml"), text);
    }
    project
}

fn field(name: &str) -> String {
    let keys = "field = { type = \"CharField\", max_length = 9, default = \"x\" }";
    operation(&format!("op = \"AddField\"\nmodel = \"Post\"\nname = \"{name}\"\n{keys}"))
}

fn replacing(names: &[&str], text: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("blog.{name}")).collect();
    format!("replaces = {names:?}\n{text}")
}

/// The release that was patched: the patch adds a field, and a row that would be there twice if it ran twice.
fn patched() -> Release {
    let count = run_sql("INSERT INTO blog_post (title, slug) VALUES ('patch', 'p')");
    vec![(PATCH, migration(&["blog.0001_initial"], &(field("slug") + &count)))]
}

/// The trunk, whose third migration does the same; `replaces` says so.
fn trunk(replaces: bool) -> Release {
    let count = run_sql("INSERT INTO blog_post (title, slug) VALUES ('patch', 'p')");
    let same = migration(&["blog.0002_other"], &(field("slug") + &count));
    vec![
        (
            "0002_other",
            migration(
                &["blog.0001_initial"],
                &operation("op = \"AlterModelOptions\"\nmodel = \"Post\"\noptions = { ordering = [\"title\"] }"),
            ),
        ),
        (TRUNK, if replaces { replacing(&[PATCH], &same) } else { same }),
        ("0004_more", migration(&["blog.0003_slug"], &field("more"))),
    ]
}

/// What is compared: the schema and the rows, and the history as a set, since its order tells how a database came here.
fn outcome(database: &Database) -> (String, BTreeSet<String>) {
    let dump = database.dump();
    // SQLite counts the rows that were there, too.
    let is_history = |line: &&str| line.starts_with("limosa_migrations: ") || line.starts_with("sqlite_sequence: ");
    let others: Vec<&str> = dump.lines().filter(|line| !is_history(line)).collect();
    let rows = database.history("limosa_migrations");
    let once: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), once.len(), "a migration is recorded twice: {rows:?}");
    (others.join("\n"), once)
}

#[test]
fn three_tenants_converge() {
    on_each("tenants", |database| {
        let tenants: [(&str, Option<Release>, &[&str]); 4] = [
            ("fresh", None, &["0001_initial", "0002_other", TRUNK, "0004_more"]),
            ("from the patch release", Some(patched()), &["0002_other", "0004_more"]),
            ("from development, before the patch", Some(trunk(false)[..1].to_vec()), &[TRUNK, "0004_more"]),
            ("from development, after the patch", Some(trunk(false)[..2].to_vec()), &["0004_more"]),
        ];
        let mut outcomes = Vec::new();
        for (tenant, before, applied) in tenants {
            println!("  {tenant}");
            database.empty();
            if let Some(release) = before {
                native(&release, database).run("migrate").ends(0);
            }
            let project = native(&trunk(true), database);
            let said = project.run("migrate").ends(0);
            let ran: Vec<&str> =
                said.stdout.lines().filter_map(|line| line.trim().strip_prefix("Applying blog.")).collect();
            let expected: Vec<String> = applied.iter().map(|name| format!("{name}... OK")).collect();
            assert_eq!(ran, expected, "{said}");
            project.run("migrate --check").ends(0);
            // The row of the patch is needed no more.
            project.run("doctor --fix --yes --undo undo.sql");
            project.run("doctor").ends(0);
            project.run("migrate").ends(0).prints(&["No migrations to apply."]);
            outcomes.push(outcome(database));
        }
        for other in &outcomes[1..] {
            assert_eq!(other, &outcomes[0]);
        }
        let names = ["0001_initial", "0002_other", TRUNK, "0004_more"].map(|name| format!("blog.{name}"));
        assert_eq!(outcomes[0].1, BTreeSet::from(names));
    });
}

#[test]
fn several_replacements_of_one_migration() {
    let both = |name: &'static str, after: &str, field_name: &str| {
        (name, replacing(&[PATCH], &migration(&[&format!("blog.{after}")], &field(field_name))))
    };
    let release = vec![both("0002_a", "0001_initial", "a"), both("0003_b", "0002_a", "b")];
    let patch = vec![(PATCH, migration(&["blog.0001_initial"], &(field("a") + &field("b"))))];
    let all = ["0001_initial", "0002_a", PATCH, "0003_b"].map(|name| format!("blog.{name}"));
    on_each("several", |database| {
        let mut outcomes = Vec::new();
        // Empty, applied half-way, undone half-way, patched.
        for steps in [&[][..], &["migrate blog 0002"], &["migrate", "migrate blog 0002"], &["patch"]] {
            println!("  {steps:?}");
            database.empty();
            if steps == ["patch"] {
                native(&patch, database).run("migrate").ends(0);
            }
            let project = native(&release, database);
            for step in steps.iter().filter(|step| **step != "patch") {
                project.run(step).ends(0);
            }
            if steps.last() == Some(&"migrate blog 0002") {
                assert_eq!(database.history("limosa_migrations"), ["blog.0001_initial", "blog.0002_a"]);
                project.run("migrate --check").ends(1);
                project.run("showmigrations").ends(0).prints(&["[X] 0002_a", "[ ] 0003_b"]);
            }
            project.run("migrate").ends(0);
            project.run("migrate --check").ends(0);
            outcomes.push(outcome(database));
            project.run("migrate blog zero").ends(0);
            assert_eq!(database.history("limosa_migrations"), [""; 0]);
        }
        for other in &outcomes {
            assert_eq!(other, &outcomes[0]);
        }
        assert_eq!(outcomes[0].1, BTreeSet::from(all.clone()));
    });
}

#[test]
fn a_part_of_what_is_replaced() {
    on_each("half", |database| {
        let first = vec![("0002_p1", migration(&["blog.0001_initial"], &field("a")))];
        native(&first, database).run("migrate").ends(0);
        let text = replacing(&["0002_p1", "0003_p2"], &migration(&["blog.0001_initial"], &(field("a") + &field("b"))));
        let project = native(&vec![("0002_ab", text)], database);
        let before = database.dump();
        for command in ["migrate", "migrate --check", "plan"] {
            project.run(command).ends(2).prints_nothing().tells(&[
                "error[half-replaced]: blog.0002_ab replaces what is applied in part",
                "blog/migrations/0002_ab.toml:",
                "applied: blog.0002_p1; not applied: blog.0003_p2",
                "help: put the file of blog.0003_p2 beside the others",
            ]);
            assert_eq!(database.dump(), before);
        }
        // As the message says.
        project.write("blog/migrations/0002_p1.toml", &first[0].1);
        project.write("blog/migrations/0003_p2.toml", migration(&["blog.0002_p1"], &field("b")));
        project.run("migrate").ends(0).prints(&["Applying blog.0003_p2... OK"]);
        for name in ["0002_p1", "0003_p2"] {
            std::fs::remove_file(project.path(&format!("blog/migrations/{name}.toml"))).expect("remove a file");
        }
        project.run("migrate").ends(0).prints(&["No migrations to apply."]);
        project.run("showmigrations").ends(0).prints(&["[X] 0002_ab"]);
    });
}

const ADD_SLUG: &str = "migrations.AddField(\"book\", \"slug\", models.CharField(default=\"\", max_length=9)),";

fn django(name: &str) -> (String, String) {
    let plain = python_migration("0002_other", "", ADD_SLUG);
    let text = match name {
        PATCH => python_migration("0001_initial", "", ADD_SLUG),
        "0002_other" => {
            python_migration("0001_initial", "", "migrations.AlterModelOptions(\"book\", {\"ordering\": [\"title\"]}),")
        }
        _ => plain.replace("    dependencies", "    replaces = [(\"library\", \"0002_patch\")]\n    dependencies"),
    };
    (format!("library/migrations/{name}.py"), text)
}

/// Brings both copies from one release to another.
fn upgrade(twins: &Twins, from: &[&str], to: &[&str]) {
    for name in from {
        twins.remove(&django(name).0);
    }
    for name in to {
        let (path, text) = django(name);
        twins.write(&path, &text);
    }
}

#[test]
fn as_django_does_it() {
    let trunk = ["0002_other", TRUNK];
    for (tenant, before) in [("fresh", &[][..]), ("patched", &[PATCH]), ("development", &["0002_other"])] {
        println!("{tenant}");
        twins::on_each("branches", &[], &[], |twins| {
            upgrade(twins, &[], before);
            if !before.is_empty() {
                twins.run("migrate").end_well();
            }
            upgrade(twins, before, &trunk);
            if tenant != "patched" {
                twins.run("migrate").end_well().print_the_same();
                twins.run("migrate library 0001").end_well();
                return;
            }
            // Django leaves out what comes before the replacement, and is stuck afterwards.
            let both = twins.only_run("migrate").end(0, 0);
            assert!(both.ours.stdout.contains("Applying library.0002_other... OK"), "{}", both.ours);
            assert!(both.theirs.stdout.contains("No migrations to apply."), "{}", both.theirs);
            let both = twins.only_run("migrate").end(0, 1);
            assert!(both.theirs.stderr.contains("InconsistentMigrationHistory"), "{}", both.theirs);
            twins.migrate_theirs().prints(&["Applying library.0002_other... OK"]);
            twins.only_run("migrate --check").end(0, 0);
        });
    }
}

/// The same tenants of a Django project.
#[test]
fn three_tenants_of_a_django_project() {
    on_each("django_tenants", |database| {
        let mut outcomes = Vec::new();
        for before in [&[][..], &[PATCH], &["0002_other"], &["0002_other", TRUNK]] {
            database.empty();
            let Some(project) = Project::django(&[]).map(|project| project.on(database)) else { return };
            let write = |name: &str, replaces: &str| {
                let (path, text) = django(name);
                project.write(&path, text.replace("    replaces", replaces));
            };
            before.iter().for_each(|name| write(name, "    replaced"));
            if !before.is_empty() {
                project.run("migrate").ends(0);
            }
            if before == [PATCH] {
                std::fs::remove_file(project.path(&django(PATCH).0)).expect("remove a file");
            }
            ["0002_other", TRUNK].iter().for_each(|name| write(name, "    replaces"));
            project.run("migrate").ends(0);
            django_says(&project, 0, "[X] 0003_slug");
            let rows = database.history("django_migrations");
            let once: BTreeSet<String> = rows.iter().cloned().collect();
            assert_eq!(rows.len(), once.len(), "{rows:?}");
            let is_history =
                |line: &&str| line.starts_with("django_migrations: ") || line.starts_with("sqlite_sequence: ");
            let schema: Vec<String> =
                database.dump().lines().filter(|line| !is_history(line)).map(str::to_owned).collect();
            outcomes.push((schema, once));
        }
        assert!(outcomes.iter().all(|other| other == &outcomes[0]), "{outcomes:#?}");
    });
}

/// Development applied the migration before it began to replace the patch's: Django runs it again.
#[test]
fn django_agrees_afterwards() {
    on_each("agrees", |database| {
        let Some(project) = Project::django(&[]).map(|project| project.on(database)) else { return };
        let (other, slug) = (django("0002_other"), django(TRUNK));
        project.write(&other.0, &other.1);
        project.write(&slug.0, slug.1.replace("    replaces", "    replaced"));
        project.run("migrate").ends(0);
        project.write(&slug.0, &slug.1);
        django_says(&project, 1, "[ ] 0003_slug");
        project.run("migrate").ends(0).prints(&["No migrations to apply."]);
        django_says(&project, 0, "[X] 0003_slug");
        let rows = ["0001_initial", "0002_other", TRUNK, PATCH].map(|name| format!("library.{name}"));
        assert_eq!(database.history("django_migrations"), rows);
        // Django needs the row of the patch until the file says nothing of it any more.
        project.run("doctor").ends(0);
        project.write(&slug.0, slug.1.replace("    replaces", "    replaced"));
        project.run("doctor --fix --yes --undo undo.sql").ends(0).prints(&["ghost-row: library.0002_patch"]);
        assert_eq!(database.history("django_migrations"), rows[..3]);
        django_says(&project, 0, "[X] 0003_slug");
    });
}

/// Asks Django on our database whether something is to be applied.
fn django_says(project: &Project, check: i32, shown: &str) {
    let python = project.variable("LIMOSA_PYTHON").expect("a Python");
    let run = |arguments: &str| {
        let command = project.command_of(std::path::Path::new(&python), &format!("manage.py {arguments}")).output();
        command.expect("run Django")
    };
    assert_eq!(run("migrate --check").status.code(), Some(check));
    let list = String::from_utf8_lossy(&run("showmigrations").stdout).into_owned();
    assert!(list.contains(shown), "{list}");
}

/// Of two that replace the same migration, Django takes the second for applied as soon as the first is.
#[test]
fn django_leaves_out_the_second() {
    let replacing = |after: &str, name: &str| {
        let add = format!("migrations.AddField(\"book\", \"{name}\", models.CharField(default=\"\", max_length=9)),");
        let text = python_migration(after, "", &add);
        text.replace("    dependencies", "    replaces = [(\"library\", \"0002_patch\")]\n    dependencies")
    };
    let (first, second) = (replacing("0001_initial", "a"), replacing("0002_a", "b"));
    let files = [("library/migrations/0002_a.py", first.as_str()), ("library/migrations/0003_b.py", &second)];
    twins::on_each("second", &[], &files, |twins| {
        twins.only_run("migrate library 0002").end(0, 0);
        let both = twins.only_run("migrate").end(0, 0);
        assert!(both.ours.stdout.contains("Applying library.0003_b... OK"), "{}", both.ours);
        assert!(both.theirs.stdout.contains("No migrations to apply."), "{}", both.theirs);
        twins.only_run("migrate --check").end(0, 0);
        twins.only_run("migrate --database other").end(0, 0);
        let patches = twins.histories("other").map(|rows| rows.iter().filter(|row| row.ends_with(PATCH)).count());
        assert_eq!(patches, [1, 2]);
    });
}

/// A replacement that is applied in part, and that nothing follows, Django leaves out.
#[test]
fn django_leaves_out_what_is_applied_in_part() {
    let patch = django(PATCH);
    let both = patch.1.replace(
        "    dependencies",
        "    replaces = [(\"library\", \"0002_patch\"), (\"library\", \"0003_more\")]\n    dependencies",
    );
    twins::on_each("part", &[], &[(&patch.0, &patch.1)], |twins| {
        twins.run("migrate").end_well();
        twins.remove(&patch.0);
        twins.write("library/migrations/0002_both.py", &both);
        let said = twins.only_run("migrate").end(2, 0);
        assert!(said.ours.stderr.contains("error[half-replaced]: library.0002_both"), "{}", said.ours);
        assert!(said.theirs.stdout.contains("No migrations to apply."), "{}", said.theirs);
    });
}

/// A migration of a branch: its name, what it depends on, and its operations.
type Branch<'a> = (&'a str, &'a str, String);

/// What two branches after `0001_initial` do, and what is said of them: nothing, when they commute.
fn two_branches() -> Vec<([Branch<'static>; 2], Option<&'static str>)> {
    let branch = |name, operations: &str| (name, "0001_initial", operations.to_owned());
    let insert = || branch("0002_insert", &run_sql("INSERT INTO blog_post (title) VALUES ('a')"));
    let upper = |after| ("0002_upper", after, run_sql("-- all\nUPDATE blog_post SET title = upper(title)"));
    let rust = operation("op = \"RunRust\"\nfunction = \"fill\"");
    vec![
        ([insert(), upper("0001_initial")], Some("both may change rows of blog_post")),
        ([insert(), upper("0002_insert")], None),
        ([insert(), branch("0002_other", &run_sql("DELETE FROM blog_tag"))], None),
        ([insert(), branch("0002_schema", &run_sql("CREATE INDEX i ON blog_post (title)"))], None),
        ([insert(), branch("0002_field", &field("more"))], None),
        ([insert(), branch("0002_rust", &rust)], Some("may change the same rows")),
        (
            [insert(), branch("0002_with", &run_sql("WITH x AS (SELECT 1) DELETE FROM blog_tag"))],
            Some("may change the same rows"),
        ),
    ]
}

fn branched(branches: &[Branch<'_>], database: &Database) -> Project {
    let tag = operation(
        "op = \"RunSQL\"\nsql = \"CREATE TABLE blog_tag (id integer)\"\nreverse_sql = \"DROP TABLE blog_tag\"",
    );
    let project = native(&Vec::new(), database);
    project.write("blog/migrations/0001_initial.toml", migration(&[], &(POST.to_owned() + &tag)));
    for (name, after, operations) in branches {
        project.write(&format!("blog/migrations/{name}.toml"), migration(&[&format!("blog.{after}")], operations));
    }
    let leaves: Vec<String> = branches.iter().map(|(name, ..)| format!("blog.{name}")).collect();
    let leaves: Vec<&str> = leaves.iter().map(String::as_str).collect();
    project.write("blog/migrations/0003_merge.toml", migration(&leaves, ""));
    project
}

#[test]
fn order_that_matters() {
    on_each("order", |database| {
        for (branches, expected) in two_branches() {
            database.empty();
            let project = branched(&branches, database);
            let said = project.run("plan").ends(0);
            assert_eq!(project.run("migrate --plan").ends(0).stderr, said.stderr);
            match expected {
                None => assert_eq!(said.stderr, "", "{branches:?}"),
                Some(rows) => assert_eq!(
                    said.stderr,
                    format!(
                        "warning: blog.{0} and blog.{1} {rows}, and neither depends on the other: here blog.{0} comes first, another database \
                         may have got blog.{1} first; let one depend on the other\n",
                        branches[1].0, branches[0].0
                    ),
                ),
            }
        }
    });
}

#[test]
fn order_of_what_is_applied() {
    let (both, _) = two_branches().remove(0);
    on_each("applied", |database| {
        for (first, warns) in [(0, true), (1, false)] {
            database.empty();
            branched(&both[first..=first], database).run("migrate blog 0002").ends(0);
            let project = branched(&both, database);
            let lines = project.run("plan --format json").ends(0).json();
            assert_eq!(lines[0]["unordered"].as_array().map(Vec::len), Some(usize::from(warns)), "{lines:?}");
            let lines = project.run("migrate --format json").ends(0).json();
            let event = lines.iter().find(|line| line["event"] == "unordered");
            assert_eq!(event.is_some(), warns, "{lines:?}");
            if let Some(event) = event {
                assert_eq!(event["first"], serde_json::json!({"app": "blog", "name": "0002_insert"}));
                assert_eq!(event["tables"], serde_json::json!(["blog_post"]));
                assert_eq!(event["reversed"], true);
            }
            assert_eq!(project.run("migrate").ends(0).stderr, "");
        }
    });
}

/// Python is taken as touching the models that it asks for.
#[test]
fn order_of_python() {
    let function = |body: &str| format!("\n\ndef fill(apps, editor):\n    {body}\n");
    let run = "migrations.RunPython(fill, migrations.RunPython.noop),";
    let text = |body: &str| python_migration("0001_initial", &function(body), run);
    let book = text("apps.get_model(\"library\", \"Book\").objects.update(title=\"x\")");
    let by_keys = text("list(apps.get_model(app_label=\"library\", model_name=\"book\").objects.all())");
    let dotted = text("list(apps.get_model('library.Book').objects.all())");
    let other = text("apps.get_model(\"library\", \"Author\")");
    let computed = text("apps.get_model(*\"library Book\".split())");
    let sql = python_migration("0001_initial", "", "migrations.RunSQL(\"DELETE FROM library_book\", \"\"),");
    let noop = python_migration("0001_initial", "", "migrations.RunPython(migrations.RunPython.noop),");
    for (other, expected) in [
        (&by_keys, "both may change rows of library_book"),
        (&dotted, "both may change rows of library_book"),
        (&computed, "may change the same rows"),
        (&sql, "both may change rows of library_book"),
        (&other, ""),
        (&noop, ""),
    ] {
        let merge = python_migration("0002_a", "", "").replace(")]", "), (\"library\", \"0002_b\")]");
        let Some(project) = Project::django(&[("0002_a", &book), ("0002_b", other), ("0003_merge", &merge)]) else {
            return;
        };
        let said = project.run("plan").ends(0);
        assert_eq!(said.stderr.is_empty(), expected.is_empty(), "{other}\n{said}");
        said.tells(&[expected]);
    }
}
