# What the database does when a row is deleted.
# django: 6.1
#---
migrations.CreateModel("A", [("id", models.AutoField(primary_key=True))]),
migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("a", models.ForeignKey("A", models.DB_CASCADE)), ("n", models.ForeignKey("A", models.DB_SET_NULL, null=True, related_name="+")), ("d", models.ForeignKey("A", models.DB_SET_DEFAULT, db_default=1, related_name="+"))]),
#---
migrations.AddField("B", "x", models.ForeignKey("A", models.DB_CASCADE, null=True, related_name="+")),
migrations.AddField("B", "y", models.OneToOneField("A", models.DB_SET_NULL, null=True, related_name="+")),
#---
migrations.AlterField("B", "x", models.ForeignKey("A", CASCADE, null=True, related_name="+")),
migrations.AlterField("B", "a", models.ForeignKey("A", models.PROTECT)),
migrations.AlterField("B", "n", models.ForeignKey("A", models.DB_CASCADE, null=True, related_name="+")),
#---
migrations.AlterField("B", "x", models.ForeignKey("A", models.DB_SET_NULL, null=True, related_name="+")),
migrations.AlterField("A", "id", models.BigAutoField(primary_key=True)),
#---
migrations.RenameModel("A", "Alpha"),
