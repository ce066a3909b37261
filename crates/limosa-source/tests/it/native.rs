//! Native migrations mean what the same migration means in Python.

use std::path::Path;

use limosa_model::operations::{OperationKind, RunSql, Sql};
use limosa_model::{Migration, MigrationId};
use limosa_source::python::{Context, Modules, read_migration};
use limosa_source::sources::Sources;

use crate::support::Folder;

/// Reads a native migration through a project.
fn read(file: &str, text: &str) -> Migration {
    let folder = Folder::new(&[(format!("app/migrations/{file}").as_str(), text)]);
    let mut project = folder.open();
    assert_eq!(folder.errors(&project), "", "{text}");
    project.migrations.remove(0)
}

/// Reads the same operations in Python.
fn read_python(operations: &str) -> Migration {
    let text = format!(
        "import datetime, decimal, uuid\nfrom django.db import migrations, models\nimport django.db.models.functions\n\
         import django.contrib.postgres.fields, django.contrib.postgres.indexes, django.contrib.postgres.operations\n\
         import django.contrib.postgres.constraints\n\
         class Migration(migrations.Migration):\n    operations = [{operations}]\n"
    );
    let (sources, modules) = (Sources::default(), Modules::default());
    let context = Context::new(&sources, &modules);
    let source = sources.add(Path::new("0001_x.py"), text.into_bytes()).unwrap();
    let (raw, diagnostics) =
        read_migration(&context, &source, MigrationId::new("app", "0001_x"), "app.migrations.0001_x");
    assert_eq!(diagnostics, []);
    raw.unwrap().migration(&context).unwrap()
}

#[track_caller]
fn same(toml: &str, python: &str) {
    let toml = read("0001_x.toml", &format!("[[operations]]\n{toml}\n"));
    assert_eq!(toml.operations, read_python(python).operations, "{python}");
}

#[test]
fn fields() {
    let cases = [
        ("type = \"BigAutoField\", primary_key = true", "models.BigAutoField(primary_key=True)"),
        ("type = \"CharField\", max_length = 80, blank = true", "models.CharField(max_length=80, blank=True)"),
        ("type = \"TextField\", null = true, db_collation = \"C\"", "models.TextField(null=True, db_collation='C')"),
        ("type = \"SlugField\", default = \"\"", "models.SlugField(default='')"),
        (
            "type = \"DecimalField\", max_digits = 8, decimal_places = 2, default = \"1.50\"",
            "models.DecimalField(max_digits=8, decimal_places=2, default=decimal.Decimal('1.50'))",
        ),
        ("type = \"BooleanField\", default = false", "models.BooleanField(default=False)"),
        ("type = \"DateTimeField\", auto_now_add = true", "models.DateTimeField(auto_now_add=True)"),
        (
            "type = \"DateTimeField\", default = 2024-05-01T10:20:30Z",
            "models.DateTimeField(default=datetime.datetime(2024, 5, 1, 10, 20, 30, 0, tzinfo=datetime.timezone.utc))",
        ),
        ("type = \"DateField\", default = 2024-05-01", "models.DateField(default=datetime.date(2024, 5, 1))"),
        (
            "type = \"UUIDField\", default = \"00000000-0000-0000-0000-000000000001\"",
            "models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000001'))",
        ),
        ("type = \"JSONField\", default = { a = [1] }", "models.JSONField(default={'a': [1]})"),
        (
            "type = \"DateTimeField\", db_default = { function = \"Now\" }",
            "models.DateTimeField(db_default=django.db.models.functions.Now())",
        ),
        ("type = \"IntegerField\", db_default = 7", "models.IntegerField(db_default=7)"),
        (
            "type = \"GeneratedField\", expression = { Lower = \"title\" }, output_field = { type = \"TextField\" }, db_persist = true",
            "models.GeneratedField(expression=django.db.models.functions.Lower(models.F('title')), output_field=models.TextField(), db_persist=True)",
        ),
        (
            "type = \"ForeignKey\", to = \"auth.User\", on_delete = \"CASCADE\", related_name = \"posts\"",
            "models.ForeignKey(to='auth.User', on_delete=models.CASCADE, related_name='posts')",
        ),
        (
            "type = \"OneToOneField\", to = \"self\", on_delete = \"SET_NULL\", null = true",
            "models.OneToOneField(to='self', on_delete=models.SET_NULL, null=True)",
        ),
        (
            "type = \"ManyToManyField\", to = \"app.Tag\", through = \"app.Tagging\"",
            "models.ManyToManyField(to='app.Tag', through='app.Tagging')",
        ),
        (
            "type = \"ArrayField\", base_field = { type = \"IntegerField\" }, size = 3",
            "django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=3)",
        ),
        (
            "type = \"CharField\", max_length = 1, choices = [[\"a\", \"A\"]]",
            "models.CharField(max_length=1, choices=[('a', 'A')])",
        ),
    ];
    for (toml, python) in cases {
        same(
            &format!("op = \"AddField\"\nmodel = \"Post\"\nname = \"f\"\nfield = {{ {toml} }}"),
            &format!("migrations.AddField('Post', 'f', {python})"),
        );
    }
}

#[test]
fn conditions() {
    let cases = [
        ("{ price__gte = 0 }", "models.Q(price__gte=0)"),
        ("{ b = 1, a = 2 }", "models.Q(b=1, a=2)"),
        ("{ or = [{ a = 1 }, { b = 2 }] }", "models.Q(a=1) | models.Q(b=2)"),
        ("{ not = { a = 1 } }", "~models.Q(a=1)"),
        ("{ a__in = [1, 2], not = { b = \"x\" } }", "models.Q(a__in=[1, 2]) & ~models.Q(b='x')"),
        ("{ or = [{ and = [{ a = 1 }, { b = 2 }] }, { c = 3 }] }", "(models.Q(a=1) & models.Q(b=2)) | models.Q(c=3)"),
        ("{ a__lt = { f = \"b\" } }", "models.Q(a__lt=models.F('b'))"),
        ("{ a__gt = { \"+\" = [\"b\", 1] } }", "models.Q(a__gt=models.F('b') + 1)"),
    ];
    for (toml, python) in cases {
        same(
            &format!("op = \"AddConstraint\"\nmodel = \"Post\"\nconstraint = {{ name = \"c\", condition = {toml} }}"),
            &format!("migrations.AddConstraint('Post', models.CheckConstraint(name='c', condition={python}))"),
        );
    }
}

#[test]
fn indexes_and_constraints() {
    let cases = [
        ("index = { name = \"i\", fields = [\"-a\", \"b\"] }", "models.Index(name='i', fields=['-a', 'b'])"),
        (
            "index = { name = \"i\", expressions = [{ desc = { Lower = \"a\" } }, \"b\"] }",
            "models.Index(models.OrderBy(django.db.models.functions.Lower(models.F('a')), descending=True), models.F('b'), name='i')",
        ),
        (
            "index = { type = \"GinIndex\", name = \"i\", fields = [\"a\"], opclasses = [\"gin_trgm_ops\"], fastupdate = false }",
            "django.contrib.postgres.indexes.GinIndex(name='i', fields=['a'], opclasses=['gin_trgm_ops'], fastupdate=False)",
        ),
        (
            "constraint = { name = \"c\", fields = [\"a\"], condition = { b = true }, nulls_distinct = false }",
            "models.UniqueConstraint(name='c', fields=['a'], condition=models.Q(b=True), nulls_distinct=False)",
        ),
        (
            "constraint = { name = \"c\", fields = [\"a\"], deferrable = \"DEFERRED\" }",
            "models.UniqueConstraint(name='c', fields=['a'], deferrable=models.Deferrable.DEFERRED)",
        ),
        (
            "constraint = { type = \"ExclusionConstraint\", name = \"c\", expressions = [[\"span\", \"&&\"]] }",
            "django.contrib.postgres.constraints.ExclusionConstraint(name='c', expressions=[('span', '&&')])",
        ),
    ];
    for (toml, python) in cases {
        let (op, _) = toml.split_once(' ').unwrap();
        let op = if op == "index" { "AddIndex" } else { "AddConstraint" };
        same(&format!("op = \"{op}\"\nmodel = \"Post\"\n{toml}"), &format!("migrations.{op}('Post', {python})"));
    }
}

#[test]
fn operations() {
    let cases = [
        ("op = \"DeleteModel\"\nname = \"Post\"", "migrations.DeleteModel('Post')"),
        ("op = \"RenameModel\"\nold_name = \"A\"\nnew_name = \"B\"", "migrations.RenameModel('A', 'B')"),
        ("op = \"AlterModelTable\"\nmodel = \"A\"\ntable = \"t\"", "migrations.AlterModelTable('A', 't')"),
        ("op = \"AlterModelTable\"\nmodel = \"A\"\ntable = false", "migrations.AlterModelTable('A', None)"),
        (
            "op = \"AlterModelTableComment\"\nname = \"A\"\ncomment = \"c\"",
            "migrations.AlterModelTableComment('A', 'c')",
        ),
        (
            "op = \"AlterUniqueTogether\"\nname = \"A\"\nunique_together = [[\"x\", \"y\"]]",
            "migrations.AlterUniqueTogether('A', [['x', 'y']])",
        ),
        ("op = \"RemoveField\"\nmodel = \"A\"\nname = \"x\"", "migrations.RemoveField('A', 'x')"),
        (
            "op = \"RenameField\"\nmodel_name = \"A\"\nold_name = \"x\"\nnew_name = \"y\"",
            "migrations.RenameField('A', 'x', 'y')",
        ),
        (
            "op = \"AlterField\"\nmodel = \"A\"\nname = \"x\"\nfield = { type = \"IntegerField\" }\npreserve_default = false",
            "migrations.AlterField('A', 'x', models.IntegerField(), preserve_default=False)",
        ),
        (
            "op = \"RenameIndex\"\nmodel = \"A\"\nnew_name = \"n\"\nold_fields = [\"x\", \"y\"]",
            "migrations.RenameIndex('A', new_name='n', old_fields=['x', 'y'])",
        ),
        ("op = \"RemoveConstraint\"\nmodel = \"A\"\nname = \"c\"", "migrations.RemoveConstraint('A', 'c')"),
        (
            "op = \"AlterModelOptions\"\nname = \"A\"\noptions = { ordering = [\"-id\"], verbose_name = \"a\" }",
            "migrations.AlterModelOptions('A', {'ordering': ['-id'], 'verbose_name': 'a'})",
        ),
        (
            "op = \"AlterOrderWithRespectTo\"\nname = \"A\"\norder_with_respect_to = \"b\"",
            "migrations.AlterOrderWithRespectTo('A', 'b')",
        ),
        ("op = \"RunSQL\"\nsql = \"A; B\"\nreverse_sql = \"\"", "migrations.RunSQL('A; B', '')"),
        ("op = \"RunSQL\"\nsql = [\"A\", [\"B %s\", [1]]]", "migrations.RunSQL(['A', ('B %s', [1])])"),
        (
            "op = \"SeparateDatabaseAndState\"\nstate_operations = [{ op = \"DeleteModel\", name = \"A\" }]",
            "migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel('A')])",
        ),
        ("op = \"CreateExtension\"\nname = \"hstore\"", "django.contrib.postgres.operations.CreateExtension('hstore')"),
        (
            "op = \"RemoveIndexConcurrently\"\nmodel = \"A\"\nname = \"i\"",
            "django.contrib.postgres.operations.RemoveIndexConcurrently('A', 'i')",
        ),
    ];
    for (toml, python) in cases {
        same(toml, python);
    }
}

#[test]
fn models() {
    same(
        r#"op = "CreateModel"
name = "Post"
bases = ["app.Base"]
[operations.options]
db_table = "posts"
unique_together = ["b", "a"]
indexes = [{ name = "i", fields = ["a"] }]
[operations.fields]
id = { type = "BigAutoField", primary_key = true }
b = { type = "IntegerField" }
[operations.fields.a]
type = "TextField""#,
        "migrations.CreateModel('Post', fields=[('id', models.BigAutoField(primary_key=True)), ('b', models.IntegerField()), \
         ('a', models.TextField())], options={'db_table': 'posts', 'unique_together': [('b', 'a')], \
         'indexes': [models.Index(name='i', fields=['a'])]}, bases=('app.Base',))",
    );
}

#[test]
fn keys_of_a_migration() {
    let text = "dependencies = [\"a.0001_x\", \"b.__first__\"]\nreplaces = [\"app.0000_y\"]\nrun_before = [\"c.0002_z\"]\n\
                initial = true\natomic = false\nstage = \"post-deploy\"\n[[operations]]\nop = \"RunRust\"\nfunction = \"fill\"\n";
    let migration = read("0001_x.toml", text);
    let ids = |ids: &[MigrationId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(migration.id.to_string(), "app.0001_x");
    assert_eq!(ids(&migration.dependencies), "a.0001_x b.__first__");
    assert_eq!(ids(&migration.replaces), "app.0000_y");
    assert_eq!(ids(&migration.run_before), "c.0002_z");
    assert_eq!((migration.initial, migration.atomic), (Some(true), false));
    assert_eq!(migration.attributes, [("stage".into(), "post-deploy".into())]);
    assert!(matches!(&migration.operations[0].kind, OperationKind::RunRust(run) if run.function == "fill"));
}

#[test]
fn sql() {
    let read_sql = |text: &str| {
        let mut migration = read("0001_x.sql", text);
        let Some(OperationKind::RunSql(RunSql { sql: Sql::Script(sql), reverse_sql, .. })) =
            migration.operations.pop().map(|op| op.kind)
        else {
            panic!("no script")
        };
        let reverse = reverse_sql.map(|sql| match sql {
            Sql::Script(sql) => sql.to_string(),
            Sql::Statements(_) => "statements".to_owned(),
        });
        (sql.to_string(), reverse, migration)
    };
    let (sql, reverse, migration) = read_sql(
        "-- A note.\n-- limosa: dependencies a.0001_x, b.0002_y\n--limosa: atomic false\n-- limosa: stage pre-deploy\n\n\
         -- limosa: forwards\nSELECT ';' ; -- x\nSELECT 2;\n-- limosa: backwards\nSELECT 3;\n",
    );
    assert_eq!(sql, "SELECT ';' ; -- x\nSELECT 2;");
    assert_eq!(reverse.as_deref(), Some("SELECT 3;"));
    assert_eq!(migration.dependencies.len(), 2);
    assert!(!migration.atomic);
    assert_eq!(migration.attributes.len(), 1);

    let (sql, reverse, migration) = read_sql("SELECT 1;\n");
    assert_eq!((sql.as_str(), reverse, migration.atomic), ("SELECT 1;", None, true));

    let (_, reverse, _) = read_sql("-- limosa: forwards\nSELECT 1;\n-- limosa: backwards\n");
    assert_eq!(reverse.as_deref(), Some(""));
}
