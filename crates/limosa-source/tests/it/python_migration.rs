//! Migrations: what the class says, what is wrong with files, and what only running them could tell.

use limosa_model::operations::OperationKind;
use limosa_model::{Stage, Value};
use limosa_source::python::RawMigration;

use super::python_support::{Project, show};

const HEAD: &str =
    "from django.conf import settings\nfrom django.db import connection, migrations, models\nimport mystery\n";

fn project() -> Project {
    Project::new(&[
        ("shop/__init__.py", ""),
        ("shop/migrations/__init__.py", ""),
        (
            "shop/base.py",
            "import django, mystery\nfrom django.db import migrations\nclass Given(migrations.DeleteModel):\n    pass\ndef given(name):\n    return migrations.AlterModelTable(name, 'given')\nclass Maybe(migrations.DeleteModel):\n    pass\nif django.VERSION >= (4, 2):\n    Given = given\nif mystery.flag:\n    Maybe = given\nclass Careful(migrations.Migration):\n    atomic = False\nclass Wild(migrations.Migration):\n    def mutate_state(self, *args):\n        pass\nclass Runs:\n    def unapply(self, *args):\n        pass\n",
        ),
    ])
}

/// Reads the body of a migration class and shows its operations; or why it is not known. Pending operations may be written in the same way.
#[track_caller]
fn check(body: &str, expected: &str) {
    shows(body, expected, |raw| &raw.operations);
    shows(&body.replace("    operations", "    pending_operations"), expected, |raw| match raw.pending.items() {
        Some([]) => &raw.operations,
        _ => &raw.pending,
    });
}

#[track_caller]
fn shows(body: &str, expected: &str, list: impl Fn(&RawMigration) -> &Value) {
    project().migration(&format!("{HEAD}{body}"), |_, raw, diagnostics| {
        let raw = raw.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let reasons: Vec<String> = raw.unknown().iter().map(|opaque| format!("<{}>", opaque.reason)).collect();
        let shown = if reasons.is_empty() { show(list(&raw)) } else { reasons.join(" ") };
        let shown = shown.replace("django.db.migrations.", "");
        assert_eq!(shown, expected, "{body}");
    });
}

#[test]
fn operations_are_evaluated() {
    for (body, expected) in [
        (
            "class Migration(migrations.Migration):\n    operations = [migrations.DeleteModel('A')]",
            "[DeleteModel('A')]",
        ),
        (
            "class Migration(migrations.Migration):\n    operations = []\n    operations.append(migrations.DeleteModel('A'))\n    operations += [migrations.DeleteModel('B')]",
            "[DeleteModel('A'), DeleteModel('B')]",
        ),
        (
            "class Migration(migrations.Migration):\n    if connection.vendor == 'postgresql':\n        operations = [migrations.DeleteModel('A')]\n    else:\n        operations = []",
            "[DeleteModel('A')]",
        ),
        (
            "class Migration(migrations.Migration):\n    operations = [migrations.RunSQL(f'DROP TABLE {t}') for t in ('a', 'b')]",
            "[RunSQL('DROP TABLE a'), RunSQL('DROP TABLE b')]",
        ),
        (
            "def make(*names):\n    return [migrations.DeleteModel(n) for n in names]\nclass Migration(migrations.Migration):\n    operations = [*make('A', 'B')]",
            "[DeleteModel('A'), DeleteModel('B')]",
        ),
        (
            "class Migration(migrations.Migration):\n    operations = [migrations.DeleteModel('A')] if getattr(settings, 'NOPE', True) else []",
            "[DeleteModel('A')]",
        ),
        (
            "class Migration(migrations.Migration):\n    if mystery.flag:\n        operations = []",
            "<depends on the condition `mystery.flag`, which is not known>",
        ),
        ("class Migration(migrations.Migration):\n    operations = mystery.operations()", "mystery.operations()"),
        (
            "class Migration(migrations.Migration):\n    dependencies = mystery.dependencies + [('a', 'b')]",
            "<is computed from something that is not known>",
        ),
        (
            "class Migration(migrations.Migration):\n    atomic = mystery.flag == 1",
            "<compares something that is not known>",
        ),
        (
            "class Migration(migrations.Migration):\n    def __init__(self, *args):\n        self.dependencies = []",
            "<the migration defines `__init__`>",
        ),
        (
            "from shop.base import Wild\nclass Migration(Wild):\n    pass",
            "<the migration inherits `mutate_state` from `shop.base.Wild`>",
        ),
        (
            "class Migration(mystery.Base):\n    pass",
            "<the migration inherits from `mystery.Base`: its source is not there>",
        ),
        (
            "class Base(migrations.Migration):\n    operations = [migrations.DeleteModel('A')]\nclass Migration(Base):\n    pass",
            "[DeleteModel('A')]",
        ),
    ] {
        check(body, expected);
    }
}

#[test]
fn the_other_attributes() {
    let body = "from shop.base import Careful\nclass Migration(Careful):\n    initial = True\n    replaces = [('shop', '0001_a'), ('shop', '0001_b')]\n    run_before = [('b', '0001_initial')]\n    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ('a', '__first__')]\n    safe = 'after'\n";
    project().migration(&format!("{HEAD}{body}"), |context, raw, _| {
        let migration = raw.unwrap().migration(context).unwrap();
        let names =
            |ids: &[limosa_model::MigrationId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(names(&migration.dependencies), "accounts.__first__ a.__first__");
        assert_eq!(names(&migration.replaces), "shop.0001_a shop.0001_b");
        assert_eq!(names(&migration.run_before), "b.0001_initial");
        assert_eq!((migration.initial, migration.atomic), (Some(true), false));
        assert_eq!(migration.attributes, [("safe".into(), Value::from("after"))]);
        assert!(!migration.runs_itself(false) && !migration.runs_itself(true));
    });
}

#[test]
fn classes_that_run_themselves() {
    for (body, apply, unapply) in [
        ("class Migration(migrations.Migration):\n    def apply(self, *args):\n        pass\n", true, false),
        ("from shop.base import Runs\nclass Migration(Runs, migrations.Migration):\n    safe = 1\n", false, true),
        (
            "from shop.base import Careful, Runs\nclass Migration(Careful, Runs):\n    def apply(self, *args):\n        pass\n",
            true,
            true,
        ),
        ("from shop.base import Careful\nclass Migration(Careful, object):\n    pass\n", false, false),
    ] {
        project().migration(&format!("{HEAD}{body}"), |context, raw, _| {
            let migration = raw.unwrap().migration(context).unwrap();
            assert_eq!((migration.runs_itself(false), migration.runs_itself(true)), (apply, unapply), "{body}");
        });
    }
}

#[test]
fn classes_that_compute_what_they_say() {
    for (body, reason) in [
        (
            "from django.utils.functional import classproperty\nclass Migration(migrations.Migration):\n    @classproperty\n    def operations(cls):\n        return []\n",
            "defines `operations`",
        ),
        (
            "class Migration(migrations.Migration):\n    def __getattribute__(self, name):\n        return []\n",
            "defines `__getattribute__`",
        ),
    ] {
        project().migration(&format!("{HEAD}{body}"), |context, raw, _| {
            let problems = raw.unwrap().migration(context).unwrap_err();
            assert!(problems[0].reason.contains(reason), "{body}: {problems:?}");
        });
    }
}

#[test]
fn pending_operations_stand_behind_the_others_and_wait() {
    let body = "class Migration(migrations.Migration):\n    operations = [migrations.DeleteModel('A')]\n    pending_operations = (migrations.DeleteModel('B'), migrations.RunSQL('SELECT 1'))\n    stage = None";
    for (body, pending) in
        [(body.to_owned(), 1..3), (body.replace("(migrations.DeleteModel('B'), ", "None and ("), 1..1)]
    {
        project().migration(&format!("{HEAD}{body}"), |context, raw, diagnostics| {
            let raw = raw.unwrap_or_else(|| panic!("{diagnostics:?}"));
            let migration = raw.migration(context).expect("understood");
            assert_eq!(migration.pending(), pending);
            let stages: Vec<Option<Stage>> = migration.operations.iter().map(|operation| operation.stage.0).collect();
            let expected = (0..pending.end).map(|place| pending.contains(&place).then_some(Stage::PostDeploy));
            assert_eq!(stages, expected.collect::<Vec<_>>(), "{body}");
        });
    }
}

#[test]
fn what_is_wrong_with_a_file() {
    for (text, code, message) in [
        ("class Migration(:\n", "syntax-error", "Expected an expression"),
        ("print 'hello'\n", "syntax-error", "syntax error"),
        ("x = 1\n", "no-migration", "holds no class `Migration`"),
        ("import mystery\nif mystery.a:\n    class Migration:\n        pass\n", "migration-not-known", "mystery.a"),
        (
            "import mystery\n@mystery.change\nclass Migration:\n    pass\n",
            "migration-not-known",
            "is what `mystery.change` makes of a class",
        ),
        (
            "class Migration:\n    pending_operations = [1]\n    stage = 'post-deploy'\n",
            "conflicting-keys",
            "`stage` decides about all operations, and `pending_operations` have one",
        ),
        (
            "from django_safemigrate import Safe\nclass Migration:\n    pending_operations = [1]\n    safe = Safe.always()\n",
            "conflicting-keys",
            "`safe` decides about all operations, and `pending_operations` have one",
        ),
        ("from mystery import Migration\n", "migration-not-known", "imported from `mystery.Migration`"),
    ] {
        project().migration(text, |_, raw, diagnostics| {
            assert!(raw.is_none(), "{text}");
            let last = diagnostics.last().unwrap();
            assert!(last.code == code && last.message.contains(message) && last.help.is_some(), "{last:?}");
        });
    }
}

/// Understands one operation and shows what came of it, or the first problem.
#[track_caller]
fn understood(operation: &str, expected: &str) {
    let text = format!(
        "{HEAD}import shop.base\nfrom django.contrib.postgres import operations as pg\ndef forward(apps, schema_editor):\n    '''Moves data.'''\nclass Fake(migrations.AddField):\n    def database_forwards(self, *args):\n        pass\n    def database_backwards(self, *args):\n        pass\nclass Renamed(migrations.DeleteModel):\n    pass\nclass Odd(migrations.RunSQL):\n    def state_forwards(self, *args):\n        self.x()\nclass Migration(migrations.Migration):\n    operations = [{operation}]\n"
    );
    project().migration(&text, |context, raw, diagnostics| {
        let raw = raw.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let shown = match raw.migration(context) {
            Ok(migration) => {
                let operation = &migration.operations[0];
                let more = match &operation.kind {
                    OperationKind::RunPython(op) => format!(" doc={:?} atomic={:?}", op.doc.as_deref(), op.atomic),
                    OperationKind::AlterUniqueTogether(op) => format!(" {:?}", op.together),
                    OperationKind::RunSql(op) => format!(" {:?} {:?}", op.sql, op.reverse_sql),
                    OperationKind::Custom(op) => format!(" runs={}", op.runs),
                    OperationKind::CreateModel(op) => {
                        format!(" {:?} {:?}", op.model.fields.keys().collect::<Vec<_>>(), op.model.bases)
                    }
                    _ => String::new(),
                };
                format!("{}{more} reversible={}", operation.describe(), operation.reversible())
            }
            Err(problems) => format!("{}: {}", problems[0].place, problems[0].reason),
        };
        assert_eq!(shown, expected, "{operation}");
    });
}

#[test]
fn operations_are_understood() {
    for (operation, expected) in [
        ("migrations.AddField('A', 'n', models.IntegerField(default=0))", "Add field n to A reversible=true"),
        (
            "migrations.CreateModel('A', [('id', models.AutoField(primary_key=True))], bases=('shop.b', mystery.Mixin, models.Model))",
            "Create model A [\"id\"] [Model(\"shop.b\"), Class(\"mystery.Mixin\"), Class(\"django.db.models.Model\")] reversible=true",
        ),
        (
            "migrations.AlterUniqueTogether('A', set([('a', 'b')]))",
            "Alter unique_together for A (1 constraint(s)) [[\"a\", \"b\"]] reversible=true",
        ),
        (
            "migrations.AlterUniqueTogether('A', ['a', 'b'])",
            "Alter unique_together for A (1 constraint(s)) [[\"a\", \"b\"]] reversible=true",
        ),
        (
            "migrations.RunPython(forward)",
            "Raw Python operation doc=Some(\"Moves data.\") atomic=None reversible=false",
        ),
        (
            "migrations.RunPython(mystery.make(), migrations.RunPython.noop, atomic=True)",
            "Raw Python operation doc=None atomic=Some(true) reversible=true",
        ),
        (
            "migrations.RunSQL('A', migrations.RunSQL.noop)",
            "Raw SQL operation Script(\"A\") Some(Script(\"\")) reversible=true",
        ),
        (
            "migrations.RunSQL([('A %s', [1]), 'B'])",
            "Raw SQL operation Statements([(\"A %s\", Some(List([Int(1)]))), (\"B\", None)]) None reversible=false",
        ),
        ("pg.TrigramExtension()", "Creates extension pg_trgm reversible=true"),
        ("Fake('A', 'n', models.IntegerField())", "Add field n to A runs=false reversible=true"),
        ("Renamed('A')", "Delete model A reversible=true"),
        ("shop.base.Given('A')", "0: unknown operation class `shop.base.Given`"),
        ("shop.base.Maybe('A')", "0: unknown operation class `shop.base.Maybe`"),
        ("Odd('A')", "0: unknown operation class `shop.migrations.0002_next.Odd`"),
        ("mystery.Operation()", "0: unknown operation class `mystery.Operation`"),
        (
            "migrations.AddField('A', 'n', models.CharField(max_length=mystery.LENGTH + 1))",
            "0: field `n`: argument `max_length` is not known statically: is computed from something that is not known",
        ),
        ("migrations.AddField('A', 'n', mystery.Field())", "0: field `n`: unknown field class `mystery.Field`"),
        (
            "migrations.AddField('A', 'n', models.CharField(max_length=3, choices=mystery.c(), validators=[mystery.v], help_text=mystery.t % 1))",
            "Add field n to A reversible=true",
        ),
        ("migrations.RunSQL(open('x').read())", "0: argument `sql` of `RunSQL` is not known: calls `open`"),
        (
            "migrations.SeparateDatabaseAndState(state_operations=[mystery.Operation()])",
            "0.state_operations.0: unknown operation class `mystery.Operation`",
        ),
        (
            "migrations.AddIndex('A', mystery.Index(fields=['a']))",
            "0: unknown index or constraint class `mystery.Index`",
        ),
        (
            "migrations.CreateModel('A', [], {'db_table': mystery.table + 'x'})",
            "0: option `db_table` is not known: is computed from something that is not known",
        ),
    ] {
        understood(operation, expected);
    }
}
