# Primary keys that come back, which PostgreSQL refuses.
# vendor: sqlite
#---
migrations.CreateModel("M", [("code", models.CharField(max_length=5, primary_key=True)), ("x", models.IntegerField(null=True))]),
#---
migrations.AddField("M", "id", models.AutoField(primary_key=True, default=None, serialize=False), preserve_default=False),
migrations.AlterField("M", "code", models.CharField(max_length=5)),
#--- implicit key replaced by a field
migrations.CreateModel("I", [("code", models.CharField(max_length=5, unique=True))]),
#---
migrations.AlterField("I", "code", models.CharField(max_length=5, primary_key=True)),
