# Collations and extensions, forwards and backwards.
# vendor: postgresql
#---
django.contrib.postgres.operations.CreateCollation("pgk_ci", "und-u-ks-level2", provider="icu", deterministic=False),
django.contrib.postgres.operations.CreateCollation(name="pgk_num", locale="en-u-kn-true", provider="icu"),
django.contrib.postgres.operations.CreateCollation("pgk c", "C"),
django.contrib.postgres.operations.CITextExtension(),
django.contrib.postgres.operations.CreateExtension(name="pgcrypto"),
#---
migrations.CreateModel("Word", [
    ("id", models.BigAutoField(primary_key=True)),
    ("ci", models.CharField(max_length=10, db_collation="pgk_ci", unique=True)),
    ("num", models.TextField(db_collation="pgk_num")),
    ("c", models.CharField(max_length=10, db_collation="pgk c", db_index=True)),
    ("many", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=5, db_collation="pgk_ci"), default=list)),
]),
migrations.CreateModel("Ref", [
    ("id", models.BigAutoField(primary_key=True)),
    ("word", models.ForeignKey("pg_collations.Word", CASCADE, to_field="ci")),
]),
#---
migrations.AlterField("Word", "num", models.TextField(db_collation="pgk_ci")),
migrations.AlterField("Word", "c", models.CharField(max_length=10, db_index=True)),
migrations.AlterField("Word", "ci", models.CharField(max_length=20, db_collation="pgk_num", unique=True)),
migrations.AlterField("Word", "many", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=5), default=list)),
#---
django.contrib.postgres.operations.RemoveCollation("pgk c", "C"),
migrations.AlterField("Word", "num", models.TextField()),
#---
migrations.AlterField("Word", "ci", models.CharField(max_length=20, unique=True)),
django.contrib.postgres.operations.RemoveCollation("pgk_num", locale="en-u-kn-true", provider="icu"),
django.contrib.postgres.operations.RemoveCollation("pgk_ci", "und-u-ks-level2", provider="icu", deterministic=False),
