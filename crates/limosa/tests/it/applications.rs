//! What large applications do and small ones do not: conditional indexes, wrapped defaults, parents that go first.

use crate::twins::on_each;

const CLASSES: (&str, &str) = (
    "library/classes.py",
    r#"from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, PostgresIndex
from django.db import models

settings.LIBRARY_IS_LOUD = True

class Net(models.Field):
    def db_type(self, connection):
        return {"postgresql": "cidr"}.get(connection.vendor, "text")

class OnlyOnPostgres:
    def create_sql(self, model, schema_editor, *args, **kwargs):
        vendor = schema_editor.connection.vendor
        return "" if vendor != "postgresql" else super().create_sql(model, schema_editor, *args, **kwargs)

    def remove_sql(self, model, schema_editor, *args, **kwargs):
        vendor = schema_editor.connection.vendor
        return "" if vendor != "postgresql" else super().remove_sql(model, schema_editor, *args, **kwargs)

class Brin(OnlyOnPostgres, BrinIndex):
    pass

class Filled(OnlyOnPostgres, PostgresIndex):
    suffix = "hash"

    def __init__(self, *expressions, filled=70, **kwargs):
        self.filled = filled
        super().__init__(*expressions, **kwargs)

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"filled": self.filled}

    def get_with_params(self):
        return [f"fillfactor = {self.filled}"]

class Check(OnlyOnPostgres, models.CheckConstraint):
    def constraint_sql(self, model, schema_editor):
        return None if schema_editor.connection.vendor != "postgresql" else super().constraint_sql(model, schema_editor)

class Plain(models.UniqueConstraint):
    pass

def settings():
    return {"name": "it's", "parts": [1, None, "ü"]}

def numbers():
    return [1, 2]

def address():
    return "10.0.0.1"
"#,
);

#[test]
fn indexes_and_constraints_of_own_classes() {
    let migration = r#"from django.db import connection, migrations, models
import library.classes as own

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.CreateModel(
            "Lamp",
            [("id", models.BigAutoField(primary_key=True)), ("watts", models.IntegerField()), ("at", models.DateTimeField())],
            options={
                "indexes": [own.Brin(fields=["at"], name="lamp_at")],
                "constraints": [own.Check(condition=models.Q(watts__gt=3), name="lamp_watts")],
            },
        ),
        migrations.AddIndex("lamp", own.Filled(fields=["watts"], name="lamp_filled", filled=55)),
        migrations.AddIndex("lamp", own.Filled(fields=["watts"], name="lamp_gone")),
        migrations.AddConstraint("lamp", own.Plain(fields=["watts", "at"], name="lamp_plain")),
        migrations.AddConstraint("lamp", own.Check(condition=models.Q(watts__lt=300), name="lamp_bright")),
        migrations.AlterField("lamp", "watts", models.BigIntegerField()),
        migrations.RemoveIndex("lamp", "lamp_gone"),
        migrations.RemoveConstraint("lamp", "lamp_bright"),
    ]
    if connection.vendor == "mysql":
        operations = []  # an empty statement is an error there, for Django as well
"#;
    on_each("own_indexes", &[], &[CLASSES, ("library/migrations/0002_lamp.py", migration)], |twins| {
        twins.run("migrate --noinput").end_well();
        twins.run("migrate --noinput library 0001").end_well();
    });
}

#[test]
fn defaults_that_the_driver_gets_wrapped() {
    let migration = r#"from django.conf import settings
from django.db import connection, migrations, models
import library.classes as own

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.AddField("book", "settings", models.JSONField(default=own.settings)),
        migrations.AddField("book", "address", models.GenericIPAddressField(default=own.address)),
        migrations.AddField("book", "loud", models.BooleanField(default=settings.LIBRARY_IS_LOUD)),
    ]
    if connection.vendor == "postgresql":
        from django.contrib.postgres.fields import ArrayField
        operations += [
            migrations.AddField("book", "numbers", ArrayField(models.IntegerField(), default=own.numbers)),
            migrations.AddField("book", "nets", ArrayField(base_field=own.Net(), null=True)),
        ]
"#;
    on_each("wrapped_defaults", &[], &[CLASSES], |twins| {
        twins.run("migrate --noinput").end_well();
        twins.execute("default", "INSERT INTO library_book (title) VALUES ('one')");
        twins.write("library/migrations/0002_defaults.py", migration);
        twins.run("migrate --noinput").end_well();
    });
}

#[test]
fn parents_are_deleted_before_their_children() {
    let migration = r#"from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.CreateModel("Parent", [("id", models.BigAutoField(primary_key=True)), ("a", models.IntegerField())]),
        migrations.CreateModel(
            "Child",
            [
                ("parent_ptr", models.OneToOneField(auto_created=True, on_delete=models.CASCADE, parent_link=True,
                    primary_key=True, serialize=False, to="library.parent")),
                ("books", models.ManyToManyField("library.Book")),
            ],
            bases=("library.parent",),
        ),
        migrations.CreateModel("Proxy", [], options={"proxy": True}, bases=("library.parent",)),
        migrations.CreateModel("Second", [], options={"proxy": True}, bases=("library.proxy",)),
        migrations.DeleteModel("Proxy"),
        migrations.DeleteModel("Second"),
        migrations.DeleteModel("Parent"),
        migrations.DeleteModel("Child"),
    ]
"#;
    on_each("orphans", &[], &[("library/migrations/0002_orphans.py", migration)], |twins| {
        twins.run("migrate --noinput").end_well();
    });
}
