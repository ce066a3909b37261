//! What the project's Python answered takes the place of what could not be read.

use limosa_model::operations::{OperationKind, StateEffect};
use limosa_model::{ModelId, ProjectState};
use limosa_source::export::{Export, StateDelta};
use limosa_source::project::{Answer, Project};
use serde_json::{Value, json};

use crate::support::{Folder, apps, migrations, needs};

const MIGRATION: &str = "from django.db import migrations, models\nfrom django.conf import settings\nclass Migration(migrations.Migration):\n    \
                         dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]\n    operations = [\n        \
                         migrations.CreateModel('Post', [('id', models.AutoField(primary_key=True)), ('to', models.ForeignKey('bare.Thing', models.CASCADE))]),\n    ]\n";
const CUSTOM: &str = "from django.db import migrations, models\nimport ops\nclass Migration(migrations.Migration):\n    \
                      dependencies = [('blog', '0001_initial')]\n    operations = [ops.Strange()]\n";

/// A project whose settings only Python knows.
fn project() -> (Folder, Project) {
    let folder = Folder::django(&[
        ("settings.py", "INSTALLED_APPS = load()\n"),
        ("blog/__init__.py", ""),
        ("blog/migrations/__init__.py", ""),
        ("blog/migrations/0001_initial.py", MIGRATION),
        ("blog/migrations/0002_custom.py", CUSTOM),
    ]);
    let project = folder.open();
    (folder, project)
}

fn call(path: &str, kwargs: &Value) -> Value {
    json!({"$": "call", "path": path, "args": [], "kwargs": kwargs})
}

fn description(folder: &Folder) -> Answer {
    let app = |label: &str, migrations: Value| {
        json!({"name": label, "label": label, "path": folder.path(label), "verbose_name": label, "has_models": true,
               "default_auto_field": "django.db.models.AutoField", "migrations": migrations})
    };
    let json = json!({
        "django": "6.1.3", "python": "3.12.1", "executable": "/p", "prefix": "/p", "sys_path": [folder.root()],
        "settings_module": "settings", "routers": ["routers.Own"], "auth_user_model": "accounts.User",
        "apps": [
            app("blog", json!({"module": "blog.migrations", "explicit": false, "paths": [folder.path("blog/migrations")], "missing": null, "error": null})),
            app("bare", json!({"module": "bare.migrations", "explicit": false, "paths": [], "missing": "none", "error": null})),
            app("off", json!({"module": null, "explicit": true, "paths": [], "missing": "disabled", "error": null})),
            app("torn", json!({"module": "torn.migrations", "explicit": false, "paths": [], "missing": "error",
                               "error": {"type": "NameError", "message": "no name"}})),
        ],
        "databases": {"default": {"engine": "django.db.backends.postgresql", "name": "d", "user": "u", "password": "hush", "host": "h",
            "port": "1", "options": {"$": "dict", "v": [["sslmode", "require"]]}, "time_zone": null, "vendor": "postgresql", "error": null}},
        "swappable": {"AUTH_USER_MODEL": {"model": "auth.User", "value": "accounts.User"}}, "default_auto_field": "django.db.models.AutoField",
        "use_tz": false, "time_zone": "UTC", "site_id": 7, "default_tablespace": "", "default_index_tablespace": "fast",
        "pre_migrate": [], "post_migrate": [],
        "unmigrated_models": [{"app": "bare", "name": "Thing", "fields": [["id", call("django.db.models.AutoField", &json!({"primary_key": true}))]],
            "options": {}, "bases": [{"$": "ref", "path": "django.db.models.Model"}], "managers": []}],
        "read": {"files": [], "absent": [], "environment": [], "whole_environment": false},
    });
    Answer::Description(Box::new(serde_json::from_value(json).unwrap()))
}

#[test]
fn a_description() {
    let (folder, mut project) = project();
    assert!(needs(&project).starts_with("describe: the setting INSTALLED_APPS "));
    assert!(project.migrations.is_empty());
    project.resolve(description(&folder));
    assert_eq!(apps(&project), "blog blog in blog.migrations\nbare bare absent\noff off disabled\ntorn torn absent");
    assert_eq!(
        folder.errors(&project),
        "no-migration-module: the migrations of `torn` cannot be imported from `torn.migrations`: NameError: no name"
    );
    let settings = &project.settings;
    assert_eq!((settings.django.to_string().as_str(), settings.use_tz, settings.site_id), ("6.1", false, Some(7)));
    assert_eq!((settings.routers, settings.default_index_tablespace.as_deref()), (true, Some("fast")));
    assert_eq!(settings.databases["default"].options["sslmode"], "require");
    assert_eq!(settings.databases["default"].password.expose(), "hush");
    assert!(!format!("{project:?}").contains("hush"));
    // What the settings say is known to the migrations now.
    assert_eq!(project.migrations[0].dependencies[0].to_string(), "accounts.__first__");
    assert!(project.unmigrated_state().get(&ModelId::new("bare", "Thing")).is_some());
    assert!(needs(&project).starts_with("export blog.0002_custom: "), "{}", needs(&project));
}

#[test]
fn migrations_and_what_they_do_to_the_state() {
    let (folder, mut project) = project();
    project.resolve(description(&folder));
    let mut strange = call("ops.Strange", &json!({}));
    strange["operation"] = json!({"mro": ["ops.Strange"], "base": null, "base_view": null, "overrides": ["state_forwards", "database_forwards"],
        "empty": [], "describe": "Does something strange", "reversible": false, "reduces_to_sql": false, "atomic": null, "elidable": false});
    let export = json!({"migrations": [{"app": "blog", "name": "0002_custom", "file": folder.path("blog/migrations/0002_custom.py"),
        "dependencies": [["blog", "0001_initial"]], "run_before": [], "replaces": [], "initial": null, "atomic": true, "attributes": {},
        "operations": [strange]}]});
    project.resolve(Answer::Export(Export::decode(&export).unwrap()));
    assert_eq!(migrations(&project), "blog.0001_initial blog.0002_custom");
    assert_eq!(needs(&project), "delta blog.0002_custom 0");
    let custom = &project.migrations[1];
    assert_eq!(
        (custom.operations[0].describe().as_str(), custom.operations[0].reversible()),
        ("Does something strange", false)
    );
    assert!(custom.source.is_some());

    let delta = json!({"deltas": [{"app": "blog", "name": "0002_custom", "path": "0", "removed": [["blog", "post"]], "changed": [
        {"app": "blog", "name": "Entry", "fields": [["id", call("django.db.models.AutoField", &json!({"primary_key": true}))]], "options": {},
         "bases": [{"$": "ref", "path": "django.db.models.Model"}], "managers": []}]}]});
    let (deltas, fields) = StateDelta::decode(&delta).unwrap();
    project.resolve(Answer::StateDeltas(deltas, fields));
    assert_eq!(needs(&project), "");
    let OperationKind::Custom(custom) = &project.migrations[1].operations[0].kind else { panic!("a custom operation") };
    assert!(matches!(&custom.effect, StateEffect::Delta { .. }));
    let mut state = ProjectState::default();
    for migration in &project.migrations {
        for operation in &migration.operations {
            operation.state_forwards(&migration.id.app, &mut state).unwrap();
        }
    }
    let models: Vec<String> = state.models().map(|model| model.id().to_string()).collect();
    assert_eq!(models, ["blog.entry"]);
}

#[test]
fn a_migration_that_python_cannot_import() {
    let (folder, mut project) = project();
    project.resolve(description(&folder));
    let export = json!({"migrations": [{"app": "blog", "name": "0002_custom",
        "error": {"kind": "migration", "type": "ImportError", "message": "No module named 'ops'", "file": "/x/0002_custom.py", "line": 2}}]});
    project.resolve(Answer::Export(Export::decode(&export).unwrap()));
    let errors = folder.errors(&project);
    assert!(
        errors.ends_with("python-error: Python cannot import the migration blog.0002_custom: ImportError: No module named 'ops' (/x/0002_custom.py:2)"),
        "{errors}"
    );
    assert_eq!(needs(&project), "");
}

#[test]
fn apps_without_migrations_that_are_referred_to_are_described() {
    let folder = Folder::django(&[
        ("settings.py", "INSTALLED_APPS = ['blog', 'bare']\nAUTH_USER_MODEL = 'accounts.User'\n"),
        ("blog/__init__.py", ""),
        ("blog/migrations/__init__.py", ""),
        ("blog/migrations/0001_initial.py", MIGRATION),
        ("bare/__init__.py", ""),
        ("bare/models.py", ""),
    ]);
    let expected = "models: blog.0001_initial refers to `bare.thing` of the app `bare`, which has no migrations";
    assert_eq!(needs(&folder.open()), expected);
}
