# Generated columns.
# django: 5.0
#---
migrations.CreateModel("A", [
    ("id", models.AutoField(primary_key=True)),
    ("x", models.IntegerField()),
    ("y", models.CharField(max_length=9)),
    ("z", models.DecimalField(max_digits=6, decimal_places=2, default=1)),
    ("double", models.GeneratedField(expression=F("x") * 2, output_field=models.IntegerField(), db_persist=True)),
    ("low", models.GeneratedField(expression=functions.Lower("y"), output_field=models.CharField(max_length=9, db_index=True), db_persist=True)),
    ("money", models.GeneratedField(expression=F("z") * F("x"), output_field=models.DecimalField(max_digits=9, decimal_places=2), db_persist=True)),
    ("uni", models.GeneratedField(expression=functions.Upper("y"), output_field=models.CharField(max_length=9), db_persist=True, unique=True)),
]),
#---
migrations.AddField("A", "later", models.GeneratedField(expression=F("x") + 1, output_field=models.BigIntegerField(), db_persist=True)),
migrations.AddField("A", "case", models.GeneratedField(expression=models.Case(models.When(x__gt=5, then=models.Value("big")), default=models.Value("small's %")), output_field=models.CharField(max_length=9), db_persist=True)),
#---
migrations.AlterField("A", "later", models.GeneratedField(expression=F("x") + 1, output_field=models.BigIntegerField(), db_persist=True, help_text="x")),
#---
migrations.RenameField("A", "later", "plus"),
#--- columns beside them change
migrations.AddField("A", "w", models.IntegerField(default=1)),
#---
migrations.AlterField("A", "z", models.DecimalField(max_digits=6, decimal_places=2, default=2)),
#---
migrations.RemoveField("A", "double"),
migrations.RemoveField("A", "case"),
