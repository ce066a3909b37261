//! From what a Python file says to a migration: its operations understood, as far as the source tells.

use limosa_model::field::FieldError;
use limosa_model::value::{Call, Opaque};
use limosa_model::{Field, Migration, SmolStr, Stage, Value};

use super::classes::Chain;
use super::context::Context;
use super::evaluate::Evaluator;
use super::migration::RawMigration;
use crate::convert::{self, Knowledge, KnownEffect, KnownOperation, Problem, Purpose};

/// What the source of the project and of the packages tells about classes that are not Django's own.
#[derive(Clone, Copy)]
pub struct SourceKnowledge<'a> {
    context: Context<'a>,
    migration: Option<&'a RawMigration>,
}

impl<'a> SourceKnowledge<'a> {
    /// Returns what the source tells, that of the migration itself included.
    pub fn new(context: Context<'a>, migration: Option<&'a RawMigration>) -> Self {
        Self { context, migration }
    }

    /// Returns the constant `stage` of an operation's class, or of one that it inherits from.
    fn stage_of_class(&self, call: &Call) -> Option<Stage> {
        let mut evaluator = Evaluator::for_classes(self.context, &call.callee)?;
        let chain = Chain::follow(&mut evaluator, &call.callee, &is_base).ok()?;
        chain.attribute("stage").and_then(Stage::of)
    }

    fn known_operation(&self, call: &Call) -> Option<KnownOperation> {
        let mut evaluator = Evaluator::for_classes(self.context, &call.callee)?;
        let chain = Chain::follow(&mut evaluator, &call.callee, &is_base).ok()?;
        let base = chain.base.clone().filter(|_| !chain.links.is_empty())?;
        if chain.defines(&["__new__", "__getattr__", "__getattribute__"]).is_some() {
            return None;
        }
        let instance = evaluator.instance(&call.callee)?;
        let (mut args, mut kwargs) = (call.args.clone(), call.kwargs.clone());
        for link in chain.links.iter().filter(|link| link.method("__init__").is_some()) {
            if base.ends_with(".Operation") {
                evaluator.run_initializer(&link.module, &link.method_path("__init__"), &instance, &args, &kwargs)?;
                break;
            }
            (args, kwargs) = evaluator
                .run_constructor(&link.module, &link.method_path("__init__"), &instance, &args, &kwargs)
                .ok()?;
        }
        let view = Call { callee: base.clone(), args, kwargs, span: call.span };
        let bare = base.ends_with(".Operation");
        let own = [
            "database_forwards",
            "database_backwards",
            "state_forwards",
            "describe",
            "reversible",
            "atomic",
            "elidable",
            "reduces_to_sql",
        ];
        if !bare && chain.defines(&own).is_none() {
            return Some(KnownOperation::Same(view));
        }
        let empty = |name: &str| chain.method(name).map(|(_, method)| method.empty);
        let effect = match empty("state_forwards") {
            Some(true) => KnownEffect::Nothing,
            Some(false) => return None,
            None if bare => return None,
            None => KnownEffect::Base(view),
        };
        let flag = |name: &str| match chain.attribute(name) {
            None => Some(None),
            Some(value) => value.as_bool().map(Some),
        };
        // Properties and texts that a method computes.
        let mut computed = |name: &str| match chain.method(name) {
            None => Some(None),
            Some((link, _)) => evaluator.run_method(&link.module, &link.method_path(name), &instance, &[]).map(Some),
        };
        let described = match computed("describe")? {
            None => None,
            Some(Value::Str(text)) => Some(text.to_string()),
            Some(_) => return None,
        };
        let reversible = match computed("reversible")? {
            None => flag("reversible")?,
            Some(value) => Some(value.as_bool()?),
        };
        let runs = !(empty("database_forwards") == Some(true) && empty("database_backwards") == Some(true));
        let description = described.or_else(|| bare.then(|| "Custom operation".to_owned()));
        Some(KnownOperation::Custom { effect, description, reversible, atomic: flag("atomic")?.unwrap_or(false), runs })
    }
}

/// Returns whether a class is one of Django's operations, or the one that all are built on.
fn is_base(path: &str) -> bool {
    let (package, class) = path.rsplit_once('.').unwrap_or_default();
    matches!(package, "django.db.migrations" | "django.contrib.postgres.operations")
        || (class == "Operation" && package.starts_with("django."))
}

impl Knowledge for SourceKnowledge<'_> {
    fn field(&self, call: &Call, _: Purpose) -> Result<Field, FieldError> {
        super::fields::build(&self.context, call)
    }

    fn operation(&self, call: &Call, _: &str) -> Option<KnownOperation> {
        self.known_operation(call)
    }

    fn stage(&self, call: &Call) -> Option<Stage> {
        self.stage_of_class(call)
    }

    fn documentation(&self, function: &str, _: &str, _: bool) -> Option<SmolStr> {
        let migration = self.migration?;
        let within = function.strip_prefix(migration.module.as_str())?.strip_prefix('.')?;
        migration.functions.get(within)?.doc.clone()
    }
}

impl RawMigration {
    /// Understands the migration, with what the source of the project tells about classes that are not Django's own.
    ///
    /// # Errors
    /// When something that decides about the schema or the order is not known: only the project's Python can tell it.
    pub fn migration(&self, context: &Context<'_>) -> Result<Migration, Vec<Problem>> {
        self.migration_with(&SourceKnowledge::new(*context, Some(self)))
    }

    /// Understands the migration with knowledge from elsewhere.
    ///
    /// # Errors
    /// As [`RawMigration::migration`].
    pub fn migration_with(&self, knowledge: &dyn Knowledge) -> Result<Migration, Vec<Problem>> {
        let problem = |opaque: &Opaque| Problem {
            place: "class".into(),
            reason: opaque.reason.to_string(),
            span: opaque.span.or(Some(self.span)),
        };
        let mut problems: Vec<Problem> = self.own.iter().map(|opaque| problem(opaque)).collect();
        let mut migration = Migration::new(self.id.clone());
        migration.source = Some(self.source);
        migration.attributes = self.attributes.clone();
        if self.initial != Value::None {
            migration.initial = self.flag("initial", &self.initial, &mut problems);
        }
        migration.atomic = self.flag("atomic", &self.atomic, &mut problems).unwrap_or(true);
        for (name, value, target) in [
            ("dependencies", &self.dependencies, &mut migration.dependencies),
            ("run_before", &self.run_before, &mut migration.run_before),
            ("replaces", &self.replaces, &mut migration.replaces),
        ] {
            match convert::migration_ids(value, name) {
                Ok(ids) => *target = ids,
                Err(problem) => problems.push(problem),
            }
        }
        match (self.operations.items(), self.pending.items()) {
            (Some(operations), Some(pending)) => {
                match convert::operations(&[operations, pending].concat(), knowledge) {
                    Ok(operations) => migration.operations = operations,
                    Err(mut more) => problems.append(&mut more),
                }
                migration.set_pending(pending.len());
            }
            (None, _) => problems.push(self.unclear("operations", &self.operations)),
            (_, None) => problems.push(self.unclear("pending_operations", &self.pending)),
        }
        if problems.is_empty() { Ok(migration) } else { Err(problems) }
    }

    fn flag(&self, name: &str, value: &Value, problems: &mut Vec<Problem>) -> Option<bool> {
        let truth = match value {
            Value::Call(_) | Value::Reference(_) => None,
            value => value.truth(),
        };
        if truth.is_none() {
            problems.push(self.unclear(name, value));
        }
        truth
    }

    fn unclear(&self, name: &str, value: &Value) -> Problem {
        let (reason, span) = match value.find_opaque() {
            Some(opaque) => (format!("`{name}` is not known: {}", opaque.reason), opaque.span),
            None => (format!("`{name}` is not a plain value"), None),
        };
        Problem { place: name.into(), reason, span: span.or(Some(self.span)) }
    }
}
