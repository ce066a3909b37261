use limosa_model::Value;
use limosa_model::field::FieldKind;
use serde_json::json;

use super::{Export, StateKnowledge, decode_value};

#[test]
fn values() {
    let cases = [
        (json!(null), Value::None),
        (json!(3), Value::Int(3)),
        (json!(1.5), Value::Float(1.5)),
        (json!("é"), Value::from("é")),
        (json!([true]), Value::List(vec![Value::Bool(true)])),
        (json!({"$": "tuple", "v": [1, "a"]}), Value::Tuple(vec![Value::Int(1), Value::from("a")])),
        (json!({"$": "dict", "v": [["k", 1]]}), Value::Dict(vec![(Value::from("k"), Value::Int(1))])),
        (json!({"$": "bytes", "v": "AP9h"}), Value::Bytes([0, 255, b'a'].as_slice().into())),
        (json!({"$": "bytes", "v": "YQ=="}), Value::Bytes(b"a".as_slice().into())),
        (json!({"$": "int", "v": "170141183460469231731687303715884105727"}), Value::Int(i128::MAX)),
        (json!({"$": "float", "v": "inf"}), Value::Float(f64::INFINITY)),
        (json!({"$": "ref", "path": "uuid.uuid4"}), Value::Reference("uuid.uuid4".into())),
    ];
    for (json, expected) in cases {
        assert_eq!(decode_value(&json).as_ref(), Ok(&expected), "{json}");
    }
    let huge = decode_value(&json!({"$": "int", "v": "9".repeat(60)})).unwrap();
    assert!(matches!(huge, Value::Opaque(_)));
}

#[test]
fn wrong_forms_are_errors() {
    for json in
        [json!({"$": "nonsense"}), json!({}), json!({"$": "call", "path": "x"}), json!({"$": "bytes", "v": "*"})]
    {
        assert!(decode_value(&json).is_err(), "{json}");
    }
}

#[test]
fn migration_with_facts() {
    let field = json!({"$": "call", "path": "fields.encrypt", "args": [{"$": "call", "path": "django.db.models.CharField", "args": [], "kwargs": {"max_length": 9}}], "kwargs": {},
        "field": {"mro": ["fields.EncryptedCharField"], "base": "django.db.models.CharField",
            "base_view": {"$": "call", "path": "django.db.models.CharField", "args": [], "kwargs": {"max_length": 9}},
            "overrides": ["get_internal_type"], "internal_type": "BinaryField", "column": "{}",
            "attributes": {"null": true, "db_index": true, "max_length": 9},
            "many_to_many": false, "one_to_one": false, "many_to_one": false,
            "columns": {"sqlite": {"db_type": "BLOB", "rel_db_type": "BLOB", "db_check": null}}}});
    let add = json!({"$": "call", "path": "ops.Add", "args": [], "kwargs": {"model_name": "m", "name": "f", "field": field},
        "operation": {"mro": ["ops.Add"], "base": "django.db.migrations.AddField", "base_view": {"$": "call", "path": "django.db.migrations.AddField", "args": [], "kwargs": {}},
            "overrides": ["database_forwards"], "empty": ["database_forwards", "database_backwards"], "describe": "Adds", "reversible": true, "reduces_to_sql": true, "atomic": false, "elidable": false}});
    let separate = json!({"$": "call", "path": "django.db.migrations.SeparateDatabaseAndState", "args": [], "kwargs": {"state_operations": [add]}});
    let export = Export::decode(&json!({"migrations": [
        {"app": "a", "name": "0001", "file": "a.py", "dependencies": [["b", "__first__"]], "run_before": [], "replaces": [], "initial": true,
         "atomic": false, "attributes": {"stage": "post-deploy"}, "operations": [separate]},
        {"app": "a", "name": "0002", "error": {"kind": "migration", "type": "SyntaxError", "message": "no", "file": "b.py", "line": 3}},
    ]}))
    .unwrap();
    let [first, second] = export.migrations.as_slice() else { panic!("two migrations") };
    assert_eq!((first.initial, first.atomic), (Some(true), false));
    assert_eq!(first.attributes, [("stage".into(), Value::from("post-deploy"))]);
    let facts = &first.facts["0.state_operations.0"];
    assert_eq!((facts.state(), facts.runs(), facts.is_base()), (StateKnowledge::Base, false, false));
    assert_eq!(second.error.as_ref().unwrap().line, Some(3));

    let (call, facts) = export.fields.iter().next().unwrap();
    let field = facts.build(call.as_call().unwrap(), &limosa_model::Field::from_call).unwrap();
    assert_eq!(field.class, "fields.encrypt");
    assert_eq!(field.kind, FieldKind::Binary);
    assert_eq!((field.null, field.db_index, field.max_length), (true, true, Some(9)));
    assert!(field.custom.is_none());
}

#[test]
fn collations_of_a_class() {
    let field = json!({"$": "call", "path": "fields.Folded", "args": [], "kwargs": {"max_length": 9},
        "field": {"mro": ["fields.Folded"], "base": "django.db.models.CharField", "base_view": null,
            "overrides": ["db_parameters"], "internal_type": "CharField", "column": "{}", "attributes": {"max_length": 9},
            "many_to_many": false, "one_to_one": false, "many_to_one": false,
            "columns": {"postgresql": {"db_type": "varchar(9)"}, "sqlite": {"db_type": "varchar(9)", "collation": "NOCASE"}}}});
    let add = json!({"$": "call", "path": "django.db.migrations.AddField", "args": [], "kwargs": {"model_name": "m", "name": "f", "field": field}});
    let export = Export::decode(
        &json!({"migrations": [{"app": "a", "name": "0001", "file": "a.py", "dependencies": [], "run_before": [],
        "replaces": [], "initial": true, "atomic": true, "attributes": {}, "operations": [add]}]}),
    )
    .unwrap();
    let (call, facts) = export.fields.iter().next().unwrap();
    let field = facts.build(call.as_call().unwrap(), &limosa_model::Field::from_call).unwrap();
    let collations = field.custom.unwrap().collations.clone();
    assert_eq!(collations, [("postgresql".into(), None), ("sqlite".into(), Some("NOCASE".into()))]);
}
