import datetime, decimal, uuid
from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion
from django.db.models import F, Q
from django.db.models.functions import Lower, Now


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("blog", "__first__")]
    operations = [
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=80, unique=True, default="it's")),
                ("price", models.DecimalField(max_digits=8, decimal_places=2, default=decimal.Decimal("1.50"))),
                ("key", models.UUIDField(default=uuid.uuid4)),
                ("at", models.DateTimeField(default=datetime.datetime(2024, 5, 1), db_index=True)),
                ("made", models.DateTimeField(db_default=Now())),
                ("half", models.GeneratedField(expression=F("price") / 2, output_field=models.FloatField(), db_persist=True)),
                ("parent", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="app.post")),
                ("tags", models.ManyToManyField(to="app.post", related_name="+")),
            ],
            options={"ordering": ["-at"], "unique_together": {("title", "key")}, "db_table": "posts"},
        ),
        migrations.AddConstraint("post", models.CheckConstraint(condition=Q(price__gte=0) | ~Q(title__in=["a", "b"]), name="c")),
        migrations.AddConstraint("post", models.UniqueConstraint(Lower("title").desc(), name="u")),
        migrations.AddIndex("post", models.Index(fields=["-at", "title"], name="i", condition=Q(parent__isnull=False))),
        migrations.AlterField("post", "title", models.TextField(null=True)),
        migrations.RenameField("post", "key", "uid"),
        migrations.RenameModel("Post", "Article"),
    ]
