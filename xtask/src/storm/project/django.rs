//! The Django project.

use anyhow::Result;
use limosa_sql::dialect::Dialect;

use super::{CHAPTERS, Writer, count};
use crate::django_project::{MANAGE, settings};

const APPS: [&str; 3] = ["django.contrib.contenttypes", "django.contrib.auth", "ledger"];

/// Writes the project.
pub(super) fn write(project: &mut Writer, dialect: Dialect) -> Result<()> {
    project.file("manage.py", MANAGE)?;
    project.file("settings.py", &settings(&APPS, "STORM"))?;
    project.file("ledger/__init__.py", "")?;
    project.file("ledger/models.py", "")?;
    project.file("ledger/migrations/__init__.py", "")?;
    migration(project, "initial", true, "", |_| {
        "migrations.CreateModel(name=\"Counter\", fields=[(\"id\", models.BigAutoField(primary_key=True)), \
         (\"name\", models.CharField(max_length=100))]),"
            .to_owned()
    })?;
    for chapter in 1..=CHAPTERS {
        write_chapter(project, dialect, chapter)?;
    }
    Ok(())
}

/// Writes the migrations of one model.
fn write_chapter(project: &mut Writer, dialect: Dialect, chapter: usize) -> Result<()> {
    let model = format!("Entry{chapter}");
    let lower = model.to_lowercase();
    // Several statements each, also where the schema is not part of transactions.
    migration(project, "entries", true, "", |_| {
        format!(
            "migrations.CreateModel(name=\"{model}\", fields=[(\"id\", models.BigAutoField(primary_key=True)), \
             (\"text\", models.CharField(max_length=40)), (\"counter\", models.ForeignKey(\"ledger.Counter\", models.CASCADE, null=True))]),\n        \
             migrations.AddField(\"{model}\", \"amount\", models.IntegerField(default=1)),\n        \
             migrations.AddField(\"{model}\", \"note\", models.CharField(max_length=20, null=True)),"
        )
    })?;
    let rows = format!(
        "{COUNT}    entry = apps.get_model(\"ledger\", \"{model}\")\n    \
         entry.objects.bulk_create([entry(text=f\"entry {{number}}\") for number in range(500)])\n"
    );
    migration(project, "python", true, &rows, |_| "migrations.RunPython(forwards),".to_owned())?;
    project.counts();
    migration(project, "sql", true, "", |name| {
        format!(
            "migrations.RunSQL([\"{}\", \"INSERT INTO ledger_{lower} (text, amount) SELECT text, amount + 1 FROM ledger_{lower}\"]),",
            count(name)
        )
    })?;
    project.counts();
    let concurrently = if dialect == Dialect::Postgres { "Concurrently" } else { "" };
    migration(project, "indexes", dialect != Dialect::Postgres, "", |_| {
        let index = |field: &str| {
            format!(
                "AddIndex{concurrently}(\"{model}\", models.Index(fields=[\"{field}\"], name=\"{lower}_{field}_idx\")),"
            )
        };
        let class = if dialect == Dialect::Postgres { "" } else { "migrations." };
        format!("{class}{}\n        {class}{}", index("text"), index("amount"))
    })?;
    migration(project, "alter", true, "", |_| {
        format!(
            "migrations.AlterField(\"{model}\", \"text\", models.CharField(max_length=80)),\n        \
             migrations.RenameField(\"{model}\", \"note\", \"remark\"),\n        \
             migrations.AddConstraint(\"{model}\", models.UniqueConstraint(fields=[\"id\", \"amount\"], name=\"{lower}_once\")),"
        )
    })?;
    // Schema and rows in one migration; rows with foreign keys would be in the way of the table's next change.
    migration(project, "mixed", true, COUNT, |name| {
        format!(
            "migrations.AddField(\"{model}\", \"extra\", models.IntegerField(null=True)),\n        \
             migrations.RunPython(forwards),\n        \
             migrations.RunSQL(\"{}\"),\n        \
             migrations.AlterField(\"{model}\", \"extra\", models.BigIntegerField(null=True)),",
            count(&format!("{name} as SQL"))
        )
    })?;
    project.counts();
    project.once.extend(project.last.as_ref().map(|name| format!("counter {name} as SQL")));
    Ok(())
}

/// Writes the next migration; `{name}` in its head is its name.
fn migration(
    project: &mut Writer,
    name: &str,
    atomic: bool,
    head: &str,
    operations: impl FnOnce(&str) -> String,
) -> Result<()> {
    project.migration(name, "py", |name, last| {
        let dependency = last.map(|last| format!("(\"ledger\", \"{last}\")")).unwrap_or_default();
        let operations = operations(name);
        let import = match operations.starts_with("AddIndexConcurrently") {
            true => "from django.contrib.postgres.operations import AddIndexConcurrently\n",
            false => "",
        };
        let atomic = if atomic { "" } else { "    atomic = False\n" };
        format!(
            "{import}from django.db import migrations, models\n\n\n{}\n\nclass Migration(migrations.Migration):\n{atomic}    \
             dependencies = [{dependency}]\n    operations = [\n        {operations}\n    ]\n",
            head.replace("{name}", name)
        )
    })
}

const COUNT: &str = "\
def forwards(apps, schema_editor):
    apps.get_model(\"ledger\", \"Counter\").objects.create(name=\"{name}\")
";
