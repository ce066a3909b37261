# Foreign keys of MySQL and the indexes that they need.
# vendor: mysql
#---
migrations.CreateModel("P", [("id", models.AutoField(primary_key=True)), ("code", models.PositiveIntegerField(unique=True))]),
migrations.CreateModel("C", [
    ("id", models.AutoField(primary_key=True)),
    ("p", models.ForeignKey("P", CASCADE)),
    ("q", models.ForeignKey("P", CASCADE, related_name="+", null=True)),
    ("loose", models.ForeignKey("P", CASCADE, related_name="+", db_constraint=False)),
    ("bare", models.ForeignKey("P", CASCADE, related_name="+", db_index=False)),
    ("one", models.OneToOneField("P", CASCADE, related_name="+", null=True)),
    ("code", models.ForeignKey("P", CASCADE, related_name="+", to_field="code", null=True)),
    ("x", models.IntegerField()),
    ("y", models.IntegerField()),
], options={"unique_together": {("p", "x")}}),
#--- what only begins with the key goes
migrations.AlterUniqueTogether("C", set()),
#---
migrations.AlterUniqueTogether("C", {("q", "x"), ("one", "x")}),
#---
migrations.AlterUniqueTogether("C", {("one", "x")}),
migrations.AlterUniqueTogether("C", set()),
#--- index_together
migrations.AlterIndexTogether("C", {("bare", "x")}),
#---
migrations.AlterIndexTogether("C", {("bare", "y")}),
#---
migrations.AlterIndexTogether("C", set()),
#--- indexes of the options
migrations.AddIndex("C", models.Index(fields=["p", "x"], name="mk_px")),
migrations.AddIndex("C", models.Index(fields=["-q", "x"], name="mk_qx")),
migrations.AddIndex("C", models.Index(fields=["loose", "-x"], name="mk_lx")),
migrations.AddIndex("C", models.Index(fields=["one", "x"], name="mk_ox")),
#---
migrations.RenameIndex("C", new_name="mk_px2", old_name="mk_px"),
#---
migrations.RemoveIndex("C", "mk_px2"),
migrations.RemoveIndex("C", "mk_qx"),
migrations.RemoveIndex("C", "mk_lx"),
migrations.RemoveIndex("C", "mk_ox"),
#--- two begin with it
migrations.AddIndex("C", models.Index(fields=["code", "x"], name="mk_cx")),
migrations.AddIndex("C", models.Index(fields=["code", "y"], name="mk_cy")),
#---
migrations.RemoveIndex("C", "mk_cx"),
migrations.RemoveIndex("C", "mk_cy"),
#--- constraints
migrations.AddConstraint("C", models.UniqueConstraint(fields=["bare", "y"], name="mk_by")),
migrations.AddConstraint("C", models.UniqueConstraint(fields=["code", "y"], name="mk_part", condition=Q(x__gt=1))),
#---
migrations.RemoveConstraint("C", "mk_by"),
migrations.RemoveConstraint("C", "mk_part"),
#--- an index of its own, then none
migrations.AddIndex("C", models.Index(fields=["p"], name="mk_p")),
#---
migrations.RemoveIndex("C", "mk_p"),
#--- the key comes and goes
migrations.AlterField("C", "p", models.ForeignKey("P", CASCADE, db_constraint=False)),
#---
migrations.AlterField("C", "p", models.ForeignKey("P", CASCADE)),
#---
migrations.AlterField("C", "p", models.ForeignKey("P", CASCADE, db_index=False)),
#---
migrations.AlterField("C", "p", models.ForeignKey("P", CASCADE)),
#---
migrations.AlterField("C", "loose", models.ForeignKey("P", CASCADE, related_name="+")),
migrations.AlterField("C", "q", models.IntegerField(null=True)),
#---
migrations.AlterField("C", "q", models.ForeignKey("P", CASCADE, related_name="+", null=True)),
migrations.AlterField("C", "x", models.ForeignKey("P", CASCADE, related_name="+", null=True)),
#---
migrations.AlterField("C", "x", models.OneToOneField("P", CASCADE, related_name="+", null=True)),
#---
migrations.AlterField("C", "x", models.IntegerField(null=True, db_index=True)),
#--- keys of other types
migrations.AlterField("P", "code", models.PositiveBigIntegerField(unique=True)),
#---
migrations.AlterField("P", "id", models.BigAutoField(primary_key=True)),
#---
migrations.RenameField("P", "id", "ident"),
migrations.RenameField("C", "p", "parent"),
#---
migrations.AlterField("P", "ident", models.SmallAutoField(primary_key=True)),
#--- created, changed and dropped in one migration
migrations.CreateModel("D", [("id", models.AutoField(primary_key=True)), ("p", models.ForeignKey("P", CASCADE)), ("x", models.IntegerField(db_index=True)), ("many", models.ManyToManyField("C", related_name="+"))], options={"unique_together": {("p", "x")}}),
migrations.AddField("D", "c", models.ForeignKey("C", CASCADE, null=True)),
migrations.AlterField("D", "x", models.BigIntegerField(db_index=True)),
migrations.RenameField("D", "p", "parent"),
migrations.AddIndex("D", models.Index(fields=["c", "x"], name="mk_d")),
#---
migrations.RemoveIndex("D", "mk_d"),
migrations.RemoveField("D", "c"),
#--- a column of an index goes
migrations.AddIndex("D", models.Index(fields=["x", "parent"], name="mk_dx")),
#---
migrations.RemoveField("D", "x") if False else migrations.AlterUniqueTogether("D", set()),
#---
migrations.RemoveField("D", "x"),
#---
migrations.AddIndex("D", models.Index(fields=["parent", "id"], name="mk_dp")),
#---
migrations.RemoveIndex("D", "mk_dp"),
#---
migrations.DeleteModel("D"),
