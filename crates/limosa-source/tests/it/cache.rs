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

const PACKAGE: &str = ".venv/lib/python3.12/site-packages/thing-1.0.dist-info/RECORD";
const PYTHON: &str = ".venv/bin/python";

#[test]
fn an_answer_holds_while_nothing_changes() {
    let env = Env::of([("DATABASE", "x"), ("SHLVL", "1")]);
    let read = |folder: &Folder| ReadFrom {
        files: vec![folder.path("local.env")],
        absent: vec![folder.path("local_settings.py")],
        present: vec![folder.path("debug")],
        folders: vec![folder.path("conf.d")],
        packages: vec![folder.path(".venv/lib/python3.12/site-packages")],
        programs: vec![folder.path(PYTHON)],
        environment: vec!["DATABASE".into(), "UNSET".into()],
        whole_environment: false,
    };
    type Change = fn(&Folder, Env) -> Env;
    let changes: [(&str, Change, bool); 17] = [
        ("nothing", |_, env| env, true),
        ("a variable of the shell", |_, env| env.with("SHLVL", "2"), true),
        ("a variable that was not read", |_, env| env.with("OTHER", "2"), true),
        ("a variable", |_, env| env.with("DATABASE", "y"), false),
        ("a variable that was not set", |_, env| env.with("UNSET", "now"), false),
        ("a file", |folder, env| written(folder, "local.env", "A=2\n", env), false),
        ("a file as it was", |folder, env| written(folder, "local.env", "A=1\n", env), true),
        ("a file that was not there", |folder, env| written(folder, "local_settings.py", "", env), false),
        ("a file that was there", |folder, env| removed(folder, "debug", env), false),
        ("what is in a file that was there", |folder, env| written(folder, "debug", "1", env), true),
        ("a file more in a folder", |folder, env| written(folder, "conf.d/b.py", "", env), false),
        ("what is in a file of a folder", |folder, env| written(folder, "conf.d/a.py", "A = 1\n", env), true),
        ("what Python writes into a folder", |folder, env| written(folder, "conf.d/__pycache__/a.pyc", "", env), true),
        ("a package that is installed", |folder, env| written(folder, &PACKAGE.replace("1.0", "1.1"), "", env), false),
        ("a package that is installed again", |folder, env| written(folder, PACKAGE, "thing.py\n", env), false),
        (
            "a folder of modules that is linked",
            |folder, env| written(folder, ".venv/lib/python3.12/site-packages/own.pth", "/own", env),
            false,
        ),
        ("the interpreter", |folder, env| written(folder, PYTHON, "other", env), false),
    ];
    for (what, change, holds) in changes {
        let (folder, place) = (project(), tempfile::tempdir().unwrap());
        for (path, text) in [("debug", ""), ("conf.d/a.py", ""), (PACKAGE, ""), (PYTHON, "python")] {
            folder.write(path, text.as_bytes());
        }
        let cache = Cache::at(place.path().join("limosa"));
        cache.keep(&folder.try_open(&env).unwrap(), &DESCRIBE, &description(&read(&folder), ""));
        let env = change(&folder, env.clone());
        let answer = cache.recall(&folder.try_open(&env).unwrap(), &DESCRIBE);
        assert_eq!(answer.is_some(), holds, "{what}");
    }
}

fn written(folder: &Folder, path: &str, text: &str, env: Env) -> Env {
    folder.write(path, text.as_bytes());
    env
}

fn removed(folder: &Folder, path: &str, env: Env) -> Env {
    std::fs::remove_file(folder.path(path)).unwrap();
    env
}

#[test]
fn all_of_the_environment_counts_when_all_was_read() {
    let (folder, place) = (project(), tempfile::tempdir().unwrap());
    let cache = Cache::at(place.path());
    let env = Env::of([("SHLVL", "1")]);
    let whole = ReadFrom { whole_environment: true, ..ReadFrom::default() };
    cache.keep(&folder.try_open(&env).unwrap(), &DESCRIBE, &description(&whole, ""));
    let answer = |env: &Env| cache.recall(&folder.try_open(env).unwrap(), &DESCRIBE);
    assert!(answer(&env.with("SHLVL", "3")).is_some());
    assert!(answer(&env.with("OTHER", "3")).is_none());
}

#[test]
fn an_interpreter_that_a_script_chooses() {
    let (folder, place) = (project(), tempfile::tempdir().unwrap());
    let cache = Cache::at(place.path());
    folder.write(PYTHON, b"#!/bin/sh\nexec \"$CHOSEN\" \"$@\"\n");
    let env = Env::of([("CHOSEN", "a")]);
    cache.keep(&folder.try_open(&env).unwrap(), &DESCRIBE, &description(&ReadFrom::default(), ""));
    let holds = |env: &Env| cache.recall(&folder.try_open(env).unwrap(), &DESCRIBE).is_some();
    assert!(holds(&env));
    assert!(!holds(&env.with("CHOSEN", "b")));
    folder.write(".python-version", b"3.13\n");
    assert!(!holds(&env));
}

#[test]
fn another_program_and_other_databases_ask_anew() {
    let (folder, place) = (project(), tempfile::tempdir().unwrap());
    let asked_by = |code: &'static str| Cache::at(place.path()).asked_by([code]);
    let given = |text: &str| {
        folder.write("limosa.toml", text.as_bytes());
        folder.open()
    };
    asked_by("a").keep(&given(""), &DESCRIBE, &description(&ReadFrom::default(), ""));
    let known = |code, text| asked_by(code).recall(&given(text), &DESCRIBE).is_some();
    assert!(known("a", ""));
    assert!(!known("b", ""));
    assert!(!known("a", "database-url = \"postgres://h/d\"\n"));
    assert!(!known("a", "[databases.other]\nurl = \"postgres://h/d\"\n"));
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
