//! Operations that run through the project's Python leave what Django leaves.

use crate::project::{Project, python_migration};
use crate::twins::on_each;

const OPERATIONS: &str = "
from django.db import models, migrations
from django.db.migrations.operations.base import Operation

class Traced(migrations.AddField):
    def database_forwards(self, *args):
        super().database_forwards(*args)

class StateOnly(migrations.AddField):
    def database_forwards(self, *args):
        pass
    def database_backwards(self, *args):
        pass

class Quiet(migrations.RemoveField):
    def describe(self):
        return 'Quiet removal of %s' % self.name

class Stamped(Operation):
    reversible = True
    def __init__(self, name):
        self.name = name
    def state_forwards(self, app_label, state):
        model = state.models[app_label, self.name].clone()
        model.fields['stamp'] = models.CharField(max_length=7, db_index=True, default='')
        state.models[app_label, self.name] = model
        state.reload_model(app_label, self.name)
    def database_forwards(self, app_label, editor, before, after):
        model = after.apps.get_model(app_label, self.name)
        editor.add_field(before.apps.get_model(app_label, self.name), model._meta.get_field('stamp'))
    def database_backwards(self, app_label, editor, before, after):
        model = before.apps.get_model(app_label, self.name)
        editor.remove_field(model, model._meta.get_field('stamp'))
";

const FIELDS: &str = "
from django.db import models

class Loud(models.CharField):
    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return 'NOTHING' if value is None else value.upper()

class Sealed(models.CharField):
    def get_internal_type(self):
        return 'BinaryField'
    def get_db_prep_value(self, value, connection, prepared=False):
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(b'\\x00\\xff' + value.encode())

class Vast(models.DecimalField):
    def get_db_prep_save(self, value, connection):
        return None if value is None else int(value) * 10**19
";

#[test]
fn custom_operations_among_others() {
    let head = "from library.operations import Quiet, Stamped, StateOnly, Traced\n\n\
        def odd(apps, editor):\n    if editor.connection.vendor == 'postgresql':\n        \
        editor.execute('ALTER TABLE library_book ADD CONSTRAINT odd UNIQUE (isbn)')\n";
    let operations = "
        migrations.CreateModel('Author', [('id', models.BigAutoField(primary_key=True)), ('name', models.CharField(max_length=9, db_index=True))]),
        Traced('book', 'author', models.ForeignKey('library.author', models.CASCADE, null=True)),
        migrations.AddField('book', 'isbn', models.CharField(max_length=9, default='0', db_index=True)),
        Traced('book', 'code', models.CharField(max_length=9, null=True, db_index=True)),
        migrations.RenameField('book', 'code', 'number'),
        Stamped('author'),
        migrations.AlterField('author', 'stamp', models.CharField(max_length=8, db_index=True, default='x')),
        StateOnly('book', 'ghost', models.IntegerField(null=True)),
        Quiet('book', 'ghost') if False else migrations.SeparateDatabaseAndState([], [migrations.RemoveField('book', 'ghost')]),
        Traced('book', 'gone', models.ForeignKey('library.author', models.CASCADE, null=True, related_name='+')),
        Quiet('book', 'gone'),";
    let after = "
        migrations.RunPython(odd, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState([], [migrations.AlterField('book', 'isbn', models.CharField(max_length=9, default='0', unique=True))]),
        migrations.AlterField('book', 'isbn', models.CharField(max_length=10, default='0')),";
    let files = [
        ("library/operations.py", OPERATIONS.to_owned()),
        ("library/migrations/0002_custom.py", python_migration("0001_initial", head, operations)),
        ("library/migrations/0003_names.py", python_migration("0002_custom", head, after)),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    on_each("custom_operations", &[], &files, |twins| {
        twins.run("migrate").end_well();
        twins.run("migrate library 0001").end_well();
        twins.run("migrate").end_well();
    });
}

#[test]
fn a_column_comes_back_after_the_other_connection_dropped_it() {
    // Migrations with Python run over Django's connection, the others over the engine's: neither may go by what it saw before.
    let code = "\ndef code(apps, editor):\n    list(apps.get_model('library', 'Book').objects.all())\n";
    let add = "migrations.AddField('book', 'pages', models.IntegerField(null=True)),";
    let run = "migrations.RunPython(code, code),";
    let remove = "migrations.RemoveField('book', 'pages'),";
    let files = [
        ("library/migrations/0002_one.py", python_migration("0001_initial", code, &format!("{add} {run}"))),
        ("library/migrations/0003_two.py", python_migration("0002_one", "", remove)),
        ("library/migrations/0004_three.py", python_migration("0003_two", code, &format!("{add} {run}"))),
        ("library/migrations/0005_four.py", python_migration("0004_three", code, &format!("{remove} {run}"))),
        ("library/migrations/0006_five.py", python_migration("0005_four", "", add)),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    on_each("column_back", &[], &files, |twins| {
        twins.run("migrate").end_well();
        twins.run("migrate library zero").end_well();
        twins.run("migrate").end_well();
        twins.run("migrate library 0002").end_well();
    });
}

#[test]
fn defaults_that_a_class_prepares() {
    let head = "from library.fields import Loud";
    let added = "
        migrations.AddField('book', 'one', Loud(max_length=9, default='one')),
        migrations.AddField('book', 'two', Loud(max_length=9, null=True)),
        migrations.AddField('book', 'three', Loud(max_length=9, null=True)),";
    let changed = "
        migrations.RemoveField('book', 'one'),
        migrations.AlterField('book', 'two', Loud(max_length=9, default='two')),
        migrations.RemoveField('book', 'three'),";
    to_and_fro("prepared_defaults", head, added, changed);
}

#[test]
fn defaults_that_a_driver_wraps() {
    let head = "from library.fields import Sealed, Vast";
    let added = "
        migrations.AddField('book', 'one', Sealed(max_length=9, default='one')),
        migrations.AddField('book', 'two', models.CharField(max_length=9, default='two')),
        migrations.AddField('book', 'three', Vast(max_digits=30, decimal_places=0, default=3)),";
    let changed = "
        migrations.RemoveField('book', 'one'),
        migrations.RemoveField('book', 'three'),
        migrations.RemoveField('book', 'two'),
        migrations.AddField('book', 'two', Sealed(max_length=9, null=True)),
        migrations.AlterField('book', 'two', Sealed(max_length=9, default='TWO')),";
    to_and_fro("wrapped_defaults", head, added, changed);
}

#[test]
fn python_follows_a_given_url() {
    let code = python_migration(
        "0001_initial",
        "\ndef code(apps, editor):\n    apps.get_model('library', 'Book').objects.create(title='here')\n",
        "migrations.RunPython(code, migrations.RunPython.noop),",
    );
    crate::database::on_each("given_url", |database| {
        let Some(project) = Project::django(&[("0002_code", &code)]) else { return };
        project.run(&format!("--database-url {} migrate", database.text)).ends(0);
        assert_eq!(database.query("SELECT title FROM library_book"), ["here"]);
        assert!(!project.path("db.sqlite3").exists(), "the database of the settings is left alone");
    });
}

#[test]
fn a_receiver_that_changes_the_plan_is_refused() {
    let apps = "from django.apps import AppConfig\nfrom django.db import migrations\n\
        from django.db.migrations.operations.base import Operation\nfrom django.db.models.signals import pre_migrate\n\n\
        class Extra(Operation):\n    pass\n\n\
        def inject(plan, **kwargs):\n    for migration, backwards in plan:\n        migration.operations.insert(0, Extra())\n\n\
        class LibraryConfig(AppConfig):\n    name = 'library'\n    def ready(self):\n        pre_migrate.connect(inject)\n";
    crate::database::on_each("injected", |database| {
        let Some(project) = Project::django(&[]) else { return };
        let project = project.on(database);
        project.write("library/apps.py", apps);
        project.run("migrate").ends(2).tells(&["pre_migrate", "library.0001_initial", "Extra"]);
        assert!(!database.dump().contains("library_book"), "nothing has run");
    });
}

/// Applies two migrations to a table with a row, goes back, and applies them again, step by step as Django.
fn to_and_fro(test: &str, head: &str, added: &str, changed: &str) {
    let files = [
        ("library/fields.py", FIELDS.to_owned()),
        ("library/migrations/0002_added.py", python_migration("0001_initial", head, added)),
        ("library/migrations/0003_changed.py", python_migration("0002_added", head, changed)),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    on_each(test, &[], &files, |twins| {
        twins.run("migrate library 0001").end_well();
        twins.execute("default", "INSERT INTO library_book (title) VALUES ('x')");
        twins.run("migrate").end_well();
        twins.run("migrate library 0002").end_well();
        twins.run("migrate library 0001").end_well();
        twins.run("migrate").end_well();
    });
}
