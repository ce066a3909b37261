//! Operations on models, fields, indexes and constraints.

use limosa_model::field::Ignored;
use limosa_model::operations::{
    AddConstraint, AddField, AddIndex, AlterConstraint, AlterField, AlterIndexTogether, AlterModelManagers,
    AlterModelOptions, AlterModelTable, AlterModelTableComment, AlterOrderWithRespectTo, AlterUniqueTogether,
    DeleteModel, OldIndex, OperationKind as Kind, RemoveConstraint, RemoveField, RemoveIndex, RenameField, RenameIndex,
    RenameModel,
};
use limosa_model::value::Call;
use limosa_model::{Operation, SmolStr, Value};

use super::arguments::{Arguments, text};
use super::{Converter, Problem, Purpose};

impl Converter<'_> {
    pub(super) fn operation(&self, value: &Value, place: &str) -> Result<Operation, Vec<Problem>> {
        let call = match value {
            Value::Call(call) => call,
            Value::Opaque(opaque) => {
                return Err(vec![Problem {
                    place: place.into(),
                    reason: format!("the operation is not known: {}", opaque.reason),
                    span: opaque.span,
                }]);
            }
            _ => {
                return Err(vec![Problem {
                    place: place.into(),
                    reason: "this is not an operation".into(),
                    span: None,
                }]);
            }
        };
        let kind = self.kind(call, place)?;
        let is_own = !call.callee.starts_with("django.");
        let of_class = || if is_own { self.knowledge.stage(call) } else { None };
        Ok(Operation { kind, span: Ignored(call.span), stage: Ignored(super::stages::of(call).or_else(of_class)) })
    }

    /// Understands one call.
    pub(super) fn kind(&self, call: &Call, place: &str) -> Result<Kind, Vec<Problem>> {
        let (package, class) = call.callee.rsplit_once('.').unwrap_or_default();
        let one = |problem: Problem| vec![problem];
        match (package, class) {
            ("django.db.migrations", "CreateModel") => self
                .create_model(&Arguments::new(call, &["name", "fields", "options", "bases", "managers"], place), place),
            ("django.db.migrations", class) => match self.simple(class, call, place).map_err(one)? {
                Some(kind) => Ok(kind),
                None => self.special(class, call, place),
            },
            ("django.contrib.postgres.operations", class) => self.postgres(class, call, place).map_err(one),
            _ => self.foreign(call, place),
        }
    }

    fn simple(&self, class: &str, call: &Call, place: &str) -> Result<Option<Kind>, Problem> {
        let names: &[&str] = match class {
            "DeleteModel" => &["name"],
            "RenameModel" => &["old_name", "new_name"],
            "AlterModelTable" => &["name", "table"],
            "AlterModelTableComment" => &["name", "table_comment"],
            "AlterUniqueTogether" => &["name", "unique_together"],
            "AlterIndexTogether" => &["name", "index_together"],
            "AlterOrderWithRespectTo" => &["name", "order_with_respect_to"],
            "AlterModelOptions" => &["name", "options"],
            "AlterModelManagers" => &["name", "managers"],
            "AddField" | "AlterField" => &["model_name", "name", "field", "preserve_default"],
            "RemoveField" | "RemoveIndex" | "RemoveConstraint" => &["model_name", "name"],
            "RenameField" => &["model_name", "old_name", "new_name"],
            "AddIndex" => &["model_name", "index"],
            "RenameIndex" => &["model_name", "new_name", "old_name", "old_fields"],
            "AddConstraint" => &["model_name", "constraint"],
            "AlterConstraint" => &["model_name", "name", "constraint"],
            _ => return Ok(None),
        };
        let read = Arguments::new(call, names, place);
        let model = |read: &Arguments<'_>| read.text("model_name");
        Ok(Some(match class {
            "DeleteModel" => Kind::DeleteModel(DeleteModel { name: read.text("name")? }),
            "RenameModel" => {
                Kind::RenameModel(RenameModel { old_name: read.text("old_name")?, new_name: read.text("new_name")? })
            }
            "AlterModelTable" => {
                Kind::AlterModelTable(AlterModelTable { name: read.text("name")?, table: read.optional_text("table")? })
            }
            "AlterModelTableComment" => Kind::AlterModelTableComment(AlterModelTableComment {
                name: read.text("name")?,
                comment: read.optional_text("table_comment")?,
            }),
            "AlterUniqueTogether" => Kind::AlterUniqueTogether(AlterUniqueTogether {
                name: read.text("name")?,
                together: read.together("unique_together")?,
            }),
            "AlterIndexTogether" => Kind::AlterIndexTogether(AlterIndexTogether {
                name: read.text("name")?,
                together: read.together("index_together")?,
            }),
            "AlterOrderWithRespectTo" => Kind::AlterOrderWithRespectTo(AlterOrderWithRespectTo {
                name: read.text("name")?,
                order_with_respect_to: read.optional_text("order_with_respect_to")?,
            }),
            "AlterModelOptions" => Kind::AlterModelOptions(AlterModelOptions {
                name: read.text("name")?,
                options: read.dictionary("options")?,
            }),
            "AlterModelManagers" => Kind::AlterModelManagers(AlterModelManagers {
                name: read.text("name")?,
                managers: read.some("managers").and_then(Value::items).unwrap_or_default().to_vec(),
            }),
            "AddField" | "AlterField" => {
                let (model, name) = (model(&read)?, read.text("name")?);
                let field = self.field(read.needed("field")?, &name, Purpose::Fill, place)?;
                let preserve_default = read.flag("preserve_default", true)?;
                if class == "AddField" {
                    Kind::AddField(AddField { model, name, field, preserve_default })
                } else {
                    Kind::AlterField(AlterField { model, name, field, preserve_default })
                }
            }
            "RemoveField" => Kind::RemoveField(RemoveField { model: model(&read)?, name: read.text("name")? }),
            "RenameField" => Kind::RenameField(RenameField {
                model: model(&read)?,
                old_name: read.text("old_name")?,
                new_name: read.text("new_name")?,
            }),
            "AddIndex" => Kind::AddIndex(AddIndex {
                model: model(&read)?,
                index: self.index(read.call("index")?, place)?,
                concurrently: false,
            }),
            "RemoveIndex" => {
                Kind::RemoveIndex(RemoveIndex { model: model(&read)?, name: read.text("name")?, concurrently: false })
            }
            "RenameIndex" => {
                let old = match (read.optional_text("old_name")?, read.some("old_fields")) {
                    (Some(name), _) => OldIndex::Name(name),
                    (None, Some(fields)) => OldIndex::Fields(
                        texts(fields).ok_or_else(|| read.wrong("old_fields", fields, "is not a list of texts"))?,
                    ),
                    (None, None) => return Err(read.problem("old_name", "is missing")),
                };
                Kind::RenameIndex(RenameIndex { model: model(&read)?, new_name: read.text("new_name")?, old })
            }
            "AddConstraint" => Kind::AddConstraint(AddConstraint {
                model: model(&read)?,
                constraint: self.constraint(read.call("constraint")?, place)?,
                not_valid: false,
            }),
            "RemoveConstraint" => {
                Kind::RemoveConstraint(RemoveConstraint { model: model(&read)?, name: read.text("name")? })
            }
            _ => Kind::AlterConstraint(AlterConstraint {
                model: model(&read)?,
                name: read.text("name")?,
                constraint: self.constraint(read.call("constraint")?, place)?,
            }),
        }))
    }
}

fn texts(value: &Value) -> Option<Vec<SmolStr>> {
    value.items()?.iter().map(text).collect()
}
