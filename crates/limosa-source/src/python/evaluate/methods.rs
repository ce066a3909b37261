//! Methods of other classes, run on their own: what a constructor hands on, and what a method returns.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::value::Kwargs;
use limosa_model::{SmolStr, Value};
use ruff_text_size::TextRange;

use super::arguments::Arguments;
use super::environment::{Environment, Frame, FrameKind};
use super::lookup::Named;
use super::object::{Class, Function, Key, Object};
use super::{Evaluator, FUEL, Stop};
use crate::python::context::Context;
use crate::python::module::Module;

/// What inherited methods of Django's fields give.
pub(crate) const INHERITED: &str = "builtins.super.";

/// What `super().db_type(connection)` stands for.
const INHERITED_TYPE: &str = "builtins.super.db_type";

/// The attributes of a field that decide about its column.
pub(crate) const OWN_ATTRIBUTES: [&str; 12] = [
    "_unique",
    "blank",
    "db_collation",
    "db_column",
    "db_default",
    "db_index",
    "db_tablespace",
    "default",
    "max_length",
    "null",
    "primary_key",
    "remote_field",
];

/// The instance whose methods are run: attributes that were set, then those of its class.
#[derive(Clone, Debug)]
pub(crate) struct Instance(Rc<Class>);

impl<'c> Evaluator<'c> {
    /// Returns an evaluator that runs methods of classes in other modules.
    pub(crate) fn of_methods(context: Context<'c>, module: &Arc<Module>) -> Self {
        let environment = Rc::new(Environment {
            module: module.path.clone(),
            package: module.package,
            file: Arc::clone(&module.file),
            names: RefCell::default(),
            evaluated: Some(Arc::clone(module)),
        });
        Self {
            context,
            frames: vec![Frame::new(FrameKind::Module, environment, module.path.clone())],
            fuel: FUEL,
            nesting: context.nesting,
            attempts: 0,
            doubts: 0,
            changed: Vec::new(),
            thawed: HashMap::new(),
            environments: HashMap::new(),
            classes: IndexMap::new(),
            functions: IndexMap::new(),
            chain: Vec::new(),
            complete: true,
            diagnostics: Vec::new(),
            unread_stars: Vec::new(),
            environment_changed: false,
            methods: true,
            handed_on: Vec::new(),
            inherits_from_django: false,
            given: Vec::new(),
            scratch: String::new(),
        }
    }

    /// Returns the class that a dotted path names, as its module and its path within it.
    pub(crate) fn find_class(&mut self, path: &str) -> Option<(Arc<Module>, SmolStr)> {
        match self.named(path) {
            Named::Class(module, within) => Some((module, within)),
            _ => None,
        }
    }

    /// Returns an instance of the class at `path` without running anything.
    pub(crate) fn instance(&self, path: &SmolStr) -> Option<Instance> {
        let span = self.span(TextRange::default())?;
        Some(Instance(Rc::new(Class {
            name: path.clone(),
            path: path.clone(),
            bases: vec![Object::Path(path.clone())],
            attributes: RefCell::default(),
            span,
        })))
    }

    /// Sets attributes of an instance.
    pub(crate) fn set_attributes(&mut self, instance: &Instance, values: &Kwargs) {
        for (name, value) in values.iter() {
            let value = self.thaw(value);
            instance.0.attributes.borrow_mut().insert(name.clone(), value);
        }
    }

    /// Runs a constructor and returns the arguments with which it calls the inherited one.
    ///
    /// # Errors
    /// When that is not certain; says why.
    pub(crate) fn run_constructor(
        &mut self,
        module: &Arc<Module>,
        within: &str,
        instance: &Instance,
        args: &[Value],
        kwargs: &Kwargs,
    ) -> Result<(Vec<Value>, Kwargs), SmolStr> {
        let arguments = self.constructor_arguments(instance, args, kwargs);
        self.handed_on.clear();
        let function = self.method_function(module, within).ok_or("it has no source")?;
        let finished = self.call_function(&function, &arguments, TextRange::default());
        let calls = std::mem::take(&mut self.handed_on);
        match finished {
            Ok(Object::None) => {}
            Ok(Object::Opaque(opaque)) => return Err(opaque.reason.clone()),
            Ok(_) => return Err("it returns something".into()),
            Err(Stop::Raise(class, reason)) => return Err(format!("raises {class}: {reason}").into()),
            Err(Stop::Unknown(reason)) => return Err(reason),
            Err(Stop::Limit) => return Err("takes too many steps to be evaluated".into()),
        }
        let [handed_on] = <[Arguments; 1]>::try_from(calls).map_err(|_| "it does not call the inherited one once")?;
        if handed_on.open {
            return Err("it hands on arguments that are not known".into());
        }
        let args = handed_on.args.into_iter().map(|value| self.freeze(value, true)).collect();
        let kwargs = handed_on.kwargs.into_iter().map(|(name, value)| (name, self.freeze(value, true))).collect();
        Ok((args, kwargs))
    }

    /// Runs a constructor for the attributes that it sets.
    pub(crate) fn run_initializer(
        &mut self,
        module: &Arc<Module>,
        within: &str,
        instance: &Instance,
        args: &[Value],
        kwargs: &Kwargs,
    ) -> Option<()> {
        let arguments = self.constructor_arguments(instance, args, kwargs);
        let function = self.method_function(module, within)?;
        match self.call_function(&function, &arguments, TextRange::default()).ok()? {
            Object::None => Some(()),
            _ => None,
        }
    }

    /// The arguments of a constructor, with the instance itself in front.
    fn constructor_arguments(&mut self, instance: &Instance, args: &[Value], kwargs: &Kwargs) -> Arguments {
        let mut arguments = Arguments { args: vec![Object::Class(Rc::clone(&instance.0))], ..Arguments::default() };
        arguments.args.extend(args.iter().map(|value| self.thaw(value)));
        arguments.kwargs.extend(kwargs.iter().map(|(name, value)| (name.clone(), self.thaw(value))));
        arguments
    }

    /// Calls an inherited method from a method that is run on its own.
    pub(super) fn inherited(&mut self, name: &str, arguments: Arguments, range: TextRange) -> Object {
        match name {
            "__init__" => {
                // The inherited constructor sets the attributes that a field has by itself.
                let this = self.frames.last().and_then(|frame| frame.locals.get("self").cloned());
                if let Some(Object::Class(class)) = this {
                    class.attributes.borrow_mut().retain(|name, _| !OWN_ATTRIBUTES.contains(&name.as_str()));
                    if self.inherits_from_django && !arguments.open {
                        self.given = given(&arguments);
                        class.attributes.borrow_mut().extend(self.given.iter().cloned());
                    }
                }
                self.handed_on.push(arguments);
                Object::None
            }
            "db_type" => Object::Path(INHERITED_TYPE.into()),
            "db_parameters" => inherited_parameters(true),
            _ => self.opaque(format!("calls the inherited method `{name}`"), range),
        }
    }

    /// Takes the attributes that decide about a column and that a constructor set by itself.
    pub(crate) fn take_attributes(&mut self, instance: &Instance) -> Kwargs {
        let taken: Vec<(SmolStr, Object)> = {
            let mut attributes = instance.0.attributes.borrow_mut();
            OWN_ATTRIBUTES.iter().filter_map(|name| attributes.shift_remove_entry(*name)).collect()
        };
        let given = std::mem::take(&mut self.given);
        // What the inherited constructor set follows from its arguments.
        let inherited = |name: &str, value: &Object| given.iter().any(|(key, own)| key == name && is_same(own, value));
        taken
            .into_iter()
            .filter(|(name, value)| !inherited(name, value))
            .map(|(name, value)| (name, self.freeze(value, true)))
            .collect()
    }

    /// Runs a method with `self` and dotted paths as arguments, and returns its result; nothing when it is not known.
    pub(crate) fn run_method(
        &mut self,
        module: &Arc<Module>,
        within: &str,
        instance: &Instance,
        paths: &[&str],
    ) -> Option<Value> {
        let mut args = vec![Object::Class(Rc::clone(&instance.0))];
        args.extend(paths.iter().map(|path| Object::Path((*path).into())));
        let function = self.method_function(module, within)?;
        let arguments = Arguments { args, ..Arguments::default() };
        let result = self.call_function(&function, &arguments, TextRange::default()).ok()?;
        match self.freeze(result, true) {
            Value::Reference(path) if path == INHERITED_TYPE => Some(Value::Reference(path)),
            Value::Opaque(_) | Value::Call(_) | Value::Reference(_) => None,
            value => Some(value),
        }
    }

    /// Runs a method with `self`, None and other values as arguments, and returns whether its result is known to be None.
    pub(crate) fn returns_none(
        &mut self,
        module: &Arc<Module>,
        within: &str,
        instance: &Instance,
        others: &[Value],
    ) -> bool {
        let simple = |value: &Value| match value {
            Value::Bool(value) => Object::Bool(*value),
            _ => Object::None,
        };
        let mut args = vec![Object::Class(Rc::clone(&instance.0)), Object::None];
        args.extend(others.iter().map(simple));
        let Some(function) = self.method_function(module, within) else { return false };
        let arguments = Arguments { args, ..Arguments::default() };
        matches!(self.call_function(&function, &arguments, TextRange::default()), Ok(Object::None))
    }

    fn method_function(&mut self, module: &Arc<Module>, within: &str) -> Option<Rc<Function>> {
        let function = module.functions.get(within)?;
        let environment = self.environment_of(module);
        Some(Rc::new(Function {
            path: function.path.clone(),
            environment,
            offset: Some(function.offset),
            plain: function.plain,
            defaults: Vec::new(),
        }))
    }
}

impl<'c> Evaluator<'c> {
    /// Returns an evaluator for following the class at `path`; nothing when its module has no source.
    pub(crate) fn for_classes(context: Context<'c>, path: &str) -> Option<Self> {
        let mut end = path.rfind('.')?;
        loop {
            if let super::super::context::Loaded::Module(module) = context.load(&path[..end], &[]) {
                return Some(Self::of_methods(context, &module));
            }
            end = path[..end].rfind('.')?;
        }
    }
}

impl Evaluator<'_> {
    /// Returns whether an attribute of an instance is true, when it was set and that is known.
    pub(crate) fn attribute_truth(&self, instance: &Instance, name: &str) -> Option<bool> {
        match instance.0.attributes.borrow().get(name)? {
            Object::None => Some(false),
            Object::Bool(value) => Some(*value),
            Object::Str(text) => Some(!text.is_empty()),
            _ => None,
        }
    }
}

/// Returns what `db_parameters` of Django's fields gives; that of a text tells its collation as well.
///
/// Source: Django `db/models/fields/__init__.py`, `Field.db_parameters` and `CharField.db_parameters`.
pub(super) fn inherited_parameters(is_text: bool) -> Object {
    let names = ["type", "check", "collation"].into_iter().take(if is_text { 3 } else { 2 });
    let part = |name: &str| (Key::Str(name.into()), Object::Path(format!("{INHERITED}{name}").into()));
    Object::dict(names.map(part).collect())
}

/// Returns the attributes that the constructor of Django's fields sets.
///
/// Source: Django `db/models/fields/__init__.py`, `Field.__init__`.
fn given(arguments: &Arguments) -> Vec<(SmolStr, Object)> {
    let named = |name: &str| arguments.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let none = || Object::None;
    let mut given = Vec::new();
    for (name, default) in [
        ("null", Object::Bool(false)),
        ("blank", Object::Bool(false)),
        ("primary_key", Object::Bool(false)),
        ("db_index", Object::Bool(false)),
        ("editable", Object::Bool(true)),
        ("max_length", none()),
        ("choices", none()),
        ("help_text", Object::str("")),
    ] {
        // Classes of Django's set some of these to something else when they are not given.
        let uncertain = matches!(name, "max_length" | "db_index" | "editable" | "blank");
        match named(name) {
            Some(value) => given.push((SmolStr::new_static(name), value)),
            None if !uncertain && arguments.args.len() <= 2 => given.push((SmolStr::new_static(name), default)),
            None => {}
        }
    }
    given
}

/// Returns whether two values are the same one, as far as that is known.
fn is_same(left: &Object, right: &Object) -> bool {
    match (left, right) {
        (Object::Opaque(left), Object::Opaque(right)) => Arc::ptr_eq(left, right),
        (Object::Call(left), Object::Call(right)) => Rc::ptr_eq(left, right),
        (Object::List(left), Object::List(right)) => Rc::ptr_eq(left, right),
        _ => super::operators::equal(left, right, 0) == Some(true),
    }
}
