//! From the bridge's JSON to values.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use limosa_model::index::OWN_CLASS;
use limosa_model::value::{Call, Kwargs};
use limosa_model::{MigrationId, ModelId, SmolStr, Value};
use serde_json::Value as Json;

use super::{ExportError, ExportedMigration, ExportedModel, FieldTable, OperationFacts, StateDelta};

/// The arguments of operations that hold operations.
const INNER: [&str; 2] = ["database_operations", "state_operations"];

/// Decodes values and collects what is said about fields on the way.
#[derive(Default)]
pub(super) struct Decoder {
    pub(super) fields: FieldTable,
}

type Result<T> = std::result::Result<T, ExportError>;

impl Decoder {
    pub(super) fn migration(&mut self, json: &Json) -> Result<ExportedMigration> {
        let id = MigrationId::new(text(json, "app")?, text(json, "name")?);
        let mut migration = ExportedMigration {
            file: json.get("file").and_then(Json::as_str).map(Into::into),
            dependencies: Vec::new(),
            run_before: Vec::new(),
            replaces: Vec::new(),
            initial: None,
            atomic: true,
            attributes: Vec::new(),
            operations: Vec::new(),
            pending: 0,
            facts: BTreeMap::new(),
            error: None,
            id,
        };
        if let Some(error) = json.get("error") {
            migration.error = Some(read(error, "error")?);
            return Ok(migration);
        }
        migration.dependencies = ids(json, "dependencies")?;
        migration.run_before = ids(json, "run_before")?;
        migration.replaces = ids(json, "replaces")?;
        migration.initial = json.get("initial").and_then(Json::as_bool);
        migration.atomic = json.get("atomic").and_then(Json::as_bool).unwrap_or(true);
        let pending = json.get("pending").and_then(Json::as_u64).unwrap_or_default();
        migration.pending = usize::try_from(pending).unwrap_or_default();
        if let Some(attributes) = json.get("attributes").and_then(Json::as_object) {
            for (name, value) in attributes {
                migration.attributes.push((name.into(), self.value(value)?));
            }
        }
        for (index, operation) in self.items(json, "operations")?.iter().enumerate() {
            let value = self.operation(operation, &index.to_string(), &mut migration.facts)?;
            migration.operations.push(value);
        }
        Ok(migration)
    }

    pub(super) fn model(&mut self, json: &Json) -> Result<ExportedModel> {
        let mut options = Kwargs::default();
        for (name, value) in json.get("options").and_then(Json::as_object).into_iter().flatten() {
            options.set(name.as_str(), self.value(value)?);
        }
        Ok(ExportedModel {
            app: text(json, "app")?.into(),
            name: text(json, "name")?.into(),
            fields: self.named(json, "fields")?,
            options,
            bases: self.items(json, "bases")?.iter().map(|base| self.value(base)).collect::<Result<_>>()?,
            managers: self.named(json, "managers")?,
        })
    }

    pub(super) fn delta(&mut self, json: &Json) -> Result<StateDelta> {
        let removed = ids(json, "removed")?.into_iter().map(|id| ModelId::new(id.app, &id.name)).collect();
        let changed = self.items(json, "changed")?.iter().map(|model| self.model(model)).collect::<Result<_>>()?;
        Ok(StateDelta {
            migration: MigrationId::new(text(json, "app")?, text(json, "name")?),
            path: text(json, "path")?.into(),
            removed,
            changed,
        })
    }

    pub(super) fn items<'a>(&self, json: &'a Json, key: &str) -> Result<&'a [Json]> {
        json.get(key).and_then(Json::as_array).map(Vec::as_slice).ok_or_else(|| unexpected(key, "is not a list"))
    }

    pub(super) fn value(&mut self, json: &Json) -> Result<Value> {
        Ok(match json {
            Json::Null => Value::None,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(integer) => Value::Int(integer.into()),
                None => Value::Float(number.as_f64().ok_or_else(|| unexpected("number", "is out of range"))?),
            },
            Json::String(text) => Value::Str(text.into()),
            Json::Array(items) => Value::List(self.all(items)?),
            Json::Object(_) => self.tagged(json)?,
        })
    }

    fn tagged(&mut self, json: &Json) -> Result<Value> {
        let kind = text(json, "$")?;
        Ok(match kind {
            "call" => self.call(json)?,
            // Python's own names have no module here, and the reader's spelling of them is the one that is compared.
            "ref" => Value::Reference(match text(json, "path")? {
                path if path.contains('.') => path.into(),
                path => format!("builtins.{path}").into(),
            }),
            "opaque" => Value::opaque(text(json, "reason")?, text(json, "text")?, None),
            "tuple" => Value::Tuple(self.all(self.items(json, "v")?)?),
            "set" => Value::Set(self.all(self.items(json, "v")?)?),
            "dict" => Value::Dict(
                self.items(json, "v")?
                    .iter()
                    .map(|pair| match pair.as_array().map(Vec::as_slice) {
                        Some([key, value]) => Ok((self.value(key)?, self.value(value)?)),
                        _ => Err(unexpected("dict", "has an item that is not a pair")),
                    })
                    .collect::<Result<_>>()?,
            ),
            "bytes" => {
                let bytes = BASE64_STANDARD.decode(text(json, "v")?);
                Value::Bytes(bytes.map_err(|_| unexpected("bytes", "is not base64"))?.into())
            }
            "int" => {
                let digits = text(json, "v")?;
                digits.parse().map_or_else(|_| Value::opaque("is too large a number", digits, None), Value::Int)
            }
            "float" => Value::Float(text(json, "v")?.parse().map_err(|_| unexpected("float", "is not a number"))?),
            other => return Err(unexpected("$", &format!("is the unknown kind `{other}`"))),
        })
    }

    fn call(&mut self, json: &Json) -> Result<Value> {
        let args = self.all(self.items(json, "args")?)?;
        let mut kwargs = self.kwargs(json, &mut |decoder, _, value| decoder.value(value))?;
        if let Some(facts) = json.get("schema_class") {
            kwargs.set(OWN_CLASS, self.schema_class(facts)?);
        }
        let value = Value::call(text(json, "path")?, args, kwargs, None);
        if let Some(facts) = json.get("field") {
            let facts = super::FieldFacts::decode(facts, self)?;
            self.fields.add(value.clone(), facts);
        }
        Ok(value)
    }

    /// What is known about an index or a constraint whose class is not Django's own, in the form that `limosa_model::index` reads.
    fn schema_class(&mut self, json: &Json) -> Result<Value> {
        let mut known = Vec::new();
        for (name, value) in json.as_object().ok_or_else(|| unexpected("schema_class", "is not an object"))? {
            known.push((Value::Str(name.into()), self.value(value)?));
        }
        Ok(Value::Dict(known))
    }

    fn operation(&mut self, json: &Json, path: &str, facts: &mut BTreeMap<String, OperationFacts>) -> Result<Value> {
        if json.get("$").and_then(Json::as_str) != Some("call") {
            return self.value(json);
        }
        if let Some(known) = json.get("operation") {
            facts.insert(path.to_owned(), OperationFacts::decode(known, self)?);
        }
        let args = self.all(self.items(json, "args")?)?;
        let kwargs = self.kwargs(json, &mut |decoder, name, value| match value.as_array() {
            Some(items) if INNER.contains(&name) => {
                let inner = items.iter().enumerate();
                let inner =
                    inner.map(|(index, item)| decoder.operation(item, &format!("{path}.{name}.{index}"), facts));
                Ok(Value::List(inner.collect::<Result<_>>()?))
            }
            _ => decoder.value(value),
        })?;
        Ok(Value::Call(Call { callee: text(json, "path")?.into(), args, kwargs, span: None }.into()))
    }

    fn kwargs(
        &mut self,
        json: &Json,
        decode: &mut dyn FnMut(&mut Self, &str, &Json) -> Result<Value>,
    ) -> Result<Kwargs> {
        let kwargs =
            json.get("kwargs").and_then(Json::as_object).ok_or_else(|| unexpected("kwargs", "is not an object"))?;
        kwargs.iter().map(|(name, value)| Ok((name.into(), decode(self, name, value)?))).collect()
    }

    fn named(&mut self, json: &Json, key: &str) -> Result<Vec<(SmolStr, Value)>> {
        let pairs = self.items(json, key)?.iter().map(|pair| match pair.as_array().map(Vec::as_slice) {
            Some([Json::String(name), value]) => Ok((name.into(), self.value(value)?)),
            _ => Err(unexpected(key, "has an item that is not a pair")),
        });
        pairs.collect()
    }

    fn all(&mut self, items: &[Json]) -> Result<Vec<Value>> {
        items.iter().map(|item| self.value(item)).collect()
    }
}

/// Reads a part that has a type of its own.
pub(super) fn read<T: serde::de::DeserializeOwned>(json: &Json, place: &str) -> Result<T> {
    serde::Deserialize::deserialize(json).map_err(|error: serde_json::Error| unexpected(place, &error.to_string()))
}

pub(super) fn unexpected(place: &str, reason: &str) -> ExportError {
    ExportError { place: place.to_owned(), reason: reason.to_owned() }
}

fn text<'a>(json: &'a Json, key: &str) -> Result<&'a str> {
    json.get(key).and_then(Json::as_str).ok_or_else(|| unexpected(key, "is not a text"))
}

fn ids(json: &Json, key: &str) -> Result<Vec<MigrationId>> {
    let items = json.get(key).and_then(Json::as_array).ok_or_else(|| unexpected(key, "is not a list"))?;
    let ids = items.iter().map(|pair| match pair.as_array().map(Vec::as_slice) {
        Some([Json::String(app), Json::String(name)]) => Ok(MigrationId::new(app, name)),
        _ => Err(unexpected(key, "has an item that is not a pair of texts")),
    });
    ids.collect()
}
