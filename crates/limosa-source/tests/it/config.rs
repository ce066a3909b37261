//! The configuration: what goes before what, where values came from, what is wrong with a file.

use std::path::Path;

use limosa_source::config::variables::VARIABLES;
use limosa_source::config::{Config, Env, KEYS, Options, Secret};
use limosa_source::sources::Sources;

use crate::support::Folder;

fn load(folder: &Folder, options: &Options, env: &[(&str, &str)]) -> (Config, String) {
    let sources = Sources::default();
    let options = Options { project: Some(folder.root().to_owned()), ..options.clone() };
    let (config, diagnostics) = Config::load(&options, &Env::of(env.iter().copied()), &sources);
    let shown = folder.show(&diagnostics, &sources);
    (config, shown)
}

#[test]
fn options_go_before_the_environment_before_the_file() {
    let folder = Folder::new(&[(
        "limosa.toml",
        "settings = \"file\"\npython = \"bin/python\"\ndatabase-url = \"sqlite:file\"\ndjango = \"5.2\"\n",
    )]);
    let show = |options: &Options, env: &[(&str, &str)]| {
        let (config, diagnostics) = load(&folder, options, env);
        assert_eq!(diagnostics, "");
        let settings = config.settings.unwrap();
        let url = config.database_url.unwrap();
        format!("{} from {}; {} from {}", settings.value, settings.origin, url.value.expose(), url.origin)
    };
    let none = Options::default();
    assert_eq!(show(&none, &[]), "file from the configuration file; sqlite:file from the configuration file");
    let env = [("DJANGO_SETTINGS_MODULE", "env"), ("DATABASE_URL", "sqlite:env")];
    assert_eq!(
        show(&none, &env),
        "env from the environment variable DJANGO_SETTINGS_MODULE; sqlite:env from the environment variable DATABASE_URL"
    );
    let ours = [env[0], env[1], ("LIMOSA_SETTINGS", "ours"), ("LIMOSA_DATABASE_URL", "sqlite:ours")];
    assert_eq!(
        show(&none, &ours),
        "ours from the environment variable LIMOSA_SETTINGS; sqlite:ours from the environment variable LIMOSA_DATABASE_URL"
    );
    let options = Options {
        settings: Some("option".into()),
        database_url: Some(Secret::new("sqlite:option")),
        ..Options::default()
    };
    assert_eq!(
        show(&options, &ours),
        "option from the option --settings; sqlite:option from the option --database-url"
    );
    // An empty variable counts as absent.
    assert_eq!(
        show(&none, &[("DATABASE_URL", ""), ("LIMOSA_SETTINGS", "")]),
        "file from the configuration file; sqlite:file from the configuration file"
    );
    let (config, _) = load(&folder, &none, &[]);
    assert_eq!(config.python.unwrap().value, folder.path("bin/python"));
}

#[test]
fn pyproject() {
    let text = "[project]\nname = \"x\"\n[tool.limosa]\nsettings = \"a.b\"\n[tool.limosa.django]\nversion = \"6.0\"\n";
    let folder = Folder::new(&[("pyproject.toml", text)]);
    let (config, diagnostics) = load(&folder, &Options::default(), &[]);
    assert_eq!((config.settings.unwrap().value.as_str(), diagnostics.as_str()), ("a.b", ""));
    assert_eq!(config.django_version.unwrap().value.to_string(), "6.0");
    // The project's own file goes before it.
    folder.write("limosa.toml", b"settings = \"c\"\n");
    assert_eq!(load(&folder, &Options::default(), &[]).0.settings.unwrap().value, "c");
    let bare = Folder::new(&[("pyproject.toml", "[project]\nname = \"x\"\n")]);
    assert_eq!(load(&bare, &Options::default(), &[]).0.settings, None);
}

#[test]
fn mistakes() {
    let cases = [
        ("setings = \"x\"\n", "limosa.toml:1:1 unknown-key: unknown key `setings` (did you mean `settings`?)"),
        (
            "database_url = \"x\"\n",
            "limosa.toml:1:1 unknown-key: unknown key `database_url` (did you mean `database-url`?)",
        ),
        ("settings = 3\n", "limosa.toml:1:12 invalid-configuration: `settings` is not a text"),
        (
            "django = \"3.2\"\n",
            "limosa.toml:1:10 unsupported-django: Django \"3.2\" is not supported: the known lines are 4.2, 5.0 to 5.2, 6.0 and 6.1",
        ),
        (
            "[django]\nuse-tz = \"yes\"\n",
            "limosa.toml:2:10 invalid-configuration: `django.use-tz` is not true or false",
        ),
        (
            "[django]\ninstalled-apps = [1]\n",
            "limosa.toml:2:18 invalid-configuration: `django.installed-apps` is not a list of texts",
        ),
        (
            "[django]\nuse_tz = true\n",
            "limosa.toml:2:1 unknown-key: unknown key `django.use_tz` (did you mean `use-tz`?)",
        ),
        ("[apps]\nblog = 1\n", "limosa.toml:2:8 invalid-configuration: `apps.blog` is not a text"),
        (
            "[fields]\n\"a.B\" = {}\n",
            "limosa.toml:2:9 invalid-configuration: `fields.a.B` says nothing (write `base = \"django.db.models.CharField\"`, or the column's type by vendor: `postgresql = \"citext\"`)",
        ),
        (
            "[fields]\n\"a.B\" = { bsae = \"x\", sqlite = \"text\" }\n",
            "limosa.toml:2:11 unknown-key: unknown key `fields.a.B.bsae` (did you mean `base`?)",
        ),
    ];
    for (text, expected) in cases {
        let folder = Folder::new(&[("limosa.toml", text)]);
        assert_eq!(load(&folder, &Options::default(), &[]).1, expected, "{text}");
    }
    let folder = Folder::new(&[("limosa.toml", "settings = \n")]);
    assert!(load(&folder, &Options::default(), &[]).1.starts_with("limosa.toml:1:12 syntax-error: "));
}

#[test]
fn secrets_are_never_shown() {
    let folder = Folder::new(&[("limosa.toml", "database-url = \"postgres://u:hush@h/d\"\n")]);
    let (config, _) = load(&folder, &Options::default(), &[("TOKEN", "hush")]);
    assert!(!format!("{config:?}").contains("hush"));
    assert_eq!(config.database_url.unwrap().value.to_string(), "***");
}

#[test]
fn the_folder_is_the_current_one_unless_named() {
    let (config, _) = Config::load(&Options::default(), &Env::empty(), &Sources::default());
    assert_eq!(config.project.value, std::env::current_dir().unwrap());
    let (config, _) =
        Config::load(&Options::default(), &Env::of([("LIMOSA_PROJECT", "/somewhere")]), &Sources::default());
    assert_eq!(config.project.value, Path::new("/somewhere"));
}

#[test]
fn everything_is_documented() {
    let sentence = |doc: &str| doc.ends_with('.') && doc.starts_with(char::is_uppercase);
    assert!(KEYS.iter().all(|key| sentence(key.doc) || key.doc.starts_with('`')), "{KEYS:?}");
    assert!(VARIABLES.iter().all(|variable| sentence(variable.doc)));
}
