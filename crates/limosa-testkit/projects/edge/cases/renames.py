# Renamed fields and models.
#---
migrations.CreateModel("Author", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9, db_index=True)), ("first", models.IntegerField(default=0)), ("second", models.PositiveIntegerField(default=0))],
    options={"unique_together": {("name", "first")}, "indexes": [models.Index(fields=["first", "-second"], name="ren_idx")]}),
migrations.CreateModel("Book", [("id", models.AutoField(primary_key=True)), ("author", models.ForeignKey("Author", CASCADE)), ("others", models.ManyToManyField("Author", related_name="books"))]),
migrations.CreateModel("Self", [("id", models.AutoField(primary_key=True)), ("up", models.ForeignKey("self", CASCADE, null=True)), ("friends", models.ManyToManyField("self"))]),
#---
migrations.RenameField("Author", "name", "title"),
#---
migrations.RenameField("Author", "first", "primary"),
migrations.RenameField("Author", "second", "secondary"),
#--- on MySQL Django looks for the fields of the index
# vendor: sqlite postgresql
migrations.RemoveIndex("Author", "ren_idx"),
migrations.AddIndex("Author", models.Index(fields=["primary", "-secondary"], name="ren_idx")),
#---
migrations.RenameField("Book", "author", "writer"),
migrations.RenameField("Book", "others", "writers"),
#---
migrations.RenameModel("Author", "Writer"),
#---
migrations.RenameModel("Book", "Volume"),
#---
migrations.RenameModel("Self", "Me"),
#--- chain in one migration
migrations.RenameModel("Writer", "Scribe"),
migrations.RenameModel("Scribe", "Poet"),
migrations.RenameField("Poet", "title", "label"),
migrations.AlterField("Poet", "label", models.CharField(max_length=19, db_index=True)),
#---
migrations.RenameModel("Poet", "Minstrel"),
#--- create and rename in one migration: deferred statements follow
migrations.CreateModel("Fresh", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9, db_index=True)), ("poet", models.ForeignKey("Minstrel", CASCADE)), ("n", models.IntegerField())], options={"unique_together": {("name", "n")}}),
migrations.RenameModel("Fresh", "Stale"),
migrations.AlterModelTable("Stale", "stale_table"),
migrations.AddField("Stale", "m", models.ManyToManyField("Minstrel", related_name="+")),
migrations.AlterModelTable("Stale", "stale_two"),
#--- table names
migrations.AlterModelTable("Volume", "vol"),
#---
migrations.AlterModelTable("Volume", None),
#---
migrations.AlterModelTable("Minstrel", "the_poets"),
#--- rename with a fixed table
migrations.RenameModel("Minstrel", "Bard"),
#--- create and drop in one migration
migrations.CreateModel("Gone", [("id", models.AutoField(primary_key=True)), ("bard", models.ForeignKey("Bard", CASCADE)), ("x", models.IntegerField(db_index=True))]),
migrations.RemoveField("Gone", "x"),
migrations.DeleteModel("Gone"),
#--- rename a renamed field's index column
migrations.RenameField("Bard", "label", "caption"),
migrations.RemoveField("Bard", "caption") if False else migrations.AlterField("Bard", "caption", models.CharField(max_length=21)),
