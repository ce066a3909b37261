# Constraints.
#---
migrations.CreateModel("A", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField()), ("y", models.CharField(max_length=9)), ("d", models.DateField(null=True)), ("p", models.DecimalField(max_digits=5, decimal_places=2)), ("fk", models.ForeignKey("self", CASCADE, null=True))],
    options={"constraints": [
        models.CheckConstraint(condition=Q(x__gte=0), name="con_x"),
        models.UniqueConstraint(fields=["x", "y"], name="con_xy"),
        models.UniqueConstraint(fields=["y"], condition=Q(x__gt=1), name="con_part"),
        models.UniqueConstraint(functions.Lower("y"), name="con_low"),
        models.UniqueConstraint(fields=["d"], name="con_def", deferrable=models.Deferrable.DEFERRED),
        models.UniqueConstraint(fields=["p"], name="con_inc", include=["x"]),
        models.CheckConstraint(condition=Q(p__gt=decimal.Decimal("1.5")) | Q(y="it's 1%"), name="con_p"),
    ]}),
#---
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(d__gte=datetime.date(2020, 1, 1)), name="con_d")),
#---
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(x__range=(1, 5), y__contains="a_b%") & ~Q(y__in=["a", "b"]), name="con_range")),
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(x__gt=F("fk")), name="con_f")),
migrations.AddConstraint("A", models.CheckConstraint(condition=~Q(d=None), name="con_notnull")),
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(y__startswith="a") | Q(y__iexact="b") | Q(y__endswith="c") | Q(y__icontains="d"), name="con_like")),
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(x__lt=F("x") * 2 + 1), name="con_arith")),
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(x=1) ^ Q(y="a"), name="con_xor")),
migrations.AddConstraint("A", models.CheckConstraint(condition=models.ExpressionWrapper(Q(x__gt=0), output_field=models.BooleanField()), name="con_expr")),
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(functions.Length("y"), x=1) if False else Q(x__lte=100), name="con_hundred")),
migrations.AddConstraint("A", models.UniqueConstraint(fields=["fk", "x"], name="con_fk")),
migrations.AddConstraint("A", models.UniqueConstraint(fields=["fk", "y"], name="con_fk2", condition=Q(fk__isnull=False))),
migrations.AddConstraint("A", models.UniqueConstraint(fields=["x", "p"], name="con_def2", deferrable=models.Deferrable.IMMEDIATE)),
migrations.AddConstraint("A", models.UniqueConstraint(functions.Lower("y").desc(), "x", name="con_expr2")),
#---
# django: 5.0
migrations.AddConstraint("A", models.UniqueConstraint(fields=["x"], name="con_nulls", nulls_distinct=False)),
#---
migrations.RemoveConstraint("A", "con_x"),
migrations.RemoveConstraint("A", "con_part"),
migrations.RemoveConstraint("A", "con_xy"),
migrations.RemoveConstraint("A", "con_def"),
migrations.RemoveConstraint("A", "con_inc"),
migrations.RemoveConstraint("A", "con_low"),
#--- constrained fields change
migrations.AlterField("A", "y", models.CharField(max_length=19)),
#---
migrations.AddField("A", "n", models.PositiveIntegerField(default=1)),
#--- with a table of another name
migrations.AlterModelTable("A", "Con Strained"),
#---
migrations.AddConstraint("A", models.CheckConstraint(condition=Q(n__gt=0), name="con n")),
#---
migrations.RemoveConstraint("A", "con n"),
#--- unique field that has a unique constraint too
migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField(unique=True))], options={"constraints": [models.UniqueConstraint(fields=["x"], name="con_b")]}),
#---
migrations.AlterField("B", "x", models.IntegerField()),
#---
# django: 5.2
migrations.AlterConstraint("B", "con_b", models.UniqueConstraint(fields=["x"], name="con_b", violation_error_message="no")),
