# Indexes.
#---
migrations.CreateModel("A", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField()), ("y", models.CharField(max_length=9)), ("d", models.DateTimeField(null=True)), ("j", models.JSONField(default=dict)), ("fk", models.ForeignKey("self", CASCADE, null=True))],
    options={"indexes": [models.Index(fields=["x"], name="ixed_x"), models.Index(fields=["-x", "y"], name="ixed_xy"), models.Index(functions.Lower("y").desc(), name="ixed_low")]}),
#---
migrations.AddIndex("A", models.Index(fields=["y"], name="ixed_y", condition=Q(x__gt=5))),
migrations.AddIndex("A", models.Index(fields=["y"], name="ixed_y2", condition=Q(x__gt=5, y="it's 5%") | ~Q(x=1))),
migrations.AddIndex("A", models.Index(fields=["y"], name="ixed_y3", condition=Q(d__isnull=True) & Q(x__in=[1, 2, 3]))),
migrations.AddIndex("A", models.Index(fields=["fk", "x"], name="ixed_fk", include=["y"])),
migrations.AddIndex("A", models.Index(F("x") + 1, name="ixed_plus")),
migrations.AddIndex("A", models.Index(functions.Upper("y"), F("x").desc(), name="ixed_nulls")),
migrations.AddIndex("A", models.Index(functions.Coalesce("x", 5), name="ixed_coal")),
migrations.AddIndex("A", models.Index(functions.Length("y"), "x", name="ixed_len", condition=Q(y__startswith="a"))),
migrations.AddIndex("A", models.Index(models.functions.Collate("y", "${COLLATION}"), name="ixed_collate")),
migrations.AddIndex("A", models.Index(functions.Cast("x", models.CharField(max_length=5)), name="ixed_cast")),
migrations.AddIndex("A", models.Index(models.Case(models.When(x__gt=3, then=models.Value("a")), default=models.Value("b")), name="ixed_case")),
#---
migrations.RenameIndex("A", new_name="ixed_why", old_name="ixed_y"),
#---
migrations.RemoveIndex("A", "ixed_xy"),
migrations.RemoveIndex("A", "ixed_low"),
#--- fields under indexes change
migrations.AlterField("A", "y", models.CharField(max_length=19)),
#---
migrations.AddField("A", "free", models.IntegerField(null=True, db_index=True)),
migrations.RenameField("A", "free", "unfree"),
#---
migrations.AlterModelTable("A", "ixed"),
#---
migrations.AddField("A", "n", models.IntegerField(default=0)),
#--- a removed field with an index
migrations.RemoveIndex("A", "ixed_fk"),
migrations.RemoveField("A", "fk"),
#--- created with an index in one migration
migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField())]),
migrations.AddIndex("B", models.Index(fields=["x"], name="b_x")),
migrations.AlterField("B", "x", models.BigIntegerField()),
migrations.RemoveIndex("B", "b_x"),
