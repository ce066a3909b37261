//! Where names live: the module's, and those of the class, function or comprehension that is evaluated.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::SmolStr;

use super::object::Object;
use crate::python::module::Module;
use crate::python::parse::ModuleFile;

/// The names of a module.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The dotted path of the module.
    pub(crate) module: SmolStr,
    /// Whether it is a package's `__init__`.
    pub(crate) package: bool,
    pub(crate) file: Arc<ModuleFile>,
    pub(crate) names: RefCell<IndexMap<SmolStr, Object>>,
    /// The evaluated module, when this is another one whose function is called: names come from there.
    pub(crate) evaluated: Option<Arc<Module>>,
}

/// What is evaluated right now.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: FrameKind,
    pub(crate) locals: IndexMap<SmolStr, Object>,
    pub(crate) environment: Rc<Environment>,
    /// The dotted path of what is evaluated, the module's included.
    pub(crate) path: SmolStr,
}

/// What kind of block is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Module,
    Class,
    Function,
    Comprehension,
}

impl Environment {
    /// Resolves the module of a `from ... import`, which may be relative.
    pub(crate) fn resolve_import(&self, level: u32, name: &str) -> Option<SmolStr> {
        if level == 0 {
            return Some(name.into());
        }
        let mut base = self.module.as_str();
        let up = if self.package { level - 1 } else { level };
        for _ in 0..up {
            base = base.rsplit_once('.').map_or("", |(parent, _)| parent);
        }
        match (base.is_empty(), name.is_empty()) {
            (true, true) => None,
            (true, false) => Some(name.into()),
            (false, true) => Some(base.into()),
            (false, false) => Some(format!("{base}.{name}").into()),
        }
    }
}

impl Frame {
    pub(crate) fn new(kind: FrameKind, environment: Rc<Environment>, path: SmolStr) -> Self {
        Self { kind, locals: IndexMap::new(), environment, path }
    }
}
