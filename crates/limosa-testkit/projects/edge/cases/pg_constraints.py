# Exclusion constraints with every parameter, and constraints that are validated later.
# vendor: postgresql
#---
django.contrib.postgres.operations.BtreeGistExtension(),
migrations.CreateModel("Room", [
    ("id", models.BigAutoField(primary_key=True)),
    ("number", models.IntegerField()),
]),
migrations.CreateModel("Booking", [
    ("id", models.BigAutoField(primary_key=True)),
    ("room", models.ForeignKey("pg_constraints.Room", CASCADE)),
    ("span", django.contrib.postgres.fields.DateTimeRangeField()),
    ("days", django.contrib.postgres.fields.DateRangeField(null=True)),
    ("start", models.DateTimeField()),
    ("end", models.DateTimeField(null=True)),
    ("name", models.CharField(max_length=20)),
    ("number", models.IntegerField(default=0)),
    ("gone", models.BooleanField(default=False)),
], options={"constraints": [
    django.contrib.postgres.constraints.ExclusionConstraint(name="pgc_1", expressions=[("span", "&&"), ("room", "=")]),
    django.contrib.postgres.constraints.ExclusionConstraint(name="pgc_2", expressions=[(models.Func("start", "end", function="TSTZRANGE", output_field=django.contrib.postgres.fields.DateTimeRangeField()), django.contrib.postgres.fields.RangeOperators.OVERLAPS), ("room", django.contrib.postgres.fields.RangeOperators.EQUAL)], condition=Q(gone=False)),
    django.contrib.postgres.constraints.ExclusionConstraint(name="pgc_3", expressions=[(F("days"), "-|-")], index_type="spgist", include=["number", "name"]),
    django.contrib.postgres.constraints.ExclusionConstraint(name="pgc_4", expressions=[("days", "&&")], index_type="GiST", deferrable=models.Deferrable.IMMEDIATE, violation_error_message="no"),
    django.contrib.postgres.constraints.ExclusionConstraint(name="pgc_5", expressions=[(django.contrib.postgres.indexes.OpClass("number", name="gist_int4_ops"), "="), (functions.Lower("name"), "<>")], condition=Q(number__gt=5) & ~Q(name="50%")),
    django.contrib.postgres.constraints.ExclusionConstraint(name="pgc_6", expressions=[(functions.Cast("number", models.BigIntegerField()), "=")], deferrable=models.Deferrable.DEFERRED, include=("start",), condition=Q(end__isnull=True)),
    models.CheckConstraint(condition=Q(span__startswith__lt=datetime.datetime(2100, 1, 1, tzinfo=datetime.timezone.utc)), name="pgc_7"),
    models.CheckConstraint(condition=Q(days__isempty=False) | Q(days__isnull=True), name="pgc_8"),
    models.CheckConstraint(condition=Q(span__contains=F("start")), name="pgc_9"),
    models.UniqueConstraint(django.contrib.postgres.indexes.OpClass(functions.Lower("name"), name="text_pattern_ops"), name="pgc_10"),
    models.UniqueConstraint(fields=["name"], name="pgc_11", opclasses=["varchar_pattern_ops"], include=["number"], condition=Q(gone=False)),
    models.UniqueConstraint(fields=["room", "number"], name="pgc_12", deferrable=models.Deferrable.DEFERRED),
    models.UniqueConstraint(fields=["end", "number"], name="pgc_13", nulls_distinct=False, condition=Q(gone=True)),
]}),
#---
migrations.AddConstraint("Booking", django.contrib.postgres.constraints.ExclusionConstraint(name="pgc_a1", expressions=[("span", "&&"), (F("room"), "=")], condition=Q(room__isnull=False), deferrable=models.Deferrable.DEFERRED, include=["number"])),
migrations.AddConstraint("Booking", django.contrib.postgres.constraints.ExclusionConstraint(name="pgc_a2", expressions=[(django.contrib.postgres.indexes.OpClass(F("span"), "range_ops"), "&&")], violation_error_message="x")),
django.contrib.postgres.operations.AddConstraintNotValid("Booking", models.CheckConstraint(condition=Q(number__gte=0) & ~Q(name__contains="%"), name="pgc_nv")),
django.contrib.postgres.operations.AddConstraintNotValid(model_name="booking", constraint=models.CheckConstraint(condition=Q(start__lt=F("end")), name="pgc_nv2")),
#---
django.contrib.postgres.operations.ValidateConstraint("Booking", "pgc_nv"),
django.contrib.postgres.operations.ValidateConstraint(model_name="booking", name="pgc_nv2"),
migrations.RemoveConstraint("Booking", "pgc_a2"),
migrations.RemoveConstraint("Booking", "pgc_2"),
#---
migrations.AlterField("Booking", "room", models.ForeignKey("pg_constraints.Room", CASCADE, null=True)),
migrations.RemoveConstraint("Booking", "pgc_nv"),
migrations.RemoveConstraint("Booking", "pgc_6"),
#---
migrations.AlterModelTable("Booking", "pgc_bookings"),
migrations.DeleteModel("Booking"),
