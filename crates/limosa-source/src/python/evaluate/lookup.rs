//! What a dotted path stands for: looked up in this module's classes, then in the modules of the project.

use std::rc::Rc;
use std::sync::Arc;

use limosa_model::{SmolStr, Value};
use ruff_text_size::TextRange;

use super::arguments::Arguments;
use super::calls::{is_class_name, is_constant_name, is_standard};
use super::enums::{Enumeration, Mixed};
use super::environment::Environment;
use super::object::{CallObject, Function, Key, Object};
use super::{Evaluator, Stop};
use crate::python::context::Loaded;
use crate::python::module::{Class, Found, Module};

/// What a dotted path stands for.
#[derive(Debug)]
pub(super) enum Named {
    Value(Object),
    /// A class of another module, by its path within it.
    Class(Arc<Module>, SmolStr),
    Function(Arc<Module>, SmolStr),
    /// A module, a class or a function of this module, or a member of an enumeration: true, and no value.
    Thing,
    Unknown,
}

impl Evaluator<'_> {
    /// Returns what a lazy value stands for, or the value itself.
    pub(super) fn force(&mut self, object: Object) -> Object {
        match &object {
            Object::Path(path) if !is_standard(path) => self.force_path(path),
            Object::Call(call) => match call.result.get() {
                Some(result) => result.clone(),
                None => self.force_call(call).unwrap_or(object),
            },
            _ => object,
        }
    }

    fn force_path(&mut self, path: &SmolStr) -> Object {
        if let Some(object) = self.thawed.get(path) {
            return object.clone();
        }
        let object = match self.named(path) {
            // What it stands for may be lazy itself.
            Named::Value(object) => match &object {
                Object::Path(other) if other == path => object,
                _ => {
                    self.nested(|evaluator| Ok(evaluator.force(object))).unwrap_or_else(|_| Object::Path(path.clone()))
                }
            },
            _ => Object::Path(path.clone()),
        };
        self.thawed.insert(path.clone(), object.clone());
        object
    }

    fn force_call(&mut self, call: &Rc<CallObject>) -> Option<Object> {
        if is_class_name(&call.callee) || is_standard(&call.callee) {
            return None;
        }
        let Named::Function(module, within) = self.named(&call.callee) else { return None };
        let function = module.functions.get(&within)?;
        let environment = self.environment_of(&module);
        let function = Rc::new(Function {
            path: function.path.clone(),
            environment,
            offset: Some(function.offset),
            plain: function.plain,
            defaults: Vec::new(),
        });
        let arguments = Arguments { args: call.args.clone(), kwargs: call.kwargs.clone(), open: false };
        let doubts = self.doubts;
        let result = match self.nested(|evaluator| evaluator.call_function(&function, &arguments, TextRange::default()))
        {
            // The call says more than an opaque value.
            Ok(Object::Opaque(_)) | Err(Stop::Raise(..) | Stop::Unknown(_) | Stop::Limit) => return None,
            Ok(object) => self.force(object),
        };
        self.doubts = doubts;
        _ = call.result.set(result.clone());
        Some(result)
    }

    /// Returns whether what a path stands for is true, when that is known.
    pub(super) fn path_truth(&mut self, path: &SmolStr) -> Option<bool> {
        if is_standard(path) {
            return (is_class_name(path) && !is_constant_name(path)).then_some(true);
        }
        match self.named(path) {
            Named::Class(..) | Named::Function(..) | Named::Thing => Some(true),
            Named::Value(_) | Named::Unknown => None,
        }
    }

    /// Finds what a dotted path stands for.
    pub(super) fn named(&mut self, path: &str) -> Named {
        let mut path = SmolStr::from(path);
        for _ in 0..16 {
            if let Some(within) = self.own(&path)
                && let Some(named) = self.named_here(&within)
            {
                return named;
            }
            if is_standard(&path) {
                return Named::Value(Object::Path(path));
            }
            match self.named_elsewhere(&path) {
                Ok(named) => return named,
                Err(next) => path = next,
            }
        }
        Named::Unknown
    }

    /// Finds what a path within this module stands for.
    fn named_here(&mut self, within: &str) -> Option<Named> {
        if self.classes.contains_key(within) || self.functions.contains_key(within) {
            return Some(Named::Thing);
        }
        let (class, rest) = split_class(within, |prefix| self.classes.contains_key(prefix))?;
        let class = self.classes.get(class)?.clone();
        match self.enumeration(&class) {
            Some(enumeration) => Some(member(&enumeration, rest)),
            None => {
                let attributes = class.attributes.borrow();
                match rest.split_once('.').and_then(|(first, more)| Some((attributes.get(first)?, more))) {
                    Some((Object::Path(path), more)) => {
                        Some(Named::Value(Object::Path(format!("{path}.{more}").into())))
                    }
                    _ => attributes.get(rest).map(|value| Named::Value(value.clone())),
                }
            }
        }
    }

    /// Finds what a path of another module stands for, or the path under which it is really found.
    fn named_elsewhere(&mut self, path: &str) -> Result<Named, SmolStr> {
        let mut end = path.len();
        loop {
            let name = &path[..end];
            match self.context.find(name) {
                Found::Source(_) if end == path.len() => return Ok(Named::Thing),
                Found::Source(_) => match self.load(name) {
                    Loaded::Module(module) => return self.named_in(&module, &path[end + 1..]),
                    Loaded::Cycle | Loaded::Nothing => return Ok(Named::Unknown),
                },
                _ => match name.rfind('.') {
                    Some(dot) => end = dot,
                    None => return Ok(Named::Unknown),
                },
            }
        }
    }

    fn named_in(&mut self, module: &Arc<Module>, within: &str) -> Result<Named, SmolStr> {
        let (name, rest) = within.split_once('.').map_or((within, None), |(name, rest)| (name, Some(rest)));
        let own = format!("{}.{name}", module.path);
        // A name that was defined may have been given to something else later on.
        let is_own =
            module.globals.get(name).is_none_or(|value| matches!(value, Value::Reference(path) if *path == own));
        if is_own && module.functions.contains_key(within) {
            return Ok(Named::Function(Arc::clone(module), within.into()));
        }
        if is_own && module.classes.contains_key(within) {
            return Ok(Named::Class(Arc::clone(module), within.into()));
        }
        if is_own
            && let Some((class, rest)) = split_class(within, |prefix| module.classes.contains_key(prefix))
            && let Some(class) = module.classes.get(class)
        {
            if let Some(enumeration) = self.loaded_enumeration(class) {
                return Ok(member(&enumeration, rest));
            }
            if let "__name__" | "__module__" = rest {
                let name =
                    if rest == "__name__" { class.path.rsplit('.').next().unwrap_or_default() } else { &module.path };
                return Ok(Named::Value(Object::str(name)));
            }
            if let Some(option) = rest.strip_prefix("_meta.") {
                return Ok(model_option(module, class, option).map_or(Named::Unknown, Named::Value));
            }
            // What an attribute stands for is looked into.
            if let Some((first, more)) = rest.split_once('.')
                && let Some(Value::Reference(path)) = class.attributes.get(first)
            {
                return Err(format!("{path}.{more}").into());
            }
            return match class.attributes.get(rest) {
                Some(value) => Ok(Named::Value(self.thaw(value))),
                None => match self.inherited_from(class, rest, 0) {
                    Some(base) => Err(format!("{base}.{rest}").into()),
                    None => Ok(Named::Unknown),
                },
            };
        }
        match (module.globals.get(name), rest) {
            // Another name for something else.
            (Some(Value::Reference(path)), None) if *path != own => Err(path.clone()),
            (Some(Value::Reference(path)), Some(rest)) if *path != own => Err(format!("{path}.{rest}").into()),
            (Some(Value::Opaque(_)) | None, _) | (_, Some(_)) => Ok(Named::Unknown),
            (Some(value), None) => Ok(Named::Value(self.thaw(value))),
        }
    }

    /// Returns the class that an attribute is inherited from: the only base, or the first of several that certainly has it.
    fn inherited_from(&mut self, class: &Class, name: &str, depth: u8) -> Option<SmolStr> {
        if let [Value::Reference(base)] = class.bases.as_slice() {
            return (**base != class.path).then(|| base.clone());
        }
        for base in &class.bases {
            let Value::Reference(base) = base else { return None };
            if depth > 16 || is_standard(base) || *base == class.path {
                return None;
            }
            let Named::Class(module, within) = self.named(base) else { return None };
            let found = module.classes.get(&within)?;
            if found.attributes.contains_key(name) || found.methods.iter().any(|method| method == name) {
                return Some(found.path.clone());
            }
            if let Some(path) = self.inherited_from(found, name, depth + 1)
                && found.bases.len() > 1
            {
                return Some(path);
            }
            // A single base further up may have it, or not.
            if !found.bases.is_empty() && found.bases.len() == 1 {
                match &found.bases[0] {
                    Value::Reference(path) if path == "builtins.object" => {}
                    _ => return None,
                }
            }
        }
        None
    }

    /// Returns the environment in which functions of another module run.
    pub(super) fn environment_of(&mut self, module: &Arc<Module>) -> Rc<Environment> {
        let environments = &mut self.environments;
        let environment = environments.entry(module.path.clone()).or_insert_with(|| {
            Rc::new(Environment {
                module: module.path.clone(),
                package: module.package,
                file: Arc::clone(&module.file),
                names: std::cell::RefCell::default(),
                evaluated: Some(Arc::clone(module)),
            })
        });
        Rc::clone(environment)
    }

    /// Returns a value of another module, the same one each time.
    pub(super) fn thaw_named(&mut self, path: &SmolStr, value: &Value) -> Object {
        if let Some(object) = self.thawed.get(path) {
            return object.clone();
        }
        let object = self.thaw(value);
        self.thawed.insert(path.clone(), object.clone());
        object
    }

    /// Turns a value of another module into one that can be computed with.
    pub(crate) fn thaw(&mut self, value: &Value) -> Object {
        let all = |evaluator: &mut Self, values: &[Value]| {
            values.iter().map(|value| evaluator.thaw(value)).collect::<Vec<Object>>()
        };
        match value {
            Value::None => Object::None,
            Value::Bool(value) => Object::Bool(*value),
            Value::Int(value) => Object::Int(*value),
            Value::Float(value) => Object::Float(*value),
            Value::Str(text) => Object::Str(text.clone()),
            Value::Bytes(bytes) => Object::Bytes(bytes.clone()),
            Value::List(items) => Object::list(all(self, items)),
            Value::Tuple(items) => Object::tuple(all(self, items)),
            Value::Set(items) => Object::set(all(self, items)),
            Value::Dict(pairs) => {
                let mut items = indexmap::IndexMap::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = self.thaw(key);
                    let Some(key) = Key::new(&key) else {
                        return Object::opaque("has a key that is not known", "", None);
                    };
                    let value = self.thaw(value);
                    items.insert(key, value);
                }
                Object::dict(items)
            }
            Value::Call(call) => {
                let args = all(self, &call.args);
                let kwargs = call.kwargs.iter().map(|(name, value)| (name.clone(), self.thaw(value))).collect();
                Object::call(call.callee.clone(), args, kwargs, call.span)
            }
            Value::Reference(path) => Object::Path(path.clone()),
            Value::Opaque(opaque) => {
                self.doubts += 1;
                Object::Opaque(opaque.clone())
            }
        }
    }
}

/// Returns what `_meta` of a model says about its name; nothing when its app is not written in the class itself.
///
/// Source: Django `db/models/options.py`, `Options.contribute_to_class`.
fn model_option(module: &Module, class: &Class, option: &str) -> Option<Object> {
    let within = class.path.strip_prefix(module.path.as_str())?.strip_prefix('.')?;
    let name = within.rsplit('.').next()?;
    let meta = module.classes.get(format!("{within}.Meta").as_str());
    let app = meta.and_then(|meta| meta.attributes.get("app_label")).and_then(Value::as_str);
    Some(match option {
        "object_name" => Object::str(name),
        "model_name" => Object::str(name.to_lowercase()),
        "app_label" => Object::str(app?),
        "label" => Object::str(format!("{}.{name}", app?)),
        "label_lower" => Object::str(format!("{}.{}", app?, name.to_lowercase())),
        _ => return None,
    })
}

/// Splits a path within a module into that of a class and the rest.
fn split_class(within: &str, is_class: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let mut end = within.rfind('.')?;
    loop {
        if is_class(&within[..end]) {
            return Some((&within[..end], &within[end + 1..]));
        }
        end = within[..end].rfind('.')?;
    }
}

/// Returns what `rest` is behind the name of an enumeration: a member, its value, or a list of all.
fn member(enumeration: &Enumeration, rest: &str) -> Named {
    let (name, part) = rest.split_once('.').map_or((rest, None), |(name, part)| (name, Some(part)));
    let Some(member) = enumeration.member(name) else {
        return match (enumeration.attribute(name), part) {
            (Some(object), None) => Named::Value(object),
            _ => Named::Unknown,
        };
    };
    match (part, enumeration.mixed) {
        (Some("value"), _) => Named::Value(member.value.clone()),
        (Some("name"), _) => Named::Value(Object::Str(member.name.clone())),
        (Some("label"), _) => Named::Value(member.label.clone()),
        (None, Mixed::Text | Mixed::Int) => Named::Value(member.value.clone()),
        (None, Mixed::Nothing) => Named::Thing,
        (None, Mixed::Other) | (Some(_), _) => Named::Unknown,
    }
}
