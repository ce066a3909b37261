//! Models as Django renders them: tables, columns, primary keys, relations and the models in between; and made-up names.

use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::django::DjangoVersion;
use limosa_model::state::{Base, ModelOptions, ModelState};
use limosa_model::{Field, ProjectState, SmolStr};
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::model::{ModelView, Models};
use limosa_sql::names::truncate_name;
use serde_json::{Value as Json, json};

use crate::django::{self, value};

#[test]
fn sqlite_models_equal_django() {
    compare(Dialect::Sqlite);
}

#[test]
fn postgres_models_equal_django() {
    if std::env::var_os("LIMOSA_TEST_POSTGRES").is_none() {
        assert!(std::env::var_os("CI").is_none(), "LIMOSA_TEST_POSTGRES is not set");
        println!("skipped: LIMOSA_TEST_POSTGRES is not set");
        return;
    }
    compare(Dialect::Postgres);
}

fn compare(dialect: Dialect) {
    for python in django::interpreters() {
        let lines = django::ask(&python, "models.py", dialect.vendor());
        let (names, lines) = lines.split_last().expect("names");
        let mut state = ProjectState::default();
        for line in lines {
            state.add_model(model(line));
        }
        let mut context = Context::new(dialect, DjangoVersion::V61);
        context.default_auto_field = "django.db.models.BigAutoField".into();
        let models = Models::new(&state, &context);
        for line in lines {
            let (app, name) = (line["app"].as_str().unwrap(), line["name"].as_str().unwrap());
            let view = models.get(app, name).unwrap();
            let ours = described(models, &view);
            let theirs = &line["described"];
            let show = |json: &Json| serde_json::to_string_pretty(json).unwrap();
            assert!(ours == *theirs, "{app}.{name}\nDjango {}\nours {}", show(theirs), show(&ours));
        }
        for case in names["names"].as_array().unwrap() {
            let text = |name: &str| case[name].as_str().unwrap();
            let columns: Vec<&str> =
                case["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            assert_eq!(dialect.index_name(text("table"), &columns, text("suffix")), text("name"), "{case}");
            let limit = case["limit"].as_u64().map(|limit| usize::try_from(limit).unwrap());
            assert_eq!(truncate_name(text("table"), limit), text("truncated"), "{case}");
        }
    }
}

fn described(models: Models<'_>, view: &ModelView) -> Json {
    let mut fields = serde_json::Map::new();
    for field in &view.fields {
        let mut entry = json!({
            "attname": field.attname().as_str(),
            "column": field.column.as_deref(),
            "type": models.db_type(field).unwrap().as_deref(),
            "pk": field.field.primary_key,
        });
        if field.foreign_key().is_some() {
            let target = models.target(field).unwrap();
            entry["target"] = json!([target.model.to_string(), target.table.as_str(), target.field.name.as_str()]);
        }
        fields.insert(field.name.to_string(), entry);
    }
    let mut many = serde_json::Map::new();
    for field in &view.many_to_many {
        let through = models.through(view, field).unwrap();
        let (from, to) = models.through_fields(view, field, &through).unwrap();
        let auto = through.auto_created.is_some();
        many.insert(
            field.name.to_string(),
            json!({
                "auto": auto,
                "ends": [from.name.as_str(), to.name.as_str()],
                "columns": [from.column_name(), to.column_name()],
                "through": if auto { described(models, &through) } else { Json::from(through.id.to_string()) },
            }),
        );
    }
    let related = models.related_objects(view).unwrap();
    let related: Vec<Json> = related
        .iter()
        .map(|related| json!([related.name.as_str(), related.model.id.to_string(), related.field.name.as_str()]))
        .collect();
    let parents: Vec<Json> = view.parents.iter().map(|(id, link)| json!([id.to_string(), link.as_deref()])).collect();
    let together: Vec<Vec<&str>> =
        view.state.options.unique_together.iter().map(|names| names.iter().map(SmolStr::as_str).collect()).collect();
    json!({
        "table": view.table.as_str(),
        "tablespace": view.tablespace.as_str(),
        "order": view.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(),
        "fields": fields,
        "pk": view.pk.as_ref().map(|pk| pk.name.as_str()),
        "parents": parents,
        "managed": view.managed,
        "proxy": view.is_proxy(),
        "related": related,
        "many": many,
        "unique_together": together,
    })
}

fn model(line: &Json) -> ModelState {
    let mut fields = IndexMap::new();
    for (name, encoded) in line["fields"].as_object().unwrap() {
        let value = value(encoded);
        let field = Field::from_call(value.as_call().unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        fields.insert(SmolStr::new(name), Arc::new(field));
    }
    let texts = |json: &Json| {
        json.as_array().unwrap().iter().map(|text| SmolStr::new(text.as_str().unwrap())).collect::<Vec<_>>()
    };
    let options = line["options"].as_object().unwrap();
    ModelState {
        app: line["app"].as_str().unwrap().into(),
        name: line["name"].as_str().unwrap().into(),
        fields,
        options: ModelOptions {
            unique_together: line["unique_together"].as_array().unwrap().iter().map(texts).collect(),
            other: options.iter().map(|(name, item)| (SmolStr::new(name), value(item))).collect(),
            ..ModelOptions::default()
        },
        bases: texts(&line["bases"]).into_iter().map(Base::Model).collect(),
        managers: Vec::new(),
    }
}
