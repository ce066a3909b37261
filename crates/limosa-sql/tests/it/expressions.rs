//! Conditions, expressions, literals and types of columns, compared with Django itself.
//!
//! `oracle/cases` holds the cases and `oracle/oracle.py` asks Django. `LIMOSA_TEST_DJANGO` and `LIMOSA_TEST_DJANGO61` name Python
//! interpreters that have Django (several, separated as in `PATH`), `LIMOSA_TEST_POSTGRES` the URL of a PostgreSQL server.

use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::state::{ModelOptions, ModelState};
use limosa_model::value::{Call, Kwargs};
use limosa_model::{Field, ModelId, ProjectState, SmolStr, Value};
use limosa_sql::dialect::{Context, Dialect, Flavour};
use limosa_sql::expression::{ExpressionError, Sql};
use limosa_sql::model::{FieldView, ModelView, Models};
use serde_json::Value as Json;

use crate::django::{self, value};

/// Cases in which Django fails for reasons of its own, with the sources and why.
const REFUSED_BY_DJANGO: [(&str, &str); 9] = [
    // `RangeField` itself has no `range_type`.
    ("condition", "Q(number__contained_by=(1, 5))"),
    ("condition", "Q(small__contained_by=(1, 5))"),
    ("condition", "Q(date__contained_by=(datetime.date(2020, 1, 1), None))"),
    // Django 4.2 takes the expression for a UUID.
    ("condition", "Q(uuid__in=['12345678123456781234567812345678', F('uuid')])"),
    // The connection of the test has no extension `hstore`.
    ("condition", "Q(store__contains={'a': 'b'})"),
    ("default", "HStoreField(default={'a': 'b', 'c': None, 'd': 5})"),
    ("default", "HStoreField(default=dict)"),
    // Transforms that a project registers itself are taken to be registered.
    ("condition", "Q(char__lower='a')"),
    // Registered elsewhere, an empty text is taken for empty bytes.
    ("default", "models.BinaryField(default='')"),
];

#[test]
fn sqlite_equals_django() {
    compare(Dialect::Sqlite, "sqlite");
}

#[test]
fn postgres_equals_django() {
    if server_is_named("LIMOSA_TEST_POSTGRES") {
        compare(Dialect::Postgres, "postgresql");
    }
}

#[test]
fn mariadb_equals_django() {
    if server_is_named("LIMOSA_TEST_MARIADB") {
        compare(Dialect::MySql, "mysql");
    }
}

#[test]
fn mysql_equals_django() {
    if server_is_named("LIMOSA_TEST_MARIADB") {
        compare(Dialect::MySql, "mysql-8.4");
    }
}

fn server_is_named(variable: &str) -> bool {
    let named = std::env::var_os(variable).is_some();
    assert!(named || std::env::var_os("CI").is_none(), "{variable} is not set");
    if !named {
        println!("skipped: {variable} is not set");
    }
    named
}

fn compare(dialect: Dialect, server: &str) {
    let interpreters = django::interpreters().into_iter().filter(|python| {
        let able = dialect != Dialect::MySql || django::imports(python, "MySQLdb");
        if !able {
            println!("skipped: {} has no mysqlclient", python.display());
        }
        able
    });
    for python in interpreters {
        let answers = django::ask(&python, "oracle.py", server);
        let differences = differences(&answers, dialect);
        let shown = differences.join("\n\n");
        assert!(differences.is_empty(), "{}: {} differences\n{shown}", python.display(), differences.len());
    }
}

fn differences(answers: &[Json], dialect: Dialect) -> Vec<String> {
    let (head, cases) = answers.split_first().expect("a head");
    let version = head["version"].as_str().expect("a version");
    let mut context = Context::new(dialect, version.parse().expect("a known version"));
    if let Some(server) = head["server"].as_u64().filter(|server| *server > 0) {
        context.server_version = (u32::try_from(server / 10_000).unwrap(), u32::try_from(server % 10_000).unwrap(), 0);
    }
    if head["mariadb"] == true {
        context.flavour = Flavour::MariaDb;
    }
    context.use_tz = true;
    context.default_auto_field = "django.db.models.BigAutoField".into();
    let mut state = ProjectState::default();
    state.add_model(model("Model", &head["model"]));
    state.add_model(model("Other", &head["other"]));
    let models = Models::new(&state, &context);
    let view = models.model(&ModelId::new("t", "model")).expect("the model");
    let mut differences = Vec::new();
    for case in cases {
        let (kind, source) = (case["kind"].as_str().unwrap(), case["source"].as_str().unwrap());
        if let Some(problem) = case.get("unencodable") {
            // Django 4.2 lacks what came with 5.0.
            if version != "4.2" {
                differences.push(format!("{kind} {source}\n  not encodable: {problem}"));
            }
            continue;
        }
        let ours = answer(models, &view, kind, &value(&case["value"]));
        let equal = match (&ours, case.get("error")) {
            (Ok(ours), None) => *ours == ordered(&case["answer"]),
            (Err(_), Some(_)) => true,
            (Ok(_), Some(_)) => {
                REFUSED_BY_DJANGO.contains(&(kind, source)) || (kind == "generated" && version == "4.2")
            }
            (Err(_), None) => false,
        };
        if !equal {
            let django = case.get("error").unwrap_or(&case["answer"]);
            let ours = match ours {
                Ok(ours) => ours.to_string(),
                Err(error) => format!("error: {error}"),
            };
            differences.push(format!("{kind} {source} (Django {version})\n  Django {django}\n  ours   {ours}"));
        }
    }
    differences
}

fn answer(models: Models<'_>, model: &ModelView, kind: &str, value: &Value) -> Result<Json, String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    match kind {
        "condition" => models.condition_sql(model, value).map(Json::from).map_err(|error| text(&error)),
        "index" => {
            let expressions = value.items().ok_or("no list")?;
            let indexed = models.index_expressions(model, expressions).map_err(|error| text(&error))?;
            let columns: Vec<&str> = indexed.columns.iter().map(SmolStr::as_str).collect();
            Ok(serde_json::json!({"sql": indexed.sql, "columns": columns}))
        }
        "exclusion" => {
            let pair = |item: &Value| {
                let [expression, operator] = item.items()? else { return None };
                Some((expression.clone(), SmolStr::new(operator.as_str()?)))
            };
            let pairs: Vec<(Value, SmolStr)> = value.items().unwrap().iter().filter_map(pair).collect();
            models
                .exclusion_expressions(model, &pairs)
                .map(|indexed| Json::from(indexed.sql))
                .map_err(|error| text(&error))
        }
        "generated" => {
            let [expression, output] = value.items().ok_or("no pair")? else { return Err("no pair".into()) };
            let kwargs: Kwargs = [
                (SmolStr::new("expression"), expression.clone()),
                (SmolStr::new("output_field"), output.clone()),
                (SmolStr::new("db_persist"), Value::Bool(true)),
            ]
            .into_iter()
            .collect();
            let call = Call { callee: "django.db.models.GeneratedField".into(), args: Vec::new(), kwargs, span: None };
            let field = Field::from_call(&call).map_err(|error| text(&error))?;
            let view = FieldView::new(model.id.clone(), "field", Arc::new(field));
            let sql = models.generated_sql(model, &view).map_err(|error| text(&error))?;
            sql.inline(models.context).map(Json::from).map_err(|error| text(&error))
        }
        "db_default" => {
            let sql = models.db_default_sql(&field(value)?).map_err(|error| text(&error))?;
            executed(models.context, &sql).map_err(|error| text(&error))
        }
        "default" => {
            let value = models.effective_default(&field(value)?).map_err(|error| text(&error))?;
            let written = value.map(|value| executed(models.context, &Sql::param(value))).transpose();
            written.map(|value| value.unwrap_or(Json::Null)).map_err(|error| text(&error))
        }
        "type" => {
            let view = field(value)?;
            let parameters = models.db_parameters(&view).map_err(|error| text(&error))?;
            let related = models.rel_db_type(&view).map_err(|error| text(&error))?;
            let cast = models.cast_db_type(&view).map_err(|error| text(&error))?;
            Ok(serde_json::json!({
                "type": parameters.db_type.as_deref(),
                "check": parameters.check,
                "collation": parameters.collation.as_deref(),
                "suffix": models.db_type_suffix(&view.field),
                "related": related.as_deref(),
                "cast": cast.as_deref(),
            }))
        }
        _ => Err(format!("unknown kind {kind}")),
    }
}

/// What is executed; on MySQL beside what `sqlmigrate` shows.
fn executed(context: &Context, sql: &Sql) -> Result<Json, ExpressionError> {
    if context.requires_literal_defaults() {
        return sql.inline(context).map(Json::from);
    }
    let executed = sql.executed(context)?;
    if context.dialect != Dialect::MySql || sql.params.is_empty() {
        return Ok(Json::from(executed));
    }
    Ok(serde_json::json!({"executed": executed, "shown": sql.inline(context)?}))
}

fn field(value: &Value) -> Result<FieldView, String> {
    let call = value.as_call().ok_or("no field")?;
    let field = Field::from_call(call).map_err(|error| error.to_string())?;
    Ok(FieldView::new(ModelId::new("t", "extra"), "field", Arc::new(field)))
}

fn model(name: &str, fields: &Json) -> ModelState {
    let mut all = IndexMap::new();
    for (name, encoded) in fields.as_object().expect("fields") {
        let value = value(encoded);
        let field =
            Field::from_call(value.as_call().expect("a field")).unwrap_or_else(|error| panic!("{name}: {error}"));
        all.insert(SmolStr::new(name), Arc::new(field));
    }
    ModelState {
        app: "t".into(),
        name: name.into(),
        fields: all,
        options: ModelOptions::default(),
        bases: Vec::new(),
        managers: Vec::new(),
    }
}

/// Django takes three texts out of a set, in an order that differs from run to run.
fn ordered(answer: &Json) -> Json {
    let mut text = answer.to_string();
    for other in [
        "'null','true','false'",
        "'true','null','false'",
        "'true','false','null'",
        "'false','null','true'",
        "'false','true','null'",
    ] {
        text = text.replace(other, "'null','false','true'");
    }
    serde_json::from_str(&text).expect("JSON")
}
