//! The settings of a Django project, read without Python.

use limosa_model::django::DjangoVersion;
use limosa_source::config::{Env, Options, Secret};
use limosa_source::project::Project;

use crate::support::{Folder, apps, migrations, needs};

#[test]
fn options_of_mysql() {
    let folder = Folder::django(&[
        (
            "settings.py",
            "INSTALLED_APPS = []\nDATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': 'x', 'PASSWORD': 'old', \
             'OPTIONS': {'ssl': {'ca': '/ca.pem', 'check_hostname': False}, 'isolation_level': None, 'passwd': 'new', \
             'init_command': \"SET sql_mode='STRICT_ALL_TABLES'\", 'conv': {1: 2}}}}\n",
        ),
        ("limosa.toml", "settings = \"settings\"\n"),
    ]);
    let project = folder.open();
    let database = &project.settings.databases["default"];
    let options: Vec<(&str, &str)> =
        database.options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        options,
        [
            ("init_command", "SET sql_mode='STRICT_ALL_TABLES'"),
            ("isolation_level", ""),
            ("ssl.ca", "/ca.pem"),
            ("ssl.check_hostname", "false"),
        ]
    );
    assert_eq!((database.vendor(), database.password.expose()), (Some("mysql"), "new"));
}

#[test]
fn settings() {
    let folder = Folder::django(&[
        ("mysite/__init__.py", ""),
        (
            "mysite/base.py",
            "import os\nfrom pathlib import Path\nBASE = Path(__file__).resolve().parent\nINSTALLED_APPS = ['blog']\n\
             DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE / 'db.sqlite3'}}\n\
             AUTH_USER_MODEL = 'accounts.User'\nUSE_TZ = False\nSITE_ID = 3\nTIME_ZONE = 'Europe/Berlin'\nextra = 1\n",
        ),
        (
            "mysite/settings.py",
            "from .base import *\nINSTALLED_APPS += [name for name in ('shop',)]\n\
             if os.environ.get('PG'):\n    DATABASES['default'] = {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'x', \
             'PORT': 5433, 'PASSWORD': os.environ['SECRET'], 'OPTIONS': {'sslmode': 'require', 'service': None}}\n",
        ),
        ("blog/__init__.py", ""),
        ("shop/__init__.py", ""),
        ("limosa.toml", "settings = \"mysite.settings\"\n"),
    ]);
    let project = folder.open();
    assert_eq!((needs(&project), folder.errors(&project)), (String::new(), String::new()));
    assert_eq!(apps(&project), "blog blog absent\nshop shop absent");
    let settings = &project.settings;
    assert_eq!(settings.django, DjangoVersion::V52);
    assert_eq!(settings.django_installed.as_deref(), Some("5.2.19"));
    assert_eq!(settings.default_auto_field, "django.db.models.AutoField");
    assert_eq!(settings.auth_user_model, "accounts.User");
    assert_eq!((settings.use_tz, settings.site_id, settings.time_zone.as_str()), (false, Some(3), "Europe/Berlin"));
    let database = &settings.databases["default"];
    assert_eq!((database.vendor(), database.name.ends_with("/mysite/db.sqlite3")), (Some("sqlite"), true));

    let project = folder.try_open(&Env::of([("PG", "1"), ("SECRET", "hush")])).unwrap();
    let database = &project.settings.databases["default"];
    assert_eq!(
        (database.vendor(), database.port.as_str(), database.password.expose()),
        (Some("postgresql"), "5433", "hush")
    );
    assert_eq!(database.options["sslmode"], "require");
    assert!(!format!("{project:?}").contains("hush"));
}

#[test]
fn what_is_opaque_is_asked_of_python() {
    let cases = [
        ("INSTALLED_APPS = load()\n", "describe: the setting INSTALLED_APPS "),
        (
            "from nowhere import *\nINSTALLED_APPS = []\n",
            "describe: `settings` imports all names of `nowhere`, which could not be read",
        ),
        ("INSTALLED_APPS = []\nimport secrets_store\nAUTH_USER_MODEL = secrets_store.get()\n", "AUTH_USER_MODEL"),
        (
            "INSTALLED_APPS = []\nDATABASES = {'default': config('DATABASE_URL')}\n",
            "the database `default` of the settings",
        ),
        (
            "INSTALLED_APPS = ['there', 'elsewhere']\nimport sys\nsys.path.insert(0, somewhere())\n",
            "describe: the app `elsewhere` was not found in the folders that are known",
        ),
    ];
    for (text, expected) in cases {
        let folder = Folder::django(&[("settings.py", text), ("there/__init__.py", "")]);
        let project = folder.open();
        let needs = needs(&project);
        assert!(needs.contains(expected), "{text}\n{needs}");
        assert_eq!(needs.lines().count(), 1, "{needs}");
        assert!(project.migrations.is_empty());
    }
}

#[test]
fn a_named_database_makes_the_settings_databases_unimportant() {
    let folder = Folder::django(&[("settings.py", "INSTALLED_APPS = []\nDATABASES = load()\n")]);
    assert!(needs(&folder.open()).contains("DATABASES"));
    let options = Options { database_url: Some(Secret::new("postgres://u:p@h/d")), ..folder.options() };
    assert_eq!(needs(&Project::open(&options, &Env::empty()).unwrap()), "");
    // Django projects read this variable themselves, or not at all.
    assert!(needs(&folder.try_open(&Env::of([("DATABASE_URL", "postgres://h/d")])).unwrap()).contains("DATABASES"));
}

#[test]
fn manage_py_that_changes_the_environment_makes_it_unknown() {
    let settings = ("settings.py", "import os\nINSTALLED_APPS = [os.environ.get('APP', 'blog')]\n");
    let plain = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n";
    for (manage, known) in [
        (plain.to_owned(), true),
        (format!("{plain}# from dotenv import load_dotenv\nprint('PYTHONPATH environment variable')\n"), true),
        (format!("{plain}dotenv.load_dotenv()\n"), false),
        (format!("{plain}os.environ['APP'] = 'shop'\n"), false),
    ] {
        let folder = Folder::django(&[("manage.py", manage.as_str()), settings, ("blog/__init__.py", "")]);
        assert_eq!(needs(&folder.open()).is_empty(), known, "{manage}");
    }
}

#[test]
fn settings_described_in_the_configuration() {
    let migration = "from django.db import migrations, models\nfrom django.conf import settings\n\
                     class Migration(migrations.Migration):\n    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]\n";
    let folder = Folder::new(&[
        (
            "limosa.toml",
            "[django]\nversion = \"6.1\"\ninstalled-apps = [\"blog\"]\nauth-user-model = \"accounts.User\"\nuse-tz = false\nsite-id = 2\n\
             [django.migration-modules]\nblog = \"blog.changes\"\n[django.settings]\nLENGTH = 3\n",
        ),
        ("blog/__init__.py", ""),
        ("blog/changes/__init__.py", ""),
        ("blog/changes/0001_x.py", migration),
    ]);
    let project = folder.open();
    assert_eq!(folder.errors(&project), "");
    assert_eq!(apps(&project), "blog blog in blog.changes");
    assert_eq!(project.settings.default_auto_field, "django.db.models.BigAutoField");
    assert_eq!((project.settings.use_tz, project.settings.site_id), (false, Some(2)));
    assert_eq!(migrations(&project), "blog.0001_x");
    assert_eq!(project.migrations[0].dependencies[0].to_string(), "accounts.__first__");
}

#[test]
fn receivers() {
    let folder = Folder::django(&[
        ("limosa.toml", "settings = \"mysite.settings\"\n"),
        ("mysite/settings.py", "INSTALLED_APPS = ['a', 'b.inner']\n"),
        ("mysite/__init__.py", ""),
        ("mysite/signals.py", "post_migrate\n"),
        ("a/__init__.py", ""),
        ("a/apps.py", "from django.db.models.signals import post_migrate\n"),
        ("a/tests/test_x.py", "post_migrate\n"),
        ("a/migrations/0001_x.py", "post_migrate\n"),
        ("b/__init__.py", ""),
        ("b/signals.py", "pre_migrate.connect(f)\n"),
        ("b/other.py", "run_migrate\n"),
        ("b/inner/__init__.py", ""),
        ("c/signals.py", "post_migrate\n"),
    ]);
    let project = folder.open();
    let found: Vec<_> = project
        .receivers()
        .iter()
        .map(|path| path.strip_prefix(folder.root()).unwrap().display().to_string())
        .collect();
    assert_eq!(found, ["a/apps.py", "b/signals.py", "mysite/signals.py"]);
}
