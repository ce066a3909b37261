//! The same migrations, written in TOML and in Python.

use std::fmt::Write as _;

use crate::database::{Database, on_each};
use crate::project::{Project, migration};
use crate::stages;

/// In what migrations are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Toml,
    Python,
}

/// An operation on the model `Post`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Do {
    Add(&'static str),
    Remove(&'static str),
    /// Makes `old` longer.
    Widen,
    /// Runs SQL, which is undone by doing nothing.
    Sql(&'static str),
    /// Anything else, as Python says it.
    Code(&'static str),
}

use self::Do::{Add, Code, Remove, Sql, Widen};

impl Written {
    /// Returns a project with the app `blog`: its first migration, and a line of others after it.
    pub(crate) fn project(self, database: &Database, line: &[&[Do]]) -> Option<Project> {
        let project = match self {
            Self::Toml => stages::project(&[], "", database),
            Self::Python => {
                let project = Project::django(&[])?.on(database);
                let settings = std::fs::read_to_string(project.path("settings.py")).expect("settings");
                project.write("settings.py", settings.replace("[\"library\"]", "[\"blog\"]"));
                for file in ["blog/__init__.py", "blog/migrations/__init__.py"] {
                    project.write(file, "");
                }
                project.write("blog/models.py", MODELS);
                project.write("blog/look.py", LOOK);
                project.write("blog/migrations/0001_first.py", FIRST);
                project
            }
        };
        for (place, operations) in line.iter().enumerate() {
            self.write(&project, place + 2, operations, &[]);
        }
        Some(project)
    }

    /// Writes a migration by its number, after the one before it.
    pub(crate) fn write(self, project: &Project, number: usize, operations: &[Do], pending: &[Do]) {
        let after = if number == 2 { "0001_first".to_owned() } else { format!("{:04}_m", number - 1) };
        let (text, ending) = match self {
            Self::Toml => {
                let all = |operations: &[Do]| operations.iter().map(Do::toml).collect::<String>();
                let pending = all(pending).replace("[[operations]]", "[[pending_operations]]");
                (migration(&[&format!("blog.{after}")], &all(operations)) + &pending, "toml")
            }
            Self::Python => (python(&after, operations, pending), "py"),
        };
        project.write(&format!("blog/migrations/{number:04}_m.{ending}"), text);
    }

    /// Returns the name of the model `Post`, as operations say it.
    pub(crate) fn post(self) -> &'static str {
        if self == Self::Toml { "Post" } else { "post" }
    }

    /// Returns what is applied, by number, in the order of the history.
    pub(crate) fn applied(self, database: &Database) -> Vec<String> {
        let table = if self == Self::Toml { "limosa_migrations" } else { "django_migrations" };
        database.history(table).iter().map(|row| row[5..9].to_owned()).collect()
    }
}

impl Do {
    fn toml(&self) -> String {
        match self {
            Add(name) => stages::add(name),
            Remove(name) => stages::remove(name),
            Widen => crate::project::operation(
                "op = \"AlterField\"\nmodel = \"Post\"\nname = \"old\"\nfield = { type = \"CharField\", max_length = 30, null = true }",
            ),
            Sql(text) => crate::project::run_sql(text),
            Code(_) => panic!("TOML holds no code"),
        }
    }

    fn python(&self) -> String {
        match self {
            Add(name) => format!("migrations.AddField(\"post\", \"{name}\", models.IntegerField(null=True))"),
            Remove(name) => format!("migrations.RemoveField(\"post\", \"{name}\")"),
            Widen => "migrations.AlterField(\"post\", \"old\", models.CharField(max_length=30, null=True))".to_owned(),
            Sql(text) => format!("migrations.RunSQL({text:?}, \"\")"),
            Code(text) => (*text).to_owned(),
        }
    }
}

/// Runs a body on each database, with migrations in TOML and in Python.
pub(crate) fn on_each_written(test: &str, body: impl Fn(&Database, Written)) {
    for written in [Written::Toml, Written::Python] {
        println!("{written:?}");
        on_each(&format!("{test}_{written:?}").to_lowercase(), |database| body(database, written));
    }
}

/// A function that makes a row of the model `Tag`, and compares all models with the columns that are there.
pub(crate) const CODE: Do = Code("migrations.RunPython(code, migrations.RunPython.noop)");

/// A function that makes a row of the model `Note`, and compares all models with the columns that are there.
pub(crate) const LATE: Do = Code("migrations.RunPython(late, migrations.RunPython.noop)");

fn python(after: &str, operations: &[Do], pending: &[Do]) -> String {
    let mut text = "from django.db import migrations, models\nfrom blog.look import look\n".to_owned();
    for (function, model) in [("code", "Tag"), ("late", "Note")] {
        let takes =
            operations.iter().chain(pending).any(|one| one.python().contains(&format!("RunPython({function},")));
        if takes {
            let create =
                format!("apps.get_model(\"blog\", \"{model}\").objects.using(editor.connection.alias).create()");
            let lines = format!("\n\ndef {function}(apps, editor):\n    {create}\n    look(apps, editor.connection)\n");
            text.push_str(&lines);
        }
    }
    text.push_str("\n\nclass Migration(migrations.Migration):\n");
    writeln!(text, "    dependencies = [(\"blog\", \"{after}\")]").expect("write");
    for (name, list) in [("operations", operations), ("pending_operations", pending)] {
        if name == "operations" || !list.is_empty() {
            let items: Vec<String> = list.iter().map(|one| format!("        {},\n", one.python())).collect();
            writeln!(text, "    {name} = [\n{}    ]", items.concat()).expect("write");
        }
    }
    text
}

/// The models when `slug` was added and `old` removed.
const MODELS: &str = "from django.db import models


class Post(models.Model):
    title = models.CharField(max_length=40, null=True)
    slug = models.IntegerField(null=True)


class Tag(models.Model):
    pass


class Note(models.Model):
    pass
";

const LOOK: &str = "import pathlib


def look(apps, connection):
    assert not pathlib.Path(__file__).with_name(\"stop\").exists(), \"it is to stop\"
    for model in apps.get_app_config(\"blog\").get_models():
        list(model.objects.using(connection.alias).all())
        with connection.cursor() as cursor:
            columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
        there, known = {column.name for column in columns}, {field.column for field in model._meta.local_fields}
        assert there == known, (model.__name__, there, known)
";

const FIRST: &str = "from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name=\"Post\",
            fields=[
                (\"id\", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name=\"ID\")),
                (\"title\", models.CharField(max_length=40, null=True)),
                (\"old\", models.CharField(max_length=9, null=True)),
            ],
        ),
        migrations.CreateModel(
            name=\"Tag\",
            fields=[(\"id\", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name=\"ID\"))],
        ),
        migrations.CreateModel(
            name=\"Note\",
            fields=[(\"id\", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name=\"ID\"))],
        ),
    ]
";
