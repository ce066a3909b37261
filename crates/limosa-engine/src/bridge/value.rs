//! Values that go into statements, as the bridge encodes them.

use base64::prelude::{BASE64_STANDARD, Engine};
use limosa_model::value::Kwargs;
use limosa_model::{SmolStr, Value};
use serde_json::Value as Json;

/// Decodes a value; nothing when it is none that goes into a statement.
pub(super) fn decode(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::None,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Int(integer.into()),
            None => number.as_u64().map_or(Value::Float(number.as_f64()?), |integer| Value::Int(integer.into())),
        },
        Json::String(text) => Value::Str(text.into()),
        Json::Array(items) => Value::List(items.iter().map(decode).collect::<Option<_>>()?),
        Json::Object(object) => match object.get("$")?.as_str()? {
            "call" => {
                let args = object.get("args").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
                let args = args.iter().map(decode).collect::<Option<_>>()?;
                let kwargs = object.get("kwargs").and_then(Json::as_object).into_iter().flatten();
                let kwargs = kwargs.map(|(name, value)| Some((SmolStr::from(name), decode(value)?)));
                let kwargs: Kwargs = kwargs.collect::<Option<_>>()?;
                Value::call(object.get("path")?.as_str()?, args, kwargs, None)
            }
            "int" => Value::Int(object.get("v")?.as_str()?.parse().ok()?),
            "float" => Value::Float(object.get("v")?.as_str()?.parse().ok()?),
            "dict" => {
                let pairs = object.get("v")?.as_array()?.iter();
                let pairs = pairs.map(|pair| Some((decode(pair.get(0)?)?, decode(pair.get(1)?)?)));
                Value::Dict(pairs.collect::<Option<_>>()?)
            }
            "bytes" => Value::Bytes(BASE64_STANDARD.decode(object.get("v")?.as_str()?).ok()?.into()),
            "ref" => Value::Reference(object.get("path")?.as_str()?.into()),
            "tuple" => Value::Tuple(object.get("v")?.as_array()?.iter().map(decode).collect::<Option<_>>()?),
            _ => return None,
        },
    })
}
