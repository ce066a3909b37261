//! `INSTALLED_APPS` and the folders of migrations, by Django's rules.

use crate::support::{Files, Folder, apps, migrations, needs};

const CONFIG: &str = "from django.apps import AppConfig\n";

/// Opens a project with these apps and files in the package `a`, whose entry is `entry`.
fn open(entry: &str, files: Files<'_>) -> (String, String, String) {
    let settings = format!("INSTALLED_APPS = ['{entry}']\n");
    let mut all = vec![("settings.py", settings.as_str()), ("a/__init__.py", "")];
    all.extend(files);
    let folder = Folder::django(&all);
    let project = folder.open();
    (apps(&project), needs(&project), folder.errors(&project))
}

#[test]
fn app_configs() {
    let one = format!("{CONFIG}class Config(AppConfig):\n    name = 'a'\n    label = 'alpha'\n");
    let off = format!("{one}    default = False\n");
    let two = format!("{one}class Other(AppConfig):\n    name = 'a'\n    label = 'beta'\n");
    let chosen = format!("{two}    default = True\n");
    let inherited = "from base import Base\nclass Config(Base):\n    label = 'alpha'\n";
    let imported = "from base import Base\nfrom django.utils.translation import gettext_lazy as _\n";
    let base = format!("{CONFIG}class Base(AppConfig):\n    name = 'a'\n    label = 'base'\n");
    let unrelated = "class Config:\n    name = 'a'\n";
    let cases: [(&str, Files<'_>, &str); 13] = [
        ("a", &[], "a a absent"),
        ("a", &[("a/apps.py", &one)], "alpha a absent"),
        ("a", &[("a/apps.py", &off)], "a a absent"),
        ("a", &[("a/apps.py", &two)], "a a absent"),
        ("a", &[("a/apps.py", &chosen)], "beta a absent"),
        ("a.apps.Other", &[("a/apps.py", &two)], "beta a absent"),
        ("a.apps.Config", &[("a/apps.py", &off)], "alpha a absent"),
        ("a.apps.Config", &[("a/apps.py", inherited), ("base.py", &base)], "alpha a absent"),
        // Both are classes of the module, and neither says that it is the default one.
        ("a", &[("a/apps.py", inherited), ("base.py", &base)], "a a absent"),
        ("a", &[("a/apps.py", imported), ("base.py", &base)], "base a absent"),
        ("a", &[("a/apps.py", unrelated)], "a a absent"),
        ("a.b", &[("a/b/x.py", "")], "b a.b absent"),
        ("a.Config", &[("a/__init__.py", &one)], "alpha a absent"),
    ];
    for (entry, files, expected) in cases {
        assert_eq!(open(entry, files), (expected.to_owned(), String::new(), String::new()), "{entry} {files:?}");
    }
}

#[test]
fn app_configs_that_only_python_knows() {
    let computed = format!("{CONFIG}class Config(AppConfig):\n    name = find_name()\n");
    let method =
        format!("{CONFIG}class Config(AppConfig):\n    name = 'a'\n    def __init__(self, *args):\n        pass\n");
    let factory = format!("{CONFIG}Config = make(AppConfig)\n");
    let property = format!(
        "{CONFIG}class Config(AppConfig):\n    name = 'a'\n    @property\n    def label(self):\n        return 'x'\n"
    );
    for text in [computed, method, factory, property] {
        let (_, needs, errors) = open("a", &[("a/apps.py", &text)]);
        assert!(needs.starts_with("describe: ") && errors.is_empty(), "{text}\n{needs}\n{errors}");
    }
}

#[test]
fn apps_that_django_refuses() {
    let nameless = format!("{CONFIG}class Config(AppConfig):\n    label = 'x'\n");
    let twice = format!(
        "{CONFIG}class A(AppConfig):\n    name = 'a'\n    default = True\nclass B(AppConfig):\n    name = 'a'\n    default = True\n"
    );
    let lost = format!("{CONFIG}class Config(AppConfig):\n    name = 'nowhere'\n");
    let cases: [(&str, Files<'_>, &str); 6] = [
        ("b", &[], "the app `b` is not installed: there is no such module or class"),
        ("a.apps.Config", &[], "the app `a.apps.Config` is not installed: there is no such module or class"),
        (
            "a.thing.Config",
            &[("a/thing.py", "class Config:\n    pass\n")],
            "`a.thing.Config` is not a subclass of AppConfig",
        ),
        ("a", &[("a/apps.py", &nameless)], "`a` must supply a name attribute"),
        ("a", &[("a/apps.py", &twice)], "`a.apps` declares more than one default AppConfig: `a.apps.A`, `a.apps.B`"),
        ("a", &[("a/apps.py", &lost)], "the app `nowhere` names the module `nowhere`, which does not exist"),
    ];
    for (entry, files, expected) in cases {
        let (_, needs, errors) = open(entry, files);
        assert_eq!(needs, "", "{entry}");
        assert!(errors.contains(expected), "{entry}\n{errors}");
    }
}

#[test]
fn labels_are_unique() {
    let folder = Folder::django(&[
        ("settings.py", "INSTALLED_APPS = ['a.shop', 'b.shop', 'c', 'c']\n"),
        ("a/shop/__init__.py", ""),
        ("b/shop/__init__.py", ""),
        ("c/__init__.py", ""),
    ]);
    let errors = folder.errors(&folder.open());
    assert!(errors.contains("duplicate-label: the apps `a.shop` and `b.shop` have the same label `shop`"), "{errors}");
    assert!(errors.contains("duplicate-label: the app `c` is installed twice"), "{errors}");
}

#[test]
fn migration_folders() {
    let migration = "from django.db import migrations\nclass Migration(migrations.Migration):\n    pass\n";
    let folder = Folder::django(&[
        (
            "settings.py",
            "INSTALLED_APPS = ['usual', 'moved', 'off', 'spread', 'single', 'none', 'empty', 'lost']\n\
             MIGRATION_MODULES = {'moved': 'elsewhere.changes', 'off': None, 'lost': 'nowhere.migrations'}\n",
        ),
        ("usual/__init__.py", ""),
        ("usual/models.py", ""),
        ("usual/migrations/__init__.py", ""),
        ("usual/migrations/0002_b.py", migration),
        ("usual/migrations/0001_a.py", migration),
        ("usual/migrations/10-dash.py", migration),
        ("usual/migrations/_helper.py", "broken ("),
        ("usual/migrations/~tmp.py", "broken ("),
        ("usual/migrations/0003.5_dot.py", "broken ("),
        ("usual/migrations/package/__init__.py", ""),
        ("usual/migrations/notes.txt", ""),
        ("usual/migrations/data.sql", "DELETE FROM x;"),
        ("usual/migrations/0004_native.sql", "-- limosa: forwards\nSELECT 1;\n"),
        ("moved/__init__.py", ""),
        ("elsewhere/changes/__init__.py", ""),
        ("elsewhere/changes/0001_m.py", migration),
        ("elsewhere/__init__.py", ""),
        ("off/__init__.py", ""),
        ("off/migrations/__init__.py", ""),
        ("off/migrations/0001_a.py", "broken ("),
        ("spread/__init__.py", ""),
        ("spread/migrations/0001_a.py", "broken ("),
        ("single/__init__.py", ""),
        ("single/migrations.py", "broken ("),
        ("none/__init__.py", ""),
        ("empty/__init__.py", ""),
        ("empty/migrations/__init__.py", ""),
        ("lost/__init__.py", ""),
    ]);
    let project = folder.open();
    assert_eq!(
        apps(&project),
        "usual usual in usual.migrations\nmoved moved in elsewhere.changes\noff off disabled\nspread spread absent\n\
         single single absent\nnone none absent\nempty empty in empty.migrations\nlost lost absent"
    );
    assert_eq!(migrations(&project), "usual.0001_a usual.0002_b usual.0004_native usual.10-dash moved.0001_m");
    assert_eq!(
        folder.errors(&project),
        "no-migration-module: MIGRATION_MODULES names `nowhere.migrations` for the app `lost`, which does not exist \
         (create the package with an `__init__.py`, or name None to switch its migrations off)"
    );
    let with_models: Vec<&str> =
        project.apps.iter().filter(|app| app.has_models).map(|app| app.label.as_str()).collect();
    assert_eq!(with_models, ["usual"]);
}

#[test]
fn packages_are_found_where_python_finds_them() {
    let site = ".venv/lib/python3.12/site-packages";
    let settings = "INSTALLED_APPS = ['installed', 'linked', 'edited', 'beside']\n";
    let folder = Folder::django(&[
        ("settings.py", settings),
        (&format!("{site}/installed/__init__.py"), ""),
        ("src/linked/__init__.py", ""),
        ("lib/edited/__init__.py", ""),
        ("more/beside/__init__.py", ""),
    ]);
    folder.write(&format!("{site}/linked.pth"), format!("# a comment\n{}\n", folder.path("src").display()).as_bytes());
    let finder = format!(
        "MAPPING: dict[str, str] = {{'edited': '{}'}}\nNAMESPACES: dict = {{}}\n",
        folder.path("lib/edited").display()
    );
    folder.write(&format!("{site}/__editable___edited_1_0_finder.py"), finder.as_bytes());
    let line = "import __editable___edited_1_0_finder; __editable___edited_1_0_finder.install()\n";
    folder.write(&format!("{site}/__editable__.edited-1.0.pth"), line.as_bytes());
    let env = limosa_source::config::Env::of([("PYTHONPATH", "more")]);
    let project = folder.try_open(&env).unwrap();
    assert_eq!((needs(&project), folder.errors(&project)), (String::new(), String::new()));
    assert_eq!(project.apps.len(), 4);

    // Code in a `.pth` file may add any module: what is not found may still be there.
    folder.write("settings.py", b"INSTALLED_APPS = ['hidden']\n");
    assert!(folder.errors(&folder.open()).contains("`hidden` is not installed"));
    folder.write(&format!("{site}/strange.pth"), b"import strange; strange.install()\n");
    assert!(needs(&folder.open()).contains("the app `hidden` was not found in the folders that are known"));
}
