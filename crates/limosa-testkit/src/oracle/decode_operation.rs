//! From the oracle's JSON to operations.

use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::operations::*;
use limosa_model::state::{Base, ModelOptions, ModelState};
use limosa_model::value::Kwargs;
use limosa_model::{Operation, Value};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::OracleError;
use super::decode::{Decoder, list, shape, text};

impl Decoder<'_> {
    /// Reads a list of operations of an app.
    pub(super) fn operations(&self, app: &str, items: &[Json]) -> Result<Vec<Operation>, OracleError> {
        items.iter().map(|item| self.operation(app, item)).collect()
    }

    fn operation(&self, app: &str, json: &Json) -> Result<Operation, OracleError> {
        let class = text(json, "class")?;
        let own = class.starts_with("django.db.migrations.") || class.starts_with("django.contrib.postgres.");
        let base = json["base"].as_str().unwrap_or_default();
        if own || matches!(base, "RunSQL" | "RunPython" | "SeparateDatabaseAndState") {
            return Ok(Operation::new(self.kind(app, base, json)?));
        }
        let effect = match base {
            "Operation" | "ModelOperation" => StateEffect::None,
            _ => StateEffect::Base(Box::new(Operation::new(self.kind(app, base, json)?))),
        };
        Ok(Operation::new(OperationKind::Custom(Custom {
            class: class.into(),
            description: text(json, "describe")?.into(),
            effect,
            reversible: json["reversible"] != false,
            atomic: false,
            runs: true,
        })))
    }

    fn kind(&self, app: &str, base: &str, json: &Json) -> Result<OperationKind, OracleError> {
        use OperationKind as Kind;
        let get = |name: &str| text(json, name).map(SmolStr::new);
        let optional = |name: &str| json[name].as_str().map(SmolStr::new);
        let preserve_default = || json["preserve_default"].as_bool().unwrap_or(true);
        let together = || -> Result<Vec<Vec<SmolStr>>, OracleError> { Ok(names(&self.value(&json["together"])?)) };
        Ok(match base {
            "CreateModel" => Kind::CreateModel(CreateModel { model: self.model(app, json)? }),
            "DeleteModel" => Kind::DeleteModel(DeleteModel { name: get("name")? }),
            "RenameModel" => Kind::RenameModel(RenameModel { old_name: get("old_name")?, new_name: get("new_name")? }),
            "AlterModelTable" => {
                Kind::AlterModelTable(AlterModelTable { name: get("name")?, table: optional("table") })
            }
            "AlterModelTableComment" => Kind::AlterModelTableComment(AlterModelTableComment {
                name: get("name")?,
                comment: optional("table_comment"),
            }),
            "AlterUniqueTogether" => {
                Kind::AlterUniqueTogether(AlterUniqueTogether { name: get("name")?, together: together()? })
            }
            "AlterIndexTogether" => {
                Kind::AlterIndexTogether(AlterIndexTogether { name: get("name")?, together: together()? })
            }
            "AlterOrderWithRespectTo" => Kind::AlterOrderWithRespectTo(AlterOrderWithRespectTo {
                name: get("name")?,
                order_with_respect_to: optional("order_with_respect_to"),
            }),
            "AlterModelOptions" => Kind::AlterModelOptions(AlterModelOptions {
                name: get("name")?,
                options: kwargs(&self.value(&json["options"])?),
            }),
            "AlterModelManagers" => {
                Kind::AlterModelManagers(AlterModelManagers { name: get("name")?, managers: Vec::new() })
            }
            "AddField" => Kind::AddField(AddField {
                model: get("model_name")?,
                name: get("name")?,
                field: Arc::new(self.field(&json["field"])?),
                preserve_default: preserve_default(),
            }),
            "AlterField" => Kind::AlterField(AlterField {
                model: get("model_name")?,
                name: get("name")?,
                field: Arc::new(self.field(&json["field"])?),
                preserve_default: preserve_default(),
            }),
            "RemoveField" => Kind::RemoveField(RemoveField { model: get("model_name")?, name: get("name")? }),
            "RenameField" => Kind::RenameField(RenameField {
                model: get("model_name")?,
                old_name: get("old_name")?,
                new_name: get("new_name")?,
            }),
            "AddIndex" | "AddIndexConcurrently" => Kind::AddIndex(AddIndex {
                model: get("model_name")?,
                index: Arc::new(self.index(&json["index"])?),
                concurrently: base != "AddIndex",
            }),
            "RemoveIndex" | "RemoveIndexConcurrently" => Kind::RemoveIndex(RemoveIndex {
                model: get("model_name")?,
                name: get("name")?,
                concurrently: base != "RemoveIndex",
            }),
            "RenameIndex" => Kind::RenameIndex(RenameIndex {
                model: get("model_name")?,
                new_name: get("new_name")?,
                old: match optional("old_name") {
                    Some(name) => OldIndex::Name(name),
                    None => OldIndex::Fields(self.value(&json["old_fields"])?.strings().unwrap_or_default()),
                },
            }),
            "AddConstraint" | "AddConstraintNotValid" => Kind::AddConstraint(AddConstraint {
                model: get("model_name")?,
                constraint: Arc::new(self.constraint(&json["constraint"])?),
                not_valid: base != "AddConstraint",
            }),
            "RemoveConstraint" => {
                Kind::RemoveConstraint(RemoveConstraint { model: get("model_name")?, name: get("name")? })
            }
            "AlterConstraint" => Kind::AlterConstraint(AlterConstraint {
                model: get("model_name")?,
                name: get("name")?,
                constraint: Arc::new(self.constraint(&json["constraint"])?),
            }),
            "SeparateDatabaseAndState" => Kind::SeparateDatabaseAndState(SeparateDatabaseAndState {
                database_operations: self.operations(app, list(json, "database")?)?,
                state_operations: self.operations(app, list(json, "state")?)?,
            }),
            "RunSQL" => Kind::RunSql(RunSql {
                sql: sql(&self.value(&json["sql"])?),
                reverse_sql: Some(&json["reverse_sql"])
                    .filter(|json| !json.is_null())
                    .map(|json| self.value(json))
                    .transpose()?
                    .map(|value| sql(&value)),
                state_operations: self.operations(app, list(json, "state")?)?,
                hints: Value::None,
                elidable: false,
            }),
            "RunPython" => Kind::RunPython(RunPython {
                code: Value::Reference(get("class")?),
                reverse_code: (json["reversible"] == true).then(|| Value::Reference(SmolStr::new_static("reverse"))),
                atomic: None,
                doc: None,
                reverse_doc: None,
                elidable: false,
            }),
            "ValidateConstraint" => {
                Kind::Postgres(PostgresOperation::ValidateConstraint { model: get("model_name")?, name: get("name")? })
            }
            "CreateCollation" => Kind::Postgres(PostgresOperation::CreateCollation(collation(json)?)),
            "RemoveCollation" => Kind::Postgres(PostgresOperation::RemoveCollation(collation(json)?)),
            extension if extension.ends_with("Extension") => {
                Kind::Postgres(PostgresOperation::CreateExtension { name: get("name")?, hints: Value::None })
            }
            _ => return Err(shape("an operation", json)),
        })
    }

    fn model(&self, app: &str, json: &Json) -> Result<ModelState, OracleError> {
        let mut fields = IndexMap::new();
        for pair in list(json, "fields")? {
            fields.insert(SmolStr::new(pair[0].as_str().unwrap_or_default()), Arc::new(self.field(&pair[1])?));
        }
        let mut options = ModelOptions::default();
        for pair in list(&json["options"], "items")? {
            let name = pair[0].as_str().ok_or_else(|| shape("the name of an option", pair))?;
            match name {
                "unique_together" => options.unique_together = names(&self.value(&pair[1])?),
                "index_together" => options.index_together = names(&self.value(&pair[1])?),
                "indexes" => {
                    let items = pair[1].as_array().into_iter().flatten();
                    options.indexes = items.map(|item| self.index(item).map(Arc::new)).collect::<Result<_, _>>()?;
                }
                "constraints" => {
                    let items = pair[1].as_array().into_iter().flatten();
                    options.constraints =
                        items.map(|item| self.constraint(item).map(Arc::new)).collect::<Result<_, _>>()?;
                }
                _ => options.other.set(name, self.value(&pair[1])?),
            }
        }
        let bases = list(json, "bases")?.iter().map(|base| match base["model"].as_str() {
            Some(model) => Base::Model(model.into()),
            None => Base::Class(base["class"].as_str().unwrap_or_default().into()),
        });
        Ok(ModelState {
            app: app.into(),
            name: text(json, "name")?.into(),
            fields,
            options,
            bases: bases.collect(),
            managers: Vec::new(),
        })
    }
}

/// The sets of `unique_together`: one set of names alone, or several.
fn names(value: &Value) -> Vec<Vec<SmolStr>> {
    match value.strings() {
        Some(single) if !single.is_empty() => vec![single],
        _ => value.items().unwrap_or_default().iter().filter_map(Value::strings).collect(),
    }
}

fn kwargs(value: &Value) -> Kwargs {
    let pairs = value.pairs().unwrap_or_default().iter();
    pairs.filter_map(|(name, value)| Some((SmolStr::new(name.as_str()?), value.clone()))).collect()
}

fn sql(value: &Value) -> Sql {
    match value {
        Value::Str(script) => Sql::Script(script.clone()),
        value => Sql::Statements(value.items().unwrap_or_default().iter().filter_map(statement).collect()),
    }
}

fn statement(value: &Value) -> Option<(SmolStr, Option<Value>)> {
    match value {
        Value::Str(text) => Some((text.clone(), None)),
        value => match value.items()? {
            [Value::Str(text), parameters] => Some((text.clone(), Some(parameters.clone()))),
            _ => None,
        },
    }
}

fn collation(json: &Json) -> Result<Collation, OracleError> {
    Ok(Collation {
        name: text(json, "name")?.into(),
        locale: text(json, "locale")?.into(),
        provider: text(json, "provider")?.into(),
        deterministic: json["deterministic"].as_bool().unwrap_or(true),
    })
}
