//! Operations that run something: SQL, Python, Rust, or other operations.

use smol_str::SmolStr;

use super::Operation;
use crate::state::{ModelState, ProjectState, StateError};
use crate::{ModelId, Value};

/// Runs different operations on the database and on the state.
#[derive(Clone, Debug, PartialEq)]
pub struct SeparateDatabaseAndState {
    /// What happens to the database.
    pub database_operations: Vec<Operation>,
    /// What happens to the state.
    pub state_operations: Vec<Operation>,
}

/// Runs SQL.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSql {
    /// The SQL.
    pub sql: Sql,
    /// The SQL for the way back; without it there is none.
    pub reverse_sql: Option<Sql>,
    /// What it means for the state.
    pub state_operations: Vec<Operation>,
    /// Hints for the routers.
    pub hints: Value,
    /// Whether a squash may leave it out.
    pub elidable: bool,
}

/// SQL as it stands in a migration.
#[derive(Clone, Debug, PartialEq)]
pub enum Sql {
    /// A script of any number of statements.
    Script(SmolStr),
    /// Statements one by one, each with its parameters.
    Statements(Vec<(SmolStr, Option<Value>)>),
}

impl Sql {
    /// Returns whether it does nothing.
    pub fn is_noop(&self) -> bool {
        match self {
            Self::Script(script) => script.is_empty(),
            Self::Statements(statements) => statements.is_empty(),
        }
    }

    /// Returns the script, or each statement, without parameters.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Script(script) => vec![script],
            Self::Statements(statements) => statements.iter().map(|(statement, _)| statement.as_str()).collect(),
        }
    }
}

/// Runs a Python function.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPython {
    /// The function; only the bridge can call it.
    pub code: Value,
    /// The function for the way back; without it there is none.
    pub reverse_code: Option<Value>,
    /// Whether it runs in a transaction of its own; `None` follows the migration.
    pub atomic: Option<bool>,
    /// The function's documentation.
    pub doc: Option<SmolStr>,
    /// The documentation of the function for the way back.
    pub reverse_doc: Option<SmolStr>,
    /// Whether a squash may leave it out.
    pub elidable: bool,
}

impl RunPython {
    /// Returns whether the function is Django's `RunPython.noop`, which does nothing.
    pub fn is_noop(code: &Value) -> bool {
        matches!(code, Value::Reference(path) if path.ends_with("RunPython.noop"))
    }

    /// Returns whether the function is known to do nothing when it is called with the models of `state`.
    ///
    /// Beside `noop` that is a function of Django's own which every project has and which goes through the proxy models only.
    /// Source: Django `contrib/auth/migrations/0011_update_proxy_permissions.py` (the same from 2.2 to 6.1).
    pub fn does_nothing(code: &Value, state: &ProjectState) -> bool {
        const MODULE: &str = "django.contrib.auth.migrations.0011_update_proxy_permissions.";
        let goes_through_proxies = |path: &SmolStr| {
            let function = path.strip_prefix(MODULE);
            matches!(function, Some("update_proxy_model_permissions" | "revert_proxy_model_permissions"))
        };
        Self::is_noop(code)
            || matches!(code, Value::Reference(path) if goes_through_proxies(path))
                && !state.models().any(|model| model.options.proxy())
    }
}

/// Runs a function that the embedding program registered.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRust {
    /// The name under which it is registered.
    pub function: SmolStr,
    /// The function for the way back; without it there is none.
    pub reverse_function: Option<SmolStr>,
}

/// An operation of a class that is not Django's: the bridge runs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Custom {
    /// The path of the class.
    pub class: SmolStr,
    /// What it says it does.
    pub description: String,
    /// What it does to the state.
    pub effect: StateEffect,
    /// Whether there is a way back.
    pub reversible: bool,
    /// Whether it runs in a transaction of its own.
    pub atomic: bool,
    /// Whether it does something to a database (`database_forwards` is more than the base's).
    pub runs: bool,
}

/// What an operation of an unknown class does to the state.
#[derive(Clone, Debug, PartialEq)]
pub enum StateEffect {
    /// Nothing.
    None,
    /// What the operation does that it inherits from.
    Base(Box<Operation>),
    /// These models are removed, those take the place of what was there.
    Delta {
        /// The models that are no longer there.
        removed: Vec<ModelId>,
        /// The models as they are after it.
        changed: Vec<ModelState>,
    },
    /// Not known yet: the bridge must be asked.
    Unknown,
}

impl Custom {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        match &self.effect {
            StateEffect::None => {}
            StateEffect::Base(operation) => operation.state_forwards(app, state)?,
            StateEffect::Delta { removed, changed } => {
                for id in removed {
                    state.remove_model(id)?;
                }
                for model in changed {
                    state.add_model(model.clone());
                }
            }
            StateEffect::Unknown => return Err(StateError::Unknown(self.class.clone())),
        }
        Ok(())
    }
}
