//! Which kind of project a folder holds, and where its interpreter and settings come from.

use limosa_source::config::{Env, Options};
use limosa_source::project::{Kind, Project};

use crate::support::{Files, Folder};

const MANAGE: &str = "import os\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"mysite.settings\")\n";

#[test]
fn kinds() {
    let settings = ("settings.py", "INSTALLED_APPS = []\n");
    let migration = ("blog/migrations/0001_x.sql", "SELECT 1;\n");
    let shell = [("DJANGO_SETTINGS_MODULE", "settings")];
    let cases: [(Files<'_>, Files<'_>, Kind); 7] = [
        (&[("manage.py", MANAGE)], &[], Kind::Django),
        (&[("manage.py", MANAGE), migration], &[], Kind::Django),
        (&[settings], &shell, Kind::Django),
        (&[("limosa.toml", "")], &[], Kind::Native),
        (&[migration], &[], Kind::Native),
        // A variable that is set for all of a shell does not turn a native project into Django's.
        (&[migration], &shell, Kind::Native),
        (&[migration, settings], &[("LIMOSA_SETTINGS", "settings")], Kind::Django),
    ];
    for (files, env, kind) in cases {
        let folder = Folder::new(files);
        assert_eq!(folder.try_open(&Env::of(env.iter().copied())).unwrap().kind, kind, "{files:?} {env:?}");
    }
}

#[test]
fn no_project() {
    let folder = Folder::new(&[("notes.txt", "")]);
    let error = folder.try_open(&Env::empty()).unwrap_err();
    assert_eq!(
        error.to_string().replace(&folder.root().display().to_string(), "X"),
        "X holds no project: neither `manage.py` (and no settings module is named), nor `limosa.toml`, \
         nor migrations in `*/migrations/*.toml` or `*.sql`"
    );
    assert!(error.help().contains("limosa init"));

    let missing = Options { project: Some(folder.path("nowhere")), ..Options::default() };
    assert!(Project::open(&missing, &Env::empty()).unwrap_err().to_string().starts_with("there is no folder"));

    let silent = Folder::new(&[("manage.py", "print('hello')\n")]);
    assert!(silent.try_open(&Env::empty()).unwrap_err().to_string().contains("does not say which settings module"));
}

#[test]
fn native_layouts() {
    let sql = "SELECT 1;\n";
    let cases: [(Files<'_>, &str); 5] = [
        (
            &[("b/migrations/0001_x.sql", sql), ("a/migrations/0001_x.sql", sql), ("c/other/x.sql", sql)],
            "a.0001_x b.0001_x",
        ),
        (&[("a/0001_x.sql", sql), ("b/0001_x.sql", sql), ("c/x.sql", sql)], "a.0001_x b.0001_x"),
        (&[("limosa.toml", "[apps]\nblog = \"src/blog\"\n"), ("src/blog/migrations/0001_x.sql", sql)], "blog.0001_x"),
        (&[("limosa.toml", "[apps]\nblog = \"db\"\n"), ("db/0001_x.sql", sql)], "blog.0001_x"),
        (
            &[
                ("a/migrations/0001_x.sql", sql),
                ("a/migrations/_draft.sql", sql),
                ("a/migrations/~y.sql", sql),
                ("a/migrations/n.txt", sql),
            ],
            "a.0001_x",
        ),
    ];
    for (files, expected) in cases {
        assert_eq!(crate::support::migrations(&Folder::new(files).open()), expected, "{files:?}");
    }
}

#[test]
fn interpreters() {
    let folder = Folder::django(&[("settings.py", "INSTALLED_APPS = []\n")]);
    let other = Folder::new(&[
        ("env/pyvenv.cfg", "version = 3.11.2\n"),
        ("env/bin/python", ""),
        ("env/lib/python3.11/site-packages/x.py", ""),
    ]);
    let environment = other.path("env").display().to_string();
    let path = other.path("env/bin").display().to_string();
    let found = |env: &[(&str, &str)], python: Option<&str>| {
        let options = Options { python: python.map(Into::into), ..folder.options() };
        let interpreter = Project::open(&options, &Env::of(env.iter().copied())).unwrap().interpreter.unwrap();
        (interpreter.found, interpreter.layout.map(|layout| layout.version))
    };
    assert_eq!(found(&[], None), ("the virtual environment beside the project", Some((3, 12))));
    assert_eq!(found(&[("VIRTUAL_ENV", &environment)], None), ("VIRTUAL_ENV", Some((3, 11))));
    assert_eq!(
        found(&[("VIRTUAL_ENV", "/nowhere")], None),
        ("the virtual environment beside the project", Some((3, 12)))
    );
    assert_eq!(found(&[], Some(&environment)), ("the named interpreter", Some((3, 11))));
    assert_eq!(found(&[("LIMOSA_PYTHON", &environment)], None), ("the named interpreter", Some((3, 11))));
    assert_eq!(found(&[("PATH", &path)], Some("python")), ("the named interpreter", Some((3, 11))));
    assert_eq!(found(&[], Some("/nowhere/python")), ("the named interpreter", None));

    let bare = Folder::new(&[("manage.py", MANAGE)]);
    assert_eq!(bare.open().interpreter, None);
    let env = Env::of([("PATH", "/nowhere")]);
    assert_eq!(bare.try_open(&env).unwrap().interpreter, None);
}

#[test]
fn settings_module() {
    let named = |manage: &str, env: &[(&str, &str)], file: &str| {
        let folder = Folder::django(&[("manage.py", manage), ("limosa.toml", file)]);
        folder
            .try_open(&Env::of(env.iter().copied()))
            .ok()
            .and_then(|project| project.settings.module)
            .map(|name| name.to_string())
    };
    let quoted = |name: &str| format!("    os.environ[\"DJANGO_SETTINGS_MODULE\"] = '{name}'\n");
    let env = [("DJANGO_SETTINGS_MODULE", "from.env")];
    assert_eq!(named(MANAGE, &[], "").as_deref(), Some("mysite.settings"));
    assert_eq!(named(&quoted("a.b"), &[], "").as_deref(), Some("a.b"));
    assert_eq!(
        named("os.environ.setdefault(\n    'DJANGO_SETTINGS_MODULE',\n    'c.d',\n)\n", &[], "").as_deref(),
        Some("c.d")
    );
    assert_eq!(named(&format!("# {}", quoted("no"))[..], &[], ""), None);
    assert_eq!(named(MANAGE, &[], "settings = \"from.file\"\n").as_deref(), Some("from.file"));
    assert_eq!(named(MANAGE, &env, "settings = \"from.file\"\n").as_deref(), Some("from.env"));
    assert_eq!(named(MANAGE, &[env[0], ("LIMOSA_SETTINGS", "ours")], "").as_deref(), Some("ours"));
    assert_eq!(named(&format!("{}{}", quoted("a"), quoted("b")), &[], ""), None);
}

#[test]
fn embedded_files() {
    let files = [
        ("blog/migrations/0002_y.sql", "-- limosa: dependencies blog.0001_x\nSELECT 1;\n"),
        ("blog/migrations/0001_x.toml", "[[operations]]\nop = \"DeleteModel\"\nname = \"A\"\n"),
        ("accounts/0001_x.sql", "SELECT 1;\n"),
        ("blog/migrations/0003_z.toml", "broken ["),
        ("limosa.toml", ""),
        ("README.md", ""),
    ];
    let files = files.map(|(path, text)| (path.into(), text.to_owned()));
    let project = Project::embedded(files, &Options::default());
    assert_eq!(crate::support::migrations(&project), "accounts.0001_x blog.0001_x blog.0002_y");
    assert_eq!((project.kind, project.history_table.as_str()), (Kind::Native, "limosa_migrations"));
    assert_eq!(project.diagnostics.len(), 1);
    let place = project.diagnostics[0].labels.first().and_then(|(span, _)| project.sources.location(*span));
    let place = place.map(|place| (place.path, place.line));
    assert_eq!(place, Some(("blog/migrations/0003_z.toml".into(), 1)));
}
