//! The settings as values: the project's own over Django's defaults.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::{SmolStr, Value};

use crate::python::{Setting, SettingsSource};

/// The settings as values; cheap to copy. `Debug` shows none of them: there are secrets among them.
#[derive(Clone, Default)]
pub struct SettingValues {
    own: Arc<IndexMap<SmolStr, Value>>,
    defaults: Arc<IndexMap<SmolStr, Value>>,
    /// Whether the project has no other settings than these.
    own_complete: bool,
    /// Whether Django has no other defaults than these.
    defaults_complete: bool,
}

impl SettingValues {
    pub(super) fn new(own: IndexMap<SmolStr, Value>, own_complete: bool) -> Self {
        Self { own: Arc::new(own), own_complete, ..Self::default() }
    }

    #[must_use]
    pub(super) fn over(mut self, defaults: IndexMap<SmolStr, Value>, complete: bool) -> Self {
        (self.defaults, self.defaults_complete) = (Arc::new(defaults), complete);
        self
    }

    /// Returns the setting; nothing when it is not set, or not known.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let known = |value: &&Value| !matches!(value, Value::Opaque(_));
        match self.own.get(name) {
            Some(value) => Some(value).filter(known),
            None if self.own_complete => self.defaults.get(name).filter(known),
            None => None,
        }
    }

    /// Returns the setting with what is opaque in it; a text why nothing is known, or nothing when it is certainly not set.
    pub(crate) fn lookup(&self, name: &str) -> Result<Option<&Value>, &'static str> {
        match (self.own.get(name), self.defaults.get(name)) {
            (Some(value), _) => Ok(Some(value)),
            (None, _) if !self.own_complete => Err("may be set by a module that could not be read"),
            (None, Some(value)) => Ok(Some(value)),
            (None, None) if self.defaults_complete => Ok(None),
            (None, None) => Err("may be set by Django itself"),
        }
    }

    /// Adds settings that are known from elsewhere.
    pub fn extend(&mut self, settings: impl IntoIterator<Item = (SmolStr, Value)>, complete: bool) {
        Arc::make_mut(&mut self.own).extend(settings);
        self.own_complete |= complete;
    }
}

impl fmt::Debug for SettingValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingValues")
            .field("own", &self.own.len())
            .field("defaults", &self.defaults.len())
            .finish_non_exhaustive()
    }
}

impl SettingsSource for SettingValues {
    fn setting(&self, name: &str) -> Setting {
        match self.lookup(name) {
            Ok(Some(Value::Opaque(_))) | Err(_) => Setting::Unknown,
            Ok(Some(value)) => Setting::Value(value.clone()),
            Ok(None) => Setting::Unset,
        }
    }

    fn has_suffix(&self, suffix: &str) -> Option<bool> {
        match self.own.keys().any(|name| name.ends_with(suffix)) {
            true => Some(true),
            false => self.own_complete.then_some(false),
        }
    }
}
