# Options of models.
#---
migrations.CreateModel("A", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField())], options={"db_table": "Some Table", "db_table_comment": "it's a table"}),
migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("a", models.ForeignKey("A", CASCADE))], options={"order_with_respect_to": "a"}),
migrations.CreateModel("U", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField())], options={"managed": False}),
migrations.CreateModel("Q", [("id", models.AutoField(primary_key=True)), ("order", models.IntegerField(db_column="select")), ("Mixed", models.IntegerField(db_index=True))], options={"db_table": '"quoted_table"'}),
#---
migrations.AlterModelTable("A", "other"),
migrations.AlterModelTableComment("A", "new comment"),
#---
migrations.AlterModelTableComment("A", None),
migrations.AlterOrderWithRespectTo("B", None),
#---
migrations.AlterOrderWithRespectTo("B", "a"),
migrations.AddField("B", "n", models.IntegerField(default=1)),
#--- unmanaged
migrations.AddField("U", "y", models.IntegerField(default=1)),
migrations.RemoveField("U", "x"),
migrations.CreateModel("R", [("id", models.AutoField(primary_key=True)), ("u", models.ForeignKey("U", CASCADE, db_constraint=False))]),
#--- quoted names
migrations.AddField("Q", "m", models.ManyToManyField("A")),
migrations.AlterField("Q", "order", models.BigIntegerField(db_column="select")),
migrations.AlterField("Q", "Mixed", models.BigIntegerField(db_index=True, null=True)),
#---
migrations.RenameField("Q", "Mixed", "mixed"),
#---
migrations.AlterModelTable("Q", "q"),
#--- order_with_respect_to with a remade table
migrations.AlterField("B", "n", models.CharField(max_length=3, default="1")),
#---
migrations.RemoveField("R", "u"),
migrations.DeleteModel("U"),
migrations.DeleteModel("B"),
