# Swapped models.
#---
migrations.CreateModel("Plain", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField())], options={"swappable": "SWAP_MODEL"}),
migrations.CreateModel("Other", [("id", models.AutoField(primary_key=True)), ("y", models.IntegerField()), ("many", models.ManyToManyField("auth.Group"))]),
# depends: auth.0001_initial
migrations.CreateModel("Ref", [("id", models.AutoField(primary_key=True)), ("to", models.ForeignKey(settings.SWAP_MODEL, CASCADE)), ("user", models.ForeignKey(settings.AUTH_USER_MODEL, CASCADE))]),
#---
migrations.AddField("Plain", "z", models.IntegerField(default=1)),
migrations.AddField("Other", "z", models.IntegerField(default=1)),
#---
migrations.RemoveField("Plain", "x"),
migrations.AlterField("Other", "id", models.BigAutoField(primary_key=True)),
