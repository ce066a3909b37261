//! Python is started only for what is Python.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::database::{Database, on_each};
use crate::project::{Project, python_migration};

/// Gives the project an environment whose interpreter leaves a mark and fails, with the packages of the real one.
fn booby_trap(project: Project) -> Project {
    let real = std::env::var("LIMOSA_TEST_DJANGO").expect("set, or there is no project");
    let ask =
        "import sysconfig; print(sysconfig.get_path('purelib')); print('%d.%d' % __import__('sys').version_info[:2])";
    let output = Command::new(real).args(["-c", ask]).output().expect("run Python");
    let text = String::from_utf8(output.stdout).expect("text");
    let (packages, version) = text.trim().split_once('\n').expect("two lines");
    let lib = project.path(&format!("trap/lib/python{version}"));
    fs::create_dir_all(&lib).expect("make a folder");
    symlink(packages, lib.join("site-packages")).expect("link");
    project.write("trap/pyvenv.cfg", format!("home = /usr/bin\nversion = {version}.0\n"));
    let mark = project.path("started");
    project.write("trap/bin/python", format!("#!/bin/sh\necho \"$@\" >> '{}'\nexit 9\n", mark.display()));
    let python = project.path("trap/bin/python");
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).expect("change the mode");
    project.with("LIMOSA_PYTHON", python)
}

/// Gives the project an interpreter that leaves a mark each time that it is started.
fn counted(project: Project) -> Project {
    let real = std::env::var("LIMOSA_TEST_DJANGO").expect("set, or there is no project");
    let mark = project.path("started");
    let script = format!("#!/bin/sh\necho started >> '{}'\nexec '{real}' \"$@\"\n", mark.display());
    project.write("counting/python", script);
    let python = project.path("counting/python");
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).expect("change the mode");
    let cache = project.path("cache");
    project.with("LIMOSA_PYTHON", python).with("LIMOSA_CACHE_DIR", cache)
}

fn starts(project: &Project) -> usize {
    fs::read_to_string(project.path("started")).map_or(0, |text| text.lines().count())
}

/// A project that is described in `limosa.toml`, run without any Python.
fn described(migrations: &[(&str, &str)], database: &Database) -> Option<Project> {
    let project = Project::django(migrations)?.without("LIMOSA_PYTHON").with("PATH", "");
    let real = std::env::var("LIMOSA_TEST_DJANGO").expect("set, or there is no project");
    let ask = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let packages = Command::new(real).args(["-c", ask]).output().expect("run Python").stdout;
    let packages = String::from_utf8(packages).expect("text");
    project.write(
        "limosa.toml",
        format!(
            "database-url = {:?}\n[django]\nversion = \"5.2\"\ninstalled-apps = [\"django.contrib.contenttypes\", \"library\"]\n\
             default-auto-field = \"django.db.models.BigAutoField\"\npython-path = [{:?}]\n",
            database.text,
            packages.trim()
        ),
    );
    Some(project)
}

#[track_caller]
fn check_not_started(project: &Project) {
    assert!(!Path::new(&project.path("started")).exists(), "Python was started");
}

#[test]
fn without_python_code_none_is_started() {
    let plain = python_migration(
        "0001_initial",
        "\ndef default():\n    return 1\n",
        "migrations.AddField(\"book\", \"pages\", models.IntegerField(null=True)),\n        \
         migrations.RunSQL(\"UPDATE library_book SET pages = 1\", \"\"),\n        \
         migrations.AlterField(\"book\", \"pages\", models.IntegerField(default=default, null=True)),",
    );
    on_each("no_python", |database| {
        let Some(project) = Project::django(&[("0002_pages", &plain)]) else { return };
        let project = booby_trap(project).on(database);
        // Apps of Django, too: the function in one of their migrations has nothing to do without proxy models.
        let settings = fs::read_to_string(project.path("settings.py")).expect("settings");
        project.write(
            "settings.py",
            settings
                .replace("[\"library\"]", "[\"django.contrib.auth\", \"django.contrib.contenttypes\", \"library\"]"),
        );
        for command in [
            "showmigrations",
            "migrate --plan",
            "plan",
            "sqlmigrate library 0002",
            "migrate",
            "migrate -q",
            "migrate library zero",
        ] {
            project.run(command).ends(0);
            check_not_started(&project);
        }
    });
}

#[test]
fn python_code_that_is_applied_already_starts_none() {
    let code = python_migration(
        "0001_initial",
        "",
        "migrations.RunPython(lambda apps, editor: None, lambda apps, editor: None),",
    );
    let after = python_migration("0002_code", "", "migrations.RunSQL(\"SELECT 1\", \"\"),");
    on_each("python_applied", |database| {
        let Some(project) = Project::django(&[("0002_code", &code)]) else { return };
        let project = project.on(database);
        project.run("migrate").ends(0);
        project.write("library/migrations/0003_after.py", after.clone());
        let project = booby_trap(project);
        project.run("migrate").ends(0).prints(&["library.0003_after... OK"]);
        check_not_started(&project);
        // With code to run it is started, and its failure is told before anything changes.
        let before = database.dump();
        project.run("migrate library zero").ends(2).tells(&["Python", "9"]);
        assert!(project.path("started").exists());
        assert_eq!(database.dump(), before);
    });
}

/// A custom operation whose module looks at much: it is asked of Python what it does to the models.
const OPERATIONS: &str = r#"import json, os
from pathlib import Path

from django.conf import settings
from django.db.migrations.operations.base import Operation

from library.names import NAME

HERE = Path(__file__).parent
SUFFIX = json.loads((HERE / "suffix.json").read_text()) + os.environ.get("NAME_SUFFIX", "") + getattr(settings, "SUFFIX", "")
if (HERE / "more.json").exists():
    SUFFIX += "m"
SUFFIX += "f" * len([path for path in HERE.joinpath("parts").glob("*.txt")])

class Note(Operation):
    def __init__(self, model, name, field):
        self.model, self.name, self.field = model, name, field

    def state_forwards(self, app_label, state):
        state.add_field(app_label, self.model, self.name + NAME + SUFFIX, self.field, False)

    def database_forwards(self, app_label, editor, from_state, to_state):
        pass

    def database_backwards(self, app_label, editor, from_state, to_state):
        pass

    def deconstruct(self):
        return "Note", [self.model, self.name, self.field], {}
"#;

#[test]
fn what_python_answered_once_is_not_asked_again() {
    let head = "from library.fields import Own\nfrom library.operations import Note";
    let custom =
        |pages: &str| python_migration("0001_initial", head, &format!("Note(\"book\", \"{pages}\", Own(null=True)),"));
    let own = |kind: &str| {
        format!(
            "from django.db import models\n\nclass Own(models.Field):\n    def db_type(self, connection):\n        return \"{kind}\"\n"
        )
    };
    let Some(project) = Project::django(&[("0002_custom", &custom("pages"))]) else { return };
    for (path, text) in [
        ("library/operations.py", OPERATIONS),
        ("library/names.py", "NAME = ''\n"),
        ("library/fields.py", &own("integer")),
        ("library/suffix.json", "\"\""),
        ("library/parts/a.csv", ""),
    ] {
        project.write(path, text);
    }
    let settings = fs::read_to_string(project.path("settings.py")).expect("settings");
    let packages = project.path("packages/site-packages");
    project.write("packages/site-packages/thing-1.0.dist-info/RECORD", "");
    let project = counted(project).with("PYTHONPATH", &packages);
    project.run("plan").ends(0);
    assert_eq!(starts(&project), 1, "an operation of the project's own class is asked of Python");
    let script = fs::read_to_string(project.path("counting/python")).expect("a script") + "\n";
    type Change<'a> = (&'a str, &'a str, String, usize);
    let changes: [Change<'_>; 16] = [
        ("nothing", "other.py", String::new(), 0),
        ("the module of the operation, as it was", "library/operations.py", OPERATIONS.to_owned(), 0),
        ("the module of the operation", "library/operations.py", OPERATIONS.replace("+ NAME +", "+ NAME + NAME +"), 1),
        ("a module that it imports", "library/names.py", "NAME = 'x'\n".to_owned(), 1),
        ("a file that it reads", "library/suffix.json", "\"y\"".to_owned(), 1),
        ("a file that it looks for", "library/more.json", String::new(), 1),
        ("a folder that it lists", "library/parts/b.txt", String::new(), 1),
        ("the module of the field", "library/fields.py", own("bigint"), 1),
        ("the migration", "library/migrations/0002_custom.py", custom("leaves"), 1),
        ("the settings", "settings.py", format!("{settings}\nSUFFIX = 's'\n"), 1),
        ("the models", "library/models.py", "from django.db import models\n".to_owned(), 1),
        ("the package's own code", "library/__init__.py", "A = 1\n".to_owned(), 1),
        ("another package", "packages/site-packages/more-1.0.dist-info/RECORD", String::new(), 1),
        ("a package that is installed again", "packages/site-packages/thing-1.0.dist-info/RECORD", "x".to_owned(), 1),
        ("the interpreter", "counting/python", script, 1),
        ("a template", "library/templates/a.html", String::new(), 0),
    ];
    for (what, path, text, asked) in changes {
        let before = starts(&project);
        project.write(path, text);
        for command in ["plan", "showmigrations"] {
            project.run(command).ends(0);
        }
        assert_eq!(starts(&project) - before, asked, "after a change of {what}");
    }
    let before = starts(&project);
    let project = project.with("NAME_SUFFIX", "v");
    project.run("plan").ends(0);
    assert_eq!(starts(&project) - before, 1, "after a change of a variable");
}

#[test]
fn a_described_project_needs_no_python() {
    let plain = python_migration(
        "0001_initial",
        "",
        "migrations.AddField(\"book\", \"pages\", models.IntegerField(null=True)),",
    );
    let code = python_migration("0002_plain", "\ndef code(apps, editor):\n    pass\n", "migrations.RunPython(code),");
    let unread = python_migration("0002_plain", "from library.unknown import operation", "operation(),");
    on_each("described", |database| {
        let Some(project) = described(&[("0002_plain", &plain)], database) else { return };
        for command in ["plan", "showmigrations", "showmigrations --plan", "sqlmigrate library 0002", "migrate"] {
            project.run(command).ends(0);
        }
        project.write("library/migrations/0003_code.py", code.clone());
        for command in ["plan", "showmigrations", "sqlmigrate library 0003"] {
            project.run(command).ends(0);
        }
        let before = database.dump();
        project.run("migrate").ends(2).tells(&["no-python", "library.0003_code", "0003_code.py:10", "--python"]);
        assert_eq!(database.dump(), before);
        project.write("library/migrations/0003_code.py", unread.clone());
        project.run("plan").ends(2).tells(&["no-python", "library.0003_code", "0003_code.py:7", "--python"]);
    });
}
