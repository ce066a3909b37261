//! Projects in temporary folders.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use limosa_sql::dialect::Dialect;
use tempfile::TempDir;

use crate::database::Database;
use crate::program::{Running, Said};

/// A project, and the variables with which the program is run on it.
pub(crate) struct Project {
    folder: TempDir,
    variables: Vec<(String, OsString)>,
}

impl Project {
    /// Makes a project of files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a folder"), variables: Vec::new() };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// Makes a native project with one app, `blog`, of three migrations.
    pub(crate) fn blog() -> Self {
        let slug = operation(
            "op = \"AddField\"\nmodel = \"Post\"\nname = \"slug\"\nfield = { type = \"SlugField\", null = true }",
        );
        Self::new(&[
            ("blog/migrations/0001_initial.toml", &migration(&[], POST)),
            ("blog/migrations/0002_slug.toml", &migration(&["blog.0001_initial"], &slug)),
            (
                "blog/migrations/0003_first.sql",
                "-- limosa: dependencies blog.0002_slug\n-- limosa: forwards\n\
                 INSERT INTO blog_post (title) VALUES ('first');\n-- limosa: backwards\nDELETE FROM blog_post;\n",
            ),
        ])
    }

    /// Makes a Django project with one app, `library`; nothing when there is no Python with Django.
    ///
    /// Its migrations after `0001_initial` are given by name and text.
    pub(crate) fn django(migrations: &[(&str, &str)]) -> Option<Self> {
        let Some(python) = std::env::var_os("LIMOSA_TEST_DJANGO") else {
            assert!(std::env::var_os("CI").is_none(), "LIMOSA_TEST_DJANGO is not set");
            println!("skipped: LIMOSA_TEST_DJANGO does not name a Python with Django");
            return None;
        };
        let project = Self::new(&DJANGO).with("LIMOSA_PYTHON", python);
        for (name, text) in migrations {
            project.write(&format!("library/migrations/{name}.py"), text);
        }
        Some(project)
    }

    /// Sets a variable for the runs.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Takes a variable away.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// Gives a variable another name.
    pub(crate) fn rename(self, name: &str, new_name: &str) -> Self {
        let value = self.variable(name).unwrap_or_default();
        self.without(name).with(new_name, value)
    }

    /// Returns the value of a variable of the runs.
    pub(crate) fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Lets the runs use a database.
    pub(crate) fn on(self, database: &Database) -> Self {
        let url = &database.url;
        let host = url.hosts().first();
        let engine = match database.dialect() {
            Dialect::Postgres => "postgresql",
            Dialect::Sqlite => "sqlite3",
            Dialect::MySql => "mysql",
        };
        self.with("DATABASE_URL", &database.text)
            .with("TEST_ENGINE", format!("django.db.backends.{engine}"))
            .with("TEST_NAME", url.database().unwrap_or_default())
            .with("TEST_HOST", host.map(|host| host.name.clone()).unwrap_or_default())
            .with("TEST_PORT", host.and_then(|host| host.port).map(|port| port.to_string()).unwrap_or_default())
            .with("TEST_USER", url.user().unwrap_or_default())
            .with("TEST_PASSWORD", url.password().unwrap_or_default())
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("make a folder");
        fs::write(path, text).expect("write a file");
    }

    /// Returns the path of a file of the project.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).expect("a folder").join(path)
    }

    /// Returns the command that runs the program in the project's folder; the arguments are separated by blanks.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        self.command_of(Path::new(env!("CARGO_BIN_EXE_limosa")), arguments)
    }

    /// Returns the command that runs another copy of the program.
    pub(crate) fn command_of(&self, program: &Path, arguments: &str) -> Command {
        let mut command = Command::new(program);
        command.args(arguments.split_whitespace()).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("XDG_CACHE_HOME", std::env::temp_dir().join("limosa-cli-tests"));
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &str) -> Said {
        self.start(arguments).end()
    }

    /// Starts the program.
    pub(crate) fn start(&self, arguments: &str) -> Running {
        Running::start(&mut self.command(arguments))
    }

    /// Runs the program and checks that no file of the project changes, nor is made.
    #[track_caller]
    pub(crate) fn run_unchanged(&self, arguments: &str) -> Said {
        let before = self.files();
        let said = self.run(arguments);
        assert!(self.files() == before, "the files of the project changed:\n{said}");
        said
    }

    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = fs::read(&path).expect("a file");
                    files.insert(path, text);
                }
            }
        }
        files
    }
}

/// Returns the text of a TOML migration.
pub(crate) fn migration(dependencies: &[&str], operations: &str) -> String {
    format!("dependencies = {dependencies:?}\n{operations}")
}

/// Returns an operation of a TOML migration.
pub(crate) fn operation(keys: &str) -> String {
    format!("\n[[operations]]\n{keys}\n")
}

/// Returns a `RunSQL` operation that is undone by doing nothing.
pub(crate) fn run_sql(sql: &str) -> String {
    operation(&format!("op = \"RunSQL\"\nsql = '''{sql}'''\nreverse_sql = \"\""))
}

/// Returns the text of a Django migration of the app `library` after another of its migrations.
pub(crate) fn python_migration(after: &str, head: &str, operations: &str) -> String {
    format!(
        "from django.db import migrations, models\n{head}\n\nclass Migration(migrations.Migration):\n    \
         dependencies = [(\"library\", \"{after}\")]\n    operations = [\n        {operations}\n    ]\n"
    )
}

/// The operation that makes the model `Post`.
pub(crate) const POST: &str = "
[[operations]]
op = \"CreateModel\"
name = \"Post\"
[operations.fields]
id = { type = \"BigAutoField\", primary_key = true }
title = { type = \"CharField\", max_length = 40 }
";

const DJANGO: [(&str, &str); 6] = [
    (
        "manage.py",
        "import os, sys\nif __name__ == \"__main__\":\n    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")\n    \
         from django.core.management import execute_from_command_line\n    execute_from_command_line(sys.argv)\n",
    ),
    (
        "settings.py",
        r#"import os
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["library"]
DATABASES = {
    "default": {
        "ENGINE": os.environ.get("TEST_ENGINE", "django.db.backends.sqlite3"),
        "NAME": os.environ.get("TEST_NAME", "db.sqlite3"),
        "HOST": os.environ.get("TEST_HOST", ""),
        "PORT": os.environ.get("TEST_PORT", ""),
        "USER": os.environ.get("TEST_USER", ""),
        "PASSWORD": os.environ.get("TEST_PASSWORD", ""),
    }
}
"#,
    ),
    ("library/__init__.py", ""),
    (
        "library/models.py",
        "from django.db import models\n\nclass Book(models.Model):\n    title = models.CharField(max_length=40)\n",
    ),
    ("library/migrations/__init__.py", ""),
    (
        "library/migrations/0001_initial.py",
        r#"from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Book",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=40)),
            ],
        ),
    ]
"#,
    ),
];
