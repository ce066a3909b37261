from django.db import migrations

FORWARDS = ["INSERT INTO library_shelf (place) VALUES ('north')", "INSERT INTO library_shelf (place) VALUES ('south'), ('west')"]


def forwards(apps, schema_editor):
    shelf = apps.get_model("library", "Shelf").objects.get(place="north")
    apps.get_model("library", "Author").objects.update(shelf=shelf)


def backwards(apps, schema_editor):
    apps.get_model("library", "Author").objects.update(shelf=None)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("library", "0008_no_transaction")]
    operations = [
        migrations.RunSQL(FORWARDS, "DELETE FROM library_shelf"),
        migrations.RunPython(forwards, backwards, atomic=True),
    ]
