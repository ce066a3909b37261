//! Which stage a migration has, by what it does and by what it says, and Django projects in two halves.

use std::path::Path;

use crate::database::{Database, on_each};
use crate::project::{Project, operation, run_sql};
use crate::stages::{add, create, line, project, remove};

/// An operation, and the stage that it has by what it does to the code that is running.
fn inferred() -> Vec<(String, &'static str)> {
    let field = |op: &str, name: &str, field: &str| {
        operation(&format!("op = \"{op}\"\nmodel = \"Post\"\nname = \"{name}\"\nfield = {{ {field} }}"))
    };
    let unique = "{ type = \"UniqueConstraint\", fields = [\"old\"], name = \"u\" }";
    vec![
        (create("New"), "pre-deploy"),
        (add("slug"), "pre-deploy"),
        (remove("old"), "post-deploy"),
        (operation("op = \"DeleteModel\"\nname = \"Tag\""), "post-deploy"),
        (operation("op = \"RenameModel\"\nold_name = \"Tag\"\nnew_name = \"Label\""), "post-deploy"),
        (operation("op = \"RenameField\"\nmodel = \"Post\"\nold_name = \"old\"\nnew_name = \"b\""), "post-deploy"),
        (field("AlterField", "old", "type = \"CharField\", max_length = 9, default = \"\""), "post-deploy"),
        (field("AlterField", "old", "type = \"CharField\", max_length = 9, null = true, unique = true"), "post-deploy"),
        (field("AlterField", "old", "type = \"CharField\", max_length = 99, null = true"), "pre-deploy"),
        (field("AlterField", "old", "type = \"CharField\", max_length = 5, null = true"), "post-deploy"),
        (field("AlterField", "old", "type = \"TextField\", null = true"), "pre-deploy"),
        (operation(&format!("op = \"AddConstraint\"\nmodel = \"Post\"\nconstraint = {unique}")), "post-deploy"),
        (
            operation("op = \"AlterUniqueTogether\"\nmodel = \"Post\"\nunique_together = [[\"old\", \"title\"]]"),
            "post-deploy",
        ),
        (operation("op = \"AlterModelOptions\"\nmodel = \"Post\"\noptions = { ordering = [\"title\"] }"), "either"),
        (run_sql("UPDATE blog_post SET old = 'x'"), "pre-deploy"),
        (run_sql(""), "either"),
        (run_sql("CREATE TABLE new (a int); drop table blog_tag"), "post-deploy"),
        (run_sql("CREATE TABLE new (a int); DROP TABLE new"), "pre-deploy"),
        (run_sql("ALTER TABLE blog_post DROP COLUMN old"), "post-deploy"),
        (run_sql("ALTER TABLE \"blog_post\" RENAME COLUMN old TO b"), "post-deploy"),
        (run_sql("ALTER TABLE blog_post ADD COLUMN b int"), "pre-deploy"),
        (run_sql("CREATE UNIQUE INDEX i ON blog_post (old)"), "post-deploy"),
        (run_sql("CREATE INDEX i ON blog_post (old)"), "pre-deploy"),
        (run_sql("DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT 1"), "pre-deploy"),
        (run_sql("DROP VIEW v"), "post-deploy"),
        (add("slug") + &remove("old"), "mixed"),
        (add("slug").replace("name =", "stage = \"post-deploy\"\nname =") + &remove("old"), "post-deploy"),
        (String::new(), "either"),
    ]
}

#[test]
fn stages_follow_from_operations() {
    for (operations, stage) in inferred() {
        let database = Database::sqlite();
        let project = project(&line(std::slice::from_ref(&operations)), "", &database);
        project.run("migrate blog 0001").ends(0);
        let json = project.run("plan --format json").ends(0).json();
        assert_eq!(json[0]["migrations"][0]["stage"], *stage, "{operations}");
        let json = project.run("showmigrations --format json").ends(0).json();
        let stages: Vec<&serde_json::Value> =
            json[0]["migrations"].as_array().expect("a list").iter().map(|one| &one["stage"]).collect();
        assert_eq!(stages, [&serde_json::Value::Null, &serde_json::Value::from(stage)], "{operations}");
    }
}

/// What a class says of its stage: the head of the file, the line of the class, whether it removes a field, the stage.
const CLASSES: [(&str, &str, &str); 14] = [
    ("from syzygy import Stage", "stage = Stage.POST_DEPLOY", "post-deploy"),
    ("from syzygy.constants import Stage", "stage = Stage.PRE_DEPLOY", "pre-deploy"),
    ("import syzygy", "stage = syzygy.Stage.POST_DEPLOY", "post-deploy"),
    ("", "stage = \"post-deploy\"", "post-deploy"),
    ("", "stage = None", "pre-deploy"),
    ("", "stage = 3", "unclear"),
    ("from django_safemigrate import Safe", "safe = Safe.after_deploy()", "post-deploy"),
    ("from django_safemigrate import Safe", "safe = Safe.after_deploy", "post-deploy"),
    ("from django_safemigrate import Safe", "safe = Safe.before_deploy()", "pre-deploy"),
    ("from django_safemigrate import Safe", "safe = Safe.always()", "either"),
    ("from django_safemigrate import Safe", "safe = Safe.always", "either"),
    (
        "from datetime import timedelta\nfrom django_safemigrate import Safe",
        "safe = Safe.after_deploy(delay=timedelta(hours=2))",
        "post-deploy",
    ),
    ("from django_safemigrate import Safe, When", "safe = Safe(when=When.BEFORE_DEPLOY)", "pre-deploy"),
    ("from django_safemigrate import Safe", "safe = Safe.sometimes()", "unclear"),
];

const ADD: &str = "migrations.AddField(\"book\", \"slug\", models.CharField(max_length=9, null=True))";
const REMOVE: &str = "migrations.RemoveField(\"book\", \"title\")";

fn python(after: &str, head: &str, line: &str, operations: &str) -> String {
    crate::project::python_migration(after, head, operations)
        .replace("    dependencies", &format!("    {line}\n    dependencies"))
}

#[test]
fn classes_say_their_stage() {
    for (head, line, stage) in CLASSES {
        assert_stage(&python("0001_initial", head, line, ADD), stage);
    }
}

/// Asserts in which half a migration in Python runs; nothing without Django.
#[track_caller]
fn assert_stage(text: &str, stage: &str) {
    let Some(project) = Project::django(&[("0002_own", text)]) else { return };
    let database = Database::sqlite();
    let project = project.on(&database);
    project.run("migrate library 0001").ends(0);
    let json = project.run("showmigrations --format json").ends(0).json();
    assert_eq!(json[0]["migrations"][1]["stage"], *stage, "{text}: {json:?}");
}

#[test]
fn classes_of_operations_say_their_stage() {
    for (class, stage) in [
        ("class Own(migrations.RunSQL):\n    stage = \"post-deploy\"\n", "post-deploy"),
        ("from syzygy import Stage\nclass Own(migrations.RunSQL):\n    stage = Stage.POST_DEPLOY\n", "post-deploy"),
        (
            "class Base(migrations.RunSQL):\n    stage = \"post-deploy\"\nclass Own(Base):\n    elidable = True\n",
            "post-deploy",
        ),
        ("class Own(migrations.RunSQL):\n    stage = None\n", "pre-deploy"),
        ("class Own(migrations.RunSQL):\n    pass\n", "pre-deploy"),
    ] {
        let text = python("0001_initial", class, "", "Own(\"UPDATE library_book SET title = ''\", \"\")");
        assert_stage(&text, stage);
    }
}

#[test]
fn django_goes_on_when_both_halves_are_done() {
    let python_path = std::env::var_os("LIMOSA_TEST_DJANGO");
    on_each("stages_django", |database| {
        let migrations = [
            ("0002_a", python("0001_initial", "", "", REMOVE)),
            ("0003_b", python("0002_a", "", "", ADD)),
            ("0004_c", python("0003_b", "", "", "migrations.DeleteModel(\"book\")")),
        ];
        let migrations: Vec<(&str, &str)> = migrations.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let Some(project) = Project::django(&migrations) else { return };
        let project = project.on(database);
        let settings = std::fs::read_to_string(project.path("settings.py")).expect("settings");
        project.write("settings.py", settings + "MIGRATION_STAGES_OVERRIDE = {\"library.0004_c\": \"pre_deploy\"}\n");
        let django = |arguments: &str| {
            let python = Path::new(python_path.as_ref().expect("set"));
            project.command_of(python, &format!("manage.py {arguments}")).output().expect("run it")
        };
        project.run("migrate library 0001").ends(0);
        project.run("migrate --pre-deploy").ends(2).tells(&["library.0004_c", "says so of `library.0004_c`"]);
        project.run("migrate library 0003 --pre-deploy").ends(0);
        assert!(!django("migrate --check").status.success(), "Django has not seen it");
        project.run("migrate library 0003 --post-deploy").ends(0);
        let said = django("migrate library 0003");
        assert!(said.status.success(), "{said:?}");
        let said = django("migrate library 0001");
        assert!(said.status.success(), "{said:?}");
    });
}

#[test]
fn python_migrations_are_divided_code_included() {
    let code = "migrations.RunPython(lambda apps, editor: None, migrations.RunPython.noop)";
    for operations in [format!("{REMOVE},\n        {ADD}"), format!("{ADD},\n        {code},\n        {REMOVE}")] {
        let text = python("0001_initial", "", "", &operations);
        let Some(project) = Project::django(&[("0002_both", &text)]) else { return };
        let database = Database::sqlite();
        let project = project.on(&database);
        project.run("migrate library 0001").ends(0);
        project.run("migrate --pre-deploy").ends(0);
        let columns = "SELECT count(*) FROM pragma_table_info('library_book') WHERE name IN ('title', 'slug')";
        assert_eq!(database.query(columns), ["2"]);
        project.run("migrate").ends(0);
        let python = std::env::var_os("LIMOSA_TEST_DJANGO").expect("set");
        let said = project.command_of(Path::new(&python), "manage.py migrate library 0002").output().expect("run it");
        assert!(said.status.success(), "{said:?}");
        assert_eq!(database.history("django_migrations"), ["library.0001_initial", "library.0002_both"]);
    }
}
