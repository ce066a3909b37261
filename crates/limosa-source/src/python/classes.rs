//! Classes followed through their source, up to the one of Django's that they are built on.

use std::sync::Arc;

use limosa_model::{SmolStr, Value};

use super::canonical::canonical;
use super::evaluate::Evaluator;
use super::linearize::merge;
use super::module::{Class, Function, Module};

/// How many classes are followed, those counted twice that are met twice.
const MAX_CLASSES: usize = 64;

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
    /// Classes in which Python looks only after those of Django's.
    pub(crate) shadowed: Vec<Link>,
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
        let order = Way { evaluator, is_base, chain: &mut chain, budget: MAX_CLASSES }.order(path)?;
        chain.arrange(order)?;
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

    /// Puts the classes in the order in which Python looks through them.
    fn arrange(&mut self, order: Vec<Step>) -> Result<(), String> {
        let last = order.iter().rposition(|step| matches!(step, Step::Django(_)));
        let mut django = false;
        for (position, step) in order.into_iter().enumerate() {
            match step {
                Step::Django(_) => django = true,
                Step::Source(link) if !django => self.links.push(link),
                // What Django's class defines, which is all that counts, is found before this one.
                Step::Source(link) if last.is_some_and(|last| position > last) => self.shadowed.push(link),
                Step::Source(link) => {
                    return Err(format!("the class `{}` stands between classes of Django's", link.within));
                }
            }
        }
        Ok(())
    }
}

/// A class on the way to Django's.
#[derive(Clone)]
enum Step {
    Source(Link),
    Django(SmolStr),
}

/// Follows classes up to those of Django's.
struct Way<'a, 'e, 'c> {
    evaluator: &'a mut Evaluator<'c>,
    is_base: &'e dyn Fn(&str) -> bool,
    chain: &'a mut Chain,
    /// How many more classes are looked at.
    budget: usize,
}

impl Way<'_, '_, '_> {
    /// Returns the class at `path` and those that it is built on, in the order in which Python looks through them.
    fn order(&mut self, path: &str) -> Result<Vec<Step>, String> {
        let known = canonical(path);
        if (self.is_base)(&known) {
            self.chain.take_base(known.clone())?;
            return Ok(ancestry(&known));
        }
        if path == "builtins.object" || (known.starts_with("django.") && known.ends_with("Mixin")) {
            return Ok(Vec::new());
        }
        let unknown = || format!("the class `{path}` could not be followed to one of Django's");
        let (module, within) = self.evaluator.find_class(path).ok_or_else(unknown)?;
        let link = Link { module, within };
        let class = link.class().ok_or_else(unknown)?;
        self.budget = self.budget.checked_sub(1).ok_or_else(unknown)?;
        let mut bases = Vec::new();
        for base in &class.bases {
            match base {
                Value::Reference(base) => bases.push(base.clone()),
                Value::Call(call) if call.callee.ends_with("with_metaclass") => {
                    for base in call.args.iter().skip(1) {
                        match base {
                            Value::Reference(base) => bases.push(base.clone()),
                            _ => return Err(unknown()),
                        }
                    }
                }
                _ => return Err(unknown()),
            }
        }
        let mut orders = bases.iter().map(|base| self.order(base)).collect::<Result<Vec<_>, String>>()?;
        orders.push(orders.iter().filter_map(|order| order.first().cloned()).collect());
        let mut order = vec![Step::Source(link.clone())];
        order.extend(merge(orders, &Step::is_same).ok_or_else(unknown)?);
        Ok(order)
    }
}

impl Step {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Source(one), Self::Source(other)) => {
                one.within == other.within && Arc::ptr_eq(&one.module, &other.module)
            }
            (Self::Django(one), Self::Django(other)) => one == other,
            _ => false,
        }
    }
}

/// Returns one of Django's classes and those of Django's that it is built on.
fn ancestry(class: &SmolStr) -> Vec<Step> {
    let mut steps = vec![Step::Django(class.clone())];
    let mut at = class.strip_prefix("django.db.models.").and_then(parent);
    while let Some(name) = at {
        steps.push(Step::Django(format!("django.db.models.{name}").into()));
        at = parent(name);
    }
    steps
}

/// Returns whether one of Django's classes inherits from another.
///
/// Source: Django `db/models/fields/__init__.py`, `files.py`, `related.py`.
fn inherits(class: &str, ancestor: &str) -> bool {
    let (Some(class), Some(ancestor)) =
        (class.strip_prefix("django.db.models."), ancestor.strip_prefix("django.db.models."))
    else {
        return ancestor == "django.db.models.Field" || ancestor.ends_with(".Operation");
    };
    let mut at = parent(class);
    while let Some(class) = at {
        if class == ancestor {
            return true;
        }
        at = parent(class);
    }
    false
}

/// Returns the class that one of Django's fields inherits from.
fn parent(class: &str) -> Option<&'static str> {
    Some(match class {
        "CommaSeparatedIntegerField" | "EmailField" | "SlugField" | "URLField" => "CharField",
        "AutoField"
        | "BigIntegerField"
        | "PositiveIntegerField"
        | "PositiveSmallIntegerField"
        | "SmallIntegerField" => "IntegerField",
        "BigAutoField" | "PositiveBigIntegerField" => "BigIntegerField",
        "SmallAutoField" => "SmallIntegerField",
        "DateTimeField" => "DateField",
        "ImageField" => "FileField",
        "NullBooleanField" => "BooleanField",
        "OneToOneField" => "ForeignKey",
        "Field" => return None,
        _ => "Field",
    })
}
