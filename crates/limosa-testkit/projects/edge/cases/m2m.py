# Many-to-many relations.
#---
migrations.CreateModel("A", [("id", models.AutoField(primary_key=True))]),
migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("plain", models.ManyToManyField("A")), ("table", models.ManyToManyField("A", db_table="b table", related_name="+")), ("loose", models.ManyToManyField("A", db_constraint=False, related_name="+")), ("self", models.ManyToManyField("self"))]),
migrations.CreateModel("T", [("id", models.AutoField(primary_key=True)), ("a", models.ForeignKey("A", CASCADE)), ("b", models.ForeignKey("B", CASCADE))]),
migrations.AddField("A", "through", models.ManyToManyField("B", through="T", related_name="+")),
#---
migrations.AddField("A", "direct", models.ManyToManyField("B", related_name="+")),
#--- other target
migrations.CreateModel("C", [("id", models.BigAutoField(primary_key=True))]),
migrations.AlterField("B", "plain", models.ManyToManyField("C")),
#--- options only
migrations.AlterField("B", "plain", models.ManyToManyField("C", blank=True, related_name="bs")),
#--- table
migrations.AlterField("B", "table", models.ManyToManyField("A", db_table="other_table", related_name="+")),
#--- constraint
migrations.AlterField("B", "loose", models.ManyToManyField("A", related_name="+")),
#--- renamed
migrations.RenameField("B", "plain", "simple"),
#--- the key of one side
migrations.AlterField("A", "id", models.BigAutoField(primary_key=True)),
#--- the model is renamed
migrations.RenameModel("A", "Alpha"),
#---
migrations.RenameModel("B", "Beta"),
#--- model table
migrations.AlterModelTable("Beta", "betas"),
#---
migrations.RemoveField("Beta", "simple"),
migrations.RemoveField("Alpha", "through"),
#---
migrations.DeleteModel("T"),
migrations.RemoveField("Alpha", "direct"),
migrations.DeleteModel("Beta"),
