# Composite primary keys.
# django: 5.2
#---
migrations.CreateModel("T", [("id", models.AutoField(primary_key=True))]),
migrations.CreateModel("A", [("pk", models.CompositePrimaryKey("t", "n", blank=True, editable=False, primary_key=True, serialize=False)), ("t", models.ForeignKey("T", CASCADE)), ("n", models.IntegerField()), ("x", models.CharField(max_length=4))]),
#---
migrations.AddField("A", "y", models.IntegerField(default=1)),
#---
migrations.AlterField("A", "x", models.CharField(max_length=14)),
#---
migrations.RenameField("A", "n", "num"),
#---
migrations.AlterField("A", "num", models.BigIntegerField()),
#---
migrations.RemoveField("A", "y"),
migrations.AddField("A", "u", models.CharField(max_length=4, null=True, unique=True)),
#--- a key that becomes composite
migrations.CreateModel("B", [("id", models.IntegerField(primary_key=True)), ("n", models.IntegerField())]),
#---
migrations.AddField("B", "pk", models.CompositePrimaryKey("id", "n", blank=True, editable=False, primary_key=True, serialize=False)),
migrations.AlterField("B", "id", models.IntegerField()),
