# Things together.
#---
migrations.CreateModel("A", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField()), ("y", models.IntegerField()), ("z", models.CharField(max_length=5)), ("fk", models.ForeignKey("self", CASCADE, null=True))], options={"unique_together": {("x", "y")}}),
#---
migrations.AlterUniqueTogether("A", {("x", "y", "z")}),
#---
migrations.AlterUniqueTogether("A", {("fk", "z")}),
#---
migrations.AlterUniqueTogether("A", set()),
#--- index_together
migrations.AlterIndexTogether("A", {("x", "y")}),
#---
migrations.AlterIndexTogether("A", {("y", "z", "fk")}),
#---
migrations.RenameIndex("A", new_name="named_idx", old_fields=("y", "z", "fk")),
#---
migrations.RemoveIndex("A", "named_idx"),
#--- created and altered in one migration
migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField()), ("y", models.IntegerField())], options={"unique_together": {("x", "y")}}),
migrations.AlterField("B", "x", models.BigIntegerField()),
migrations.RenameField("B", "y", "why"),
#---
migrations.AlterUniqueTogether("B", {("why", "x")}),
migrations.RemoveField("B", "why") if False else migrations.AlterUniqueTogether("B", set()),
migrations.RemoveField("B", "why"),
#--- index_together at creation
migrations.CreateModel("C", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField()), ("y", models.IntegerField())], options={"index_together": {("x", "y")}}),
#---
migrations.RenameField("C", "x", "ex"),
migrations.AddField("C", "z", models.IntegerField(default=1)),
