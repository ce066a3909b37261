//! Decodes what the bridge exports: migrations and models as the project's own Python holds them.

mod decode;
mod field;
mod operation;

use std::collections::BTreeMap;
use std::path::PathBuf;

use limosa_model::value::{Call, Kwargs};
use limosa_model::{MigrationId, ModelId, SmolStr, Value};
use serde::Deserialize;
use serde_json::Value as Json;
use thiserror::Error;

use decode::Decoder;
pub use field::{FieldAttributes, FieldColumns, FieldFacts};
pub use operation::{OperationFacts, StateKnowledge};

/// Migrations as the bridge exported them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Export {
    /// The migrations, in the order in which they were asked for.
    pub migrations: Vec<ExportedMigration>,
    /// What is known about the fields whose classes are not Django's own.
    pub fields: FieldTable,
}

/// A migration as the bridge exported it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedMigration {
    /// The key.
    pub id: MigrationId,
    /// The file.
    pub file: Option<PathBuf>,
    /// What must be applied before.
    pub dependencies: Vec<MigrationId>,
    /// What must be applied after.
    pub run_before: Vec<MigrationId>,
    /// What it stands for.
    pub replaces: Vec<MigrationId>,
    /// Whether it says of itself that it is an initial one.
    pub initial: Option<bool>,
    /// Whether it runs in one transaction.
    pub atomic: bool,
    /// Other attributes of the class.
    pub attributes: Vec<(SmolStr, Value)>,
    /// The operations, each a call.
    pub operations: Vec<Value>,
    /// How many of the last operations are pending ones, which wait for the end of a deploy.
    pub pending: usize,
    /// What is known about operations beyond their arguments, by path (`3`, `3.database_operations.0`).
    pub facts: BTreeMap<String, OperationFacts>,
    /// Why it could not be exported; then the rest is empty.
    pub error: Option<PythonError>,
}

/// A model as the bridge exported it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedModel {
    /// The label of its app.
    pub app: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its fields, in order, each a call.
    pub fields: Vec<(SmolStr, Value)>,
    /// The options of its `Meta`.
    pub options: Kwargs,
    /// What it inherits from: texts for models, references for classes.
    pub bases: Vec<Value>,
    /// Its managers.
    pub managers: Vec<(SmolStr, Value)>,
}

/// What an operation of an unknown class does to the state, as the bridge found by applying it.
#[derive(Clone, Debug, PartialEq)]
pub struct StateDelta {
    /// The migration.
    pub migration: MigrationId,
    /// Where the operation is in it, such as `3` or `3.state_operations.0`.
    pub path: String,
    /// The models that are no longer there.
    pub removed: Vec<ModelId>,
    /// The models as they are after it, new or changed.
    pub changed: Vec<ExportedModel>,
}

/// An error that Python raised.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PythonError {
    /// A stable name of what failed, such as `migration`.
    pub kind: String,
    /// The class of the error.
    #[serde(rename = "type")]
    pub class: String,
    /// Its message.
    pub message: String,
    /// The traceback without the frames of Django and of the bridge.
    #[serde(default)]
    pub traceback: String,
    /// The user's file in which it was raised.
    pub file: Option<PathBuf>,
    /// The line.
    pub line: Option<u32>,
}

/// Why an answer of the bridge could not be decoded: the two do not belong together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unexpected answer of the bridge at `{place}`: {reason}")]
pub struct ExportError {
    /// Where in the answer.
    pub place: String,
    /// What is wrong.
    pub reason: String,
}

/// What is known about fields, by what they were made with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldTable(BTreeMap<SmolStr, Vec<(Value, FieldFacts)>>);

impl FieldTable {
    /// Returns what is known about the field that this call makes.
    pub fn get(&self, call: &Call) -> Option<&FieldFacts> {
        let known = self.0.get(&call.callee)?;
        known.iter().find(|(value, _)| value.as_call() == Some(call)).map(|(_, facts)| facts)
    }

    /// Iterates over all fields and what is known about them.
    pub fn iter(&self) -> impl Iterator<Item = (&Value, &FieldFacts)> {
        self.0.values().flatten().map(|(value, facts)| (value, facts))
    }

    /// Takes over what another table knows.
    pub fn extend(&mut self, other: Self) {
        for (value, facts) in other.0.into_values().flatten() {
            self.add(value, facts);
        }
    }

    fn add(&mut self, value: Value, facts: FieldFacts) {
        let Some(callee) = value.as_call().map(|call| call.callee.clone()) else { return };
        let known = self.0.entry(callee).or_default();
        if !known.iter().any(|(other, _)| *other == value) {
            known.push((value, facts));
        }
    }
}

impl Export {
    /// Decodes the bridge's answer to `export`.
    ///
    /// # Errors
    /// When it does not have the expected form.
    pub fn decode(json: &Json) -> Result<Self, ExportError> {
        let mut decoder = Decoder::default();
        let migrations =
            decoder.items(json, "migrations")?.iter().map(|item| decoder.migration(item)).collect::<Result<_, _>>()?;
        Ok(Self { migrations, fields: decoder.fields })
    }
}

impl ExportedModel {
    /// Decodes one model, with what is known about its fields.
    ///
    /// # Errors
    /// When it does not have the expected form.
    pub fn decode(json: &Json) -> Result<(Self, FieldTable), ExportError> {
        let mut decoder = Decoder::default();
        let model = decoder.model(json)?;
        Ok((model, decoder.fields))
    }
}

impl StateDelta {
    /// Decodes the bridge's answer to `state_deltas`, with what is known about the fields in it.
    ///
    /// # Errors
    /// When it does not have the expected form.
    pub fn decode(json: &Json) -> Result<(Vec<Self>, FieldTable), ExportError> {
        let mut decoder = Decoder::default();
        let deltas = decoder.items(json, "deltas")?.iter().map(|item| decoder.delta(item)).collect::<Result<_, _>>()?;
        Ok((deltas, decoder.fields))
    }
}

/// Decodes one value.
///
/// # Errors
/// When it does not have the expected form.
pub fn decode_value(json: &Json) -> Result<Value, ExportError> {
    Decoder::default().value(json)
}

#[cfg(test)]
mod tests;
