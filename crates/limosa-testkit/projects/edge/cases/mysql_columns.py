# Columns of MySQL: long texts, JSON, unsigned numbers, comments.
# vendor: mysql
#---
migrations.CreateModel("A", [
    ("id", models.BigAutoField(primary_key=True)),
    ("pos", models.PositiveIntegerField()),
    ("small", models.PositiveSmallIntegerField(default=1, db_index=True)),
    ("big", models.PositiveBigIntegerField(null=True)),
    ("json", models.JSONField(default=dict)),
    ("text", models.TextField(db_comment="a 'long' \"text\" \\\\ of 50%")),
    ("name", models.CharField(max_length=20, db_comment="ä€", db_collation="utf8mb4_bin")),
    ("uuid", models.UUIDField(default=uuid.uuid4)),
    ("bin", models.BinaryField(null=True)),
    ("utext", models.TextField(unique=True)),
    ("itext", models.TextField(db_index=True)),
], options={"db_table_comment": "it's a table"}),
#---
migrations.AlterModelTableComment("A", "another"),
#---
migrations.AlterModelTableComment("A", None),
#--- long texts
migrations.AddField("A", "t_blank", models.TextField(blank=True)),
migrations.AddField("A", "t_empty", models.TextField(default="")),
migrations.AddField("A", "t_text", models.TextField(default="it's")),
migrations.AddField("A", "t_null", models.TextField(null=True, default="x")),
migrations.AddField("A", "t_null_empty", models.TextField(null=True, default="")),
migrations.AddField("A", "b_empty", models.BinaryField(default=b"")),
migrations.AddField("A", "b_bytes", models.BinaryField(default=b"ab'")),
migrations.AddField("A", "j_dict", models.JSONField(default=dict)),
migrations.AddField("A", "j_null", models.JSONField(null=True)),
migrations.AddField("A", "j_text", models.JSONField(default="")),
migrations.AddField("A", "c_blank", models.CharField(max_length=3, blank=True, default="", db_comment="c")),
migrations.AddField("A", "oneoff", models.TextField(default=""), preserve_default=False),
#---
migrations.AlterField("A", "t_text", models.TextField(null=True)),
migrations.AlterField("A", "t_null", models.TextField(default="y")),
migrations.AlterField("A", "t_null_empty", models.TextField(default="")),
migrations.AlterField("A", "j_null", models.JSONField(default=list)),
migrations.AlterField("A", "j_dict", models.JSONField(null=True)),
migrations.AlterField("A", "bin", models.BinaryField(default=b"")),
#---
migrations.AlterField("A", "c_blank", models.TextField(blank=True, default="", db_comment="c")),
migrations.AlterField("A", "t_text", models.CharField(max_length=9, default="x")),
migrations.AlterField("A", "t_blank", models.CharField(max_length=9, blank=True, null=True)),
migrations.AlterField("A", "t_blank", models.TextField(blank=True)),
#--- JSON
migrations.AlterField("A", "json", models.TextField(default="{}")),
#---
migrations.AlterField("A", "json", models.JSONField(null=True)),
#---
migrations.RenameField("A", "json", "data"),
#---
migrations.AlterField("A", "data", models.JSONField(default=dict)),
#--- unsigned numbers
migrations.RenameField("A", "pos", "place"),
#---
migrations.AlterField("A", "place", models.PositiveIntegerField(null=True)),
#---
migrations.AlterField("A", "place", models.PositiveBigIntegerField(default=2)),
#---
migrations.AlterField("A", "place", models.IntegerField(default=2)),
#---
migrations.AlterField("A", "place", models.PositiveSmallIntegerField(default=2, db_column="spot")),
#---
migrations.RenameField("A", "big", "large"),
migrations.RenameField("A", "large", "big"),
#---
migrations.AlterField("A", "big", models.BigIntegerField(null=True)),
migrations.AlterField("A", "small", models.PositiveSmallIntegerField(default=1)),
migrations.RemoveField("A", "small"),
#--- comments
migrations.AlterField("A", "name", models.CharField(max_length=20, db_comment="new", db_collation="utf8mb4_bin")),
#---
migrations.AlterField("A", "name", models.CharField(max_length=30, db_comment="new", db_collation="utf8mb4_bin", null=True)),
#---
migrations.AlterField("A", "name", models.CharField(max_length=30, db_comment="new", default="n", db_index=True)),
#---
migrations.AlterField("A", "name", models.CharField(max_length=30, db_comment="new", default="n", unique=True, db_column="title")),
#---
migrations.AlterField("A", "name", models.CharField(max_length=30)),
#--- identifiers
migrations.AlterField("A", "uuid", models.UUIDField(null=True)),
#---
migrations.AlterField("A", "uuid", models.UUIDField(default=uuid.UUID("12345678-1234-5678-1234-567812345678"), unique=True)),
#---
migrations.AlterField("A", "uuid", models.CharField(max_length=36, default="u")),
#--- texts with indexes
migrations.AlterField("A", "utext", models.TextField()),
migrations.AlterField("A", "itext", models.CharField(max_length=9, db_index=True)),
#---
migrations.AlterField("A", "itext", models.CharField(max_length=9)),
#--- tablespaces mean nothing
migrations.AddField("A", "spaced", models.IntegerField(db_index=True, db_tablespace="space", null=True)),
migrations.CreateModel("S", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField(db_index=True)), ("fk", models.ForeignKey("A", CASCADE))], options={"db_tablespace": "space", "indexes": [models.Index(fields=["x", "-fk"], name="space_idx")]}),
#--- two of the same name
migrations.CreateModel("U", [("id", models.AutoField(primary_key=True)), ("code", models.CharField(max_length=9, unique=True))], options={"constraints": [models.UniqueConstraint(fields=["code"], name="u_code")]}),
#---
migrations.AlterField("U", "code", models.CharField(max_length=9)),
#---
migrations.RemoveConstraint("U", "u_code"),
#--- the key without a number of its own
migrations.CreateModel("K", [("id", models.AutoField(primary_key=True)), ("s", models.ForeignKey("S", CASCADE)), ("k", models.ForeignKey("self", CASCADE, null=True))]),
#---
migrations.AlterField("K", "id", models.IntegerField(primary_key=True)),
#---
migrations.AlterField("K", "id", models.PositiveIntegerField(primary_key=True)),
#---
migrations.AlterField("K", "id", models.BigAutoField(primary_key=True)),
#---
migrations.RenameField("K", "id", "number"),
migrations.AlterField("S", "id", models.BigAutoField(primary_key=True)),
