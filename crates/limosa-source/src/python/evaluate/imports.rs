//! Imports: names become dotted paths, looked up only when they are needed.

use limosa_model::{SmolStr, Value};
use ruff_python_ast::{StmtImport, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange};

use super::calls::is_standard;
use super::object::Object;
use super::{Evaluator, Result, Stop};
use crate::python::canonical::{canonical, canonical_static};
use crate::python::context::Loaded;
use crate::python::module::{Found, Module};

impl Evaluator<'_> {
    pub(super) fn import(&mut self, node: &StmtImport) -> Result<()> {
        for alias in &node.names {
            let name = alias.name.as_str();
            self.check_module(name)?;
            match &alias.asname {
                Some(asname) => self.bind(asname.as_str(), Object::Path(canonical(name))),
                None => {
                    let first = name.split('.').next().unwrap_or_default();
                    self.bind(first, Object::Path(first.into()));
                }
            }
        }
        Ok(())
    }

    pub(super) fn import_from(&mut self, node: &StmtImportFrom) -> Result<()> {
        let name = node.module.as_ref().map(|module| module.as_str()).unwrap_or_default();
        if name == "__future__" {
            return Ok(());
        }
        let module = self.frames.last().and_then(|frame| frame.environment.resolve_import(node.level, name));
        let Some(module) = module else {
            for alias in &node.names {
                let value = self.opaque("is imported from beyond the project's root", node.range());
                self.bind(alias.asname.as_ref().unwrap_or(&alias.name).as_str(), value);
            }
            return Ok(());
        };
        for alias in &node.names {
            if alias.name.as_str() == "*" {
                self.import_star(&module)?;
                continue;
            }
            self.check_name(&module, alias.name.as_str())?;
            let value = self.imported(&module, alias.name.as_str(), node.range());
            self.bind(alias.asname.as_ref().unwrap_or(&alias.name).as_str(), value);
        }
        Ok(())
    }

    fn imported(&mut self, module: &str, name: &str, range: TextRange) -> Object {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.push_str(module);
        scratch.push('.');
        scratch.push_str(name);
        let value = match canonical_static(&scratch) {
            Some(known) => Object::Path(SmolStr::new_static(known)),
            None => self.known_attribute(&scratch, range).unwrap_or_else(|| Object::Path(scratch.as_str().into())),
        };
        self.scratch = scratch;
        value
    }

    fn import_star(&mut self, module: &SmolStr) -> Result<()> {
        let loaded = match self.load(module) {
            Loaded::Module(loaded) => loaded,
            Loaded::Nothing if self.attempts > 0 && self.context.find(module) == Found::Missing => {
                return Err(Stop::Raise("ModuleNotFoundError".into(), format!("there is no module `{module}`").into()));
            }
            Loaded::Nothing | Loaded::Cycle => {
                // Any name may come from there, those that were bound before among them.
                self.doubts += 1;
                self.unread_stars.push(module.clone());
                self.lose_globals(
                    &format!("may be replaced by `from {module} import *`, which could not be read").into(),
                );
                return Ok(());
            }
        };
        for star in &loaded.unread_stars {
            if !self.unread_stars.contains(star) {
                self.unread_stars.push(star.clone());
            }
        }
        let listed = loaded.globals.get("__all__").and_then(Value::strings);
        for (name, value) in &loaded.globals {
            let public = match &listed {
                Some(listed) => listed.contains(name),
                None => !name.starts_with('_'),
            };
            if !public {
                continue;
            }
            let path: SmolStr = format!("{module}.{name}").into();
            let value =
                if is_standard(module) { Object::Path(canonical(&path)) } else { self.thaw_named(&path, value) };
            self.bind(name, value);
        }
        Ok(())
    }

    /// Loads another module.
    pub(super) fn load(&mut self, name: &str) -> Loaded {
        let mut context = self.context;
        context.nesting = self.nesting;
        let loaded = context.load(name, &self.chain);
        match &loaded {
            Loaded::Cycle => self.complete = false,
            Loaded::Module(module) => self.environment_changed |= module.environment_changed,
            Loaded::Nothing => {}
        }
        loaded
    }

    /// Inside a `try`: finds out whether a module can be imported.
    fn check_module(&mut self, name: &str) -> Result<()> {
        if self.attempts == 0 || (is_standard(name) && !name.starts_with("django")) {
            return Ok(());
        }
        match self.context.find(name) {
            Found::Source(_) | Found::Other => {}
            Found::Missing => {
                return Err(Stop::Raise("ModuleNotFoundError".into(), format!("there is no module `{name}`").into()));
            }
            Found::Unknown => self.doubts += 1,
        }
        Ok(())
    }

    /// Inside a `try`: finds out whether a name can be imported from a module.
    fn check_name(&mut self, module: &str, name: &str) -> Result<()> {
        if self.attempts == 0 || (is_standard(module) && !module.starts_with("django")) {
            return Ok(());
        }
        self.check_module(module)?;
        let has = |module: &Module| module.globals.contains_key(name);
        match self.load(module) {
            Loaded::Module(loaded) if has(&loaded) => {}
            Loaded::Module(loaded) => match self.context.find(&format!("{module}.{name}")) {
                Found::Source(_) | Found::Other => {}
                _ if loaded.unread_stars.is_empty() && !loaded.globals.contains_key("__getattr__") => {
                    return Err(Stop::Raise(
                        "ImportError".into(),
                        format!("there is no `{name}` in `{module}`").into(),
                    ));
                }
                _ => self.doubts += 1,
            },
            _ => self.doubts += 1,
        }
        Ok(())
    }
}
