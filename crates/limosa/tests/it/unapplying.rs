//! Unapplying: whole apps, and what cannot be unapplied, which is said before anything runs, by file and operation.

use crate::database::{Database, on_each};
use crate::program::Said;
use crate::project::{Project, migration, operation, python_migration, run_sql};
use crate::twins;

const OPERATIONS: &str = "
from django.db.migrations.operations.base import Operation

class OneWay(Operation):
    reversible = False
    def state_forwards(self, app_label, state):
        pass
    def database_forwards(self, *args):
        pass
    def database_backwards(self, *args):
        pass
    def describe(self):
        return 'One way'
";

const CODE: &str = "
from library.operations import OneWay

def code(apps, editor):
    pass
";

/// Operations that Django cannot undo, with how they are named.
const ONE_WAY: [(&str, &str); 4] = [
    ("migrations.RunPython(code),", "Raw Python operation"),
    ("migrations.RunSQL('SELECT 1'),", "Raw SQL operation"),
    ("migrations.SeparateDatabaseAndState([migrations.RunSQL('SELECT 1')]),", "Raw SQL operation"),
    ("OneWay(),", "One way"),
];

/// What has a way back, although something inside of it says that it has none.
const BOTH_WAYS: [&str; 2] = [
    "migrations.SeparateDatabaseAndState([OneWay()]),",
    "]\n    def unapply(self, state, editor, collect_sql=False):\n        return state\n    operations = [\n        migrations.RunSQL('SELECT 1'),",
];

#[test]
fn refused_before_what_comes_first_is_undone() {
    let one_way = operation("op = \"RunSQL\"\nsql = \"SELECT 1\"");
    on_each("irreversible", |database| {
        let project = Project::blog().on(database);
        project.write("blog/migrations/0004_one_way.toml", migration(&["blog.0003_first"], &one_way));
        let twice = run_sql("SELECT 1") + &one_way;
        project.write("blog/migrations/0005_both.toml", migration(&["blog.0004_one_way"], &twice));
        project.write("blog/migrations/0006_last.toml", migration(&["blog.0005_both"], &run_sql("SELECT 1")));
        project.run("migrate").ends(0);
        let said = refused(&project, database, "migrate blog zero");
        said.tells(&[
            "Raw SQL operation: it cannot be reversed",
            "0005_both.toml:8:1",
            "reverse_sql",
            "0004_one_way.toml:3:1",
            "nothing was changed",
        ]);
        // Down to the first of them there is a way.
        refused(&project, database, "migrate blog 0004").tells(&["0005_both.toml"]).hides("0004_one_way.toml");
        project.run("migrate blog 0005").ends(0).prints(&["Unapplying blog.0006_last... OK"]);
        // What is only recorded needs no way back.
        project.run("migrate --fake blog 0003").ends(0).prints(&["Unapplying blog.0004_one_way... FAKED"]);
        project.run("migrate blog zero").ends(0);
    });
}

#[test]
fn refused_in_a_django_project() {
    on_each("irreversible_django", |database| {
        for (one_way, description) in ONE_WAY {
            let Some(project) = django(one_way) else { return };
            let project = project.on(database);
            project.run("migrate").ends(0);
            let said = refused(&project, database, "migrate library zero");
            said.tells(&[&format!("{description}: it cannot be reversed"), "library/migrations/0003_one_way.py:"]);
            project.run("migrate library 0003").ends(0).prints(&["Unapplying library.0004_last... OK"]);
            project.run("migrate --fake library 0002").ends(0);
            project.run("migrate library zero").ends(0);
        }
    });
}

#[test]
fn undone_where_django_does() {
    on_each("irreversible_inside", |database| {
        for both_ways in BOTH_WAYS {
            let Some(project) = django(both_ways) else { return };
            let project = project.on(database);
            project.run("migrate").ends(0);
            project.run("migrate library zero").ends(0).prints(&["Unapplying library.0003_one_way... OK"]);
        }
    });
}

#[test]
fn apps_are_unapplied_whole_and_applied_again() {
    let installed =
        ["auth", "contenttypes", "sessions", "sites", "redirects"].map(|app| format!("django.contrib.{app}"));
    let installed: Vec<&str> = installed.iter().map(String::as_str).collect();
    twins::on_each("zero", &installed, &[], |twins| {
        twins.run("migrate").end_well();
        // `auth` goes when `contenttypes` goes, and `redirects` when `sites` does.
        for app in ["sessions", "sites", "library", "contenttypes", "auth"] {
            twins.run(&format!("migrate {app} zero")).end_well();
        }
        twins.run("migrate").end_well();
    });
}

/// Returns a Django project whose third migration of four holds an operation.
fn django(operation: &str) -> Option<Project> {
    let field = |name: &str| format!("migrations.AddField('book', '{name}', models.IntegerField(null=True)),");
    let project = Project::django(&[
        ("0002_first", &python_migration("0001_initial", "", &field("one"))),
        ("0003_one_way", &python_migration("0002_first", CODE, operation)),
        ("0004_last", &python_migration("0003_one_way", "", &field("two"))),
    ])?;
    project.write("library/operations.py", OPERATIONS);
    Some(project)
}

/// Runs what is refused, and leaves the database as it was.
#[track_caller]
fn refused(project: &Project, database: &Database, arguments: &str) -> Said {
    let before = database.dump();
    let said = project.run(arguments);
    assert_eq!(database.dump(), before, "{said}");
    said.ends(2)
}
