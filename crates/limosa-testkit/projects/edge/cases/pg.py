# PostgreSQL's own.
# vendor: postgresql
#---
django.contrib.postgres.operations.HStoreExtension(),
django.contrib.postgres.operations.BtreeGistExtension(),
django.contrib.postgres.operations.BtreeGinExtension(),
django.contrib.postgres.operations.TrigramExtension(),
django.contrib.postgres.operations.CITextExtension(),
django.contrib.postgres.operations.CreateExtension("bloom"),
django.contrib.postgres.operations.CreateCollation("nd", "und-u-ks-level2", provider="icu", deterministic=False),
#---
migrations.CreateModel("A", [
    ("id", models.AutoField(primary_key=True)),
    ("arr", django.contrib.postgres.fields.ArrayField(models.IntegerField(), default=list)),
    ("arr2", django.contrib.postgres.fields.ArrayField(django.contrib.postgres.fields.ArrayField(models.CharField(max_length=5)), size=3, null=True)),
    ("h", django.contrib.postgres.fields.HStoreField(default=dict)),
    ("ir", django.contrib.postgres.fields.IntegerRangeField(null=True)),
    ("br", django.contrib.postgres.fields.BigIntegerRangeField(null=True)),
    ("dr", django.contrib.postgres.fields.DateTimeRangeField(null=True)),
    ("dd", django.contrib.postgres.fields.DateRangeField(null=True)),
    ("nr", django.contrib.postgres.fields.DecimalRangeField(null=True)),
    ("sv", django.contrib.postgres.search.SearchVectorField(null=True)),
    ("t", models.TextField(db_collation="nd")),
    ("name", models.CharField(max_length=9)),
    ("x", models.IntegerField(default=0)),
], options={"indexes": [
    django.contrib.postgres.indexes.GinIndex(fields=["arr"], name="pg_gin"),
    django.contrib.postgres.indexes.GistIndex(fields=["ir"], name="pg_gist", fillfactor=80),
    django.contrib.postgres.indexes.BrinIndex(fields=["x"], name="pg_brin", autosummarize=True, pages_per_range=4),
    django.contrib.postgres.indexes.BTreeIndex(fields=["x"], name="pg_btree", fillfactor=70),
    django.contrib.postgres.indexes.HashIndex(fields=["x"], name="pg_hash"),
    django.contrib.postgres.indexes.SpGistIndex(fields=["ir"], name="pg_spgist"),
    django.contrib.postgres.indexes.BloomIndex(fields=["x"], name="pg_bloom", length=80, columns=[4]),
    django.contrib.postgres.indexes.GinIndex(fields=["name"], name="pg_trgm", opclasses=["gin_trgm_ops"], fastupdate=False, gin_pending_list_limit=800),
    django.contrib.postgres.indexes.GinIndex(functions.Upper("name"), "x", name="pg_opclass") if False else models.Index(functions.Upper("name"), name="pg_upper"),
    models.Index(fields=["name"], name="pg_ops", opclasses=["varchar_pattern_ops"]),
    models.Index(fields=["name"], name="pg_inc", include=["x"], condition=Q(x__gt=1)),
], "constraints": [
    django.contrib.postgres.constraints.ExclusionConstraint(name="pg_excl", expressions=[("ir", "&&"), ("x", "=")]),
    django.contrib.postgres.constraints.ExclusionConstraint(name="pg_excl2", expressions=[(F("ir"), "&&")], condition=Q(x__gt=2), index_type="GIST", include=["name"]),
    models.UniqueConstraint(fields=["x", "name"], name="pg_nd", nulls_distinct=False),
    models.UniqueConstraint(fields=["x"], name="pg_uinc", include=["name"], condition=Q(x__lt=4)),
    models.UniqueConstraint(fields=["name"], name="pg_uop", opclasses=["varchar_pattern_ops"]),
]}),
#---
migrations.AddField("A", "tags", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=9), default=list)),
migrations.AddField("A", "tags2", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=9, db_collation="C"), null=True, db_index=True)),
migrations.AddField("A", "tags3", django.contrib.postgres.fields.ArrayField(models.IntegerField(), default=[1, 2], unique=True)),
migrations.AddField("A", "h2", django.contrib.postgres.fields.HStoreField(default={"a": "b"})),
migrations.AddField("A", "ci", django.contrib.postgres.fields.CICharField(max_length=9, null=True)) if False else migrations.AddField("A", "ci", models.CharField(max_length=9, null=True)),
migrations.AddField("A", "nd", models.CharField(max_length=9, db_collation="nd", unique=True, null=True)),
#---
migrations.AlterField("A", "tags", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=19), default=list)),
migrations.AlterField("A", "tags", django.contrib.postgres.fields.ArrayField(models.TextField(), default=list)),
migrations.AlterField("A", "arr", django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), null=True)),
migrations.AlterField("A", "arr", django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), default=list)),
#---
migrations.AlterField("A", "nd", models.CharField(max_length=9, unique=True, null=True)),
migrations.AlterField("A", "nd", models.CharField(max_length=9, db_index=True, null=True, db_collation="nd")),
#---
migrations.AddConstraint("A", django.contrib.postgres.constraints.ExclusionConstraint(name="pg_excl3", expressions=[("dr", "&&")], deferrable=models.Deferrable.DEFERRED)),
migrations.RemoveConstraint("A", "pg_excl"),
migrations.RemoveConstraint("A", "pg_uinc"),
django.contrib.postgres.operations.AddConstraintNotValid("A", models.CheckConstraint(condition=Q(x__gte=0), name="pg_nv")),
#---
django.contrib.postgres.operations.ValidateConstraint("A", "pg_nv"),
#---
# attributes: atomic = False
django.contrib.postgres.operations.AddIndexConcurrently("A", models.Index(fields=["x", "name"], name="pg_conc")),
#---
# attributes: atomic = False
django.contrib.postgres.operations.RemoveIndexConcurrently("A", "pg_conc"),
#---
migrations.AlterField("A", "t", models.TextField()),
migrations.RemoveIndex("A", "pg_gin"),
migrations.RenameIndex("A", new_name="pg_hash2", old_name="pg_hash"),
