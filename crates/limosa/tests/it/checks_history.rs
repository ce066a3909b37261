//! Checks of the history: files that name an app's last migration, and dependencies that are missing.

use crate::database::Database;
use crate::project::Project;

/// Returns the codes of what the checks of the history find in a project of the app `shop` and, where it has files, the app `depot`.
fn found(files: &[(&str, &str)]) -> Option<Vec<String>> {
    let database = Database::sqlite();
    let project = Project::django(&[])?.on(&database);
    let settings = std::fs::read_to_string(project.path("settings.py")).expect("settings");
    project.write("settings.py", settings.replace("\"library\"", "\"shop\", \"depot\""));
    for app in ["shop", "depot"] {
        project.write(&format!("{app}/__init__.py"), "");
        project.write(&format!("{app}/migrations/__init__.py"), "");
        let operations = "migrations.CreateModel('Thing', [('id', models.AutoField(primary_key=True))])";
        project.write(&format!("{app}/migrations/0001_initial.py"), migration("", operations));
    }
    for (path, text) in files {
        let text = match path.ends_with(".py") {
            true => {
                let (dependencies, operations) = text.split_once(';').expect("dependencies; operations");
                migration(dependencies, operations)
            }
            false => (*text).to_owned(),
        };
        project.write(path, text);
    }
    let said = project.run("check --all --offline --select HI --format json");
    assert!(said.status.code() < Some(2), "{said}");
    let json = said.json().remove(0);
    let findings = json["findings"].as_array().expect("findings");
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().expect("a text").to_owned();
    Some(findings.iter().map(|finding| format!("{} {}", text(finding, "code"), text(finding, "migration"))).collect())
}

fn migration(dependencies: &str, operations: &str) -> String {
    format!(
        "from django.db import migrations, models\n\n\
         def run(apps, schema_editor):\n    apps.get_model('depot', 'Thing')\n\n\
         class Migration(migrations.Migration):\n    dependencies = [{dependencies}]\n    operations = [{operations}]\n"
    )
}

#[test]
fn files_and_dependencies() {
    let (own, both) = ("('shop', '0001_initial')", "('shop', '0001_initial'), ('depot', '0001_initial')");
    let key = "migrations.AddField('thing', 'other', models.ForeignKey('depot.Thing', models.CASCADE, null=True))";
    let code = "migrations.RunPython(run, run)";
    let swapped = "migrations.CreateModel('User', [('id', models.AutoField(primary_key=True)), \
                   ('thing', models.ForeignKey('depot.Thing', models.CASCADE))], options={'swappable': 'AUTH_USER_MODEL'})";
    let last = |name: &'static str| {
        [("shop/migrations/max_migration.txt", name), ("depot/migrations/max_migration.txt", "0001_initial\n")]
    };
    let second = ("shop/migrations/0002_next.py", format!("{own};"));
    let second = (second.0, second.1.as_str());
    let with = |name: &'static str| last(name).into_iter().chain([second]).collect::<Vec<_>>();
    let [missing_key, missing_code, missing_nothing] =
        [key, code, swapped].map(|operation| format!("{own};{operation}"));
    let pending = format!("{own};]\n    pending_operations = [migrations.DeleteModel('thing')");
    let [there_key, there_code] = [key, code].map(|operation| format!("{both};{operation}"));
    let alone = |text: &'static str| vec![("shop/migrations/0002_next.py", text)];
    for (files, expected) in [
        (vec![], vec![]),
        (vec![second], vec![]),
        (with("0002_next\n"), vec![]),
        (with("0001_initial\n"), vec!["HI004 shop.0002_next"]),
        (with("0009_gone\n"), vec!["HI003 shop.0002_next"]),
        (with("<<<<<<< HEAD\n0002_next\n=======\n0002_other\n>>>>>>> b\n"), vec!["HI002 shop.0002_next"]),
        (vec![last("0001_initial")[0]], vec!["HI001 depot.0001_initial"]),
        (alone(missing_key.leak()), vec!["HI007 shop.0002_next"]),
        (alone(missing_code.leak()), vec!["HI007 shop.0002_next"]),
        (alone(pending.leak()), vec!["HI008 shop.0002_next"]),
        (alone(missing_nothing.leak()), vec![]),
        (alone(there_key.leak()), vec![]),
        (alone(there_code.leak()), vec![]),
    ] {
        let Some(found) = found(&files) else { return };
        assert_eq!(found, expected, "{files:?}");
    }
}
