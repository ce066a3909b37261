from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("joined", "0001_initial")]
    operations = [
        migrations.AddField("Card", "number", models.PositiveIntegerField(default=1)),
        migrations.RunSQL("INSERT INTO joined_card (number) VALUES (1), (2)", "DELETE FROM joined_card"),
    ]
