//! What evaluation may know of the world outside the file, and the modules that were evaluated already.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use limosa_model::{Diagnostic, SmolStr};

use super::evaluate::Evaluator;
use super::module::{Found, Module, ModuleResolver, NoModules, NoSettings, SettingsSource};
use crate::sources::Sources;

/// What evaluation may know of the world outside the file.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where files are read.
    pub sources: &'a Sources,
    /// The modules that were evaluated already, for the same settings, environment and vendor.
    pub modules: &'a Modules,
    /// Where modules are.
    pub resolver: &'a dyn ModuleResolver,
    /// The settings of the project.
    pub settings: &'a dyn SettingsSource,
    /// The environment variables; without them every one is unknown.
    pub environment: Option<&'a IndexMap<String, String>>,
    /// What `connection.vendor` is: `postgresql`, `sqlite` or `mysql`.
    pub vendor: Option<&'a str>,
    /// What `connection.settings_dict["ENGINE"]` is, such as `django.db.backends.postgresql`.
    pub engine: Option<&'a str>,
    /// The version of Django, such as `5.2.8`.
    pub django: Option<&'a str>,
    /// How deeply the evaluation that asks is nested.
    pub(crate) nesting: u16,
}

/// The modules that were evaluated, shared between threads.
#[derive(Debug, Default)]
pub struct Modules {
    found: Mutex<HashMap<SmolStr, Found>>,
    evaluated: Mutex<HashMap<SmolStr, Option<Arc<Module>>>>,
    diagnostics: Mutex<Vec<Diagnostic>>,
}

/// How an attempt to get a module ended.
pub(crate) enum Loaded {
    Module(Arc<Module>),
    /// It is being evaluated, further up.
    Cycle,
    Nothing,
}

impl<'a> Context<'a> {
    /// Returns a context that knows nothing but the files that are read.
    pub fn new(sources: &'a Sources, modules: &'a Modules) -> Self {
        Self {
            sources,
            modules,
            resolver: &NoModules,
            settings: &NoSettings,
            environment: None,
            vendor: None,
            engine: None,
            django: None,
            nesting: 0,
        }
    }

    /// Returns where the module `name` is, asked once.
    pub(crate) fn find(&self, name: &str) -> Found {
        let lock = || self.modules.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lock().get(name) {
            return found.clone();
        }
        let found = self.resolver.find(name);
        lock().insert(name.into(), found.clone());
        found
    }

    /// Returns the module `name`, evaluated; `chain` are those that are being evaluated, outermost first.
    pub(crate) fn load(&self, name: &str, chain: &[SmolStr]) -> Loaded {
        let lock = || self.modules.evaluated.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = lock().get(name) {
            return module.clone().map_or(Loaded::Nothing, Loaded::Module);
        }
        if chain.iter().any(|link| link == name) || chain.len() > 40 {
            return Loaded::Cycle;
        }
        let Found::Source(path) = self.find(name) else { return Loaded::Nothing };
        // Evaluated without the lock, so that two threads with modules that need each other never wait for each other.
        let source = match self.sources.read(&path) {
            Ok(source) => source,
            Err(diagnostic) => {
                self.note(diagnostic);
                lock().insert(name.into(), None);
                return Loaded::Nothing;
            }
        };
        match Evaluator::module(*self, source, name, chain, false) {
            // What was evaluated inside a cycle may know less than it could; the next one who asks tries again.
            Ok((module, complete)) => {
                let module = Arc::new(module);
                if complete {
                    lock().insert(name.into(), Some(Arc::clone(&module)));
                }
                Loaded::Module(module)
            }
            Err(diagnostic) => {
                self.note(diagnostic);
                lock().insert(name.into(), None);
                Loaded::Nothing
            }
        }
    }

    fn note(&self, diagnostic: Diagnostic) {
        self.modules.diagnostics.lock().unwrap_or_else(PoisonError::into_inner).push(diagnostic);
    }
}

impl Modules {
    /// Returns what was wrong with modules that were read because others import from them.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.diagnostics.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
