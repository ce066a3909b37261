from django.db import migrations, models


def forwards(apps, schema_editor):
    shelf = apps.get_model("library", "Shelf")
    shelf.objects.create(place="attic", floor=3)
    shelf.objects.filter(place="north").update(floor=1)


def backwards(apps, schema_editor):
    apps.get_model("library", "Shelf").objects.filter(place="attic").update(place="closed")


class Migration(migrations.Migration):
    dependencies = [("library", "0010_python_without_transaction")]
    operations = [
        migrations.AddField("Shelf", "floor", models.IntegerField(null=True)),
        migrations.RunPython(forwards, backwards, atomic=False),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop, atomic=True),
    ]
