//! What was read, in the form in which the bridge encodes values.

use limosa_model::Value;
use limosa_model::migration::OVERRIDES;
use limosa_source::python::RawMigration;
use serde_json::{Value as Json, json};

/// Encodes a migration; what its constructor may change counts as not read.
pub(super) fn migration(raw: &RawMigration) -> Json {
    let constructed = raw.methods.iter().any(|method| method == "__init__" || method == "__new__");
    let value = |read: &Value| if constructed { json!({ "$": "opaque" }) } else { value(read) };
    let attributes: serde_json::Map<String, Json> = raw
        .attributes
        .iter()
        .filter(|(name, _)| name != OVERRIDES)
        .map(|(name, item)| (name.to_string(), value(item)))
        .collect();
    json!({
        "app": raw.id.app.as_str(),
        "name": raw.id.name.as_str(),
        "operations": value(&raw.operations),
        "dependencies": value(&raw.dependencies),
        "run_before": value(&raw.run_before),
        "replaces": value(&raw.replaces),
        "initial": value(&raw.initial),
        "atomic": value(&raw.atomic),
        "attributes": attributes,
    })
}

fn value(read: &Value) -> Json {
    match read {
        Value::None => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Int(number) => i64::try_from(*number)
            .map_or_else(|_| json!({ "$": "int", "v": number.to_string() }), |number| json!(number)),
        Value::Float(number) if number.is_finite() && number.fract() != 0.0 => json!(number),
        Value::Float(number) => json!({ "$": "float", "v": format!("{number:?}") }),
        Value::Str(text) => json!(text.as_str()),
        Value::Bytes(bytes) => json!({ "$": "bytes", "v": bytes.to_vec() }),
        Value::List(items) => values(items),
        Value::Tuple(items) => json!({ "$": "tuple", "v": values(items) }),
        Value::Set(items) => json!({ "$": "set", "v": values(items) }),
        Value::Dict(pairs) => {
            let pairs: Vec<Json> = pairs.iter().map(|(key, item)| json!([value(key), value(item)])).collect();
            json!({ "$": "dict", "v": pairs })
        }
        Value::Call(call) => {
            let kwargs: serde_json::Map<String, Json> =
                call.kwargs.iter().map(|(name, item)| (name.to_string(), value(item))).collect();
            json!({ "$": "call", "path": call.callee.as_str(), "args": values(&call.args), "kwargs": kwargs })
        }
        Value::Reference(path) => json!({ "$": "ref", "path": path.as_str() }),
        Value::Opaque(opaque) => json!({ "$": "opaque", "reason": opaque.reason.as_str() }),
    }
}

fn values(items: &[Value]) -> Json {
    Json::Array(items.iter().map(value).collect())
}
