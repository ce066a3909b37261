from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0012_removals")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE TABLE library_loan (id integer NOT NULL PRIMARY KEY, days integer NOT NULL)", "DROP TABLE library_loan"
                ),
                migrations.RunSQL("CREATE INDEX loan_days ON library_loan (days)", migrations.RunSQL.noop),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Loan", fields=[("id", models.IntegerField(primary_key=True)), ("days", models.IntegerField())]
                )
            ],
        ),
        migrations.AddField("Loan", "fine", models.DecimalField(decimal_places=2, default=0, max_digits=8)),
        migrations.RunSQL("INSERT INTO library_loan (id, days, fine) VALUES (1, 7, 0.5), (2, 14, 1.25)", "DELETE FROM library_loan"),
    ]
