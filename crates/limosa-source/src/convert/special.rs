//! Operations that run SQL or code, those of PostgreSQL, and those of classes that are not Django's own.

use limosa_model::operations::{
    AddConstraint, AddIndex, Collation, Custom, OperationKind as Kind, PostgresOperation, RemoveIndex, RunPython,
    RunRust, RunSql, SeparateDatabaseAndState, Sql, StateEffect,
};
use limosa_model::value::Call;
use limosa_model::{Operation, SmolStr, Value};

use super::arguments::{Arguments, text};
use super::{Converter, KnownEffect, KnownOperation, Problem};

impl Converter<'_> {
    pub(super) fn special(&self, class: &str, call: &Call, place: &str) -> Result<Kind, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        match class {
            "SeparateDatabaseAndState" => {
                let read = Arguments::new(call, &["database_operations", "state_operations"], place);
                let database = self.nested(&read, "database_operations", place);
                let state = self.nested(&read, "state_operations", place);
                let (database_operations, state_operations) = both(database, state)?;
                Ok(Kind::SeparateDatabaseAndState(SeparateDatabaseAndState { database_operations, state_operations }))
            }
            "RunSQL" => {
                let read =
                    Arguments::new(call, &["sql", "reverse_sql", "state_operations", "hints", "elidable"], place);
                Ok(Kind::RunSql(RunSql {
                    sql: sql(&read, "sql").map_err(one)?.unwrap_or_else(|| Sql::Script(SmolStr::default())),
                    reverse_sql: sql(&read, "reverse_sql").map_err(one)?,
                    state_operations: self.nested(&read, "state_operations", place)?,
                    hints: read.some("hints").cloned().unwrap_or(Value::None),
                    elidable: read.flag("elidable", false).map_err(one)?,
                }))
            }
            "RunPython" => {
                let read = Arguments::new(call, &["code", "reverse_code", "atomic", "hints", "elidable"], place);
                let code = read.needed("code").map_err(one)?.clone();
                let reverse_code = read.some("reverse_code").cloned();
                let doc = |code: Option<&Value>, reverse| match code {
                    Some(Value::Reference(path)) => self.knowledge.documentation(path, place, reverse),
                    _ => None,
                };
                let (doc, reverse_doc) = (doc(Some(&code), false), doc(reverse_code.as_ref(), true));
                let atomic = read.some("atomic").map(|_| read.flag("atomic", false)).transpose().map_err(one)?;
                let elidable = read.flag("elidable", false).map_err(one)?;
                Ok(Kind::RunPython(RunPython { code, reverse_code, atomic, doc, reverse_doc, elidable }))
            }
            _ => self.foreign(call, place),
        }
    }

    pub(super) fn postgres(&self, class: &str, call: &Call, place: &str) -> Result<Kind, Problem> {
        const COLLATION: &[&str] = &["name", "locale"];
        let extension = |name: &'static str| {
            let hints = Arguments::new(call, &["hints"], place).some("hints").cloned().unwrap_or(Value::None);
            Kind::Postgres(PostgresOperation::CreateExtension { name: SmolStr::new_static(name), hints })
        };
        Ok(match class {
            "AddIndexConcurrently" => {
                let read = Arguments::new(call, &["model_name", "index"], place);
                let index = self.index(read.call("index")?, place)?;
                Kind::AddIndex(AddIndex { model: read.text("model_name")?, index, concurrently: true })
            }
            "RemoveIndexConcurrently" => {
                let read = Arguments::new(call, &["model_name", "name"], place);
                Kind::RemoveIndex(RemoveIndex {
                    model: read.text("model_name")?,
                    name: read.text("name")?,
                    concurrently: true,
                })
            }
            "AddConstraintNotValid" => {
                let read = Arguments::new(call, &["model_name", "constraint"], place);
                let constraint = self.constraint(read.call("constraint")?, place)?;
                Kind::AddConstraint(AddConstraint { model: read.text("model_name")?, constraint, not_valid: true })
            }
            "ValidateConstraint" => {
                let read = Arguments::new(call, &["model_name", "name"], place);
                Kind::Postgres(PostgresOperation::ValidateConstraint {
                    model: read.text("model_name")?,
                    name: read.text("name")?,
                })
            }
            "CreateCollation" | "RemoveCollation" => {
                let read = Arguments::new(call, COLLATION, place);
                let collation = Collation {
                    name: read.text("name")?,
                    locale: read.text("locale")?,
                    provider: read.optional_text("provider")?.unwrap_or(SmolStr::new_static("libc")),
                    deterministic: read.flag("deterministic", true)?,
                };
                Kind::Postgres(match class {
                    "CreateCollation" => PostgresOperation::CreateCollation(collation),
                    _ => PostgresOperation::RemoveCollation(collation),
                })
            }
            "CreateExtension" => {
                let read = Arguments::new(call, &["name", "hints"], place);
                let hints = read.some("hints").cloned().unwrap_or(Value::None);
                Kind::Postgres(PostgresOperation::CreateExtension { name: read.text("name")?, hints })
            }
            "BloomExtension" => extension("bloom"),
            "BtreeGinExtension" => extension("btree_gin"),
            "BtreeGistExtension" => extension("btree_gist"),
            "CITextExtension" => extension("citext"),
            "CryptoExtension" => extension("pgcrypto"),
            "HStoreExtension" => extension("hstore"),
            "TrigramExtension" => extension("pg_trgm"),
            "UnaccentExtension" => extension("unaccent"),
            _ => {
                return Err(super::fields::problem(call, place, &format!("unknown operation class `{}`", call.callee)));
            }
        })
    }

    /// An operation of a class that is not Django's own.
    pub(super) fn foreign(&self, call: &Call, place: &str) -> Result<Kind, Vec<Problem>> {
        if call.callee == crate::native::toml::RUN_RUST {
            let read = Arguments::new(call, &["function", "reverse_function"], place);
            let function = read.text("function").map_err(|problem| vec![problem])?;
            let reverse_function = read.optional_text("reverse_function").map_err(|problem| vec![problem])?;
            return Ok(Kind::RunRust(RunRust { function, reverse_function }));
        }
        let unknown =
            || vec![super::fields::problem(call, place, &format!("unknown operation class `{}`", call.callee))];
        let known = self.knowledge.operation(call, place).ok_or_else(unknown)?;
        let stands_for = match &known {
            KnownOperation::Same(other) | KnownOperation::Custom { effect: KnownEffect::Base(other), .. } => {
                Some(other)
            }
            KnownOperation::Custom { .. } => None,
        };
        // What an operation stands for must be one of Django's, else this would never end.
        if stands_for.is_some_and(|other| other.callee == call.callee || !is_own(&other.callee)) {
            return Err(unknown());
        }
        match known {
            KnownOperation::Same(call) => self.kind(&call, place),
            KnownOperation::Custom { effect, description, reversible, atomic, runs } => {
                let base = match &effect {
                    KnownEffect::Base(base) => Some(Operation::new(self.kind(base, place)?)),
                    _ => None,
                };
                let class = call.callee.clone();
                let own = || format!("Custom operation {}", class.rsplit('.').next().unwrap_or_default());
                let description = description.or_else(|| base.as_ref().map(Operation::describe)).unwrap_or_else(own);
                let reversible = reversible.or_else(|| base.as_ref().map(Operation::reversible)).unwrap_or(true);
                let effect = match (effect, base) {
                    (KnownEffect::Nothing, _) => StateEffect::None,
                    (_, Some(base)) => StateEffect::Base(Box::new(base)),
                    _ => StateEffect::Unknown,
                };
                Ok(Kind::Custom(Custom { class, description, effect, reversible, atomic, runs }))
            }
        }
    }

    fn nested(&self, read: &Arguments<'_>, name: &str, place: &str) -> Result<Vec<Operation>, Vec<Problem>> {
        let items = read.items(name).map_err(|problem| vec![problem])?;
        self.list(items, &format!("{place}.{name}"))
    }
}

/// Returns whether an operation is one of Django's.
fn is_own(class: &str) -> bool {
    matches!(class.rsplit_once('.'), Some(("django.db.migrations" | "django.contrib.postgres.operations", _)))
}

fn both<T>(left: Result<T, Vec<Problem>>, right: Result<T, Vec<Problem>>) -> Result<(T, T), Vec<Problem>> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (left, right) => Err(left.err().into_iter().chain(right.err()).flatten().collect()),
    }
}

/// Reads SQL: a script, or a list of statements with or without parameters.
fn sql(read: &Arguments<'_>, name: &str) -> Result<Option<Sql>, Problem> {
    let Some(value) = read.some(name) else { return Ok(None) };
    if let Some(script) = text(value) {
        return Ok(Some(Sql::Script(script)));
    }
    let statement = |item: &Value| match item.items() {
        None => Some((text(item)?, None)),
        Some([sql, params]) if params.find_opaque().is_none() => {
            Some((text(sql)?, Some(params.clone()).filter(|params| *params != Value::None)))
        }
        Some(_) => None,
    };
    let statements: Option<Vec<_>> = value.items().and_then(|items| items.iter().map(statement).collect());
    statements
        .map(|statements| Some(Sql::Statements(statements)))
        .ok_or_else(|| read.wrong(name, value, "is neither a text nor a list of texts"))
}
