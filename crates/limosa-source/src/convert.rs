//! From the values of a reader to typed operations: the same for Python, TOML and what the bridge exports.
//!
//! Only what decides about a schema must be known; callables, validators, texts for people and managers may be anything.

mod arguments;
mod fields;
mod models;
mod operations;
mod special;
mod stages;

use limosa_model::field::FieldError;
use limosa_model::value::Call;
use limosa_model::{Field, MigrationId, Operation, SmolStr, Span, Stage, Value};

/// Why an operation could not be understood; only running the project's code can tell more.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where it is in the migration: `operations.3`, `operations.3.database_operations.0`, `dependencies`.
    pub place: String,
    /// Why, as a sentence without a full stop.
    pub reason: String,
    /// Where it was written.
    pub span: Option<Span>,
}

/// What a field is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is in a new model: its default fills no rows.
    Create,
    /// It is added or altered: its default may fill rows.
    Fill,
}

/// An operation whose class is not Django's own, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum KnownOperation {
    /// It is this operation of Django's under another name.
    Same(Call),
    /// It does something of its own.
    Custom {
        /// What it does to the state.
        effect: KnownEffect,
        /// What it says it does; that of the inherited operation when not said.
        description: Option<String>,
        /// Whether there is a way back; as the inherited operation when not said.
        reversible: Option<bool>,
        /// Whether it runs in a transaction of its own.
        atomic: bool,
        /// Whether it does something to a database.
        runs: bool,
    },
}

/// What an operation of a class that is not Django's own does to the state.
#[derive(Clone, Debug, PartialEq)]
pub enum KnownEffect {
    /// Nothing.
    Nothing,
    /// What this operation of Django's does.
    Base(Call),
    /// Not known: the bridge must be asked.
    Unknown,
}

/// Knows what classes other than Django's own are.
pub trait Knowledge {
    /// Builds a field of a class that is not Django's own.
    ///
    /// # Errors
    /// When nothing is known about the class, or an argument is missing, wrong or opaque.
    fn field(&self, call: &Call, purpose: Purpose) -> Result<Field, FieldError>;

    /// Returns what is known about an operation of a class that is not Django's own; `place` is where it is, such as
    /// `3` or `3.database_operations.0`.
    fn operation(&self, call: &Call, place: &str) -> Option<KnownOperation>;

    /// Returns the stage that the class of an operation names, where it is not Django's own.
    fn stage(&self, _: &Call) -> Option<Stage> {
        None
    }

    /// Returns the documentation of the function of an operation; `reverse` asks for that of the way back.
    fn documentation(&self, function: &str, place: &str, reverse: bool) -> Option<SmolStr>;
}

/// Knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoKnowledge;

impl Knowledge for NoKnowledge {
    fn field(&self, call: &Call, _: Purpose) -> Result<Field, FieldError> {
        Err(FieldError::UnknownClass(call.callee.clone()))
    }

    fn operation(&self, _: &Call, _: &str) -> Option<KnownOperation> {
        None
    }

    fn documentation(&self, _: &str, _: &str, _: bool) -> Option<SmolStr> {
        None
    }
}

/// Understands a list of operations.
///
/// # Errors
/// When one is not understood; all problems are listed.
pub fn operations(values: &[Value], knowledge: &dyn Knowledge) -> Result<Vec<Operation>, Vec<Problem>> {
    Converter { knowledge }.list(values, "")
}

/// Reads a list of references to migrations, `(app, name)` each.
///
/// # Errors
/// When one of them is something else.
pub fn migration_ids(value: &Value, attribute: &str) -> Result<Vec<MigrationId>, Problem> {
    let id = |item: &Value| match item.items() {
        Some([app, name]) => Some(MigrationId::new(arguments::text(app)?, arguments::text(name)?)),
        _ => None,
    };
    let problem = |value: &Value| {
        let (reason, span) = match value.find_opaque() {
            Some(opaque) => (opaque.reason.to_string(), opaque.span),
            None => ("is not a pair of an app and a name".to_owned(), value.as_call().and_then(|call| call.span)),
        };
        Problem { place: attribute.into(), reason: format!("`{attribute}`: {reason}"), span }
    };
    let Some(items) = value.items() else { return Err(problem(value)) };
    items.iter().map(|item| id(item).ok_or_else(|| problem(item))).collect()
}

struct Converter<'a> {
    knowledge: &'a dyn Knowledge,
}

impl Converter<'_> {
    fn list(&self, values: &[Value], prefix: &str) -> Result<Vec<Operation>, Vec<Problem>> {
        let mut operations = Vec::with_capacity(values.len());
        let mut problems = Vec::new();
        for (position, value) in values.iter().enumerate() {
            let place = if prefix.is_empty() { position.to_string() } else { format!("{prefix}.{position}") };
            match self.operation(value, &place) {
                Ok(operation) => operations.push(operation),
                Err(mut more) => problems.append(&mut more),
            }
        }
        if problems.is_empty() { Ok(operations) } else { Err(problems) }
    }
}
