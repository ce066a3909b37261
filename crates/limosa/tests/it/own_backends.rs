//! Backends of databases that are not Django's: their schema editors write SQL that only they can write.

use crate::project::python_migration;
use crate::twins::on_each;

const SETTINGS: &str = r#"import os

KIND = os.environ["TEST_ENGINE"].rpartition(".")[2]


def entry(alias):
    return {
        "ENGINE": "engines.ENGINE_" + KIND,
        "NAME": os.environ["TEST_NAME_" + alias],
        "HOST": os.environ["TEST_HOST"],
        "PORT": os.environ["TEST_PORT"],
        "USER": os.environ["TEST_USER"],
        "PASSWORD": os.environ["TEST_PASSWORD"],
    }


DATABASES = {"default": entry("default"), "other": entry("other")}
"#;

/// A backend whose editor makes an index more with every table.
const BASE: &str = r#"from django.db.backends.KIND import base


class Editor(base.DatabaseWrapper.SchemaEditorClass):
    def create_model(self, model):
        super().create_model(model)
        name = model._meta.db_table
        # A table that is made anew has another name meanwhile.
        if not name.startswith("new__"):
            self.execute("CREATE INDEX %s_own ON %s (%s)" % (name, name, model._meta.pk.column))


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = Editor
"#;

/// The same, so that only Python can tell what it is built on.
const UNCLEAR: &str =
    "\n\ndef told(kind):\n    return kind\n\n\nclass DatabaseWrapper(told(DatabaseWrapper)):\n    pass\n";

#[test]
fn own_schema_editors() {
    let more = python_migration(
        "0001_initial",
        "",
        "migrations.CreateModel(\"Shelf\", [(\"id\", models.BigAutoField(primary_key=True)), (\"book\", models.ForeignKey(\"library.Book\", models.CASCADE))]),\n        \
         migrations.AddField(\"book\", \"pages\", models.IntegerField(default=1, db_index=True)),\n        \
         migrations.RunSQL(\"INSERT INTO library_book (title, pages) VALUES ('x', 2)\", \"\"),",
    );
    let after = python_migration(
        "0002_more",
        "\ndef fill(apps, editor):\n    apps.get_model(\"library\", \"Book\").objects.using(editor.connection.alias).create(title=\"y\")\n",
        "migrations.RunPython(fill, migrations.RunPython.noop),",
    );
    let empty = python_migration("0003_after", "", "");
    for engine in ["of", "unclear"] {
        let kinds = ["postgresql", "sqlite3", "mysql"];
        let backends = kinds.map(|kind| {
            let unclear = if engine == "unclear" { UNCLEAR } else { "" };
            (format!("engines/{engine}_{kind}/base.py"), format!("{}{unclear}", BASE.replace("KIND", kind)))
        });
        let packages = kinds.map(|kind| (format!("engines/{engine}_{kind}/__init__.py"), String::new()));
        let settings = SETTINGS.replace("ENGINE_", &format!("{engine}_"));
        let mut files: Vec<(&str, &str)> = vec![
            ("more_settings.py", &settings),
            ("engines/__init__.py", ""),
            ("library/migrations/0002_more.py", &more),
            ("library/migrations/0003_after.py", &after),
            ("library/migrations/0004_empty.py", &empty),
        ];
        files.extend(backends.iter().chain(&packages).map(|(path, text)| (path.as_str(), text.as_str())));
        on_each(&format!("own_backends_{engine}"), &["django.contrib.contenttypes"], &files, |twins| {
            twins.only_run("migrate --plan").end_well().print_the_same();
            twins.run("migrate library 0001").end_well();
            twins.run("migrate").end_well().print_the_same();
            twins.only_run("sqlmigrate library 0001").end_well().print_the_same();
            twins.run("migrate library 0001").end_well();
            twins.run("migrate --fake").end_well();
            twins.run("migrate --database other").end_well();
        });
    }
}
