//! What a Python module holds after its top level was evaluated.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::{Diagnostic, SmolStr, SourceId, Span, Value};
use ruff_text_size::TextSize;

use super::parse::ModuleFile;

/// A module after its top level was evaluated.
#[derive(Debug)]
pub struct Module {
    /// The dotted path.
    pub path: SmolStr,
    /// The file.
    pub source: SourceId,
    /// The names of the module with their values; functions and classes are references to their paths.
    pub globals: IndexMap<SmolStr, Value>,
    /// The classes of the module by their paths within it (`Outer.Inner`).
    pub classes: IndexMap<SmolStr, Class>,
    /// The functions of the module by their paths within it.
    pub functions: IndexMap<SmolStr, Function>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Modules whose names were all imported (`from x import *`) but which could not be read.
    pub unread_stars: Vec<SmolStr>,
    pub(crate) file: Arc<ModuleFile>,
    pub(crate) package: bool,
    pub(crate) environment_changed: bool,
}

/// A class.
#[derive(Clone, Debug)]
pub struct Class {
    /// The dotted path, the module's included.
    pub path: SmolStr,
    /// What it inherits from, usually references.
    pub bases: Vec<Value>,
    /// Its attributes other than methods.
    pub attributes: IndexMap<SmolStr, Value>,
    /// The names of its methods.
    pub methods: Vec<SmolStr>,
    /// Where it was written.
    pub span: Span,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// The dotted path, the module's included.
    pub path: SmolStr,
    /// Its documentation, as it is written.
    pub doc: Option<SmolStr>,
    /// Whether its body does nothing.
    pub empty: bool,
    /// Where it was written.
    pub span: Span,
    pub(crate) offset: TextSize,
    pub(crate) plain: bool,
}

/// Where a module is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file of Python source, or a package's `__init__.py`.
    Source(PathBuf),
    /// There, but without source: built in, compiled, or a namespace package.
    Other,
    /// Certainly not there: importing it fails.
    Missing,
    /// Nothing is known about it.
    Unknown,
}

/// Finds modules by their dotted names, in the project and among the installed packages.
pub trait ModuleResolver: Sync {
    /// Returns where the module `name` is.
    fn find(&self, name: &str) -> Found;
}

/// A resolver that knows no module.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoModules;

impl ModuleResolver for NoModules {
    fn find(&self, _: &str) -> Found {
        Found::Unknown
    }
}

/// What is known about a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// It has this value.
    Value(Value),
    /// It is not set at all: reading it fails.
    Unset,
    /// Nothing is known about it.
    Unknown,
}

/// Knows the settings of the project.
pub trait SettingsSource: Sync {
    /// Returns the setting `name`.
    fn setting(&self, name: &str) -> Setting;

    /// Returns whether the project itself sets any whose name ends like this, when that is known.
    fn has_suffix(&self, _: &str) -> Option<bool> {
        None
    }
}

/// Settings of which nothing is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSettings;

impl SettingsSource for NoSettings {
    fn setting(&self, _: &str) -> Setting {
        Setting::Unknown
    }
}

impl SettingsSource for IndexMap<SmolStr, Value> {
    /// Returns the setting; one that is not in the map is unknown.
    fn setting(&self, name: &str) -> Setting {
        self.get(name).map_or(Setting::Unknown, |value| Setting::Value(value.clone()))
    }
}
