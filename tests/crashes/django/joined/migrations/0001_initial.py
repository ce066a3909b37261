from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey(null=True, on_delete=models.CASCADE, to="library.book")),
            ],
        )
    ]
