//! Pending operations of Python migrations beside code, and beside Django's own commands.

use std::path::Path;
use std::process::Output;

use crate::database::{Database, on_each};
use crate::project::Project;
use crate::written::Do::{Add, Code, Remove};
use crate::written::{CODE, LATE, Written};

/// Settings with a router that looks at the models, and an app whose receivers compare them with the columns.
fn observe(project: &Project) {
    let settings = std::fs::read_to_string(project.path("settings.py")).expect("settings");
    project.write("settings.py", settings + "DATABASE_ROUTERS = [\"blog.router.Router\"]\n");
    project.write(
        "blog/router.py",
        "class Router:\n    def allow_migrate(self, db, app_label, model_name=None, model=None, **hints):\n        \
         if model is not None:\n            assert model._meta.get_field(\"id\")\n        return True\n",
    );
    project.write(
        "blog/apps.py",
        "from django.apps import AppConfig\nfrom django.db import connections\nfrom django.db.models import signals\n\n\n\
         def compare(sender, apps, using, **kwargs):\n    from blog.look import look\n    connection = connections[using]\n    \
         if \"blog_post\" in connection.introspection.table_names():\n        look(apps, connection)\n\n\n\
         class Blog(AppConfig):\n    name = \"blog\"\n\n    def ready(self):\n        \
         signals.pre_migrate.connect(compare, sender=self)\n        signals.post_migrate.connect(compare, sender=self)\n",
    );
}

/// Runs the bodies with and without receivers and a router.
fn observed(test: &str, body: impl Fn(&Database, &Project)) {
    for (name, is_observed) in [("plain", false), ("observed", true)] {
        println!("{name}");
        on_each(&format!("{test}_{name}"), |database| {
            let Some(project) = Written::Python.project(database, &[]) else { return };
            if is_observed {
                observe(&project);
            }
            body(database, &project);
        });
    }
}

#[track_caller]
fn check(database: &Database, applied: &[&str], tags: usize, notes: usize) {
    assert_eq!(Written::Python.applied(database), applied);
    let rows = "SELECT (SELECT count(*) FROM blog_tag), (SELECT count(*) FROM blog_note)";
    assert_eq!(database.query(rows), [format!("{tags}|{notes}")]);
}

#[test]
fn code_sees_the_models_that_are_there() {
    observed("pending_code", |database, project| {
        let write =
            |number, operations: &[_], pending: &[_]| Written::Python.write(project, number, operations, pending);
        write(2, &[Add("slug"), LATE], &[LATE, Remove("old"), LATE]);
        write(3, &[CODE, Add("more")], &[]);
        project.run("migrate").ends(0);
        check(database, &["0001", "0002", "0003"], 1, 3);
        project.run("migrate blog zero").ends(0);
        // In two halves, what depends on the first of them as well.
        project.run("migrate blog 0001").ends(0);
        project.run("migrate --pre-deploy").ends(0).prints(&["0002_m: the rest of it", "0002_m... OK", "0003_m... OK"]);
        check(database, &["0001", "0003"], 1, 1);
        write(4, &[CODE], &[]);
        project.run("migrate --pre-deploy").ends(0).prints(&["0004_m... OK"]);
        project.run("migrate --post-deploy").ends(0).prints(&["0002_m... OK"]);
        check(database, &["0001", "0003", "0004", "0002"], 2, 3);
        project.run("migrate --check").ends(0);
        project.run("doctor --schema").ends(0);
        project.run("migrate blog 0001").ends(0);
        check(database, &["0001"], 2, 3);
    });
}

#[test]
fn code_that_comes_to_an_applied_migration_sees_the_models_that_are_there() {
    observed("late_code", |database, project| {
        let write =
            |number, operations: &[_], pending: &[_]| Written::Python.write(project, number, operations, pending);
        write(2, &[Add("slug")], &[]);
        write(3, &[Add("more")], &[]);
        project.run("migrate").ends(0);
        write(2, &[Add("slug")], &[LATE, Remove("old"), LATE]);
        write(4, &[CODE], &[]);
        project.run("migrate --pre-deploy").ends(0).prints(&["0004_m... OK"]);
        check(database, &["0001", "0002", "0003", "0004"], 1, 0);
        write(5, &[CODE], &[]);
        project.run("migrate").ends(0).prints(&["0002_m... OK", "0005_m... OK"]);
        check(database, &["0001", "0002", "0003", "0004", "0005"], 2, 2);
        project.run("migrate blog 0002").ends(0);
        // What did not run is not undone.
        write(2, &[Add("slug")], &[LATE, Remove("old"), LATE, Remove("title"), LATE]);
        project.run("migrate blog 0001").ends(0);
        project.run("migrate").ends(0);
        check(database, &["0001", "0002", "0003", "0004", "0005"], 4, 5);
    });
}

#[test]
fn halves_that_fail_in_code_are_finished_by_the_next_run() {
    on_each("pending_fails", |database| {
        let (pre, post) = ("migrate --pre-deploy", "migrate --post-deploy");
        for runs in [&[(pre, pre), (post, post)][..], &[("migrate", "migrate")], &[(pre, "migrate")]] {
            database.empty();
            let Some(project) = Written::Python.project(database, &[]) else { return };
            Written::Python.write(&project, 2, &[Add("slug"), LATE, Add("more")], &[LATE, Remove("old"), LATE]);
            project.run("migrate blog 0001").ends(0);
            for (fails, finishes) in runs {
                project.write("blog/stop", "");
                let said = project.run(fails).tells(&["it is to stop"]);
                let (code, stays) = (said.status.code(), !database.rolls_back());
                assert!(code == Some(3) || code == Some(5) && stays, "{said}");
                std::fs::remove_file(project.path("blog/stop")).expect("it is there");
                project.run(finishes).ends(0);
            }
            check(database, &["0001", "0002"], 0, 3);
            assert!(!database.dump().contains("old"));
            project.run("migrate --check").ends(0);
        }
    });
}

fn django(project: &Project, arguments: &str) -> Output {
    let python = std::env::var_os("LIMOSA_TEST_DJANGO").expect("set");
    project.command_of(Path::new(&python), &format!("manage.py {arguments}")).output().expect("run it")
}

#[test]
fn what_django_leaves_out_runs_afterwards() {
    on_each("pending_django", |database| {
        let Some(project) = Written::Python.project(database, &[]) else { return };
        Written::Python.write(&project, 2, &[Add("slug")], &[Remove("old")]);
        let said = django(&project, "migrate");
        assert!(said.status.success(), "{said:?}");
        assert!(database.dump().contains("old"));
        project.run("showmigrations").ends(0).prints(&["[X] 0002_m (pending operations wait)"]);
        project.run("migrate --check").ends(1);
        project.run("migrate").ends(0).prints(&["Applying blog.0002_m... OK"]);
        assert!(!database.dump().contains("old"));
        // The models lack the field, and so does what the migrations make of them, but not for Django.
        project.run("migrate").ends(0).prints(&["No migrations to apply."]).hides("not yet reflected");
        assert!(!django(&project, "makemigrations --check --dry-run").status.success());
        assert!(django(&project, "migrate --check").status.success());
        // Code that comes later is given models without the field.
        Written::Python.write(&project, 3, &[CODE], &[]);
        project.run("migrate").ends(0).prints(&["0003_m... OK"]);
        check(database, &["0001", "0002", "0003"], 1, 0);
        // Django knows how to take back what it knows of.
        assert!(django(&project, "migrate --fake blog 0001").status.success());
        assert_eq!(Written::Python.applied(database), ["0001"]);
    });
}

#[test]
fn what_only_python_can_tell_is_asked_of_it() {
    for (head, pending) in [
        ("", "pending_operations = eval(\"[migrations.RemoveField('post', 'old')]\")"),
        ("from blog.base import Base", ""),
        ("", "pending_operations = property(lambda self: [migrations.RemoveField('post', 'old')])"),
    ] {
        let database = Database::sqlite();
        let Some(project) = Written::Python.project(&database, &[]) else { return };
        project.write(
            "blog/base.py",
            "from django.db import migrations\n\n\nclass Base(migrations.Migration):\n    \
             pending_operations = [migrations.RemoveField(\"post\", \"old\")]\n",
        );
        let base = if head.is_empty() { "migrations.Migration" } else { "Base" };
        let text = format!(
            "from django.db import migrations, models\n{head}\n\n\nclass Migration({base}):\n    \
             dependencies = [(\"blog\", \"0001_first\")]\n    \
             operations = [migrations.AddField(\"post\", \"slug\", models.IntegerField(null=True))]\n    {pending}\n"
        );
        project.write("blog/migrations/0002_m.py", &text);
        project.run("migrate blog 0001").ends(0);
        project.run("migrate --pre-deploy").ends(0).prints(&["0002_m: the rest of it: “Remove field old"]);
        project.run("migrate --post-deploy").ends(0).prints(&["0002_m... OK"]);
        assert!(!database.dump().contains("old"));
        let stage = text.replace("    dependencies", "    stage = \"post-deploy\"\n    dependencies");
        project.write("blog/migrations/0002_m.py", stage);
        let said = project.run("migrate").ends(2);
        said.tells(&["`stage` decides about all operations, and `pending_operations` have one", "leave `stage` out"]);
    }
}

#[test]
fn a_migration_that_runs_itself_runs_as_a_whole() {
    let database = Database::sqlite();
    let Some(project) = Written::Python.project(&database, &[]) else { return };
    let own = "\n    def apply(self, state, editor, collect_sql=False):\n        return super().apply(state, editor, collect_sql)\n";
    let write = |pending: &[_]| {
        Written::Python.write(&project, 2, &[Add("slug")], pending);
        let text = std::fs::read_to_string(project.path("blog/migrations/0002_m.py")).expect("the file");
        project.write("blog/migrations/0002_m.py", text + own);
    };
    write(&[Remove("old")]);
    project.run("migrate blog 0001").ends(0);
    project.run("migrate --pre-deploy").ends(2).tells(&["it runs itself in a way of its own"]);
    project.run("migrate").ends(0);
    assert!(!database.dump().contains("old"));
    write(&[Remove("old"), Code("migrations.RemoveField(\"post\", \"title\")")]);
    project
        .run("migrate")
        .ends(2)
        .tells(&["blog.0002_m runs itself in a way of its own", "make a migration of its own"]);
}
