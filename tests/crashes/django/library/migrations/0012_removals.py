from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0011_python_of_its_own")]
    operations = [
        migrations.RemoveIndex("Volume", "volume_copies"),
        migrations.RemoveIndex("Volume", "book_price_author"),
        migrations.RemoveField("Volume", "price"),
        migrations.RemoveConstraint("Author", "author_once"),
        migrations.RemoveField("Volume", "readers"),
        migrations.RemoveField("Author", "shelf"),
        migrations.DeleteModel("Shelf"),
        migrations.AddConstraint("Volume", models.CheckConstraint(name="volume_length", condition=models.Q(length__gte=0))),
    ]
