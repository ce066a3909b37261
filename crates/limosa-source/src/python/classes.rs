//! Classes followed through their source, up to the one of Django's that they are built on.

use std::sync::Arc;

use limosa_model::{SmolStr, Value};

use super::canonical::canonical;
use super::evaluate::Evaluator;
use super::module::{Class, Function, Module};

/// How many classes a chain may have.
const MAX_LINKS: usize = 32;

/// A class of the project or of a package.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) module: Arc<Module>,
    /// The path within the module.
    pub(crate) within: SmolStr,
}

/// A class with those that it is built on, nearest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    pub(crate) links: Vec<Link>,
    /// The class of Django's, canonical.
    pub(crate) base: Option<SmolStr>,
}

impl Link {
    pub(crate) fn class(&self) -> Option<&Class> {
        self.module.classes.get(&self.within)
    }

    pub(crate) fn method(&self, name: &str) -> Option<&Function> {
        self.module.functions.get(self.method_path(name).as_str())
    }

    pub(crate) fn method_path(&self, name: &str) -> String {
        format!("{}.{name}", self.within)
    }
}

impl Chain {
    /// Follows the class at `path`; `is_base` tells which of Django's classes end the way.
    ///
    /// # Errors
    /// When some class on the way is not known; says why.
    pub(crate) fn follow(
        evaluator: &mut Evaluator<'_>,
        path: &str,
        is_base: &dyn Fn(&str) -> bool,
    ) -> Result<Self, String> {
        let mut chain = Self::default();
        chain.add(evaluator, path, is_base)?;
        Ok(chain)
    }

    /// Returns the nearest method of this name.
    pub(crate) fn method(&self, name: &str) -> Option<(&Link, &Function)> {
        self.links.iter().find_map(|link| Some((link, link.method(name)?)))
    }

    /// Returns the nearest attribute of this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Value> {
        self.links.iter().find_map(|link| link.class()?.attributes.get(name))
    }

    /// Returns the first of these methods that is defined on the way.
    pub(crate) fn defines<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        let names = names.iter().copied();
        names.into_iter().find(|name| self.method(name).is_some() || self.attribute(name).is_some())
    }

    /// Returns the path of the class itself.
    pub(crate) fn path(&self) -> Option<SmolStr> {
        self.links.first().and_then(Link::class).map(|class| class.path.clone())
    }

    /// Takes a class of Django's: of two, the one that inherits from the other comes first.
    fn take_base(&mut self, found: SmolStr) -> Result<(), String> {
        match &self.base {
            Some(base) if *base == found || inherits(base, &found) => {}
            Some(base) if !inherits(&found, base) => {
                return Err(format!("the class is built on both `{base}` and `{found}`"));
            }
            _ => self.base = Some(found),
        }
        Ok(())
    }

    fn add(&mut self, evaluator: &mut Evaluator<'_>, path: &str, is_base: &dyn Fn(&str) -> bool) -> Result<(), String> {
        let known = canonical(path);
        if is_base(&known) {
            return self.take_base(known);
        }
        if path == "builtins.object" || (known.starts_with("django.") && known.ends_with("Mixin")) {
            return Ok(());
        }
        let unknown = || format!("the class `{path}` could not be followed to one of Django's");
        let (module, within) = evaluator.find_class(path).ok_or_else(unknown)?;
        let link = Link { module, within };
        let class = link.class().ok_or_else(unknown)?;
        if self.links.len() >= MAX_LINKS {
            return Err(unknown());
        }
        if self.links.iter().any(|other| other.within == link.within && Arc::ptr_eq(&other.module, &link.module)) {
            return Ok(());
        }
        let bases = class.bases.clone();
        self.links.push(link);
        for base in &bases {
            match base {
                Value::Reference(base) => self.add(evaluator, base, is_base)?,
                Value::Call(call) if call.callee.ends_with("with_metaclass") => {
                    for base in call.args.iter().skip(1) {
                        match base {
                            Value::Reference(base) => self.add(evaluator, base, is_base)?,
                            _ => return Err(unknown()),
                        }
                    }
                }
                _ => return Err(unknown()),
            }
        }
        Ok(())
    }
}

/// Returns whether one of Django's classes inherits from another.
///
/// Source: Django `db/models/fields/__init__.py`, `files.py`, `related.py`.
fn inherits(class: &str, ancestor: &str) -> bool {
    let name = |path: &str| path.strip_prefix("django.db.models.").map(str::to_owned);
    let (Some(class), Some(ancestor)) = (name(class), name(ancestor)) else {
        return ancestor == "django.db.models.Field" || ancestor.ends_with(".Operation");
    };
    let parent = |class: &str| match class {
        "CommaSeparatedIntegerField" | "EmailField" | "SlugField" | "URLField" => Some("CharField"),
        "AutoField"
        | "BigIntegerField"
        | "PositiveIntegerField"
        | "PositiveSmallIntegerField"
        | "SmallIntegerField" => Some("IntegerField"),
        "BigAutoField" | "PositiveBigIntegerField" => Some("BigIntegerField"),
        "SmallAutoField" => Some("SmallIntegerField"),
        "DateTimeField" => Some("DateField"),
        "ImageField" => Some("FileField"),
        "NullBooleanField" => Some("BooleanField"),
        "OneToOneField" => Some("ForeignKey"),
        "Field" => None,
        _ => Some("Field"),
    };
    let mut at = parent(&class);
    while let Some(class) = at {
        if class == ancestor {
            return true;
        }
        at = parent(class);
    }
    false
}
