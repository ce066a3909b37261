//! Several databases: routers of the settings, `[routing]`, and which database a run works on.

use crate::database::Database;
use crate::project::Project;
use crate::twins::{Twins, on_each};

const ROUTERS: &str = r#"
class Hinted:
    def allow_migrate(self, db, app_label, **hints):
        if "target" in hints:
            return db == hints["target"]
        model = hints.get("model")
        if model is not None and model._meta.db_table.startswith("everywhere_"):
            return True

class ByApp:
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        if model_name in ("tag", "label"):
            return db == "other"
        if app_label in ("library", "sites"):
            return db == "default"
        if app_label == "shop":
            return db == "other"
        if app_label in ("auth", "contenttypes"):
            return db == "default"
"#;

const SETTINGS: &str = "DATABASE_ROUTERS = [\"routers.Hinted\", \"routers.ByApp\"]\nSITE_ID = 1\n";

const SHOP: &str = r#"from django.db import migrations, models

def forwards(apps, editor):
    apps.get_model("shop", "Item").objects.using(editor.connection.alias).create(name=editor.connection.alias)

def backwards(apps, editor):
    apps.get_model("shop", "Item").objects.using(editor.connection.alias).all().delete()

class Migration(migrations.Migration):
    initial = True
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.CreateModel("Item", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=20)),
        ]),
        migrations.CreateModel("Poster", [
            ("id", models.BigAutoField(primary_key=True)),
            ("size", models.IntegerField(db_index=True)),
        ], options={"db_table": "everywhere_poster"}),
        migrations.RunPython(forwards, backwards),
        migrations.RunSQL("CREATE TABLE hinted (x integer)", "DROP TABLE hinted", hints={"target": "default"}),
        migrations.RunSQL("CREATE TABLE of_the_app (x integer)", "DROP TABLE of_the_app"),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop, hints={"target": "default"}),
    ]
"#;

const LIBRARY: &str = r#"from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.CreateModel("Tag", [
            ("id", models.BigAutoField(primary_key=True)),
            ("text", models.CharField(max_length=20)),
        ]),
        migrations.AddField("tag", "weight", models.IntegerField(default=3)),
        migrations.AlterField("tag", "text", models.CharField(max_length=30, unique=True)),
        migrations.AddIndex("tag", models.Index(fields=["weight"], name="tag_weight")),
        migrations.AlterUniqueTogether("tag", {("text", "weight")}),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AddField("book", "pages", models.IntegerField(null=True)),
                migrations.AddField("tag", "pages", models.IntegerField(null=True)),
                migrations.RunSQL("SELECT 1", "SELECT 2"),
            ],
            state_operations=[migrations.AddField("tag", "pages", models.IntegerField(null=True))],
        ),
        migrations.RenameField("tag", "pages", "sheets"),
        migrations.RenameModel("Tag", "Label"),
        migrations.RenameIndex("label", new_name="label_weight", old_name="tag_weight"),
        migrations.CreateModel("Gone", [("id", models.BigAutoField(primary_key=True))]),
        migrations.DeleteModel("Gone"),
        migrations.AlterModelTable("label", "labels"),
        migrations.RemoveField("label", "sheets"),
        migrations.RemoveIndex("label", "label_weight"),
    ]
"#;

const FILES: [(&str, &str); 6] = [
    ("routers.py", ROUTERS),
    ("more_settings.py", SETTINGS),
    ("shop/__init__.py", ""),
    (
        "shop/models.py",
        "from django.db import models\n\nclass Item(models.Model):\n    name = models.CharField(max_length=20)\n",
    ),
    ("shop/migrations/__init__.py", ""),
    ("shop/migrations/0001_initial.py", SHOP),
];

const APPS: [&str; 4] = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sites", "shop"];

fn there_and_back(twins: &Twins) {
    twins.write("library/migrations/0002_tags.py", LIBRARY);
    for database in ["default", "other"] {
        twins.run(&format!("migrate --database {database}")).end_well().print_the_same();
        twins.run(&format!("migrate -v 0 --database {database}")).end_well();
    }
    for database in ["other", "default"] {
        twins.run(&format!("migrate library 0001 --database {database}")).end_well();
        twins.run(&format!("migrate --database {database}")).end_well();
        twins.run(&format!("migrate shop zero --database {database}")).end_well();
    }
}

#[test]
fn of_the_settings() {
    on_each("routers", &APPS, &FILES, there_and_back);
}

#[test]
fn initial_migrations_that_are_there_already() {
    on_each("routers_fake", &APPS, &FILES, |twins| {
        twins.write("library/migrations/0002_tags.py", LIBRARY);
        for database in ["default", "other"] {
            twins.run(&format!("migrate --database {database}")).end_well();
            twins.execute(database, "DELETE FROM django_migrations WHERE app IN ('shop', 'library')");
        }
        twins.run("migrate library 0001 --fake-initial").end_well().print_the_same();
        // Nothing of the first migration belongs there, so nothing says that it is there.
        twins.run("migrate library 0001 --fake-initial --database other").end_well().print_the_same();
        twins.run("migrate shop 0001 --fake-initial --database other").end_well().print_the_same();
        // Without the model itself the routers have another opinion, and then the table is in the way.
        twins.run("migrate shop 0001 --fake-initial").end(3, 1);
    });
}

#[test]
fn asked_once() {
    let Some(project) = Project::django(&[]) else { return };
    let cache = tempfile::tempdir().expect("a folder");
    let database = Database::sqlite();
    let project = project.on(&database).with("XDG_CACHE_HOME", cache.path());
    let settings = std::fs::read_to_string(project.path("settings.py")).expect("settings");
    project.write("settings.py", settings + "DATABASE_ROUTERS = [\"routers.Router\"]\n");
    let router = "class Router:\n    def allow_migrate(self, db, app_label, **hints):\n        \
                  print('asked')\n        return False\n";
    project.write("routers.py", router);
    project.run("migrate").ends(0).prints(&["library.0001_initial... OK"]);
    assert!(!database.dump().contains("library_book"), "{}", database.dump());
    project.run("migrate library zero").ends(0);
    // The same question a second time.
    let said = project.run("plan").ends(0).prints(&["Create model Book\n  (nothing in the database)"]);
    assert_eq!(said.stderr, "");
    project.run("sqlmigrate library 0001").ends(0).prints(&["-- Create model Book\n--\n-- (no-op)\n"]);
    project.write("routers.py", router.replace("return False", "raise ValueError('no idea')"));
    let before = database.dump();
    project.run("migrate").ends(2).tells(&["no idea", "routers.py:4"]);
    assert_eq!(database.dump(), before);
}

#[test]
fn of_the_configuration() {
    let (first, second) = (Database::sqlite(), Database::sqlite());
    let config = format!(
        "[databases.default]\nurl = \"{}\"\n[databases.archive]\nurl = \"{}\"\n\
         [routing]\nblog = \"default\"\n\"blog.Note\" = [\"archive\"]\n",
        first.text, second.text
    );
    let project = Project::blog();
    project.write("limosa.toml", config);
    project.write(
        "blog/migrations/0004_note.toml",
        "dependencies = [\"blog.0003_first\"]\n[[operations]]\nop = \"CreateModel\"\nname = \"Note\"\n\
         [operations.fields]\nid = { type = \"BigAutoField\", primary_key = true }\n",
    );
    project.run("migrate --all-databases").ends(0).prints(&[
        "Database default:\n",
        "blog.0004_note... OK\n",
        "Database archive:\n",
        "blog.0004_note... OK\n",
        "Databases:\n  default: 4 migrations\n  archive: 4 migrations\n",
    ]);
    assert_eq!(first.query("SELECT title FROM blog_post"), ["first"]);
    assert!(!first.dump().contains("blog_note"), "{}", first.dump());
    assert!(second.dump().contains("blog_note") && !second.dump().contains("blog_post"), "{}", second.dump());
    assert_eq!(second.history("limosa_migrations").len(), 4);
    project.run("migrate blog zero --all-databases").ends(0);
    assert!(!second.dump().contains("blog_note"), "{}", second.dump());
    project.run("migrate --database nowhere").ends(2).tells(&["no database `nowhere`", "default, archive"]);
}

#[test]
fn stop_at_the_first_that_fails() {
    let (first, second, third) = (Database::sqlite(), Database::sqlite(), Database::sqlite());
    let project = Project::blog();
    let database = |name: &str, database: &Database| format!("[databases.{name}]\nurl = \"{}\"\n", database.text);
    project.write(
        "limosa.toml",
        [database("default", &first), database("second", &second), database("third", &third)].concat(),
    );
    second.execute("CREATE TABLE blog_post (x integer)");
    project.run("migrate --check --all-databases").ends(1).prints_nothing();
    let said = project.run("migrate --all-databases").ends(3);
    let expected = ["Databases:\n  default: 3 migrations\n  second: failed\n  third: not reached\n"];
    said.prints(&expected).tells(&["blog.0001_initial failed", "already exists"]);
    assert_eq!(first.history("limosa_migrations").len(), 3);
    assert!(!third.url.sqlite_path().expect("a file").exists());
    second.execute("DROP TABLE blog_post");
    let events = project.run("migrate --all-databases --format json").ends(0).json();
    let databases: Vec<&str> = events
        .iter()
        .filter(|event| event["event"] == "run-finished")
        .filter_map(|event| event["database"].as_str())
        .collect();
    assert_eq!(databases, ["default", "second", "third"]);
    project.run("migrate --check --all-databases").ends(0);
    project
        .run("migrate --all-databases --plan")
        .ends(0)
        .prints(&["Database third:\nPlanned operations:\n  No planned"]);
    project.run("migrate --all-databases --database-url sqlite::memory:").ends(2).tells(&["--all-databases", "help:"]);
}

#[test]
fn all_of_the_settings() {
    on_each("all_databases", &APPS, &FILES, |twins| {
        twins.run_on_all("migrate").ends(0).prints(&["Databases:\n  default: 18 migrations\n  other: 18 migrations\n"]);
        twins.run_on_all("migrate shop zero").ends(0);
        twins.run("migrate --database nowhere").end(2, 2);
    });
}
