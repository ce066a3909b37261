from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("indexes", "0002_index")]
    operations = [
        AddIndexConcurrently("Entry", models.Index(fields=["text"], name="entry_text")),
        RemoveIndexConcurrently("Entry", "entry_day"),
        AddIndexConcurrently("Entry", models.Index(fields=["day", "text"], name="entry_both")),
        migrations.AddField("Entry", "seen", models.BooleanField(default=False)),
    ]
