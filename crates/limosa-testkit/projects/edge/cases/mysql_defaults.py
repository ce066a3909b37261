# Defaults and generated columns of MySQL.
# vendor: mysql
# django: 5.0
#---
migrations.CreateModel("A", [
    ("id", models.BigAutoField(primary_key=True)),
    ("n", models.IntegerField(db_default=5)),
    ("t", models.TextField(db_default="it's")),
    ("j", models.JSONField(db_default={"a": 1})),
    ("b", models.BooleanField(db_default=True)),
    ("when", models.DateTimeField(db_default=functions.Now())),
    ("pos", models.PositiveIntegerField(db_default=1, db_comment="c")),
    ("virtual", models.GeneratedField(expression=F("n") + 1, output_field=models.IntegerField(), db_persist=False)),
    ("stored", models.GeneratedField(expression=functions.Concat("t", models.Value("%s")), output_field=models.TextField(), db_persist=True)),
]),
#---
migrations.AlterField("A", "n", models.BigIntegerField(db_default=5)),
#---
migrations.AlterField("A", "b", models.BooleanField(db_default=True, null=True)),
#---
migrations.AlterField("A", "b", models.BooleanField(db_default=False)),
#---
migrations.AlterField("A", "pos", models.PositiveIntegerField(db_default=2, db_comment="d", null=True)),
#---
migrations.AlterField("A", "pos", models.PositiveBigIntegerField(db_default=2)),
#---
migrations.RenameField("A", "pos", "position"),
#---
migrations.AlterField("A", "position", models.IntegerField()),
#---
migrations.AlterField("A", "t", models.TextField(db_default="other", null=True)),
#---
migrations.AlterField("A", "when", models.DateTimeField(null=True)),
#---
migrations.AlterField("A", "when", models.DateTimeField(db_default=functions.Now())),
#---
migrations.AlterField("A", "j", models.JSONField(db_default=[], null=True)),
#---
migrations.AddField("A", "vtext", models.GeneratedField(expression=functions.Upper("t"), output_field=models.CharField(max_length=20, db_collation="utf8mb4_bin"), db_persist=False)),
migrations.AddField("A", "t2", models.TextField(db_default="x")),
migrations.AddField("A", "u2", models.UUIDField(db_default=uuid.UUID("12345678-1234-5678-1234-567812345678"), unique=True, null=True)),
migrations.AddField("A", "d2", models.DecimalField(max_digits=4, decimal_places=1, db_default=decimal.Decimal("1.5"))),
#---
migrations.RemoveField("A", "vtext"),
migrations.AlterField("A", "t2", models.CharField(max_length=9, db_default="x")),
#---
migrations.AlterField("A", "t2", models.CharField(max_length=19, default="y")),
