from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0006_renames")]
    operations = [
        migrations.AddField("Volume", "readers", models.ManyToManyField(related_name="read", to="library.author")),
        migrations.AlterField(
            "Volume", "tags", models.ManyToManyField(db_table="library_labelled", related_name="volumes", to="library.label")
        ),
        migrations.AlterUniqueTogether("Volume", {("title", "length")}),
    ]
