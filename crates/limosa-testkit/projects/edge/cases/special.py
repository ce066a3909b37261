# Operations that run something.
#---
migrations.CreateModel("A", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField(default=1))]),
migrations.RunSQL("INSERT INTO special_a (x) VALUES (1); INSERT INTO special_a (x) VALUES (2); -- done; really", migrations.RunSQL.noop),
#---
migrations.SeparateDatabaseAndState(
    database_operations=[migrations.RunSQL("ALTER TABLE special_a ADD COLUMN y integer NULL", "ALTER TABLE special_a DROP COLUMN y")],
    state_operations=[migrations.AddField("A", "y", models.IntegerField(null=True))]),
#---
migrations.AddField("A", "z", models.IntegerField(default=2)),
#---
migrations.SeparateDatabaseAndState(
    database_operations=[migrations.AlterField("A", "z", models.BigIntegerField(default=2)), migrations.AddField("A", "w", models.IntegerField(null=True))],
    state_operations=[migrations.RemoveField("A", "z")]),
#---
migrations.RunSQL([("UPDATE special_a SET x = %s WHERE y = %s", [1, 2]), "UPDATE special_a SET x = 5 WHERE x = 3"], state_operations=[migrations.AddField("A", "w", models.IntegerField(null=True))]),
#---
migrations.AlterField("A", "w", models.IntegerField(default=1)),
migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
migrations.AddField("A", "v", models.IntegerField(default=1)),
#--- columns that follow a RunPython in one migration
# attributes: atomic = False
migrations.AddField("A", "u", models.IntegerField(default=1)),
migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
migrations.AddField("A", "t", models.IntegerField(default=1)),
migrations.AlterField("A", "x", models.IntegerField(default=9)),
