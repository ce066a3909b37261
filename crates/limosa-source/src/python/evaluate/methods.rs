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
use super::object::{Class, Function, Object};
use super::{Evaluator, FUEL};
use crate::python::context::Context;
use crate::python::module::Module;

/// What `super().db_type(connection)` stands for.
pub(crate) const INHERITED_TYPE: &str = "builtins.super.db_type";

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

    /// Runs a constructor and returns the arguments with which it calls the inherited one; nothing when that is not certain.
    pub(crate) fn run_constructor(
        &mut self,
        module: &Arc<Module>,
        within: &str,
        instance: &Instance,
        args: &[Value],
        kwargs: &Kwargs,
    ) -> Option<(Vec<Value>, Kwargs)> {
        let mut arguments = Arguments { args: vec![Object::Class(Rc::clone(&instance.0))], ..Arguments::default() };
        for value in args {
            let value = self.thaw(value);
            arguments.args.push(value);
        }
        for (name, value) in kwargs.iter() {
            let value = self.thaw(value);
            arguments.kwargs.push((name.clone(), value));
        }
        self.handed_on.clear();
        let finished = self.call_method(module, within, arguments);
        let calls = std::mem::take(&mut self.handed_on);
        let [handed_on] = <[Arguments; 1]>::try_from(calls).ok()?;
        if finished? != Object::None.type_name() || handed_on.open {
            return None;
        }
        let args = handed_on.args.into_iter().map(|value| self.freeze(value, true)).collect();
        let kwargs = handed_on.kwargs.into_iter().map(|(name, value)| (name, self.freeze(value, true))).collect();
        Some((args, kwargs))
    }

    /// Calls an inherited method from a method that is run on its own.
    pub(super) fn inherited(&mut self, name: &str, arguments: Arguments, range: TextRange) -> Object {
        match name {
            "__init__" => {
                // The inherited constructor sets the attributes that a field has by itself.
                let this = self.frames.last().and_then(|frame| frame.locals.get("self").cloned());
                if let Some(Object::Class(class)) = this {
                    class.attributes.borrow_mut().retain(|name, _| !OWN_ATTRIBUTES.contains(&name.as_str()));
                }
                self.handed_on.push(arguments);
                Object::None
            }
            "db_type" => Object::Path(INHERITED_TYPE.into()),
            _ => self.opaque(format!("calls the inherited method `{name}`"), range),
        }
    }

    /// Takes the attributes that decide about a column and that a constructor set by itself.
    pub(crate) fn take_attributes(&mut self, instance: &Instance) -> Kwargs {
        let taken: Vec<(SmolStr, Object)> = {
            let mut attributes = instance.0.attributes.borrow_mut();
            OWN_ATTRIBUTES.iter().filter_map(|name| attributes.shift_remove_entry(*name)).collect()
        };
        taken.into_iter().map(|(name, value)| (name, self.freeze(value, true))).collect()
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

    fn call_method(&mut self, module: &Arc<Module>, within: &str, arguments: Arguments) -> Option<&'static str> {
        let function = self.method_function(module, within)?;
        let result = self.call_function(&function, &arguments, TextRange::default()).ok()?;
        Some(result.type_name())
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
