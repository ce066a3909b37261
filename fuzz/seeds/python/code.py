from functools import partial
from django.db import connection, migrations, models

NAMES = [f"field_{n}" for n in range(3) if n != 1]
SQL = """UPDATE "app_thing" SET %s = 1""" % NAMES[0]


def forwards(apps, schema_editor):
    for thing in apps.get_model("app", "Thing").objects.all():
        thing.save()


def both(first, *rest, reverse=None, **more):
    return [migrations.RunPython(first, reverse or migrations.RunPython.noop, **more), *rest]


class Quiet(migrations.RunSQL):
    def __init__(self, sql):
        super().__init__(sql, reverse_sql="")


class Migration(migrations.Migration):
    atomic = not True
    replaces = [("app", "0001_" + letter) for letter in "ab"]
    operations = both(forwards, elidable=True) + [
        migrations.CreateModel("Thing", [("id", models.AutoField(primary_key=True))] + [
            (name, models.IntegerField(default=2**7 - 1, null=bool(NAMES))) for name in NAMES
        ]),
        Quiet(SQL),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([("SELECT %s", [1])], [])],
            state_operations=[migrations.RemoveField("thing", NAMES[-1])],
        ),
    ]
    if connection.vendor == "postgresql":
        operations.append(migrations.RunSQL("SELECT 1", None, hints={"a": {1, 2}}))
    else:
        operations += []
    for name in sorted(set(NAMES)):
        operations.extend([migrations.AlterField("thing", name, models.FloatField(default=1e3))])
