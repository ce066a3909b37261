# Keys that are texts, with collations, and what points to them.
#---
migrations.CreateModel("T", [("code", models.CharField(max_length=9, primary_key=True))]),
migrations.CreateModel("U", [("id", models.AutoField(primary_key=True)), ("t", models.ForeignKey("T", CASCADE)), ("ts", models.ManyToManyField("T", related_name="+")), ("slug", models.SlugField(unique=True))]),
migrations.CreateModel("V", [("id", models.AutoField(primary_key=True)), ("u", models.ForeignKey("U", CASCADE, to_field="slug"))]),
#---
migrations.AlterField("T", "code", models.CharField(max_length=9, primary_key=True, db_collation="${COLLATION}")),
#---
migrations.AlterField("T", "code", models.CharField(max_length=19, primary_key=True, db_collation="${COLLATION}")),
#---
migrations.AlterField("U", "slug", models.SlugField(unique=True, max_length=99)),
#---
migrations.AlterField("U", "slug", models.CharField(unique=True, max_length=99, db_collation="${COLLATION2}")),
#---
# vendor: sqlite postgresql
migrations.AlterField("U", "slug", models.TextField(unique=True)),
#---
migrations.RenameField("U", "slug", "snail"),
#--- on MySQL Django forgets the collation
# vendor: sqlite postgresql
migrations.AlterField("V", "u", models.ForeignKey("U", CASCADE, to_field="snail", null=True)),
#---
migrations.AddField("V", "t", models.ForeignKey("T", CASCADE, null=True)),
migrations.RemoveField("U", "t"),
