//! `CreateModel`: fields, options, bases and managers.

use indexmap::IndexMap;
use limosa_model::operations::{CreateModel, OperationKind};
use limosa_model::state::{Base, ModelOptions, ModelState};
use limosa_model::{SmolStr, Value};

use super::arguments::{Arguments, text, together};
use super::{Converter, Problem, Purpose};

/// Options that decide about the schema.
const SCHEMA_OPTIONS: [&str; 7] =
    ["db_table", "db_table_comment", "db_tablespace", "managed", "order_with_respect_to", "proxy", "swappable"];

impl Converter<'_> {
    pub(super) fn create_model(&self, arguments: &Arguments<'_>, place: &str) -> Result<OperationKind, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let name = arguments.text("name").map_err(one)?;
        let mut fields = IndexMap::new();
        let mut problems = Vec::new();
        for item in arguments.items("fields").map_err(one)? {
            let Some([field_name, field]) = item.items() else {
                problems.push(arguments.wrong("fields", item, "is not a list of names with fields"));
                continue;
            };
            let Some(field_name) = text(field_name) else {
                problems.push(arguments.wrong("fields", field_name, "has names that are not texts"));
                continue;
            };
            match self.field(field, &field_name, Purpose::Create, place) {
                Ok(field) => _ = fields.insert(field_name, field),
                Err(problem) => problems.push(problem),
            }
        }
        let options = match self.options(arguments, place) {
            Ok(options) => options,
            Err(mut more) => {
                problems.append(&mut more);
                ModelOptions::default()
            }
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let bases = match arguments.some("bases") {
            None => vec![Base::Class(SmolStr::new_static("django.db.models.Model"))],
            Some(value) => match value.items() {
                Some(items) => items.iter().map(base).collect(),
                None => vec![base(value)],
            },
        };
        let managers = arguments.some("managers").and_then(Value::items).unwrap_or_default().to_vec();
        let model = ModelState { app: SmolStr::default(), name, fields, options, bases, managers };
        Ok(OperationKind::CreateModel(CreateModel { model }))
    }

    fn options(&self, arguments: &Arguments<'_>, place: &str) -> Result<ModelOptions, Vec<Problem>> {
        let mut options = ModelOptions::default();
        let mut problems = Vec::new();
        let written = arguments.dictionary("options").map_err(|problem| vec![problem])?;
        for (name, value) in written.iter() {
            let wrong = |why: &str| match value.find_opaque() {
                Some(opaque) => Problem {
                    place: place.into(),
                    reason: format!("option `{name}` is not known: {}", opaque.reason),
                    span: opaque.span.or(arguments.call.span),
                },
                None => {
                    Problem { place: place.into(), reason: format!("option `{name}` {why}"), span: arguments.call.span }
                }
            };
            match name.as_str() {
                "unique_together" | "index_together" => match together(value) {
                    Some(sets) if name == "unique_together" => options.unique_together = sets,
                    Some(sets) => options.index_together = sets,
                    None => problems.push(wrong("is not a list of lists of fields")),
                },
                "indexes" | "constraints" => {
                    let Some(items) = value.items() else {
                        problems.push(wrong("is not a list"));
                        continue;
                    };
                    for item in items {
                        let Some(call) = item.as_call() else {
                            problems.push(wrong("holds something that is not known"));
                            continue;
                        };
                        let result = if name == "indexes" {
                            self.index(call, place).map(|index| options.indexes.push(index))
                        } else {
                            self.constraint(call, place).map(|constraint| options.constraints.push(constraint))
                        };
                        problems.extend(result.err());
                    }
                }
                _ if SCHEMA_OPTIONS.contains(&name.as_str())
                    && matches!(value, Value::Opaque(_) | Value::Call(_) | Value::Reference(_)) =>
                {
                    problems.push(wrong("is not a plain value"));
                }
                _ => options.other.set(name.clone(), value.clone()),
            }
        }
        if problems.is_empty() { Ok(options) } else { Err(problems) }
    }
}

/// Returns a base; one that is not known is kept by its text, for bases that are classes have no meaning for a schema.
fn base(value: &Value) -> Base {
    match value {
        Value::Str(reference) => Base::Model(reference.clone()),
        Value::Reference(path) => Base::Class(path.clone()),
        Value::Call(call) => Base::Class(call.callee.clone()),
        Value::Opaque(opaque) => Base::Class(opaque.text.clone()),
        other => match text(other) {
            Some(reference) => Base::Model(reference),
            None => Base::Class(SmolStr::default()),
        },
    }
}
