//! Values that go into statements, as the bridge encodes them.

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
            "bytes" => Value::Bytes(bytes(object.get("v")?.as_str()?)?.into()),
            "ref" => Value::Reference(object.get("path")?.as_str()?.into()),
            "tuple" => Value::Tuple(object.get("v")?.as_array()?.iter().map(decode).collect::<Option<_>>()?),
            _ => return None,
        },
    })
}

/// Decodes base 64.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}
