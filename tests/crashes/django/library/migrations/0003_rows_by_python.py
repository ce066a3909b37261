from django.db import migrations


def forwards(apps, schema_editor):
    tag, book = apps.get_model("library", "Tag"), apps.get_model("library", "Book")
    tags = [tag.objects.create(word=f"tag-{number}") for number in range(5)]
    for row in book.objects.order_by("title"):
        row.tags.add(*tags[:3])


def backwards(apps, schema_editor):
    apps.get_model("library", "Book").tags.through.objects.all().delete()
    apps.get_model("library", "Tag").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("library", "0002_rows_by_sql")]
    operations = [migrations.RunPython(forwards, backwards)]
