//! What the project says about itself.

use serde_json::json;

use super::project::Project;

#[tokio::test]
async fn apps_databases_and_receivers() {
    let Some(project) = Project::new(&[]) else { return };
    let answer = project.start().await.describe().await.unwrap();
    let labels: Vec<_> = answer["apps"].as_array().unwrap().iter().map(|app| app["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["contenttypes", "auth", "library", "plain"]);

    let library = &answer["apps"][2];
    assert_eq!(library["migrations"]["module"], "library.migrations");
    assert_eq!(library["migrations"]["missing"], json!(null));
    assert_eq!(library["migrations"]["paths"], json!([project.path("library/migrations")]));
    assert_eq!(answer["apps"][3]["migrations"]["missing"], "none");

    assert_eq!(answer["databases"]["default"]["vendor"], "sqlite");
    assert_eq!(answer["databases"]["default"]["password"], "secret");
    assert_eq!(answer["auth_user_model"], "auth.User");
    assert_eq!(answer["swappable"]["AUTH_USER_MODEL"], json!({ "model": "auth.User", "value": "auth.User" }));
    assert_eq!(answer["unmigrated_models"][0]["name"], "Note");
    assert_eq!(answer["unmigrated_models"][0]["db_table"], "plain_note");

    let own: Vec<_> =
        answer["post_migrate"].as_array().unwrap().iter().filter(|receiver| receiver["django"] == false).collect();
    assert_eq!(own, [&json!({ "path": "library.apps.greet", "sender": "library", "django": false })]);
}

#[tokio::test]
async fn what_it_was_read_from() {
    let Some(project) = Project::new(&[]) else { return };
    for path in ["parts/a.py", "there.txt", "library/__pycache__/x.pyc"] {
        project.write(path, "");
    }
    project.write(
        "local.py",
        "import os, pathlib\nHERE = pathlib.Path(__file__).parent\nos.listdir(HERE / 'parts')\n(HERE / 'there.txt').exists()\n\
         os.path.isfile(HERE / 'not_there.txt')\nHERE.joinpath('library/__pycache__').exists()\n\
         try:\n    open('.env')\nexcept OSError:\n    pass\nopen('new.log', 'a').close()\n",
    );
    let answer = project.start().await.describe().await.unwrap();
    let read = &answer["read"];
    let holds = |key: &str, item: &str| read[key].as_array().unwrap().iter().any(|value| value == item);
    assert!(holds("environment", "TEST_DATABASE"), "{read}");
    assert!(holds("files", project.path("settings.py").to_str().unwrap()), "{read}");
    assert!(holds("files", project.path("library/models.py").to_str().unwrap()), "{read}");
    for (key, path) in [
        ("files", "local.py"),
        ("present", "there.txt"),
        ("absent", "not_there.txt"),
        ("absent", ".env"),
        ("absent", "plain/migrations.py"),
        ("folders", "parts"),
    ] {
        assert!(holds(key, project.path(path).to_str().unwrap()), "{path}: {read}");
    }
    // What Python writes, and what is written only, says nothing.
    for key in ["files", "present", "absent", "folders"] {
        let paths = read[key].as_array().unwrap().iter().filter_map(|path| path.as_str());
        let wrong: Vec<_> = paths.filter(|path| path.contains("__pycache__") || path.contains("new.log")).collect();
        assert!(wrong.is_empty(), "{key}: {wrong:?}");
    }
    assert!(
        read["packages"].as_array().unwrap().iter().any(|path| path.as_str().unwrap().ends_with("site-packages")),
        "{read}"
    );
    assert_eq!(read["programs"][0], answer["executable"]);
}

#[tokio::test]
async fn migration_packages() {
    let Some(project) = Project::new(&[]) else { return };
    project.write("elsewhere/__init__.py", "");
    project.write("spaced/__init__.py", "");
    project.write("spaced/migrations/0001_initial.py", "");
    project.write("single/__init__.py", "");
    project.write("single/migrations.py", "");
    project.write("off/__init__.py", "");
    project.write("broken/__init__.py", "");
    project.write("broken/migrations/__init__.py", "import no_such_module");
    project.write(
        "local.py",
        "INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'library', 'spaced', 'single', 'off', 'broken']\n\
         MIGRATION_MODULES = {'library': 'elsewhere', 'off': None}\n",
    );
    let answer = project.start().await.describe().await.unwrap();
    let found: Vec<_> =
        answer["apps"].as_array().unwrap()[2..].iter().map(|app| app["migrations"]["missing"].as_str()).collect();
    assert_eq!(found, [None, Some("namespace"), Some("module"), Some("disabled"), Some("error")]);
    assert_eq!(answer["apps"][2]["migrations"]["module"], "elsewhere");
    assert_eq!(answer["apps"][6]["migrations"]["error"]["line"], 1);
}
