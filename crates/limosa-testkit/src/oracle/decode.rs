//! From the oracle's JSON to values, fields, indexes and constraints.

use limosa_model::field::CustomColumn;
use limosa_model::index::{Constraint, Index};
use limosa_model::value::{Call, Kwargs};
use limosa_model::{Field, Value};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::OracleError;

/// Reads values; knows whose types the project's own field classes gave.
pub(super) struct Decoder<'a> {
    pub(super) vendor: &'a str,
}

impl Decoder<'_> {
    /// Reads a value.
    pub(super) fn value(&self, json: &Json) -> Result<Value, OracleError> {
        Ok(match json {
            Json::Null => Value::None,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => Value::Float(number.as_f64().ok_or_else(|| shape("a number", json))?),
            Json::String(text) => Value::Str(text.into()),
            Json::Array(items) => Value::List(self.values(items)?),
            Json::Object(_) => self.tagged(json)?,
        })
    }

    fn tagged(&self, json: &Json) -> Result<Value, OracleError> {
        Ok(match text(json, "$")? {
            "int" => match text(json, "text")?.parse() {
                Ok(number) => Value::Int(number),
                Err(_) => Value::opaque("is an integer of more than 128 bits", text(json, "text")?, None),
            },
            "bytes" => Value::Bytes(bytes(text(json, "hex")?)?.into()),
            "tuple" => Value::Tuple(self.values(list(json, "items")?)?),
            "set" => Value::Set(self.values(list(json, "items")?)?),
            "dict" => {
                let pairs = list(json, "items")?.iter();
                Value::Dict(
                    pairs
                        .map(|pair| Ok((self.value(&pair[0])?, self.value(&pair[1])?)))
                        .collect::<Result<_, OracleError>>()?,
                )
            }
            "call" => {
                let call = self.call(json)?;
                Value::call(call.callee, call.args, call.kwargs, None)
            }
            "reference" => Value::Reference(text(json, "path")?.into()),
            "opaque" => Value::opaque("is not a literal", text(json, "text")?, None),
            _ => return Err(shape("a tag", json)),
        })
    }

    /// Reads a call.
    pub(super) fn call(&self, json: &Json) -> Result<Call, OracleError> {
        let kwargs = list(json, "kwargs")?.iter().map(|pair| {
            let name = pair[0].as_str().ok_or_else(|| shape("a name", pair))?;
            Ok((SmolStr::new(name), self.value(&pair[1])?))
        });
        Ok(Call {
            callee: canonical(text(json, "path")?),
            args: self.values(list(json, "args")?)?,
            kwargs: kwargs.collect::<Result<Kwargs, OracleError>>()?,
            span: None,
        })
    }

    fn values(&self, items: &[Json]) -> Result<Vec<Value>, OracleError> {
        items.iter().map(|item| self.value(item)).collect()
    }

    /// Reads a field; of a class of the project, with what the class said about its column.
    pub(super) fn field(&self, json: &Json) -> Result<Field, OracleError> {
        let call = self.call(&json["call"])?;
        let Some(base) = json["base"].as_str() else {
            return Field::from_call(&call).map_err(|error| shape(&error.to_string(), json));
        };
        let custom = self.custom(&json["custom"]);
        let field = if base == "django.db.models.Field" {
            Field::from_custom_call(&call, custom.unwrap_or_default())
        } else {
            Field::from_call_as(&call, base, custom)
        };
        let mut field = field.map_err(|error| shape(&error.to_string(), json))?;
        let attributes = &json["attributes"];
        let flag = |name: &str, old: bool| attributes[name].as_bool().unwrap_or(old);
        field.null = flag("null", field.null);
        field.blank = flag("blank", field.blank);
        field.primary_key = flag("primary_key", field.primary_key);
        field.declared_unique = flag("unique", field.declared_unique);
        field.db_index = flag("db_index", field.db_index);
        field.max_length =
            attributes["max_length"].as_u64().and_then(|length| u32::try_from(length).ok()).or(field.max_length);
        field.db_column = attributes["db_column"].as_str().map(SmolStr::new).or(field.db_column);
        field.internal_type = json["internal"].as_str().map(SmolStr::new);
        // Fields are compared by what their own class deconstructs them to.
        field.kwargs = call.kwargs.clone();
        for (position, value) in call.args.iter().enumerate() {
            field.kwargs.set(position.to_string(), value.clone());
        }
        Ok(field)
    }

    fn custom(&self, json: &Json) -> Option<CustomColumn> {
        json.as_object()?;
        let vendor = || SmolStr::new(self.vendor);
        let text = |name: &str| json[name].as_str().map(SmolStr::new);
        Some(CustomColumn {
            types: vec![(vendor(), text("type"))],
            relation_types: text("rel").into_iter().map(|rel| (vendor(), rel)).collect(),
            checks: text("check").into_iter().map(|check| (vendor(), check)).collect(),
            collations: Vec::new(),
        })
    }

    /// Reads an index of any class.
    pub(super) fn index(&self, json: &Json) -> Result<Index, OracleError> {
        let call = self.call(json)?;
        Index::from_call(&call).or_else(|_| Index::from_call_as(&call)).map_err(|error| shape(&error.to_string(), json))
    }

    /// Reads a constraint of any class.
    pub(super) fn constraint(&self, json: &Json) -> Result<Constraint, OracleError> {
        let call = self.call(json)?;
        Constraint::from_call(&call).map_err(|error| shape(&error.to_string(), json))
    }
}

/// Returns the path by which the model knows a class of `django.contrib.postgres.fields` or `django.contrib.gis`.
fn canonical(path: &str) -> SmolStr {
    if let Some(class) = path.strip_prefix("django.contrib.gis.db.models.fields.") {
        return format!("django.contrib.gis.db.models.{class}").into();
    }
    let fields = "django.contrib.postgres.fields.";
    match path.strip_prefix(fields).and_then(|rest| rest.rsplit_once('.')) {
        Some((_, class)) if class.ends_with("Field") => format!("{fields}{class}").into(),
        _ => path.into(),
    }
}

/// Returns a text of an object.
pub(super) fn text<'a>(json: &'a Json, name: &str) -> Result<&'a str, OracleError> {
    json[name].as_str().ok_or_else(|| shape(name, json))
}

/// Returns a list of an object.
pub(super) fn list<'a>(json: &'a Json, name: &str) -> Result<&'a [Json], OracleError> {
    json[name].as_array().map(Vec::as_slice).ok_or_else(|| shape(name, json))
}

/// Returns the texts of a list.
pub(super) fn texts<T: From<String>>(json: &Json) -> Vec<T> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).map(|text| T::from(text.to_owned())).collect()
}

/// Returns the error for JSON that has another shape.
pub(super) fn shape(expected: &str, json: &Json) -> OracleError {
    let text = json.to_string();
    OracleError::Shape { expected: expected.into(), found: text.chars().take(300).collect() }
}

fn bytes(hex: &str) -> Result<Vec<u8>, OracleError> {
    let byte = |position: usize| hex.get(position..position + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes = (0..hex.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>();
    bytes.ok_or_else(|| shape("hexadecimal digits", &Json::String(hex.into())))
}
