from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("indexes", "0003_indexes")]
    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX CONCURRENTLY entry_day_once ON indexes_entry (day)", "DROP INDEX CONCURRENTLY entry_day_once"
        ),
        migrations.RunSQL("UPDATE indexes_entry SET seen = true WHERE day < 10", migrations.RunSQL.noop),
        migrations.RunSQL("UPDATE indexes_entry SET day = day + 1000", "UPDATE indexes_entry SET day = day - 1000"),
    ]
