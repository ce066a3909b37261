from django.db import migrations


def forwards(apps, schema_editor):
    label = apps.get_model("library", "Label")
    label.objects.create(word="written-once")
    label.objects.create(word="written-after")


def backwards(apps, schema_editor):
    apps.get_model("library", "Label").objects.filter(word__startswith="written").delete()


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("library", "0009_rows_without_transaction")]
    operations = [migrations.RunPython(forwards, backwards)]
