//! Indexes and constraints of classes that are not Django's own: some are Django's in all but name, others write SQL themselves.

use crate::twins::on_each;

const FILES: [(&str, &str); 4] = [
    (
        "library/kinds.py",
        r#"from django.db import models
from django.db.models import Q
from django.contrib.postgres.indexes import PostgresIndex
class UpperIndex(models.Index):
    """SQL of its own."""
    def create_sql(self, model, schema_editor, using="", **kwargs):
        statement = super().create_sql(model, schema_editor, using, **kwargs)
        # MariaDB has no indexes of expressions.
        if schema_editor.connection.vendor != "mysql":
            statement.template = statement.template.replace("(%(columns)s)", "(UPPER(%(columns)s))")
        return statement
class PlainIndex(models.Index):
    def __init__(self, *args, extra=None, **kwargs):
        self.extra = extra
        super().__init__(*args, **kwargs)
    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        if self.extra: kwargs["extra"] = self.extra
        return path, args, kwargs
class Packed(PostgresIndex):
    suffix = "btree"
    def get_with_params(self):
        return ["fillfactor = 77"]
class NonEmpty(models.CheckConstraint):
    def __init__(self, *, field, name):
        self.field = field
        kw = {"condition": ~Q(**{field: ""})}
        super().__init__(name=name, **kw)
    def deconstruct(self):
        return "library.kinds.NonEmpty", (), {"field": self.field, "name": self.name}
class RawCheck(models.constraints.BaseConstraint):
    def __init__(self, *, name, sql):
        self.sql = sql
        super().__init__(name=name)
    def constraint_sql(self, model, schema_editor):
        return "CONSTRAINT %s CHECK (%s)" % (schema_editor.quote_name(self.name), self.sql)
    def create_sql(self, model, schema_editor):
        return "ALTER TABLE %s ADD %s" % (schema_editor.quote_name(model._meta.db_table), self.constraint_sql(model, schema_editor))
    def remove_sql(self, model, schema_editor):
        return "ALTER TABLE %s DROP CONSTRAINT %s" % (schema_editor.quote_name(model._meta.db_table), schema_editor.quote_name(self.name))
    def validate(self, *a, **k): pass
    def deconstruct(self):
        return "library.kinds.RawCheck", (), {"name": self.name, "sql": self.sql}
"#,
    ),
    (
        "library/migrations/0002_things.py",
        r#"from django.db import migrations, models
from library import kinds

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=10)), ("number", models.IntegerField(default=0))],
          options={"indexes": [kinds.PlainIndex(fields=["name"], name="plain_idx", extra=3)], "constraints": [kinds.NonEmpty(field="name", name="nonempty")]}),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=10)), ("thing", models.ForeignKey("library.Thing", models.CASCADE))],
          options={"indexes": [kinds.UpperIndex(fields=["name"], name="upper_idx")], "constraints": [kinds.RawCheck(name="raw", sql="length(name) > 1")]}),
    ]
"#,
    ),
    (
        "library/migrations/0003_more.py",
        r#"from django.db import migrations, models
import os
from library import kinds

POSTGRES = "postgres" in os.environ["TEST_ENGINE"]

class Migration(migrations.Migration):
    dependencies = [("library", "0002_things")]
    operations = [
        migrations.AddIndex("thing", kinds.UpperIndex(fields=["name"], name="upper2_idx")),
        migrations.AddConstraint("thing", kinds.RawCheck(name="raw2", sql="number > 1")),
        migrations.AddIndex("thing", kinds.Packed(fields=["number"], name="packed_idx")) if POSTGRES else migrations.AddIndex("thing", models.Index(fields=["number"], name="packed_idx")),
        migrations.AddIndex("thing", kinds.PlainIndex(fields=["number"], name="plain2_idx")),
        migrations.AddField("thing", "price", models.IntegerField(default=5)),
        migrations.AlterField("other", "name", models.CharField(max_length=20, default="x")),
    ]
"#,
    ),
    (
        "library/migrations/0004_less.py",
        r#"from django.db import migrations, models
from library import kinds

class Migration(migrations.Migration):
    dependencies = [("library", "0003_more")]
    operations = [
        migrations.RemoveConstraint("thing", "raw2"),
        migrations.RemoveIndex("thing", "plain_idx"),
        migrations.RemoveConstraint("thing", "nonempty"),
        migrations.RemoveIndex("other", "upper_idx"),
        migrations.RenameField("thing", "price", "cost"),
    ]
"#,
    ),
];

#[test]
fn own_indexes_and_constraints_do_what_they_do_in_django() {
    on_each("own_classes", &[], &FILES, |twins| {
        for target in ["library 0003", "library", "library 0002", "library 0001", "library"] {
            twins.run(&format!("migrate {target}")).end_well();
        }
    });
}
