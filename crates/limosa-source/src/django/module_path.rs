//! Where a project's modules are: Python's search path, walked without Python.

mod pth;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::SmolStr;

use super::directory::{Directories, Directory};
use super::interpreter::Interpreter;
use super::stdlib::{is_loaded, is_stdlib};
use crate::config::{Config, variables};
use crate::python::{Found, ModuleResolver};

/// Python's search path of a project.
#[derive(Debug)]
pub struct ModulePath {
    /// The project's folder and `PYTHONPATH`; they go before Python's own library.
    first: Vec<PathBuf>,
    /// The folders of installed packages, with those that their `.pth` files name.
    installed: Vec<PathBuf>,
    /// Packages that an editable install maps to a folder or file.
    editable: IndexMap<SmolStr, PathBuf>,
    /// Whether a module that is not found is certainly not there.
    complete: bool,
    directories: Directories,
}

/// A package or module as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Module {
    /// A module or package whose source is this file.
    Source(PathBuf),
    /// A module or package without source: compiled.
    Compiled,
    /// A package without `__init__`, spread over these folders.
    Namespace(Vec<PathBuf>),
}

impl ModulePath {
    /// Puts the search path together (Python: `site.py`, `main` and `addsitedir`).
    pub fn new(config: &Config, interpreter: Option<&Interpreter>) -> Self {
        let mut first = vec![config.project.value.clone()];
        if let Some(path) = config.env.non_empty(variables::PYTHONPATH.name) {
            let folders = std::env::split_paths(path).filter(|folder| !folder.as_os_str().is_empty());
            first.extend(folders.map(|folder| config.project.value.join(folder)));
        }
        let layout = interpreter.and_then(|interpreter| interpreter.layout.as_ref());
        let mut path = Self {
            first,
            installed: Vec::new(),
            editable: IndexMap::new(),
            complete: layout.is_some() || !config.django.python_path.is_empty(),
            directories: Directories::default(),
        };
        let named = config.django.python_path.iter().map(|folder| config.project.value.join(folder.value.as_str()));
        for folder in named.chain(layout.into_iter().flat_map(|layout| layout.site_packages.iter().cloned())) {
            path.add_site_folder(&folder);
        }
        path
    }

    /// Says that folders may be searched that are not known, so that nothing is certainly absent.
    pub fn doubt(&mut self) {
        self.complete = false;
    }

    /// Returns whether a module that is not found is certainly not there.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns the folders that hold modules which are installed but edited in place.
    pub fn linked(&self, interpreter: Option<&Interpreter>) -> Vec<PathBuf> {
        let layout = interpreter.and_then(|interpreter| interpreter.layout.as_ref());
        let own = layout.map_or(&[][..], |layout| &layout.site_packages);
        let added = self.first.iter().skip(1).chain(self.installed.iter().filter(|folder| !own.contains(folder)));
        added.chain(self.editable.values()).cloned().collect()
    }

    /// Takes over the folders that Python itself says it searches.
    pub fn extend(&mut self, folders: impl IntoIterator<Item = PathBuf>) {
        for folder in folders {
            if folder.is_dir() && !self.first.contains(&folder) && !self.installed.contains(&folder) {
                self.installed.push(folder);
            }
        }
    }

    /// Returns the module `name`, or nothing when it is not in the folders that are known.
    pub fn module(&self, name: &str) -> Option<Module> {
        let mut parts = name.split('.');
        let top = parts.next()?;
        if is_loaded(top) {
            return Some(Module::Compiled);
        }
        let mut module = self.search(top, &self.first).or_else(|| {
            if is_stdlib(top) {
                return Some(Module::Compiled);
            }
            self.search(top, &self.installed).or_else(|| self.editable(top))
        })?;
        for part in parts {
            module = match &module {
                Module::Source(file) if file.file_name().is_some_and(|name| name == "__init__.py") => {
                    let folder = file.parent()?;
                    self.search(part, &[folder])?
                }
                Module::Namespace(folders) => self.search(part, folders)?,
                Module::Source(_) => return None,
                Module::Compiled => return Some(Module::Compiled),
            };
        }
        Some(module)
    }

    /// Returns what a folder holds.
    pub(crate) fn list(&self, folder: &Path) -> Arc<Directory> {
        self.directories.list(folder)
    }

    /// Looks for one part of a name in folders, as Python's `FileFinder` does.
    fn search(&self, name: &str, folders: &[impl AsRef<Path>]) -> Option<Module> {
        let mut portions = Vec::new();
        for folder in folders {
            let folder = folder.as_ref();
            let directory = self.list(folder);
            if directory.has_folder(name) {
                let package = folder.join(name);
                let inside = self.list(&package);
                if inside.has_extension("__init__") {
                    return Some(Module::Compiled);
                }
                if inside.has_file("__init__.py") {
                    return Some(Module::Source(package.join("__init__.py")));
                }
                if inside.has_file("__init__.pyc") {
                    return Some(Module::Compiled);
                }
                portions.push(package);
            }
            if directory.has_extension(name) {
                return Some(Module::Compiled);
            }
            if directory.has_file(&format!("{name}.py")) {
                return Some(Module::Source(folder.join(format!("{name}.py"))));
            }
            if directory.has_file(&format!("{name}.pyc")) {
                return Some(Module::Compiled);
            }
        }
        (!portions.is_empty()).then_some(Module::Namespace(portions))
    }

    fn editable(&self, name: &str) -> Option<Module> {
        let target = self.editable.get(name)?;
        let package = target.join("__init__.py");
        if package.is_file() {
            return Some(Module::Source(package));
        }
        let file = target.with_extension("py");
        if file.is_file() {
            return Some(Module::Source(file));
        }
        target.is_dir().then(|| Module::Namespace(vec![target.clone()]))
    }
}

impl ModuleResolver for ModulePath {
    fn find(&self, name: &str) -> Found {
        match self.module(name) {
            Some(Module::Source(path)) => Found::Source(path),
            Some(Module::Compiled | Module::Namespace(_)) => Found::Other,
            None if self.complete => Found::Missing,
            None => Found::Unknown,
        }
    }
}
