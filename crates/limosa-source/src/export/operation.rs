//! What the bridge knows about operations beyond their arguments.

use limosa_model::{SmolStr, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use super::ExportError;
use super::decode::{Decoder, read};

/// What the class of an operation says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OperationFacts {
    /// The class and the operation classes that it is built on, nearest first; empty for Django's own classes.
    pub mro: Vec<SmolStr>,
    /// The nearest class that is Django's own.
    pub base: Option<SmolStr>,
    /// The operation as that class deconstructs it: a call of Django's class.
    pub base_view: Option<Value>,
    /// Which of `state_forwards`, `database_forwards` and `database_backwards` are not that class's own.
    pub overrides: Vec<SmolStr>,
    /// Which of them do nothing at all.
    pub empty: Vec<SmolStr>,
    /// What it says it does.
    pub describe: Option<String>,
    /// Whether there is a way back.
    pub reversible: bool,
    /// Whether it can be written as SQL.
    pub reduces_to_sql: bool,
    /// Whether it runs in a transaction of its own.
    pub atomic: Option<bool>,
    /// Whether a squash may leave it out.
    pub elidable: bool,
    /// The documentation of a `RunPython`'s function.
    pub code_doc: Option<String>,
    /// The documentation of its reverse function.
    pub reverse_code_doc: Option<String>,
}

/// What is known about what an operation does to the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKnowledge {
    /// It does nothing.
    Nothing,
    /// It does what Django's class does (`OperationFacts::base_view`).
    Base,
    /// Only applying it tells: ask the bridge for `state_deltas`.
    Unknown,
}

#[derive(Deserialize)]
#[serde(default)]
struct Raw {
    mro: Vec<SmolStr>,
    base: Option<SmolStr>,
    base_view: Option<Json>,
    overrides: Vec<SmolStr>,
    empty: Vec<SmolStr>,
    describe: Option<String>,
    reversible: bool,
    reduces_to_sql: bool,
    atomic: Option<bool>,
    elidable: bool,
    code_doc: Option<String>,
    reverse_code_doc: Option<String>,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            mro: Vec::new(),
            base: None,
            base_view: None,
            overrides: Vec::new(),
            empty: Vec::new(),
            describe: None,
            reversible: true,
            reduces_to_sql: true,
            atomic: None,
            elidable: false,
            code_doc: None,
            reverse_code_doc: None,
        }
    }
}

impl OperationFacts {
    /// Returns whether the class is not Django's own.
    pub fn is_custom(&self) -> bool {
        !self.mro.is_empty()
    }

    /// Returns whether the operation is Django's in all but name: the view of Django's class may stand for it.
    pub fn is_base(&self) -> bool {
        self.base_view.is_some() && self.overrides.is_empty()
    }

    /// Returns what is known about what it does to the state.
    pub fn state(&self) -> StateKnowledge {
        if self.empty.iter().any(|method| method == "state_forwards") {
            StateKnowledge::Nothing
        } else if self.base_view.is_some() && !self.overrides.iter().any(|method| method == "state_forwards") {
            StateKnowledge::Base
        } else {
            StateKnowledge::Unknown
        }
    }

    /// Returns whether it does something to a database, in either direction.
    pub fn runs(&self) -> bool {
        !["database_forwards", "database_backwards"].iter().all(|method| self.empty.iter().any(|name| name == method))
    }

    pub(super) fn decode(json: &Json, decoder: &mut Decoder) -> Result<Self, ExportError> {
        let raw: Raw = read(json, "operation")?;
        Ok(Self {
            mro: raw.mro,
            base: raw.base,
            base_view: raw.base_view.map(|view| decoder.value(&view)).transpose()?,
            overrides: raw.overrides,
            empty: raw.empty,
            describe: raw.describe,
            reversible: raw.reversible,
            reduces_to_sql: raw.reduces_to_sql,
            atomic: raw.atomic,
            elidable: raw.elidable,
            code_doc: raw.code_doc,
            reverse_code_doc: raw.reverse_code_doc,
        })
    }
}
