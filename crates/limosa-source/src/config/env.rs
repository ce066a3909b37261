//! The environment as a value, so that nothing inside reads the process's own.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

/// The environment variables; cheap to copy.
#[derive(Clone, Default)]
pub struct Env {
    variables: Arc<IndexMap<String, String>>,
}

impl Env {
    /// Returns the environment of this process, sorted by name; what is not UTF-8 counts as absent.
    pub fn process() -> Self {
        let variables = std::env::vars_os();
        let mut variables: IndexMap<String, String> =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
        variables.sort_keys();
        Self { variables: Arc::new(variables) }
    }

    /// Returns an environment without a variable.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Returns an environment that holds these variables and no other.
    pub fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { variables: Arc::new(variables.collect()) }
    }

    /// Returns an environment with one variable more.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut variables = (*self.variables).clone();
        variables.insert(name.to_owned(), value.to_owned());
        Self { variables: Arc::new(variables) }
    }

    /// Returns the variable as it is, the empty text included.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Returns the variable unless it is empty, as a setting of ours counts.
    pub fn non_empty(&self, name: &str) -> Option<&str> {
        self.var(name).filter(|value| !value.is_empty())
    }

    /// Returns all variables.
    pub fn variables(&self) -> &IndexMap<String, String> {
        &self.variables
    }
}

impl fmt::Debug for Env {
    /// Shows no value: variables hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").finish_non_exhaustive()
    }
}
