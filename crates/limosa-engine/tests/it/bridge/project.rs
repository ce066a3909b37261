//! A small Django project in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use limosa_engine::bridge::{Bridge, BridgeOptions, Direction, OperationPath, Output};
use limosa_model::MigrationId;
use limosa_sql::dialect::Dialect;
use tempfile::TempDir;

use super::database::Database;

const SETTINGS: &str = r#"
import os
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "library", "plain"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("TEST_DATABASE", "db.sqlite3"), "PASSWORD": "secret"}}
try:
    from local import *
except ImportError:
    pass
"#;

const APPS: &str = r#"
from django.apps import AppConfig
from django.db.models.signals import post_migrate

def greet(sender, apps, verbosity, interactive, using, plan, **kwargs):
    books = apps.get_model("library", "Book")
    print("post_migrate", sender.label, books._default_manager.using(using).count(), interactive, [str(m) for m, _ in plan])

class LibraryConfig(AppConfig):
    name = "library"
    def ready(self):
        post_migrate.connect(greet, sender=self)
"#;

const FIELDS: &str = r#"
from django.db import models

class Point(models.Field):
    def db_type(self, connection):
        return "point" if connection.vendor == "postgresql" else "text"

class Name(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 30
        super().__init__(*args, **kwargs)
    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs
"#;

const MODELS: &str = r#"
from django.db import models
from library.fields import Name

class Author(models.Model):
    name = Name()

class Book(models.Model):
    title = models.CharField(max_length=40)
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    tags = models.ManyToManyField("Tag")

class Tag(models.Model):
    label = models.CharField(max_length=10)
"#;

const INITIAL: &str = r#"
import uuid
from decimal import Decimal
from django.db import migrations, models
import django.db.models.deletion
import library.fields

class Migration(migrations.Migration):
    initial = True
    stage = "pre-deploy"
    operations = [
        migrations.CreateModel("Author", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", library.fields.Name()),
            ("place", library.fields.Point(null=True)),
        ]),
        migrations.CreateModel("Tag", [("id", models.BigAutoField(primary_key=True)), ("label", models.CharField(max_length=10))]),
        migrations.CreateModel("Book", [
            ("id", models.BigAutoField(primary_key=True)),
            ("title", models.CharField(max_length=40)),
            ("author", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="books", to="library.author")),
            ("tags", models.ManyToManyField(to="library.tag")),
            ("key", models.UUIDField(default=uuid.uuid4)),
            ("price", models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("1.50"))),
        ], options={"unique_together": {("title", "author")}}),
    ]
"#;

/// A project, and what it printed.
pub(super) struct Project {
    folder: TempDir,
    python: PathBuf,
    printed: Arc<Mutex<Vec<Output>>>,
    /// Where it is migrated; an SQLite file of the settings when there is none.
    pub(super) database: Option<Database>,
}

impl Project {
    /// Makes the project, with the migrations after `0001_initial` of its app `library` by name and text.
    pub(super) fn new(migrations: &[(&str, &str)]) -> Option<Self> {
        let Some(python) = std::env::var_os("LIMOSA_TEST_DJANGO") else {
            assert!(std::env::var_os("CI").is_none(), "LIMOSA_TEST_DJANGO must name a Python with Django");
            eprintln!("skipped: LIMOSA_TEST_DJANGO does not name a Python with Django");
            return None;
        };
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
            python: python.into(),
            printed: Arc::default(),
            database: None,
        };
        for (name, text) in [
            ("settings.py", SETTINGS),
            ("library/__init__.py", ""),
            ("library/apps.py", APPS),
            ("library/fields.py", FIELDS),
            ("library/models.py", MODELS),
            ("library/migrations/__init__.py", ""),
            ("library/migrations/0001_initial.py", INITIAL),
            ("plain/__init__.py", ""),
            (
                "plain/models.py",
                "from django.db import models\nclass Note(models.Model):\n    text = models.TextField()\n",
            ),
        ] {
            project.write(name, text);
        }
        for (name, text) in migrations {
            project.write(&format!("library/migrations/{name}.py"), text);
        }
        Some(project)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(name)
    }

    pub(super) fn options(&self) -> BridgeOptions {
        let printed = Arc::clone(&self.printed);
        BridgeOptions {
            settings: Some("settings".into()),
            databases: self.database.iter().map(|database| ("default".into(), database.to_django())).collect(),
            output: Some(Arc::new(move |output| printed.lock().unwrap().push(output))),
            ..BridgeOptions::new(&self.python, self.folder.path())
        }
    }

    pub(super) async fn start(&self) -> Bridge {
        Bridge::start(&self.options()).await.unwrap()
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.database.as_ref().map_or(Dialect::Sqlite, |database| database.url.dialect())
    }

    /// Returns whether changes of the schema, and all that is done with them, are rolled back.
    pub(super) fn rolls_back(&self) -> bool {
        self.dialect() != Dialect::MySql
    }

    /// Returns SQL as the database quotes its names; the text has double quotes.
    pub(super) fn quoted(&self, sql: &str) -> String {
        if self.dialect() == Dialect::MySql { sql.replace('"', "`") } else { sql.to_owned() }
    }

    /// Starts the bridge and applies the first migration, operation by operation.
    pub(super) async fn migrated(&self) -> Bridge {
        let mut bridge = self.start().await;
        bridge.connect("default").await.unwrap();
        bridge.set_state(&[]).await.unwrap();
        bridge.begin(true).await.unwrap();
        for index in 0..3 {
            bridge
                .run_operation(&at("0001_initial", index), Direction::Forwards, &[], self.dialect(), None)
                .await
                .unwrap();
        }
        bridge.commit().await.unwrap();
        bridge
    }

    /// Returns the lines that were printed so far.
    pub(super) fn printed(&self) -> Vec<String> {
        self.printed.lock().unwrap().iter().map(|output| output.text.clone()).collect()
    }

    pub(super) fn python(&self) -> &Path {
        &self.python
    }
}

/// Returns the id of a migration of `library`.
pub(super) fn id(name: &str) -> MigrationId {
    MigrationId::new("library", name)
}

/// Returns the path of an operation in a migration of `library`.
pub(super) fn at(name: &str, index: usize) -> OperationPath {
    OperationPath::new(id(name), index)
}

/// Returns a migration after `0001_initial` with these operations and whatever goes before the class.
pub(super) fn migration(head: &str, operations: &str) -> String {
    format!(
        "from django.db import migrations, models\n{head}\nclass Migration(migrations.Migration):\n    \
         dependencies = [(\"library\", \"0001_initial\")]\n    operations = [{operations}]\n"
    )
}
