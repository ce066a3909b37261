# Foreign keys.
#---
migrations.CreateModel("P", [("id", models.AutoField(primary_key=True)), ("code", models.CharField(max_length=10, unique=True)), ("num", models.IntegerField(unique=True))]),
migrations.CreateModel("Q", [("name", models.CharField(max_length=10, primary_key=True))]),
migrations.CreateModel("C", [
    ("id", models.AutoField(primary_key=True)),
    ("p", models.ForeignKey("P", CASCADE)),
    ("q", models.ForeignKey("Q", CASCADE, null=True)),
    ("code", models.ForeignKey("P", CASCADE, to_field="code", related_name="by_code")),
    ("num", models.ForeignKey("P", CASCADE, to_field="num", related_name="by_num", null=True)),
    ("parent", models.ForeignKey("self", CASCADE, null=True)),
    ("loose", models.IntegerField(null=True)),
]),
migrations.CreateModel("D", [("id", models.AutoField(primary_key=True)), ("c", models.OneToOneField("C", CASCADE))]),
#--- the key's type
migrations.AlterField("P", "id", models.BigAutoField(primary_key=True)),
#--- the type of a referenced unique field
migrations.AlterField("P", "code", models.CharField(max_length=20, unique=True)),
#---
migrations.AlterField("P", "num", models.BigIntegerField(unique=True)),
#--- a text key
migrations.AlterField("Q", "name", models.CharField(max_length=20, primary_key=True)),
#---
# vendor: sqlite postgresql
migrations.AlterField("Q", "name", models.TextField(primary_key=True)),
#--- foreign key to integer and back
migrations.AlterField("C", "p", models.IntegerField()),
#---
migrations.AlterField("C", "p", models.ForeignKey("P", CASCADE)),
#--- integer to foreign key
migrations.AlterField("C", "loose", models.ForeignKey("P", CASCADE, null=True, related_name="+")),
#--- other target
migrations.AlterField("C", "loose", models.ForeignKey("D", CASCADE, null=True, related_name="+")),
#--- constraint off and on
migrations.AlterField("C", "loose", models.ForeignKey("D", CASCADE, null=True, related_name="+", db_constraint=False)),
#---
migrations.AlterField("C", "loose", models.ForeignKey("D", CASCADE, null=True, related_name="+")),
#--- index off and on
migrations.AlterField("C", "loose", models.ForeignKey("D", CASCADE, null=True, related_name="+", db_index=False)),
#---
migrations.AlterField("C", "loose", models.ForeignKey("D", CASCADE, null=True, related_name="+")),
#--- unique foreign key, one-to-one and back
migrations.AlterField("C", "loose", models.ForeignKey("D", CASCADE, null=True, related_name="+", unique=True)),
#---
migrations.AlterField("C", "loose", models.OneToOneField("D", CASCADE, null=True, related_name="+")),
#---
migrations.AlterField("C", "loose", models.ForeignKey("D", CASCADE, null=True, related_name="+")),
#--- on_delete, related_name, limit_choices_to do nothing
migrations.AlterField("C", "loose", models.ForeignKey("D", models.PROTECT, null=True, related_name="x", limit_choices_to={"id": 1}, blank=True)),
#--- to_field
migrations.AlterField("C", "num", models.ForeignKey("P", CASCADE, related_name="by_num", null=True)),
#---
migrations.AlterField("C", "num", models.ForeignKey("P", CASCADE, related_name="by_num", null=True, to_field="num")),
#--- null
migrations.AlterField("C", "q", models.ForeignKey("Q", CASCADE)),
#--- column
migrations.AlterField("C", "q", models.ForeignKey("Q", CASCADE, db_column="queue")),
#--- the referenced field is renamed
migrations.RenameField("P", "num", "number"),
migrations.RenameField("P", "code", "kode"),
#--- renamed foreign keys
migrations.RenameField("C", "p", "pp"),
migrations.RenameField("C", "parent", "mother"),
#--- self
migrations.AlterField("C", "id", models.BigAutoField(primary_key=True)),
#---
migrations.RemoveField("C", "code"),
migrations.RemoveField("C", "mother"),
#--- to many-to-many by removal
migrations.RemoveField("C", "pp"),
migrations.AddField("C", "pp", models.ManyToManyField("P", related_name="cs")),
#---
migrations.RemoveField("C", "loose"),
migrations.DeleteModel("D"),
