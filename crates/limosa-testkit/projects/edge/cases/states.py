# Several operations of one migration that build on each other.
#---
migrations.CreateModel("A", [("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")), ("x", models.IntegerField())]),
migrations.AddField("A", "y", models.IntegerField(default=1)),
migrations.AddField("A", "b", models.CharField(max_length=4, null=True, db_index=True)),
migrations.AlterField("A", "x", models.BigIntegerField(db_index=True)),
migrations.AlterUniqueTogether("A", {("x", "y")}),
migrations.AddIndex("A", models.Index(fields=["x", "y"], name="states_xy")),
migrations.RemoveIndex("A", "states_xy"),
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(x__gt=0), name="states_x")),
#---
migrations.RemoveField("A", "b"),
migrations.AddField("A", "c", models.IntegerField(default=1)),
migrations.AddField("A", "d", models.IntegerField(default=1)),
migrations.AlterField("A", "c", models.BigIntegerField(default=1)),
#---
migrations.DeleteModel("A") if False else migrations.AlterModelOptions("A", {"verbose_name": "a"}),
migrations.AlterField("A", "d", models.BigIntegerField(default=1)),
#---
migrations.RemoveConstraint("A", "states_x"),
migrations.AlterField("A", "d", models.IntegerField(default=1)),
#---
migrations.RemoveIndex("A", "gone") if False else migrations.AddIndex("A", models.Index(fields=["d"], name="states_d")),
migrations.AlterField("A", "c", models.IntegerField(default=1)),
#---
migrations.AlterField("A", "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
#---
migrations.RenameField("A", "id", "ident"),
migrations.AddField("A", "e", models.IntegerField(default=1)),
#---
migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("a", models.ForeignKey("A", CASCADE)), ("z", models.CharField(max_length=3))]),
migrations.AlterField("A", "c", models.CharField(max_length=5, default="1")),
migrations.AddField("B", "self", models.ForeignKey("self", CASCADE, null=True)),
migrations.AlterField("B", "z", models.CharField(max_length=9, unique=True)),
#---
migrations.DeleteModel("B"),
migrations.AddField("A", "f", models.IntegerField(default=1)),
