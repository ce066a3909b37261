# Primary keys.
#---
migrations.CreateModel("A", [("id", models.AutoField(primary_key=True)), ("code", models.CharField(max_length=5, unique=True)), ("n", models.IntegerField())]),
migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("a", models.ForeignKey("A", CASCADE)), ("many", models.ManyToManyField("A", related_name="+"))]),
migrations.CreateModel("N", [("x", models.IntegerField())]),
#--- small, big
migrations.AlterField("A", "id", models.SmallAutoField(primary_key=True)),
migrations.AlterField("A", "id", models.BigAutoField(primary_key=True)),
#--- not automatic any more
migrations.AlterField("A", "id", models.IntegerField(primary_key=True)),
#--- automatic again
migrations.AlterField("A", "id", models.AutoField(primary_key=True)),
#--- to uuid by text
migrations.AlterField("A", "id", models.CharField(max_length=36, primary_key=True)),
#--- renamed column
migrations.AlterField("A", "id", models.CharField(max_length=36, primary_key=True, db_column="key")),
migrations.RenameField("A", "id", "ident"),
#--- the implicit key of a model without one
migrations.AddField("N", "y", models.IntegerField(default=1)),
#--- the key moves to another field
migrations.CreateModel("M", [("id", models.AutoField(primary_key=True)), ("code", models.CharField(max_length=5))]),
#---
migrations.RemoveField("M", "id"),
migrations.AlterField("M", "code", models.CharField(max_length=5, primary_key=True)),
