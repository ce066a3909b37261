//! A project of one app on a database that is only planned.

use std::sync::Arc;

use limosa_model::django::DjangoVersion;
use limosa_model::index::Index;
use limosa_model::operations as ops;
use limosa_model::operations::OperationKind as Kind;
use limosa_model::state::{ModelOptions, ModelState};
use limosa_model::value::Kwargs;
use limosa_model::{Field, Operation, ProjectState, SmolStr, Value};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::editor::{EditorError, SchemaEditor};
use limosa_sql::operations;

/// A project with its models and its database.
#[derive(Clone)]
pub(super) struct Project {
    pub(super) state: ProjectState,
    pub(super) catalog: Catalog,
    context: Context,
}

impl Project {
    pub(super) fn new(django: DjangoVersion) -> Self {
        let context = Context::new(Dialect::Postgres, django);
        Self { state: ProjectState::default(), catalog: Catalog::new(Dialect::Postgres), context }
    }

    /// Runs a migration and returns its statements.
    pub(super) fn migrate(&mut self, operations: Vec<Operation>) -> Vec<String> {
        self.try_migrate(operations).unwrap()
    }

    pub(super) fn try_migrate(&mut self, operations: Vec<Operation>) -> Result<Vec<String>, EditorError> {
        let mut editor = SchemaEditor::new(&self.context, &mut self.catalog);
        for operation in operations {
            let before = self.state.clone();
            operation.state_forwards("app", &mut self.state).unwrap();
            operations::forwards(&mut editor, "app", &operation, &before, &self.state)?;
        }
        Ok(editor.finish())
    }

    /// Takes a migration back, given the state before it.
    pub(super) fn migrate_back(&mut self, before: &ProjectState, operations: Vec<Operation>) -> Vec<String> {
        let mut states = vec![before.clone()];
        for operation in &operations {
            let mut state = states.last().unwrap().clone();
            operation.state_forwards("app", &mut state).unwrap();
            states.push(state);
        }
        let mut editor = SchemaEditor::new(&self.context, &mut self.catalog);
        for (operation, around) in operations.iter().zip(states.windows(2)).rev() {
            operations::backwards(&mut editor, "app", operation, &around[1], &around[0]).unwrap();
        }
        self.state = before.clone();
        editor.finish()
    }
}

/// A field of one of Django's classes, without arguments.
pub(super) fn field(class: &str) -> Value {
    Value::call(format!("django.db.models.{class}"), Vec::new(), Kwargs::default(), None)
}

/// The field with arguments.
pub(super) fn with(field: Value, arguments: &[(&str, Value)]) -> Value {
    let call = field.as_call().unwrap();
    let mut kwargs = call.kwargs.clone();
    for (name, value) in arguments {
        kwargs.set(SmolStr::new(name), value.clone());
    }
    Value::call(call.callee.clone(), call.args.clone(), kwargs, None)
}

pub(super) fn foreign_key(to: &str) -> Value {
    with(field("ForeignKey"), &[("to", format!("app.{to}").as_str().into())])
}

pub(super) fn many_to_many(to: &str) -> Value {
    with(field("ManyToManyField"), &[("to", format!("app.{to}").as_str().into())])
}

fn built(value: &Value) -> Arc<Field> {
    Arc::new(Field::from_call(value.as_call().unwrap()).unwrap())
}

pub(super) fn create(name: &str, fields: Vec<(&str, Value)>) -> Operation {
    let fields = fields.into_iter().map(|(name, value)| (SmolStr::new(name), built(&value))).collect();
    let options = ModelOptions::default();
    let model =
        ModelState { app: "app".into(), name: name.into(), fields, options, bases: Vec::new(), managers: Vec::new() };
    Operation::new(Kind::CreateModel(ops::CreateModel { model }))
}

pub(super) fn delete(name: &str) -> Operation {
    Operation::new(Kind::DeleteModel(ops::DeleteModel { name: name.into() }))
}

pub(super) fn add_field(model: &str, name: &str, field: Value) -> Operation {
    let field = built(&field);
    Operation::new(Kind::AddField(ops::AddField {
        model: model.into(),
        name: name.into(),
        field,
        preserve_default: true,
    }))
}

pub(super) fn alter_field(model: &str, name: &str, field: Value) -> Operation {
    let field = built(&field);
    Operation::new(Kind::AlterField(ops::AlterField {
        model: model.into(),
        name: name.into(),
        field,
        preserve_default: true,
    }))
}

pub(super) fn remove_field(model: &str, name: &str) -> Operation {
    Operation::new(Kind::RemoveField(ops::RemoveField { model: model.into(), name: name.into() }))
}

pub(super) fn rename_field(model: &str, old: &str, new: &str) -> Operation {
    let operation = ops::RenameField { model: model.into(), old_name: old.into(), new_name: new.into() };
    Operation::new(Kind::RenameField(operation))
}

pub(super) fn rename_model(old: &str, new: &str) -> Operation {
    Operation::new(Kind::RenameModel(ops::RenameModel { old_name: old.into(), new_name: new.into() }))
}

pub(super) fn alter_table(name: &str, table: Option<&str>) -> Operation {
    Operation::new(Kind::AlterModelTable(ops::AlterModelTable { name: name.into(), table: table.map(SmolStr::new) }))
}

pub(super) fn alter_unique(name: &str, together: &[&[&str]]) -> Operation {
    let together = together.iter().map(|names| names.iter().map(SmolStr::new).collect()).collect();
    Operation::new(Kind::AlterUniqueTogether(ops::AlterUniqueTogether { name: name.into(), together }))
}

pub(super) fn index(name: &str, fields: &[&str]) -> Index {
    let mut kwargs = Kwargs::default();
    kwargs.set("name", name.into());
    kwargs.set("fields", Value::List(fields.iter().map(|field| Value::from(*field)).collect()));
    let call = Value::call("django.db.models.Index", Vec::new(), kwargs, None);
    Index::from_call(call.as_call().unwrap()).unwrap()
}

pub(super) fn add_index(model: &str, index: Index) -> Operation {
    let index = Arc::new(index);
    Operation::new(Kind::AddIndex(ops::AddIndex { model: model.into(), index, concurrently: false }))
}
