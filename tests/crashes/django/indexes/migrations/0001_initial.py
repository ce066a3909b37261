from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("day", models.IntegerField()),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO indexes_entry (day, text) SELECT n, 'entry ' || n FROM generate_series(1, 200) n", migrations.RunSQL.noop
        ),
    ]
