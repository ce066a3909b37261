//! Operations as values.

use cel::Value;
use limosa_model::operations::{OldIndex, OperationKind as Kind, PostgresOperation, Sql};
use limosa_model::{Field, ModelId, Operation, SmolStr};
use limosa_sql::effect::Effect;
use limosa_sql::model::Models;

use super::{Members, field, texts, written};
use crate::known;
use crate::plan::PlannedOperation;
use crate::subject::Subject;

/// Returns what an operation is called.
pub(in crate::policy) fn kind<'a>(operation: &PlannedOperation<'a>) -> &'a str {
    let Some(operation) = operation.operation else { return "OwnCode" };
    match &operation.kind {
        Kind::CreateModel(_) => "CreateModel",
        Kind::DeleteModel(_) => "DeleteModel",
        Kind::RenameModel(_) => "RenameModel",
        Kind::AlterModelTable(_) => "AlterModelTable",
        Kind::AlterModelTableComment(_) => "AlterModelTableComment",
        Kind::AlterUniqueTogether(_) => "AlterUniqueTogether",
        Kind::AlterIndexTogether(_) => "AlterIndexTogether",
        Kind::AlterOrderWithRespectTo(_) => "AlterOrderWithRespectTo",
        Kind::AlterModelOptions(_) => "AlterModelOptions",
        Kind::AlterModelManagers(_) => "AlterModelManagers",
        Kind::AddField(_) => "AddField",
        Kind::RemoveField(_) => "RemoveField",
        Kind::AlterField(_) => "AlterField",
        Kind::RenameField(_) => "RenameField",
        Kind::AddIndex(op) if op.concurrently => "AddIndexConcurrently",
        Kind::AddIndex(_) => "AddIndex",
        Kind::RemoveIndex(op) if op.concurrently => "RemoveIndexConcurrently",
        Kind::RemoveIndex(_) => "RemoveIndex",
        Kind::RenameIndex(_) => "RenameIndex",
        Kind::AddConstraint(op) if op.not_valid => "AddConstraintNotValid",
        Kind::AddConstraint(_) => "AddConstraint",
        Kind::RemoveConstraint(_) => "RemoveConstraint",
        Kind::AlterConstraint(_) => "AlterConstraint",
        Kind::SeparateDatabaseAndState(_) => "SeparateDatabaseAndState",
        Kind::RunSql(_) => "RunSQL",
        Kind::RunPython(_) => "RunPython",
        Kind::RunRust(_) => "RunRust",
        Kind::Postgres(op) => match op {
            PostgresOperation::CreateExtension { .. } => "CreateExtension",
            PostgresOperation::CreateCollation(_) => "CreateCollation",
            PostgresOperation::RemoveCollation(_) => "RemoveCollation",
            PostgresOperation::ValidateConstraint { .. } => "ValidateConstraint",
        },
        Kind::Custom(op) => &op.class,
    }
}

/// Returns the model that an operation is about, by its name before it and after it.
fn model(operation: &Operation) -> Option<(&SmolStr, &SmolStr)> {
    let one = |name| Some((name, name));
    match &operation.kind {
        Kind::CreateModel(op) => one(&op.model.name),
        Kind::DeleteModel(op) => one(&op.name),
        Kind::RenameModel(op) => Some((&op.old_name, &op.new_name)),
        Kind::AlterModelTable(op) => one(&op.name),
        Kind::AlterModelTableComment(op) => one(&op.name),
        Kind::AlterUniqueTogether(op) => one(&op.name),
        Kind::AlterIndexTogether(op) => one(&op.name),
        Kind::AlterOrderWithRespectTo(op) => one(&op.name),
        Kind::AlterModelOptions(op) => one(&op.name),
        Kind::AlterModelManagers(op) => one(&op.name),
        Kind::AddField(op) => one(&op.model),
        Kind::RemoveField(op) => one(&op.model),
        Kind::AlterField(op) => one(&op.model),
        Kind::RenameField(op) => one(&op.model),
        Kind::AddIndex(op) => one(&op.model),
        Kind::RemoveIndex(op) => one(&op.model),
        Kind::RenameIndex(op) => one(&op.model),
        Kind::AddConstraint(op) => one(&op.model),
        Kind::RemoveConstraint(op) => one(&op.model),
        Kind::AlterConstraint(op) => one(&op.model),
        Kind::Postgres(PostgresOperation::ValidateConstraint { model, .. }) => one(model),
        _ => None,
    }
}

/// Returns the table of the model that an operation is about: the one that is there before it, or else the one that it makes.
pub(super) fn table(subject: &Subject<'_>, planned: &PlannedOperation<'_>) -> Option<String> {
    let (before, after) = model(planned.operation?)?;
    let app = &subject.migration.id().app;
    let of = |state, name: &SmolStr| {
        let view = Models::new(state, subject.context()).model(&ModelId::new(app.clone(), name)).ok()?;
        Some(view.table.to_string())
    };
    of(&planned.before, before).or_else(|| of(&planned.after, after))
}

/// Returns the first table that an operation changes, of those that name no model.
pub(super) fn changed_table(planned: &PlannedOperation<'_>) -> Option<String> {
    let done = planned.statements.iter().flat_map(|statement| &statement.effects).map(|(effect, _)| effect);
    planned.meant().chain(done).find_map(Effect::table).map(str::to_owned)
}

/// Returns whether the statement or the operation that is looked at makes a table.
pub(super) fn makes(subject: &Subject<'_>, planned: &PlannedOperation<'_>, name: &str) -> bool {
    let is_it = |effect: &Effect| matches!(effect, Effect::CreateTable { table, .. } if known::is_same(table, name));
    match subject.statement {
        Some(statement) => statement.effects.iter().any(|(effect, _)| is_it(effect)),
        None => planned.meant().any(is_it),
    }
}

/// Returns an operation.
pub(super) fn value(subject: &Subject<'_>, planned: &PlannedOperation<'_>) -> Value {
    let statements = texts(planned.statements.iter().map(|statement| &statement.sql));
    let members = Members::default()
        .set("kind", kind(planned))
        .set("description", planned.describe())
        .set("nested", planned.path.len() > 1)
        .set("reversible", planned.operation.is_none_or(Operation::reversible))
        .set("statements", statements);
    let Some(operation) = planned.operation else { return members.value() };
    let (before, after) = model(operation).unzip();
    let members =
        members.set_some("model", after.map(SmolStr::as_str)).set_some("table", model_table(subject, planned, after));
    let seen = Seen { subject, planned, before, after };
    seen.own(&operation.kind, members).value()
}

fn model_table(subject: &Subject<'_>, planned: &PlannedOperation<'_>, after: Option<&SmolStr>) -> Option<String> {
    let id = ModelId::new(subject.migration.id().app.clone(), after?);
    let new = Models::new(&planned.after, subject.context()).model(&id).ok().map(|view| view.table.to_string());
    new.or_else(|| table(subject, planned))
}

/// An operation with what is around it.
struct Seen<'a> {
    subject: &'a Subject<'a>,
    planned: &'a PlannedOperation<'a>,
    before: Option<&'a SmolStr>,
    after: Option<&'a SmolStr>,
}

impl Seen<'_> {
    /// Adds what operations of its kind say.
    fn own(&self, kind: &Kind, members: Members) -> Members {
        match kind {
            Kind::CreateModel(op) => {
                let fields = op.model.fields.iter().filter_map(|(name, field)| self.new_field(name, field));
                let members = members.set("name", op.model.name.as_str()).set("fields", fields.collect::<Vec<_>>());
                let options = &op.model.options;
                let indexes = options.indexes.iter().map(|index| field::index(index));
                let constraints = options.constraints.iter().map(|constraint| field::constraint(constraint));
                members
                    .set("options", field::arguments(&options.other))
                    .set("indexes", indexes.collect::<Vec<_>>())
                    .set("constraints", constraints.collect::<Vec<_>>())
            }
            Kind::RenameModel(op) => members.set("name", op.new_name.as_str()).set("old_name", op.old_name.as_str()),
            Kind::AlterModelOptions(op) => {
                members.set("name", op.name.as_str()).set("options", field::arguments(&op.options))
            }
            Kind::AddField(op) => members
                .set("name", op.name.as_str())
                .set("preserve_default", op.preserve_default)
                .set_some("field", self.new_field(&op.name, &op.field)),
            Kind::AlterField(op) => members
                .set("name", op.name.as_str())
                .set("preserve_default", op.preserve_default)
                .set_some("old_field", self.old_field(&op.name))
                .set_some("field", self.new_field(&op.name, &op.field)),
            Kind::RemoveField(op) => {
                members.set("name", op.name.as_str()).set_some("old_field", self.old_field(&op.name))
            }
            Kind::RenameField(op) => members
                .set("name", op.new_name.as_str())
                .set("old_name", op.old_name.as_str())
                .set_some("old_field", self.old_field(&op.old_name))
                .set_some("field", self.field_after(&op.new_name)),
            Kind::AddIndex(op) => members.set("name", op.index.name.as_str()).set("index", field::index(&op.index)),
            Kind::RemoveIndex(op) => members.set("name", op.name.as_str()),
            Kind::RenameIndex(op) => {
                let old = match &op.old {
                    OldIndex::Name(name) => Some(name.as_str()),
                    OldIndex::Fields(_) => None,
                };
                members.set("name", op.new_name.as_str()).set_some("old_name", old)
            }
            Kind::AddConstraint(op) => {
                members.set("name", op.constraint.name.as_str()).set("constraint", field::constraint(&op.constraint))
            }
            Kind::AlterConstraint(op) => members.set("name", op.name.as_str()),
            Kind::RemoveConstraint(op) => members.set("name", op.name.as_str()),
            Kind::Postgres(op) => members.set(
                "name",
                match op {
                    PostgresOperation::CreateExtension { name, .. }
                    | PostgresOperation::ValidateConstraint { name, .. } => name.as_str(),
                    PostgresOperation::CreateCollation(it) | PostgresOperation::RemoveCollation(it) => it.name.as_str(),
                },
            ),
            Kind::RunSql(op) => members
                .set("sql", script(&op.sql))
                .set_some("reverse_sql", op.reverse_sql.as_ref().map(script))
                .set("elidable", op.elidable),
            Kind::RunPython(op) => members
                .set("code", written(&op.code))
                .set_some("reverse_code", op.reverse_code.as_ref().map(written))
                .set("elidable", op.elidable),
            Kind::RunRust(op) => {
                members.set("code", op.function.as_str()).set_some("reverse_code", op.reverse_function.as_deref())
            }
            _ => members.set_some("name", self.after.map(SmolStr::as_str)),
        }
    }

    fn id(&self, name: Option<&SmolStr>) -> Option<ModelId> {
        Some(ModelId::new(self.subject.migration.id().app.clone(), name?))
    }

    fn old_field(&self, name: &SmolStr) -> Option<Value> {
        field::of_state(&self.planned.before, self.subject.context(), &self.id(self.before)?, name)
    }

    fn field_after(&self, name: &SmolStr) -> Option<Value> {
        field::of_state(&self.planned.after, self.subject.context(), &self.id(self.after)?, name)
    }

    /// Returns a field as the operation says it: its default may be gone from the state after it.
    fn new_field(&self, name: &SmolStr, field: &Field) -> Option<Value> {
        Some(field::value(name, field, &self.planned.after, self.subject.context(), &self.id(self.after)?))
    }
}

fn script(sql: &Sql) -> String {
    sql.texts().join(";\n")
}
