//! `doctor --schema` where SQL or code of the project made a part of the schema: what that did is no drift, what came after is.

use limosa_sql::dialect::Dialect;

use crate::database::{Database, on_each};
use crate::project::{Project, python_migration};

/// What a migration does by SQL, what somebody does afterwards, and what is found then.
const SQL: &[(&[&str], &str, &str)] = &[
    (
        &["CREATE INDEX by_title ON library_book (title)"],
        "DROP INDEX by_title [ON library_book]",
        "index `by_title` on (title) of `library_book` is not there",
    ),
    (
        &["ALTER TABLE library_book ADD COLUMN extra integer"],
        "ALTER TABLE library_book DROP COLUMN extra",
        "column `extra` of `library_book` is not there",
    ),
    (
        &["ALTER TABLE library_book ADD COLUMN a integer", "ALTER TABLE library_book RENAME COLUMN a TO b"],
        "ALTER TABLE library_book ADD COLUMN a integer",
        "`library_book` has a column `a` that no migration makes",
    ),
    (
        &["CREATE UNIQUE INDEX one ON library_book (title)", "DROP INDEX one [ON library_book]"],
        "CREATE UNIQUE INDEX one ON library_book (title)",
        "`library_book` has unique index `one` on (title) that no migration makes",
    ),
    (
        &["ALTER TABLE library_book DROP COLUMN title"],
        "ALTER TABLE library_book ADD COLUMN title integer",
        "`library_book` has a column `title` that no migration makes",
    ),
];

#[test]
fn sql_is_followed() {
    on_each("doctor_sql", |database| {
        for (statements, change, finds) in SQL {
            database.empty();
            let own = |sql: &&str| format!("migrations.RunSQL(\"{}\"),", on(database, sql));
            let text = python_migration("0001_initial", "", &statements.iter().map(own).collect::<String>());
            let Some(project) = Project::django(&[("0002_sql", &text)]) else { return };
            let project = project.on(database);
            project.run("migrate").ends(0);
            project.run("doctor --schema").ends(0);
            database.execute(&on(database, change));
            project.run("doctor --schema").ends(1).prints(&[finds, "SQL of library.0002_sql"]);
        }
    });
}

/// What a migration does by code.
const CODE: &[(&str, &str)] = &[
    (
        "class Own(migrations.AddField):\n    def database_forwards(self, *args):\n        super().database_forwards(*args)\n",
        "Own(\"book\", \"slug\", models.SlugField(default=\"\")),",
    ),
    (
        "class Own(migrations.DeleteModel):\n    def database_forwards(self, *args):\n        super().database_forwards(*args)\n",
        "migrations.CreateModel(\"Shelf\", [(\"id\", models.AutoField(primary_key=True))]), Own(\"Shelf\"),",
    ),
    (
        "def index(apps, editor):\n    editor.connection.cursor().execute(\"CREATE INDEX by_title ON library_book (title)\")\n",
        "migrations.RunPython(index),",
    ),
    (
        "def column(apps, editor):\n    table = apps.get_model(\"library\", \"Book\")._meta.db_table\n    \
         editor.connection.cursor().execute(f\"ALTER TABLE {table} ADD COLUMN extra integer\")\n",
        "migrations.RunPython(column),",
    ),
    (
        "def column(apps, editor):\n    editor.connection.cursor().execute(\"ALTER TABLE %s ADD COLUMN extra integer\" % \"library_book\")\n",
        "migrations.RunPython(column),",
    ),
    (
        "def column(apps, editor):\n    editor.connection.cursor().execute(\"ALTER TABLE {} ADD COLUMN extra integer\".format(\"library_book\"))\n",
        "migrations.RunPython(column),",
    ),
];

#[test]
fn code_is_followed_as_far_as_it_can_be() {
    on_each("doctor_code", |database| {
        for (head, operations) in CODE {
            database.empty();
            let text = python_migration("0001_initial", head, operations);
            let Some(project) = Project::django(&[("0002_code", &text)]) else { return };
            let project = project.on(database);
            project.run("migrate").ends(0);
            project.run("doctor --schema").ends(0);
            database.execute("ALTER TABLE library_book ADD COLUMN other integer");
            let finds = ["schema-unclear: `library_book` has a column `other`", "code of library.0002_code"];
            project.run("doctor --schema").ends(1).prints(&finds);
        }
    });
}

#[test]
fn drift_after_sql_of_the_project_renamed_a_table() {
    let rename = python_migration(
        "0001_initial",
        "",
        "migrations.SeparateDatabaseAndState([migrations.RunSQL(\"ALTER TABLE library_book RENAME TO shelf\")], \
         [migrations.AlterModelTable(\"book\", \"shelf\")]),",
    );
    let index = "migrations.AddIndex(\"book\", models.Index(fields=[\"title\"], name=\"by_title\")),";
    let index = python_migration("0002_rename", "", index);
    on_each("doctor_renamed", |database| {
        let Some(project) = Project::django(&[("0002_rename", &rename), ("0003_index", &index)]) else { return };
        let project = project.on(database);
        project.run("migrate").ends(0);
        project.run("doctor --schema").ends(0);
        database.execute(&on(database, "DROP INDEX by_title [ON shelf]"));
        let finds =
            ["schema-unclear: index `by_title` on (title) of `shelf` is not there", "SQL of library.0002_rename"];
        project.run("doctor --schema").ends(1).prints(&finds);
    });
}

/// Returns a statement with the part in brackets on MySQL alone.
fn on(database: &Database, sql: &str) -> String {
    match (sql.split_once(" ["), database.dialect()) {
        (Some((start, rest)), Dialect::MySql) => format!("{start} {}", rest.trim_end_matches(']')),
        (Some((start, _)), _) => start.to_owned(),
        (None, _) => sql.to_owned(),
    }
}
