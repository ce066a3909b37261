# Defaults of the database.
# django: 5.0
#---
migrations.CreateModel("A", [
    ("id", models.AutoField(primary_key=True)),
    ("n", models.IntegerField(db_default=5)),
    ("s", models.CharField(max_length=30, db_default="it's 100%")),
    ("d", models.DateTimeField(db_default=functions.Now())),
    ("e", models.DecimalField(max_digits=5, decimal_places=2, db_default=decimal.Decimal("1.50"))),
    ("b", models.BooleanField(db_default=True)),
    ("f", models.FloatField(db_default=functions.Pi())),
    ("j", models.JSONField(db_default={"a": 1})),
    ("both", models.IntegerField(default=1, db_default=2)),
    ("nul", models.IntegerField(null=True, db_default=None)),
    ("dt", models.DateField(db_default=datetime.date(2020, 1, 2))),
    ("dur", models.DurationField(db_default=datetime.timedelta(seconds=5))),
    ("u", models.UUIDField(db_default=uuid.UUID("12345678-1234-5678-1234-567812345678"))),
    ("expr", models.IntegerField(db_default=models.Value(2) + models.Value(3))),
    ("fun", models.CharField(max_length=9, db_default=functions.Upper(models.Value("abc")))),
    ("bin", models.BinaryField(db_default=b"ab")),
]),
#---
migrations.AddField("A", "added", models.IntegerField(db_default=7)),
migrations.AddField("A", "added_null", models.IntegerField(db_default=7, null=True)),
migrations.AddField("A", "added_now", models.DateTimeField(db_default=functions.Now())),
migrations.AddField("A", "added_now_null", models.DateTimeField(db_default=functions.Now(), null=True)),
migrations.AddField("A", "added_both", models.IntegerField(default=1, db_default=2)),
migrations.AddField("A", "added_text", models.TextField(db_default="x", null=True)),
migrations.AddField("A", "added_unique", models.CharField(max_length=3, db_default="x", unique=True)),
migrations.AddField("A", "added_fk", models.ForeignKey("self", CASCADE, db_default=1, null=True)),
#--- changed
migrations.AlterField("A", "n", models.IntegerField(db_default=6)),
migrations.AlterField("A", "n", models.IntegerField(default=6)),
migrations.AlterField("A", "n", models.IntegerField(null=True)),
migrations.AlterField("A", "n", models.IntegerField(db_default=8)),
migrations.AlterField("A", "n", models.BigIntegerField(db_default=8)),
migrations.AlterField("A", "n", models.IntegerField(db_default=functions.Abs(models.Value(-8)), null=True)),
migrations.AlterField("A", "n", models.CharField(max_length=5, db_default="8")),
#---
migrations.AlterField("A", "d", models.DateTimeField(auto_now=True)),
migrations.AlterField("A", "d", models.DateTimeField(null=True)),
migrations.AlterField("A", "d", models.DateTimeField(db_default=functions.Now())),
#--- same default, other form
migrations.AlterField("A", "e", models.DecimalField(max_digits=5, decimal_places=2, db_default=models.Value(decimal.Decimal("1.50")))),
#---
migrations.RenameField("A", "s", "text"),
#---
migrations.RemoveField("A", "added"),
migrations.AddField("A", "last", models.IntegerField(default=3)),
