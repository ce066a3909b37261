# Keys that are relations, and what points to them.
#---
migrations.CreateModel("Root", [("id", models.AutoField(primary_key=True))]),
migrations.CreateModel("One", [("root", models.OneToOneField("Root", CASCADE, primary_key=True)), ("x", models.IntegerField())]),
migrations.CreateModel("Two", [("one", models.OneToOneField("One", CASCADE, primary_key=True))]),
migrations.CreateModel("Leaf", [("id", models.AutoField(primary_key=True)), ("two", models.ForeignKey("Two", CASCADE)), ("ones", models.ManyToManyField("One")), ("up", models.ForeignKey("self", CASCADE, null=True))]),
#--- the type goes through all of them
migrations.AlterField("Root", "id", models.BigAutoField(primary_key=True)),
#---
migrations.AlterField("Root", "id", models.UUIDField(primary_key=True, default=uuid.uuid4)) if False else migrations.AlterField("Root", "id", models.BigIntegerField(primary_key=True)),
#---
migrations.AlterField("Leaf", "id", models.BigAutoField(primary_key=True)),
#---
migrations.RenameModel("Root", "Base"),
migrations.RenameField("Base", "id", "ident"),
#---
migrations.AlterField("One", "root", models.OneToOneField("Base", models.PROTECT, primary_key=True)),
#--- unique and index by turns on a foreign key
migrations.AlterField("Leaf", "two", models.OneToOneField("Two", CASCADE)),
migrations.AlterField("Leaf", "two", models.ForeignKey("Two", CASCADE, db_index=False)),
migrations.AlterField("Leaf", "two", models.ForeignKey("Two", CASCADE, unique=True, db_constraint=False)),
migrations.AlterField("Leaf", "two", models.ForeignKey("Two", CASCADE, null=True)),
#---
migrations.AlterField("Leaf", "two", models.IntegerField(null=True, db_index=True)),
#---
migrations.AlterField("Leaf", "two", models.CharField(max_length=9, db_index=True, default="x")),
#---
migrations.AlterField("Leaf", "two", models.CharField(max_length=9, unique=True, default="x", db_column="zwei")),
