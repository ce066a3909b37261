//! The native project.

use anyhow::Result;
use limosa_sql::dialect::Dialect;

use super::{CHAPTERS, Writer, count};

/// Writes the project.
pub(super) fn write(project: &mut Writer, dialect: Dialect) -> Result<()> {
    project.file("limosa.toml", "")?;
    migration(
        project,
        "initial",
        true,
        "[[operations]]\nop = \"CreateModel\"\nname = \"Counter\"\n[operations.fields]\n\
         id = { type = \"BigAutoField\", primary_key = true }\nname = { type = \"CharField\", max_length = 100 }\n",
    )?;
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
    migration(
        project,
        "entries",
        true,
        &format!(
            "[[operations]]\nop = \"CreateModel\"\nname = \"{model}\"\n[operations.fields]\n\
             id = {{ type = \"BigAutoField\", primary_key = true }}\ntext = {{ type = \"CharField\", max_length = 40 }}\n\
             counter = {{ type = \"ForeignKey\", to = \"ledger.Counter\", on_delete = \"CASCADE\", null = true }}\n\
             [[operations]]\nop = \"AddField\"\nmodel = \"{model}\"\nname = \"amount\"\nfield = {{ type = \"IntegerField\", default = 1 }}\n\
             [[operations]]\nop = \"AddField\"\nmodel = \"{model}\"\nname = \"note\"\n\
             field = {{ type = \"CharField\", max_length = 20, null = true }}\n"
        ),
    )?;
    project.migration("sql", "sql", |name, last| {
        format!(
            "-- limosa: dependencies ledger.{}\n-- limosa: forwards\n{};\n\
             INSERT INTO ledger_{lower} (text, amount) VALUES {};\n-- limosa: backwards\nDELETE FROM ledger_{lower};\n",
            last.unwrap_or_default(),
            count(name),
            vec!["('entry', 1)"; 500].join(", ")
        )
    })?;
    project.counts();
    let is_postgres = dialect == Dialect::Postgres;
    let concurrently = if is_postgres { "Concurrently" } else { "" };
    let index = |field: &str| {
        format!(
            "[[operations]]\nop = \"AddIndex{concurrently}\"\nmodel = \"{model}\"\n\
             index = {{ name = \"{lower}_{field}_idx\", fields = [\"{field}\"] }}\n"
        )
    };
    migration(project, "indexes", !is_postgres, &(index("text") + &index("amount")))?;
    let name = format!("{:04}_mixed", project.number + 1);
    migration(
        project,
        "mixed",
        true,
        &format!(
            "[[operations]]\nop = \"AlterField\"\nmodel = \"{model}\"\nname = \"text\"\nfield = {{ type = \"CharField\", max_length = 80 }}\n\
             [[operations]]\nop = \"RenameField\"\nmodel = \"{model}\"\nold_name = \"note\"\nnew_name = \"remark\"\n\
             [[operations]]\nop = \"RunSQL\"\nsql = \"\"\"{};\nUPDATE ledger_{lower} SET amount = amount + 1\"\"\"\nreverse_sql = \"\"\n\
             [[operations]]\nop = \"AddField\"\nmodel = \"{model}\"\nname = \"extra\"\nfield = {{ type = \"IntegerField\", null = true }}\n",
            count(&name)
        ),
    )?;
    project.counts();
    Ok(())
}

/// Writes the next migration.
fn migration(project: &mut Writer, name: &str, atomic: bool, operations: &str) -> Result<()> {
    project.migration(name, "toml", |_, last| {
        let dependencies: Vec<String> = last.map(|last| format!("ledger.{last}")).into_iter().collect();
        let atomic = if atomic { "" } else { "atomic = false\n" };
        format!("{atomic}dependencies = {dependencies:?}\n\n{operations}")
    })
}
