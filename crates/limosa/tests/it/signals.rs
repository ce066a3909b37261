//! `pre_migrate` and `post_migrate` as the project's own receivers get them, and models that stand in for swappable ones.

use crate::project::python_migration;
use crate::twins::{Twins, on_each};

const RECEIVERS: &str = r#"from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

def note(signal):
    def receiver(sender, app_config, verbosity, interactive, using, plan, apps, **kwargs):
        models = sorted(model._meta.label for model in apps.get_models())
        steps = [(str(migration), backwards, len(migration.operations)) for migration, backwards in plan]
        with open("signals.log", "a") as log:
            print(signal, sender.label, app_config.label, verbosity, interactive, using, steps, models, sorted(kwargs), file=log)
    return receiver

PRE, POST = note("pre"), note("post")

class LibraryConfig(AppConfig):
    name = "library"

    def ready(self):
        pre_migrate.connect(PRE)
        post_migrate.connect(POST)
"#;

const LEGACY: &str = "from django.db import models\n\nclass Old(models.Model):\n    book = models.ForeignKey('library.Book', models.CASCADE, db_constraint=False)\n";

/// Compares what the receivers noted.
#[track_caller]
fn same(twins: &Twins, arguments: &str) {
    twins.run(arguments).end_well();
    let (ours, theirs) = twins.read("signals.log");
    assert_eq!(ours, theirs, "after {arguments}");
}

#[test]
fn receivers_get_what_django_gives_them() {
    let second =
        python_migration("0001_initial", "", "migrations.AddField(\"book\", \"x\", models.IntegerField(null=True)),");
    let files = [
        ("library/apps.py", RECEIVERS),
        ("library/migrations/0002_x.py", &second),
        ("legacy/__init__.py", ""),
        ("legacy/models.py", LEGACY),
    ];
    on_each("signals", &["django.contrib.contenttypes", "legacy"], &files, |twins| {
        for arguments in [
            "migrate --plan",
            "migrate library 0001",
            "migrate --noinput -v 0 --run-syncdb",
            "migrate --database other -v 2",
            "migrate -v 3",
            "migrate library zero",
            "migrate library --fake",
            "migrate library 0001 --fake",
            "migrate library --prune",
        ] {
            // Nothing was noted yet.
            if arguments.ends_with("--plan") {
                twins.run(arguments).end_well();
            } else {
                same(twins, arguments);
            }
        }
    });
}

#[test]
fn swapped_users_that_are_there_already() {
    let member = "from django.db import models\n\nclass Book(models.Model):\n    title = models.CharField(max_length=40)\n\n\
                  class Member(models.Model):\n    name = models.CharField(max_length=9, unique=True)\n    \
                  USERNAME_FIELD = 'name'\n    REQUIRED_FIELDS = []\n    is_anonymous = is_authenticated = True\n    \
                  class Meta:\n        db_table = 'people'\n";
    let create = python_migration(
        "0001_initial",
        "",
        "migrations.CreateModel(\"Member\", [(\"id\", models.BigAutoField(primary_key=True)), \
         (\"name\", models.CharField(max_length=9, unique=True))], options={\"db_table\": \"people\"}),",
    );
    let create = create.replace("dependencies", "run_before = [(\"auth\", \"0001_initial\")]\n    dependencies");
    let files = [
        ("library/models.py", member),
        ("library/migrations/0002_member.py", create.as_str()),
        (
            "more_settings.py",
            "AUTH_USER_MODEL = \"library.Member\"\nSILENCED_SYSTEM_CHECKS = [\"auth.E003\", \"auth.W004\"]\n",
        ),
    ];
    on_each("swapped", &["django.contrib.contenttypes", "django.contrib.auth"], &files, |twins| {
        twins.run("migrate").end_well();
        twins.execute("default", "DELETE FROM django_migrations WHERE app = 'auth'");
        twins.run("migrate auth 0001 --fake-initial").end_well().print_the_same();
        twins.run("migrate auth --fake").end_well();
        twins.execute("default", "DELETE FROM django_migrations WHERE app = 'auth'");
        twins.execute("default", "ALTER TABLE people RENAME TO folk");
        twins.only_run("migrate auth 0001 --fake-initial");
    });
}
