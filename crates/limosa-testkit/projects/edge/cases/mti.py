# Multi-table inheritance and proxies.
#---
migrations.CreateModel("Place", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9))]),
migrations.CreateModel("Bar", [("place_ptr", models.OneToOneField("Place", CASCADE, auto_created=True, parent_link=True, primary_key=True, serialize=False)), ("beer", models.IntegerField())], bases=("mti.place",)),
migrations.CreateModel("Pub", [("bar_ptr", models.OneToOneField("Bar", CASCADE, auto_created=True, parent_link=True, primary_key=True, serialize=False)), ("darts", models.BooleanField(default=False))], bases=("mti.bar",)),
migrations.CreateModel("Proxy", [], options={"proxy": True}, bases=("mti.place",)),
migrations.CreateModel("Visit", [("id", models.AutoField(primary_key=True)), ("pub", models.ForeignKey("Pub", CASCADE)), ("proxy", models.ForeignKey("Proxy", CASCADE, related_name="+")), ("bars", models.ManyToManyField("Bar"))]),
#--- the root's key
migrations.AlterField("Place", "id", models.BigAutoField(primary_key=True)),
#---
migrations.AddField("Bar", "gin", models.IntegerField(default=0)),
migrations.AddField("Pub", "extra", models.CharField(max_length=3, unique=True, default="x")),
#--- renamed in the middle
migrations.RenameModel("Bar", "Tavern") if False else migrations.RenameField("Place", "name", "title"),
#---
migrations.AddField("Proxy", "oops", models.IntegerField(null=True)) if False else migrations.AlterModelOptions("Proxy", {"ordering": ["title"]}),
#--- a second child
migrations.CreateModel("Cafe", [("place", models.OneToOneField("Place", CASCADE, parent_link=True, primary_key=True)), ("cups", models.IntegerField(db_index=True))], bases=("mti.place",)),
#---
migrations.AlterField("Cafe", "place", models.OneToOneField("Place", models.PROTECT, parent_link=True, primary_key=True, db_column="p")),
#---
migrations.DeleteModel("Proxy") if False else migrations.RemoveField("Visit", "proxy"),
#---
migrations.DeleteModel("Proxy"),
migrations.DeleteModel("Visit"),
migrations.DeleteModel("Pub"),
