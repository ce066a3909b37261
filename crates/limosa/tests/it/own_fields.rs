//! Fields and operations of classes that are not Django's own: their types, and what they say of themselves.

use crate::twins::on_each;

const KINDS: &str = r#"import django
from django.db import migrations, models


class Fixed(models.TextField):
    """Has a type of its own, but the name of Django's class."""
    def db_type(self, connection):
        return "character(20)"


class Named(Fixed):
    """Has a type and a name of its own."""
    def get_internal_type(self):
        return "Named"


class Told(migrations.RunSQL):
    def __init__(self, sql, reverse_sql=None, name=""):
        super().__init__(sql, reverse_sql)
        self.name = name

    def deconstruct(self):
        name, args, kwargs = super().deconstruct()
        return name, args, {**kwargs, "name": self.name}

    def describe(self):
        return "Tells %s" % self.name


class OneWay(migrations.RunSQL):
    reversible = False


class Replaced(migrations.AddField):
    """Is another thing at the end of the module."""


def alter(model_name, name, field):
    operation = migrations.AlterField(model_name, name, field.clone())
    operation.__class__ = type("Altered", (migrations.AlterField,), {"__module__": __name__})
    operation.describe = lambda: "Alters in its own way"
    return operation


if django.VERSION >= (4, 2):
    Replaced = alter
"#;

const FIRST: &str = r#"from django.db import migrations, models
from library import kinds

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.CreateModel("Thing", [
            ("id", models.BigAutoField(primary_key=True)),
            ("a", kinds.Fixed()),
            ("b", kinds.Named(db_index=True)),
            ("c", models.TextField()),
            ("d", models.TextField(null=True)),
            ("e", models.IntegerField(default=1)),
        ]),
    ]
"#;

const SECOND: &str = r#"from django.db import migrations, models
from library import kinds

class Migration(migrations.Migration):
    dependencies = [("library", "0002_thing")]
    operations = [
        migrations.AlterField("thing", "a", models.TextField(null=True)),
        migrations.AlterField("thing", "b", kinds.Fixed()),
        migrations.AlterField("thing", "c", kinds.Fixed()),
        migrations.AlterField("thing", "d", kinds.Named()),
        kinds.Told("UPDATE library_thing SET c = 'x'", migrations.RunSQL.noop, name="a story"),
        kinds.Replaced("thing", "e", models.BigIntegerField(default=2)),
    ]
"#;

const THIRD: &str = r#"from django.db import migrations
from library import kinds

class Migration(migrations.Migration):
    dependencies = [("library", "0003_changed")]
    operations = [kinds.OneWay("SELECT 1", "SELECT 2")]
"#;

#[test]
fn types_and_descriptions() {
    let files = [
        ("library/kinds.py", KINDS),
        ("library/migrations/0002_thing.py", FIRST),
        ("library/migrations/0003_changed.py", SECOND),
    ];
    on_each("own_fields", &[], &files, |twins| {
        twins.run("migrate library 0002").end_well();
        for arguments in ["migrate --plan", "sqlmigrate library 0003"] {
            twins.only_run(arguments).end_well().print_the_same();
        }
        twins.run("migrate").end_well();
        twins.only_run("sqlmigrate library 0003 --backwards").end_well().print_the_same();
        twins.run("migrate library 0002").end_well();
        twins.run("migrate").end_well();
        twins.write("library/migrations/0004_one_way.py", THIRD);
        twins.run("migrate").end_well();
        let both = twins.run("migrate library 0003");
        both.ours.ends(2).tells(&["cannot be reversed", "0004_one_way"]);
    });
}
