//! Migrations as values.

use serde_json::{Value as Json, json};

use super::project::{Project, at, id, migration};

fn fields(operation: &Json) -> &Vec<Json> {
    operation["kwargs"]["fields"].as_array().unwrap()
}

#[tokio::test]
async fn values_and_custom_fields() {
    let Some(project) = Project::new(&[]) else { return };
    let answer = project.start().await.export(Some(&[id("0001_initial")])).await.unwrap();
    let exported = &answer["migrations"][0];
    assert_eq!(exported["initial"], true);
    assert_eq!(exported["attributes"], json!({ "stage": "pre-deploy" }));
    assert!(!answer.to_string().contains("opaque"), "{answer}");

    let author = &exported["operations"][0];
    assert_eq!(author["path"], "django.db.migrations.CreateModel");
    let name = &fields(author)[1]["v"][1];
    assert_eq!((&name["path"], &name["kwargs"]), (&json!("library.fields.Name"), &json!({})));
    assert_eq!(name["field"]["base"], "django.db.models.CharField");
    assert_eq!(name["field"]["internal_type"], "CharField");
    assert_eq!(name["field"]["attributes"]["max_length"], 30);
    let place = &fields(author)[2]["v"][1]["field"];
    assert_eq!(place["columns"]["sqlite"]["db_type"], "text");
    assert!(place["overrides"].as_array().unwrap().contains(&json!("db_type")));

    let book = &exported["operations"][2];
    let unique = json!({"$": "set", "v": [{"$": "tuple", "v": ["title", "author"]}]});
    assert_eq!(book["kwargs"]["options"], json!({"$": "dict", "v": [["unique_together", unique]]}));
    let on_delete = &fields(book)[2]["v"][1]["kwargs"]["on_delete"];
    assert_eq!(on_delete, &json!({"$": "ref", "path": "django.db.models.CASCADE"}));
    let defaults: Vec<_> = fields(book)[4..].iter().map(|field| &field["v"][1]["kwargs"]["default"]).collect();
    let decimal = json!({"$": "call", "path": "decimal.Decimal", "args": ["1.50"], "kwargs": {}});
    assert_eq!(defaults, [&json!({"$": "ref", "path": "uuid.uuid4"}), &decimal]);
}

#[tokio::test]
async fn custom_operations() {
    let head = "
def fill(apps, schema_editor):
    'Fills it.'
class Quiet(migrations.AddField):
    def database_forwards(self, *args):
        pass
class Own(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        state.remove_model(app_label, 'tag')
        state.models[app_label, 'author'].options['verbose_name'] = 'writer'
    def database_forwards(self, *args):
        pass
    def describe(self):
        return 'Does its own'
";
    let operations =
        "Quiet('book', 'note', models.TextField(null=True)), Own(), migrations.RunPython(fill, lambda a, s: None)";
    let Some(project) = Project::new(&[("0002_own", &migration(head, operations))]) else { return };
    let mut bridge = project.start().await;
    let answer = bridge.export(Some(&[id("0002_own")])).await.unwrap();
    let operations = &answer["migrations"][0]["operations"];
    let quiet = &operations[0]["operation"];
    assert_eq!(quiet["base_view"]["path"], "django.db.migrations.AddField");
    assert_eq!(quiet["base_view"]["kwargs"]["name"], "note");
    assert_eq!((&quiet["overrides"], &quiet["empty"]), (&json!(["database_forwards"]), &json!(["database_forwards"])));
    assert_eq!(operations[1]["operation"]["describe"], "Does its own");
    assert_eq!(operations[2]["operation"], json!({ "code_doc": "Fills it." }));
    assert_eq!(operations[2]["kwargs"]["code"]["path"], "library.migrations.0002_own.fill");
    assert_eq!(operations[2]["kwargs"]["reverse_code"]["$"], "opaque");

    let answer = bridge.state_deltas(&[at("0002_own", 1)], None).await.unwrap();
    let delta = &answer["deltas"][0];
    assert_eq!(delta["removed"], json!([["library", "tag"]]));
    assert_eq!(delta["changed"].as_array().unwrap().len(), 1, "{delta}");
    assert_eq!(delta["changed"][0]["options"]["verbose_name"], "writer");
}

#[tokio::test]
async fn a_broken_migration_does_not_hide_the_others() {
    let Some(project) = Project::new(&[("0002_broken", "import os\nclass Migration(:\n")]) else { return };
    let answer = project.start().await.export(None).await.unwrap();
    let all = answer["migrations"].as_array().unwrap();
    let broken: Vec<_> = all.iter().filter(|migration| migration.get("error").is_some()).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0]["error"]["type"], "SyntaxError");
    assert_eq!(broken[0]["error"]["line"], 2);
    assert!(all.iter().any(|migration| migration["app"] == "library" && migration["name"] == "0001_initial"));
}
