//! Broken input: each file is reported, none hides the others.

use limosa_source::config::Env;

use crate::support::{Folder, migrations, needs};

const GOOD: &str = "from django.db import migrations\nclass Migration(migrations.Migration):\n    pass\n";

/// A Django project with one app, `app`, and these files in its migrations.
fn app(files: &[(&str, &[u8])]) -> Folder {
    let folder = Folder::django(&[
        ("settings.py", "INSTALLED_APPS = ['app']\n"),
        ("app/__init__.py", ""),
        ("app/migrations/__init__.py", ""),
    ]);
    for (name, text) in files {
        folder.write(&format!("app/migrations/{name}"), text);
    }
    folder
}

#[test]
fn one_broken_file_of_fifty() {
    let names: Vec<String> = (1..=50).map(|number| format!("{number:04}_step.py")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), GOOD.as_bytes())).collect();
    let folder = app(&files);
    folder.write("app/migrations/0007_step.py", b"class Migration(:\n");
    folder.write("app/migrations/0009_step.py", b"x = 1\n");
    let project = folder.open();
    assert_eq!(project.migrations.len(), 48);
    let errors = folder.errors(&project);
    let mut lines = errors.lines();
    assert!(lines.next().unwrap().starts_with("app/migrations/0007_step.py:1:17 syntax-error: "), "{errors}");
    assert!(lines.next().unwrap().starts_with("app/migrations/0009_step.py:1:1 no-migration: "), "{errors}");
    assert_eq!(lines.next(), None);
    assert!(project.has_errors());
}

#[test]
fn not_text() {
    let folder =
        app(&[("0001_a.py", GOOD.as_bytes()), ("0002_b.py", b"# caf\xe9\nx = 1\n"), ("0003_c.toml", b"# caf\xe9\n")]);
    let project = folder.open();
    assert_eq!(migrations(&project), "app.0001_a");
    let errors = folder.errors(&project);
    assert!(errors.contains("app/migrations/0002_b.py:1:6 not-text: "), "{errors}");
    assert!(errors.contains("app/migrations/0003_c.toml:1:6 not-text: "), "{errors}");
}

#[test]
fn no_migrations_at_all() {
    let folder = app(&[]);
    let project = folder.open();
    assert_eq!((project.migrations.len(), folder.errors(&project)), (0, String::new()));
    assert_eq!(project.migrated_apps().count(), 1);
}

#[test]
fn ten_megabytes() {
    let row = "-- a line of a long script\nINSERT INTO t VALUES ('some text that is a little longer', 1);\n";
    let script = row.repeat((10 << 20) / row.len());
    let python = format!("{GOOD}    operations = [migrations.RunSQL('''{script}''')]\n");
    let folder =
        app(&[("0001_a.py", python.as_bytes()), ("0002_b.sql", format!("-- limosa: forwards\n{script}").as_bytes())]);
    let project = folder.open();
    assert_eq!(folder.errors(&project), "");
    assert_eq!(migrations(&project), "app.0001_a app.0002_b");
    assert_eq!(project.migrations[0].operations.len(), 1);
}

#[test]
fn unknown_field_class() {
    let text = "from django.db import migrations, models\nimport shop.fields\nclass Migration(migrations.Migration):\n    operations = [\n        \
                migrations.AddField('A', 'x', shop.fields.Money(max_length=3)),\n    ]\n";
    let folder = app(&[("0001_a.py", text.as_bytes())]);
    let project = folder.open();
    assert!(needs(&project).starts_with("export app.0001_a: field `x`: "), "{}", needs(&project));
    assert!(needs(&project).ends_with(" at :5:39"), "{}", needs(&project));

    // The configuration can say what it is, by its base or by its types.
    for fields in [
        "\"shop.fields.Money\" = \"CharField\"",
        "\"shop.fields.Money\" = { postgresql = \"money\", sqlite = \"integer\" }",
    ] {
        folder.write("limosa.toml", format!("[fields]\n{fields}\n").as_bytes());
        let project = folder.open();
        assert_eq!((needs(&project), migrations(&project)), (String::new(), "app.0001_a".to_owned()), "{fields}");
    }
}

#[test]
fn two_files_of_one_name() {
    let folder = app(&[("0001_a.py", GOOD.as_bytes()), ("0001_a.toml", b"")]);
    let project = folder.open();
    assert_eq!(migrations(&project), "app.0001_a");
    assert!(folder.errors(&project).contains("duplicate-migration: "), "{}", folder.errors(&project));
}

#[test]
fn broken_settings() {
    let folder = app(&[("0001_a.py", GOOD.as_bytes())]);
    folder.write("settings.py", b"INSTALLED_APPS = [\n");
    let errors = folder.errors(&folder.open());
    assert!(errors.starts_with("settings.py:"), "{errors}");
    assert!(errors.contains("syntax-error"), "{errors}");
    std::fs::remove_file(folder.path("settings.py")).unwrap();
    let errors = folder.errors(&folder.open());
    assert!(errors.starts_with("no-settings: the settings module `settings` was not found"), "{errors}");
}

#[test]
fn no_python() {
    let folder = Folder::new(&[
        ("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"),
        ("settings.py", "INSTALLED_APPS = ['django.contrib.auth']\n"),
    ]);
    let project = folder.try_open(&Env::empty()).unwrap();
    let errors = folder.errors(&project);
    assert!(errors.contains("no-python: the project's Python was not found"), "{errors}");
    assert!(errors.contains("--python"), "{errors}");
}

#[test]
fn no_django() {
    let folder = app(&[("0001_a.py", GOOD.as_bytes())]);
    std::fs::remove_dir_all(folder.path(".venv/lib/python3.12/site-packages/django")).unwrap();
    folder.write("settings.py", b"INSTALLED_APPS = ['django.contrib.auth', 'nowhere'] + load()\n");
    let project = folder.open();
    assert_eq!(
        folder.errors(&project),
        "no-django: Django is not installed for .venv/bin/python (the virtual environment beside the project) \
         (name the project's own interpreter with --python, LIMOSA_PYTHON or `python` in limosa.toml)"
    );
    assert_eq!(needs(&project), "");
}

#[test]
fn unsupported_django() {
    let folder = app(&[]);
    folder.write(".venv/lib/python3.12/site-packages/django/__init__.py", b"VERSION = (3, 2, 1, 'final', 0)\n");
    let errors = folder.errors(&folder.open());
    assert!(errors.contains("unsupported-django: Django \"3.2.1\" is not supported"), "{errors}");
    folder.write("limosa.toml", b"django = \"4.2\"\n");
    assert_eq!(folder.errors(&folder.open()), "");
}
