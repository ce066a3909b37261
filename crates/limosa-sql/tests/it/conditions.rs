//! A few conditions and names whose SQL is written down here, for where no Django is at hand.

use std::sync::Arc;

use limosa_model::django::DjangoVersion;
use limosa_model::state::{ModelOptions, ModelState};
use limosa_model::value::{Call, Kwargs};
use limosa_model::{Field, ProjectState, SmolStr, Value};
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::expression::ExpressionError;
use limosa_sql::model::Models;
use limosa_sql::names::{automatic_index_name, default_table, many_to_many_table};

fn call(callee: &str, args: Vec<Value>, kwargs: &[(&str, Value)]) -> Value {
    let kwargs: Kwargs = kwargs.iter().map(|(name, value)| (SmolStr::new(name), value.clone())).collect();
    Value::call(callee, args, kwargs, None)
}

fn q(kwargs: &[(&str, Value)]) -> Value {
    call("django.db.models.Q", Vec::new(), kwargs)
}

fn condition(dialect: Dialect, condition: &Value) -> Result<String, ExpressionError> {
    let field = |class: &str, kwargs: &[(&str, Value)]| {
        let kwargs = kwargs.iter().map(|(name, value)| (SmolStr::new(name), value.clone())).collect();
        let call = Call { callee: format!("django.db.models.{class}").into(), args: Vec::new(), kwargs, span: None };
        Arc::new(Field::from_call(&call).unwrap())
    };
    let fields = [
        ("price", field("DecimalField", &[("max_digits", Value::Int(8)), ("decimal_places", Value::Int(2))])),
        ("name", field("CharField", &[("max_length", Value::Int(9)), ("null", Value::Bool(true))])),
    ];
    let model = ModelState {
        app: "app".into(),
        name: "Book".into(),
        fields: fields.into_iter().map(|(name, field)| (name.into(), field)).collect(),
        options: ModelOptions::default(),
        bases: Vec::new(),
        managers: Vec::new(),
    };
    let mut state = ProjectState::default();
    state.add_model(model);
    let context = Context::new(dialect, DjangoVersion::V61);
    let models = Models::new(&state, &context);
    models.condition_sql(&models.get("app", "Book").unwrap(), condition)
}

#[test]
fn conditions_are_written_as_django_writes_them() {
    let price = q(&[("price__gte", Value::Int(0))]);
    let not_a = q(&[("name", "a".into()), ("_negated", Value::Bool(true))]);
    let either = call("django.db.models.Q", vec![price.clone(), not_a.clone()], &[("_connector", "OR".into())]);
    for (value, postgres, sqlite) in [
        (&price, r#""price" >= 0"#, r#""price" >= '0'"#),
        (&not_a, r#"NOT ("name" = 'a' AND "name" IS NOT NULL)"#, r#"NOT ("name" = 'a' AND "name" IS NOT NULL)"#),
        (
            &either,
            r#"("price" >= 0 OR NOT ("name" = 'a' AND "name" IS NOT NULL))"#,
            r#"("price" >= '0' OR NOT ("name" = 'a' AND "name" IS NOT NULL))"#,
        ),
    ] {
        assert_eq!(condition(Dialect::Postgres, value).unwrap(), postgres);
        assert_eq!(condition(Dialect::Sqlite, value).unwrap(), sqlite);
    }
}

#[test]
fn what_is_not_understood_is_named() {
    let own = call("app.functions.Distance", vec!["price".into()], &[]);
    for (value, message) in [
        (q(&[("nope", Value::Int(1))]), "`nope` is no field, transform or lookup here"),
        (q(&[("price__nope", Value::Int(1))]), "`price__nope` is no field, transform or lookup here"),
        (q(&[("price", own)]), "the expression class `app.functions.Distance` is not known"),
        (q(&[("price", Value::Reference("app.PRICE".into()))]), "only Python can tell the value of `app.PRICE`"),
        (q(&[("price__in", Value::List(Vec::new()))]), "the condition holds never"),
    ] {
        assert_eq!(condition(Dialect::Postgres, &value).unwrap_err().to_string(), message);
    }
}

#[test]
fn names_are_made_up_as_django_makes_them_up() {
    let columns = ["title", "author_id"];
    let unique = Dialect::Postgres.index_name("app_book", &columns, "_uniq");
    assert_eq!(unique, "app_book_title_author_id_f24131bb_uniq");
    let foreign_key = |suffix| Dialect::Postgres.foreign_key_name("app_book", "author_id", "app_author", "id", suffix);
    assert_eq!(foreign_key("_fk_%(to_table)s_%(to_column)s"), "app_book_author_id_980d3e25_fk_app_author_id");
    assert_eq!(default_table("app", "book", Some(63)), "app_book");
    assert_eq!(many_to_many_table("\"app_book\"", "tags", Some(63)), "app_book_tags");
    let index = automatic_index_name("app_book", &["-title".into(), "author_id".into()], "idx");
    assert_eq!(index, "app_book_title_0990b5_idx");
    assert_eq!(Dialect::Sqlite.quote_name("a b").as_str(), "\"a b\"");
    assert_eq!(Dialect::Sqlite.quote_name("\"a\"").as_str(), "\"a\"");
}
