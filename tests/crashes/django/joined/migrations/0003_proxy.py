from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("joined", "0001_squashed_0002_number")]
    operations = [
        migrations.AddField("Card", "label", models.CharField(max_length=10, null=True)),
        migrations.CreateModel(
            name="Pass",
            fields=[
                (
                    "card_ptr",
                    models.OneToOneField(
                        auto_created=True, on_delete=models.CASCADE, parent_link=True, primary_key=True, serialize=False, to="joined.card"
                    ),
                ),
                ("until", models.DateField(null=True)),
            ],
            bases=("joined.card",),
        ),
    ]
