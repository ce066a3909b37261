//! The variables of an expression, as the language holds them.

use std::fmt;
use std::sync::Arc;

use cel::Value;
use cel::common::types::CelNull;
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;

/// A value that many evaluations may share: the language copies a [`Value`] whole for each.
#[derive(Clone)]
pub(super) struct Shared(Arc<dyn Val>);

/// The variables of an expression.
pub(super) struct Variables(Vec<(&'static str, Shared)>);

impl From<Value> for Shared {
    fn from(value: Value) -> Self {
        // No value that is made here is of a kind that the language lacks.
        match Box::<dyn Val>::try_from(value) {
            Ok(value) => Self(value.into()),
            Err(_) => Self(Arc::new(CelNull)),
        }
    }
}

impl FromIterator<(&'static str, Shared)> for Variables {
    fn from_iter<T: IntoIterator<Item = (&'static str, Shared)>>(variables: T) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl VariableResolver for Variables {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let (_, Shared(value)) = self.0.iter().find(|(name, _)| *name == variable)?;
        Some(CowVal::Borrowed(&**value))
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.0.iter().map(|(name, Shared(value))| (name, value))).finish()
    }
}

#[cfg(test)]
impl Variables {
    /// Returns them as values.
    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        self.0.iter().map(|(name, Shared(value))| (*name, Value::try_from(&**value).expect("a value"))).collect()
    }
}
