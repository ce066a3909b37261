from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0003_rows_by_python")]
    operations = [
        migrations.AlterField("Book", "pages", models.BigIntegerField(default=1)),
        migrations.AlterField("Author", "name", models.CharField(max_length=100, unique=True)),
        migrations.AddConstraint("Author", models.UniqueConstraint(fields=["name", "born"], name="author_once")),
        migrations.AlterField("Book", "title", models.CharField(max_length=200, null=True)),
    ]
