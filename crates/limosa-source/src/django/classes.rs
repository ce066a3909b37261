//! Python's classes, followed through imports and bases as far as their source is there.

use std::sync::Arc;

use limosa_model::{SmolStr, Span, Value};

use crate::python::context::Loaded;
use crate::python::{Context, Found, Module};

/// How many imports and bases are followed.
const MAX_STEPS: usize = 40;

/// Finds classes by their dotted paths.
pub(crate) struct Classes<'a> {
    context: Context<'a>,
}

/// A class whose source is there.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    module: Arc<Module>,
    key: SmolStr,
}

/// What a dotted path stands for.
#[derive(Clone, Debug)]
pub(crate) enum Resolved {
    Class(Class),
    /// Django's `AppConfig` itself.
    Root,
    /// Something that is no subclass of `AppConfig`.
    Other,
    /// Nothing.
    Missing,
    /// Not known, and why.
    Unknown(String),
}

impl Class {
    pub(crate) fn name(&self) -> SmolStr {
        format!("{}.{}", self.module.path, self.key).into()
    }

    pub(crate) fn span(&self) -> Option<Span> {
        self.get().map(|class| class.span)
    }

    fn get(&self) -> Option<&crate::python::Class> {
        self.module.classes.get(&self.key)
    }
}

impl<'a> Classes<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self { context }
    }

    /// Returns what a dotted path stands for.
    pub(crate) fn resolve(&self, path: &str) -> Resolved {
        self.follow(path, 0)
    }

    /// Returns whether the class inherits from Django's `AppConfig`, or why that is not known.
    pub(crate) fn is_app_config(&self, class: &Class) -> Result<bool, String> {
        self.inherits(class, 0)
    }

    /// Returns the subclasses of `AppConfig` among the names of a module, sorted by name, without `AppConfig` itself.
    pub(crate) fn app_configs_in(&self, module: &str) -> Result<Vec<Class>, (String, Option<Span>)> {
        let Some(loaded) = self.load(module) else {
            return Err((format!("`{module}` could not be read"), None));
        };
        let mut names: Vec<(&SmolStr, &Value)> = loaded.globals.iter().collect();
        names.sort_by_key(|(name, _)| *name);
        let mut found = Vec::new();
        for (name, value) in names {
            let path = match value {
                Value::Reference(path) => path,
                Value::Opaque(opaque) => return Err((format!("`{module}.{name}` {}", opaque.reason), opaque.span)),
                _ => continue,
            };
            match self.resolve(path) {
                Resolved::Class(class) => match self.is_app_config(&class) {
                    Ok(true) => found.push(class),
                    Ok(false) => {}
                    Err(reason) => return Err((reason, class.span())),
                },
                Resolved::Unknown(reason) => return Err((reason, None)),
                Resolved::Root | Resolved::Other | Resolved::Missing => {}
            }
        }
        if let Some(star) = loaded.unread_stars.first() {
            return Err((format!("`{module}` imports all names of `{star}`, which could not be read"), None));
        }
        Ok(found)
    }

    /// Returns an attribute of the class or of what it inherits from, up to `AppConfig`.
    pub(crate) fn attribute(&self, class: &Class, name: &str) -> Option<Value> {
        self.lineage(class).iter().find_map(|class| class.get()?.attributes.get(name).cloned())
    }

    /// Returns the class in the lineage that defines a method.
    pub(crate) fn method_owner(&self, class: &Class, name: &str) -> Option<SmolStr> {
        let owner = self
            .lineage(class)
            .into_iter()
            .find(|class| class.get().is_some_and(|class| class.methods.iter().any(|method| method == name)));
        owner.map(|class| class.name())
    }

    /// Returns the class and what it inherits from, nearest first, without `AppConfig` itself.
    fn lineage(&self, class: &Class) -> Vec<Class> {
        let mut lineage = vec![class.clone()];
        let mut at = 0;
        while at < lineage.len() && lineage.len() < MAX_STEPS {
            let bases = lineage[at].get().map(|class| class.bases.clone()).unwrap_or_default();
            for base in bases {
                if let Value::Reference(path) = base
                    && let Resolved::Class(base) = self.resolve(&path)
                {
                    lineage.push(base);
                }
            }
            at += 1;
        }
        lineage
    }

    fn load(&self, module: &str) -> Option<Arc<Module>> {
        match self.context.load(module, &[]) {
            Loaded::Module(module) => Some(module),
            Loaded::Cycle | Loaded::Nothing => None,
        }
    }

    fn inherits(&self, class: &Class, steps: usize) -> Result<bool, String> {
        let Some(definition) = class.get().filter(|_| steps < MAX_STEPS) else { return Ok(false) };
        let mut doubt = None;
        for base in &definition.bases {
            match base {
                Value::Reference(path) => match self.resolve(path) {
                    Resolved::Root => return Ok(true),
                    Resolved::Class(base) => match self.inherits(&base, steps + 1) {
                        Ok(true) => return Ok(true),
                        Ok(false) => {}
                        Err(reason) => doubt = Some(reason),
                    },
                    Resolved::Other | Resolved::Missing => {}
                    Resolved::Unknown(reason) => doubt = Some(reason),
                },
                Value::Opaque(opaque) => {
                    doubt = Some(format!("what `{}` inherits from {}", class.name(), opaque.reason))
                }
                _ => doubt = Some(format!("`{}` inherits from the result of a call", class.name())),
            }
        }
        doubt.map_or(Ok(false), Err)
    }

    fn follow(&self, path: &str, steps: usize) -> Resolved {
        if matches!(path, "django.apps.AppConfig" | "django.apps.config.AppConfig") {
            return Resolved::Root;
        }
        if steps > MAX_STEPS {
            return Resolved::Unknown(format!("`{path}` goes through too many imports"));
        }
        // Apart from the apps of `django.contrib`, nothing in Django is an `AppConfig`.
        if path.starts_with("django.") && !path.contains(".apps.") {
            return Resolved::Other;
        }
        let mut module = path;
        while let Some((parent, _)) = module.rsplit_once('.') {
            module = parent;
            match self.context.find(module) {
                Found::Source(_) => return self.member(module, &path[module.len() + 1..], steps),
                Found::Other => return Resolved::Other,
                Found::Missing => {}
                Found::Unknown => return Resolved::Unknown(format!("the module of `{path}` was not found")),
            }
        }
        if path.contains('.') { Resolved::Missing } else { Resolved::Other }
    }

    /// Returns what `name` stands for in a module whose source is there.
    fn member(&self, module: &str, name: &str, steps: usize) -> Resolved {
        // What only one of its submodules answers for is itself a module, and no class.
        if let Found::Source(_) = self.context.find(&format!("{module}.{name}")) {
            return Resolved::Other;
        }
        let Some(loaded) = self.load(module) else {
            return Resolved::Unknown(format!("`{module}` could not be read"));
        };
        if loaded.classes.contains_key(name) {
            return Resolved::Class(Class { module: loaded, key: name.into() });
        }
        match loaded.globals.get(name) {
            Some(Value::Reference(target)) if *target != format!("{module}.{name}") => self.follow(target, steps + 1),
            Some(Value::Opaque(opaque)) => Resolved::Unknown(format!("`{module}.{name}` {}", opaque.reason)),
            Some(_) => Resolved::Other,
            None => match loaded.unread_stars.first() {
                Some(star) => {
                    Resolved::Unknown(format!("`{module}` imports all names of `{star}`, which could not be read"))
                }
                None => Resolved::Missing,
            },
        }
    }
}
