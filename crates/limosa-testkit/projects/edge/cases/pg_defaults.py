# Defaults that the database fills in, and generated columns, of PostgreSQL's own fields.
# vendor: postgresql
# django: 5.0
#---
django.contrib.postgres.operations.CryptoExtension(),
migrations.CreateModel("Doc", [
    ("id", models.UUIDField(primary_key=True, db_default=django.contrib.postgres.functions.RandomUUID())),
    ("title", models.CharField(max_length=50)),
    ("body", models.TextField(null=True)),
    ("number", models.IntegerField(default=0)),
    ("made", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
    ("tags", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=9), db_default=["a", "it's"])),
    ("none", django.contrib.postgres.fields.ArrayField(models.IntegerField(), db_default=[])),
    ("ages", django.contrib.postgres.fields.IntegerRangeField(db_default=(1, 10))),
    ("vector", models.GeneratedField(expression=django.contrib.postgres.search.SearchVector("title", "body", config="english"), output_field=django.contrib.postgres.search.SearchVectorField(), db_persist=True)),
    ("weighted", models.GeneratedField(
        expression=django.contrib.postgres.search.SearchVector("title", weight="A", config="english") + django.contrib.postgres.search.SearchVector("body", weight="B", config="english"),
        output_field=django.contrib.postgres.search.SearchVectorField(), db_persist=True)),
    ("first", models.GeneratedField(expression=F("tags__0"), output_field=models.CharField(max_length=9), db_persist=True)),
    ("lower", models.GeneratedField(expression=F("ages__startswith"), output_field=models.IntegerField(), db_persist=True)),
    ("many", models.GeneratedField(expression=Q(tags__len__gt=1), output_field=models.BooleanField(), db_persist=True)),
], options={"indexes": [
    django.contrib.postgres.indexes.GinIndex(fields=["vector"], name="pgd_vector"),
    django.contrib.postgres.indexes.GistIndex(fields=["weighted"], name="pgd_weighted"),
]}),
#---
migrations.AddField("Doc", "vector2", models.GeneratedField(expression=django.contrib.postgres.search.SearchVector("body", config=django.contrib.postgres.search.SearchConfig("simple")), output_field=django.contrib.postgres.search.SearchVectorField(), db_persist=True)),
migrations.AddField("Doc", "size", models.GeneratedField(expression=functions.Coalesce(F("tags__len"), 0), output_field=models.IntegerField(), db_persist=True)),
migrations.AddField("Doc", "span", models.GeneratedField(expression=models.Func(F("number"), F("number") + 5, function="int4range", output_field=django.contrib.postgres.fields.IntegerRangeField()), output_field=django.contrib.postgres.fields.IntegerRangeField(), db_persist=True)),
migrations.AddField("Doc", "tags2", django.contrib.postgres.fields.ArrayField(models.TextField(), db_default=["x", "50%"])),
migrations.AddField("Doc", "period", django.contrib.postgres.fields.DateRangeField(db_default=(datetime.date(2020, 1, 1), None))),
#---
migrations.AlterField("Doc", "tags", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=9), db_default=["b"])),
migrations.AlterField("Doc", "none", django.contrib.postgres.fields.ArrayField(models.IntegerField(), default=list)),
migrations.AlterField("Doc", "ages", django.contrib.postgres.fields.IntegerRangeField(null=True)),
migrations.AddIndex("Doc", django.contrib.postgres.indexes.GinIndex(fields=["vector2"], name="pgd_vector2")),
migrations.RemoveIndex("Doc", "pgd_vector"),
migrations.RemoveField("Doc", "vector"),
