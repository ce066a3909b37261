# Deferred statements follow renamed columns; on SQLite Django fails here.
# vendor: postgresql
#---
migrations.CreateModel("P", [("id", models.AutoField(primary_key=True))]),
migrations.CreateModel("Fresh", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9, db_index=True)), ("p", models.ForeignKey("P", CASCADE)), ("n", models.IntegerField())],
    options={"unique_together": {("name", "n")}, "indexes": [models.Index(fields=["n", "-name"], name="fresh_n"), models.Index(fields=["n"], name="fresh_c", condition=Q(n__gt=1))], "constraints": [models.UniqueConstraint(fields=["n", "p"], name="fresh_u")]}),
migrations.RenameField("Fresh", "name", "called"),
migrations.RenameModel("Fresh", "Stale"),
migrations.AlterModelTable("Stale", "stale_renamed"),
migrations.RenameField("P", "id", "ident"),
migrations.RenameModel("P", "Pea"),
migrations.RemoveField("Stale", "p") if False else migrations.AlterField("Stale", "called", models.CharField(max_length=19, db_index=True)),
