//! What the expressions of policies see of a plan, as values.

mod field;
mod operation;
mod statement;

use std::collections::HashMap;
use std::sync::Arc;

use cel::Value;
use cel::objects::{Key, Map};
use limosa_model::{MigrationId, Value as Written};
use limosa_plan::stage::Half;
use limosa_sql::dialect::Dialect;

use self::operation::kind;
use super::variables::{Shared, Variables};
use crate::plan::PlannedOperation;
use crate::subject::Subject;

/// Makes the variables of what is looked at, and keeps those that the next thing may share: an operation may have thousands of statements.
#[derive(Default)]
pub(super) struct Sight {
    database: Option<Shared>,
    /// The migration that was looked at last, known by its place in memory.
    migration: Option<(usize, Shared)>,
    /// The operation that was looked at last.
    operation: Option<(usize, Shared)>,
}

impl Sight {
    /// Returns the variables of what is looked at.
    pub(super) fn variables(&mut self, subject: &Subject<'_>) -> Variables {
        let database = self.database.get_or_insert_with(|| database(subject).into()).clone();
        let Some(operation) = subject.operation else {
            return [("database", database), ("migration", whole_migration(subject).into())].into_iter().collect();
        };
        let table = table_of(subject, operation);
        let variables = [
            ("database", database),
            ("migration", kept(&mut self.migration, subject.migration, || migration(subject).value())),
            ("table", self::table(subject, operation, table.as_deref()).into()),
            ("op", kept(&mut self.operation, operation, || operation::value(subject, operation))),
        ];
        let statement = subject.statement.map(|statement| ("statement", statement::value(statement).into()));
        variables.into_iter().chain(statement).collect()
    }
}

/// Returns the value of something: the one that is kept, if it was made of that.
fn kept<T>(kept: &mut Option<(usize, Shared)>, of: &T, make: impl FnOnce() -> Value) -> Shared {
    let place = std::ptr::from_ref(of).addr();
    match kept {
        Some((known, value)) if *known == place => value.clone(),
        _ => kept.insert((place, make().into())).1.clone(),
    }
}

/// Returns the table that a statement or an operation is about.
pub(super) fn table_of(subject: &Subject<'_>, operation: &PlannedOperation<'_>) -> Option<String> {
    match subject.statement {
        Some(statement) => statement::tables(statement).into_iter().next(),
        None => operation::table(subject, operation).or_else(|| operation::changed_table(operation)),
    }
}

fn database(subject: &Subject<'_>) -> Value {
    let context = subject.context();
    let (major, minor, patch) = context.server_version;
    let vendor = match context.dialect {
        Dialect::MySql if context.is_mariadb() => "mariadb",
        other => other.vendor(),
    };
    Members::default()
        .set("vendor", vendor)
        .set("version", format!("{major}.{minor}.{patch}"))
        .set("major", i64::from(major))
        .set("minor", i64::from(minor))
        .set("django", context.django.to_string())
        .value()
}

fn migration(subject: &Subject<'_>) -> Members {
    let planned = subject.migration;
    let migration = planned.migration;
    let ids = |ids: &[MigrationId]| ids.iter().map(|id| Value::from(id.to_string())).collect::<Vec<_>>();
    let stage = planned.staged.as_ref().map(|staged| match staged.half {
        Half::Of(stage) => stage.as_str(),
        Half::Either => "either",
        Half::Mixed => "mixed",
        Half::Unclear => "unclear",
    });
    let kinds = planned.operations.iter().map(|operation| Value::from(kind(operation)));
    Members::default()
        .set("app", migration.id.app.as_str())
        .set("name", migration.id.name.as_str())
        .set_some("file", subject.plan.history.files.get(&migration.id).map(String::as_str))
        .set("atomic", migration.atomic)
        .set("initial", migration.initial.unwrap_or(false))
        .set_some("stage", stage)
        .set("dependencies", ids(&migration.dependencies))
        .set("replaces", ids(&migration.replaces))
        .set("kinds", kinds.collect::<Vec<_>>())
}

fn whole_migration(subject: &Subject<'_>) -> Value {
    let operations = subject.migration.operations.iter().map(|operation| operation::value(subject, operation));
    migration(subject).set("operations", operations.collect::<Vec<_>>()).value()
}

fn table(subject: &Subject<'_>, operation: &PlannedOperation<'_>, name: Option<&str>) -> Value {
    let Some(name) = name else { return Members::default().set("new", false).value() };
    let is_new = subject.so_far.is_new(name) || operation::makes(subject, operation, name);
    let stats = subject.plan.stats.table(name).copied();
    let stats = if is_new { stats.or_else(|| Some(Default::default())) } else { stats };
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Members::default()
        .set("name", name)
        .set("new", is_new)
        .set_some("rows", stats.map(|stats| number(stats.rows)))
        .set_some("bytes", stats.map(|stats| number(stats.bytes)))
        .set_some("index_bytes", stats.map(|stats| number(stats.index_bytes)))
        .set_some("writes_per_second", stats.and_then(|stats| stats.writes_per_second))
        .value()
}

/// The members of a map.
#[derive(Default)]
struct Members(HashMap<Key, Value>);

impl Members {
    fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(Key::from(name), value.into());
        self
    }

    fn set_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    fn value(self) -> Value {
        Value::Map(Map { map: Arc::new(self.0) })
    }
}

/// Returns a list of texts.
fn texts(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    Value::from(texts.into_iter().map(|text| Value::from(text.as_ref())).collect::<Vec<_>>())
}

/// Returns a value that a migration holds: what is called or named is a text, its path.
pub(super) fn written(value: &Written) -> Value {
    match value {
        Written::None => Value::Null,
        Written::Bool(value) => Value::from(*value),
        Written::Int(number) => match i64::try_from(*number) {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(*number as f64),
        },
        Written::Float(number) => Value::from(*number),
        Written::Str(text) => Value::from(text.as_str()),
        Written::Bytes(bytes) => Value::Bytes(Arc::new(bytes.to_vec())),
        Written::List(items) | Written::Tuple(items) | Written::Set(items) => {
            Value::from(items.iter().map(written).collect::<Vec<_>>())
        }
        Written::Dict(pairs) => {
            let pair = |(key, value): &(Written, Written)| Some((Key::from(key.as_str()?), written(value)));
            Value::Map(Map { map: Arc::new(pairs.iter().filter_map(pair).collect()) })
        }
        Written::Call(call) => Value::from(call.callee.as_str()),
        Written::Reference(path) => Value::from(path.as_str()),
        Written::Opaque(opaque) => Value::from(opaque.text.as_str()),
    }
}
