from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("indexes", "0001_initial")]
    operations = [AddIndexConcurrently("Entry", models.Index(fields=["day"], name="entry_day"))]
