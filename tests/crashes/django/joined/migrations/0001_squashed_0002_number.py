from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("joined", "0001_initial"), ("joined", "0002_number")]
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey(null=True, on_delete=models.CASCADE, to="library.book")),
                ("number", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.RunSQL("INSERT INTO joined_card (number) VALUES (1), (2)", "DELETE FROM joined_card"),
    ]
