from django.db import migrations, models


def fill_slugs(apps, schema_editor):
    """Gives every product a slug of its own."""
    product = apps.get_model("catalog", "Product")
    for row in product.objects.using(schema_editor.connection.alias).order_by("pk"):
        row.slug = f"{row.name.lower().replace(' ', '-')}-{row.pk}"
        row.save(update_fields=["slug"])


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.AddField("product", "slug", models.SlugField(max_length=220, null=True)),
        migrations.RunPython(fill_slugs, migrations.RunPython.noop),
    ]
