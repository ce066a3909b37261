//! What is shown of migrations without running them, compared with what Django prints.

use crate::project::python_migration;
use crate::twins::{Twins, on_each};

const MANY: &str = r#"from django.db import migrations, models
from django.db.models.functions import Upper

def documented(apps, editor):
    """Grows a tail."""

def undone(apps, editor):
    """Loses the tail that
    it has grown before."""

def silent(apps, editor):
    pass

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.RunPython(documented, undone),
        migrations.RunPython(silent, migrations.RunPython.noop),
        migrations.RunSQL("SELECT 1;\nSELECT 2", "SELECT 'three'"),
        migrations.RunSQL(["SELECT 'it''s'", ("SELECT %s", [1])], migrations.RunSQL.noop),
        migrations.AddField("book", "shelf", models.CharField(max_length=9, default="a", db_index=True)),
        migrations.CreateModel("Author", [
            ("id", models.BigAutoField(primary_key=True)),
            ("books", models.ManyToManyField("library.Book")),
            ("name", models.CharField(max_length=9, unique=True)),
        ], options={"unique_together": {("id", "name")}}),
        migrations.AlterField("book", "title", models.TextField(null=True)),
        migrations.SeparateDatabaseAndState([migrations.RunSQL("SELECT 5", "SELECT 6")], []),
    ]
"#;

const APPS: [&str; 3] = ["django.contrib.contenttypes", "bare", "empty"];

/// Compares what both print, apart from digits where times differ.
fn same(twins: &Twins, arguments: &str) {
    let both = twins.only_run(arguments).end_well();
    let masked = |text: &str| -> String {
        let mask = |line: &str| match line.split_once("(applied at") {
            Some((name, time)) => {
                format!("{name}{}\n", time.replace(|letter: char| letter.is_ascii_digit(), "0"))
            }
            None => format!("{line}\n"),
        };
        text.lines().map(mask).collect()
    };
    let theirs = both.theirs.stdout.replace("manage.py migrate", "limosa migrate");
    assert_eq!(masked(&both.ours.stdout), masked(&theirs), "{arguments}\n{}", both.ours);
}

#[test]
fn as_django_shows_it() {
    let last = python_migration(
        "0002_many",
        "\ndef once(apps, editor):\n    pass\n",
        "migrations.RunSQL(\"SELECT 1\"), migrations.RunPython(once),",
    );
    let files = [
        ("library/migrations/0002_many.py", MANY),
        ("library/migrations/0003_last.py", last.as_str()),
        ("bare/__init__.py", ""),
        ("empty/__init__.py", ""),
        ("empty/migrations/__init__.py", ""),
    ];
    on_each("shown", &APPS, &files, |twins| {
        let shown = ["showmigrations", "showmigrations --plan", "showmigrations library bare empty", "migrate --plan"];
        for arguments in shown {
            same(twins, arguments);
        }
        twins.run("migrate library 0002").end_well();
        for arguments in [
            "showmigrations -v 2",
            "showmigrations --plan -v 2",
            "showmigrations -l library",
            "showmigrations -p empty",
            "migrate --plan",
            "migrate --plan library zero",
            "migrate --plan library 0001",
            "sqlmigrate library 0001",
            "sqlmigrate library 0001 --backwards",
            "sqlmigrate library 0002",
            "sqlmigrate library 0002 --backwards",
            "sqlmigrate contenttypes 0002",
        ] {
            same(twins, arguments);
        }
        twins.run("migrate library 0003 --fake").end_well();
        same(twins, "migrate --plan library 0001");
        for (arguments, theirs) in [
            ("showmigrations nowhere", 2),
            ("showmigrations library nowhere", 2),
            ("sqlmigrate nowhere 0001", 1),
            ("sqlmigrate bare 0001", 1),
            ("sqlmigrate library 0009", 1),
            ("sqlmigrate library 00", 1),
            ("sqlmigrate library 0003 --backwards", 1),
            ("migrate nowhere", 1),
            ("migrate bare", 1),
            ("migrate library 0009", 1),
            ("migrate library 00", 1),
            ("migrate library 0001", 1),
            ("migrate --database nowhere", 2),
        ] {
            twins.run(arguments).end(2, theirs);
        }
    });
}
