# Fields altered in every way.
#---
migrations.CreateModel("A", [
    ("id", models.AutoField(primary_key=True)),
    ("name", models.CharField(max_length=20)),
    ("text", models.TextField(default="x")),
    ("number", models.IntegerField(default=1)),
    ("flag", models.BooleanField(default=True)),
    ("price", models.DecimalField(max_digits=8, decimal_places=2, default=0)),
    ("at", models.DateTimeField(auto_now_add=True)),
    ("code", models.CharField(max_length=8, unique=True)),
    ("slug", models.SlugField()),
    ("pos", models.PositiveIntegerField(default=3)),
    ("note", models.CharField(max_length=10, null=True, blank=True)),
]),
migrations.RunSQL("INSERT INTO alter_a (name, text, number, flag, price, at, code, slug, pos) VALUES ('a', 'b', 1, '1', 1.5, '2020-01-01', 'c', 's', 4)"),
#--- null
migrations.AlterField("A", "name", models.CharField(max_length=20, null=True)),
#--- not null again, with a default
migrations.AlterField("A", "name", models.CharField(max_length=20, default="it's")),
#--- default only
migrations.AlterField("A", "name", models.CharField(max_length=20, default="other")),
#--- longer
migrations.AlterField("A", "name", models.CharField(max_length=30, default="other")),
#--- to text and back
migrations.AlterField("A", "name", models.TextField(default="other")),
#---
migrations.AlterField("A", "name", models.CharField(max_length=40, default="other")),
#--- index on
migrations.AlterField("A", "name", models.CharField(max_length=40, default="other", db_index=True)),
#--- index to unique
migrations.AlterField("A", "name", models.CharField(max_length=40, default="other", unique=True)),
#--- unique to index
migrations.AlterField("A", "name", models.CharField(max_length=40, default="other", db_index=True)),
#--- index and type at once
migrations.AlterField("A", "name", models.TextField(default="other", db_index=True)),
#--- index off
migrations.AlterField("A", "name", models.TextField(default="other")),
#--- index and unique together
migrations.AlterField("A", "name", models.CharField(max_length=9, unique=True, db_index=True)),
#---
migrations.AlterField("A", "name", models.CharField(max_length=9, null=True, unique=True)),
#---
migrations.AlterField("A", "name", models.CharField(max_length=9)),
#--- number to others
migrations.AlterField("A", "number", models.BigIntegerField(default=1)),
migrations.AlterField("A", "number", models.SmallIntegerField(default=1)),
migrations.AlterField("A", "number", models.PositiveIntegerField(default=1)),
migrations.AlterField("A", "number", models.PositiveSmallIntegerField(default=1)),
migrations.AlterField("A", "number", models.CharField(max_length=5, default="1")),
#---
migrations.AlterField("A", "number", models.FloatField(null=True)),
#--- text that is unique gets shorter
migrations.AlterField("A", "code", models.CharField(max_length=4, unique=True)),
migrations.AlterField("A", "code", models.TextField(unique=True)),
migrations.AlterField("A", "code", models.TextField()),
#--- slug
migrations.AlterField("A", "slug", models.SlugField(unique=True)),
migrations.AlterField("A", "slug", models.SlugField(max_length=60)),
migrations.AlterField("A", "slug", models.SlugField(max_length=60, db_index=False)),
#--- help text and choices alone do nothing
migrations.AlterField("A", "slug", models.SlugField(max_length=60, db_index=False, help_text="h", choices=[("a", "b")], verbose_name="v")),
#--- auto_now_add
migrations.AlterField("A", "at", models.DateTimeField(auto_now=True)),
migrations.AlterField("A", "at", models.DateTimeField(null=True)),
migrations.AlterField("A", "at", models.DateTimeField(default=django.utils.timezone.now)),
migrations.AlterField("A", "at", models.DateField(default=datetime.date(2020, 2, 3))),
#--- preserve_default
migrations.AlterField("A", "note", models.CharField(max_length=10, default="p"), preserve_default=False),
#--- rename by db_column
migrations.AlterField("A", "note", models.CharField(max_length=10, db_column="remark")),
#---
migrations.AlterField("A", "note", models.CharField(max_length=12, db_column="Remark Two", null=True)),
#--- positive check
migrations.AlterField("A", "pos", models.PositiveIntegerField(db_column="place", default=3)),
migrations.AlterField("A", "pos", models.IntegerField(db_column="place", default=3)),
migrations.AlterField("A", "pos", models.PositiveBigIntegerField(default=3)),
#--- decimal
migrations.AlterField("A", "price", models.DecimalField(max_digits=10, decimal_places=3, default=decimal.Decimal("1.5"))),
migrations.AlterField("A", "price", models.DecimalField(max_digits=10, decimal_places=3, null=True)),
migrations.AlterField("A", "price", models.DecimalField(max_digits=10, decimal_places=3, default=decimal.Decimal("2.50"))),
#--- boolean
migrations.AlterField("A", "flag", models.BooleanField(null=True)),
migrations.AlterField("A", "flag", models.BooleanField(default=False)),
#--- collation
migrations.AlterField("A", "text", models.TextField(default="x", db_collation="${COLLATION}")),
migrations.AlterField("A", "text", models.CharField(max_length=10, default="x", db_collation="${COLLATION2}")),
migrations.AlterField("A", "text", models.CharField(max_length=10, default="x")),
migrations.AlterField("A", "text", models.CharField(max_length=10, default="x", unique=True, db_collation="${COLLATION}")),
#--- comment
migrations.AlterField("A", "text", models.CharField(max_length=10, default="x", db_comment="it's a comment")),
migrations.AlterField("A", "text", models.CharField(max_length=11, default="x", db_comment="other")),
migrations.AlterField("A", "text", models.CharField(max_length=11, default="x")),
#--- several at once
migrations.AlterField("A", "text", models.CharField(max_length=9, null=True, db_index=True, db_column="txt", db_comment="c")),
#--- uuid, json, binary, ip, duration, time
migrations.AddField("A", "uuid", models.UUIDField(null=True)),
migrations.AddField("A", "json", models.JSONField(default=dict)),
migrations.AddField("A", "bin", models.BinaryField(default=b"ab\\x00")),
migrations.AddField("A", "ip", models.GenericIPAddressField(default="127.0.0.1")),
migrations.AddField("A", "duration", models.DurationField(default=datetime.timedelta(days=1, seconds=2, microseconds=3))),
migrations.AddField("A", "time", models.TimeField(default=datetime.time(1, 2, 3))),
migrations.AddField("A", "file", models.FileField(upload_to="x", default="f")),
migrations.AddField("A", "email", models.EmailField(default="", blank=True)),
migrations.AddField("A", "url", models.URLField(null=True)),
migrations.AddField("A", "path", models.FilePathField(path="/", blank=True, default="")),
migrations.AddField("A", "emptied", models.CharField(max_length=3, blank=True)),
migrations.AddField("A", "json2", models.JSONField(default=list, null=True)),
migrations.AddField("A", "json3", models.JSONField(default={"a": [1, "b'c", None, True]})),
#---
migrations.AlterField("A", "uuid", models.UUIDField(default=uuid.UUID("12345678-1234-5678-1234-567812345678"))),
migrations.AlterField("A", "json", models.JSONField(null=True)),
migrations.AlterField("A", "json", models.JSONField(default=list)),
migrations.AlterField("A", "ip", models.GenericIPAddressField(null=True)),
migrations.AlterField("A", "duration", models.DurationField(null=True)),
migrations.AlterField("A", "duration", models.DurationField(default=datetime.timedelta(hours=1))),
#--- remove all kinds
migrations.RemoveField("A", "uuid"),
migrations.RemoveField("A", "name"),
migrations.RemoveField("A", "text"),
migrations.RemoveField("A", "code"),
migrations.RemoveField("A", "pos"),
migrations.RemoveField("A", "json"),
#---
migrations.DeleteModel("A"),
