from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("library", "0007_many_to_many")]
    operations = [
        migrations.AddField("Volume", "copies", models.IntegerField(default=1)),
        migrations.AddIndex("Volume", models.Index(fields=["copies"], name="volume_copies")),
        migrations.CreateModel(
            name="Shelf", fields=[("id", models.BigAutoField(primary_key=True)), ("place", models.CharField(max_length=20))]
        ),
        migrations.AddField("Author", "shelf", models.ForeignKey(null=True, on_delete=models.SET_NULL, to="library.shelf")),
    ]
