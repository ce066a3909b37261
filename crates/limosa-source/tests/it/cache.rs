//! Answers of the project's Python are kept, and forgotten as soon as what they came from changes.

use limosa_source::cache::Cache;
use limosa_source::config::Env;
use limosa_source::describe::ReadFrom;
use limosa_source::project::Need;
use serde_json::{Value, json};

use crate::support::Folder;

fn project() -> Folder {
    Folder::django(&[("settings.py", "INSTALLED_APPS = load()\n"), ("local.env", "A=1\n")])
}

/// A description that was read from `read`, with this password.
fn description(read: &ReadFrom, password: &str) -> Value {
    json!({
        "django": "5.2.19", "python": "3.12.1", "executable": "/p", "prefix": "/p", "sys_path": [], "settings_module": "settings",
        "apps": [], "routers": [], "auth_user_model": "auth.User", "swappable": {}, "default_auto_field": "x", "use_tz": true,
        "time_zone": null, "site_id": null, "default_tablespace": "", "default_index_tablespace": "", "pre_migrate": [],
        "post_migrate": [], "unmigrated_models": [],
        "databases": {"default": {"engine": "e", "name": "n", "user": "u", "password": password, "host": "", "port": "",
            "options": {}, "time_zone": null, "vendor": null, "error": null}},
        "read": read,
    })
}

const DESCRIBE: Need = Need::Describe { doubts: Vec::new() };

#[test]
fn an_answer_holds_while_nothing_changes() {
    let env = Env::of([("DATABASE", "x"), ("SHLVL", "1")]);
    let read = |folder: &Folder| ReadFrom {
        files: vec![folder.path("local.env")],
        absent: vec![folder.path("local_settings.py")],
        environment: vec!["DATABASE".into(), "UNSET".into()],
        whole_environment: false,
    };
    let keep = |folder: &Folder, cache: &Cache, read: &ReadFrom| {
        cache.keep(&folder.try_open(&env).unwrap(), &DESCRIBE, &description(read, ""));
    };
    type Change = fn(&Folder, Env) -> Env;
    let changes: [(Change, bool); 8] = [
        (|_, env| env, true),
        (|_, env| env.with("SHLVL", "2"), true),
        (|_, env| env.with("OTHER", "2"), true),
        (|_, env| env.with("DATABASE", "y"), false),
        (|_, env| env.with("UNSET", "now"), false),
        (
            |folder, env| {
                folder.write("local.env", b"A=2\n");
                env
            },
            false,
        ),
        (
            |folder, env| {
                folder.write("local_settings.py", b"");
                env
            },
            false,
        ),
        (
            |folder, env| {
                folder.write(".venv/lib/python3.12/site-packages/thing-1.0.dist-info/METADATA", b"");
                env
            },
            false,
        ),
    ];
    for (position, (change, holds)) in changes.into_iter().enumerate() {
        let (folder, place) = (project(), tempfile::tempdir().unwrap());
        let cache = Cache::at(place.path().join("limosa"));
        keep(&folder, &cache, &read(&folder));
        let env = change(&folder, env.clone());
        let answer = cache.recall(&folder.try_open(&env).unwrap(), &DESCRIBE);
        assert_eq!(answer.is_some(), holds, "change {position}");
    }
    let (folder, place) = (project(), tempfile::tempdir().unwrap());
    let cache = Cache::at(place.path());
    let whole = ReadFrom { whole_environment: true, ..read(&folder) };
    keep(&folder, &cache, &whole);
    let answer = |env: &Env| cache.recall(&folder.try_open(env).unwrap(), &DESCRIBE);
    assert!(answer(&env.with("SHLVL", "3")).is_some());
    assert!(answer(&env.with("OTHER", "3")).is_none());
}

#[test]
fn an_export_holds_while_what_it_was_read_from_is_the_same() {
    let (folder, place) = (project(), tempfile::tempdir().unwrap());
    let cache = Cache::at(place.path());
    folder.write("fields.py", b"A = 1\n");
    let read = ReadFrom { files: vec![folder.path("fields.py")], ..ReadFrom::default() };
    let export = Need::Export { migrations: Vec::new() };
    let answer = json!({"migrations": [], "read": read});
    let known = || cache.recall(&folder.open(), &export);
    assert!(known().is_none());
    // An answer that does not say what it was read from is not kept, nor is one with a migration that cannot be imported.
    for not_kept in [json!({"migrations": []}), json!({"migrations": [{"error": {}}], "read": read})] {
        cache.keep(&folder.open(), &export, &not_kept);
        assert!(known().is_none());
    }
    cache.keep(&folder.open(), &export, &answer);
    assert_eq!(known().as_ref(), Some(&answer));
    folder.write("other.py", b"");
    folder.write("fields.py", b"A = 1\n");
    assert_eq!(known().as_ref(), Some(&answer), "only the content counts");
    folder.write("fields.py", b"A = 2\n");
    assert!(known().is_none());
}

#[cfg(unix)]
#[test]
fn files_are_for_the_user_alone_and_hold_no_variable() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, place) = (project(), tempfile::tempdir().unwrap());
    let cache = Cache::at(place.path().join("limosa"));
    let read = ReadFrom { environment: vec!["SECRET".into()], ..ReadFrom::default() };
    cache.keep(&folder.try_open(&Env::of([("SECRET", "hush")])).unwrap(), &DESCRIBE, &description(&read, ""));
    let file = std::fs::read_dir(place.path().join("limosa")).unwrap().next().unwrap().unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(file.path()).unwrap().contains("hush"));
}

#[test]
fn a_password_is_kept_by_the_place_where_it_was_read() {
    let urls = |password: &str| format!("postgres://u:{password}@h/d");
    for (password, file, variable, kept) in [
        ("", String::new(), String::new(), true),
        ("hush", String::new(), String::new(), false),
        ("hush", String::new(), urls("hush"), true),
        ("hu/sh:", String::new(), urls("hu%2Fsh%3A"), true),
        ("hush", "PASSWORD=hush\n".to_owned(), String::new(), true),
    ] {
        let (folder, place) = (project(), tempfile::tempdir().unwrap());
        let cache = Cache::at(place.path());
        folder.write(".env", file.as_bytes());
        let env = Env::of([("URL", variable.as_str())]);
        let read =
            ReadFrom { files: vec![folder.path(".env")], environment: vec!["URL".into()], ..ReadFrom::default() };
        cache.keep(&folder.try_open(&env).unwrap(), &DESCRIBE, &description(&read, password));
        let known = cache.recall(&folder.try_open(&env).unwrap(), &DESCRIBE);
        assert_eq!(known, kept.then(|| description(&read, password)), "{password} {file} {variable}");
        for file in std::fs::read_dir(place.path()).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(password.is_empty() || !text.contains(password), "{text}");
        }
    }
}
