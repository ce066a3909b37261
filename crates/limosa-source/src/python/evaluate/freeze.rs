//! From values of the evaluation to values that can be kept.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::value::Kwargs;
use limosa_model::{SmolStr, Value};

use super::Evaluator;
use super::functions::{documentation, is_empty};
use super::object::{Key, Object};
use crate::python::module::{Class, Function, Module};

/// How deeply values may be nested.
const MAX_DEPTH: u16 = 260;

/// Arguments that never decide about a schema: what they name is not looked up.
const UNIMPORTANT: [&str; 16] = [
    "base_block",
    "bases",
    "block_lookup",
    "block_types",
    "choices",
    "encoder",
    "error_messages",
    "help_text",
    "limit_choices_to",
    "managers",
    "storage",
    "upload_to",
    "validators",
    "verbose_name",
    "verbose_name_plural",
    "widget",
];

impl Evaluator<'_> {
    /// Freezes a value; with `needed`, lazy parts are evaluated first.
    pub(crate) fn freeze(&mut self, object: Object, needed: bool) -> Value {
        self.freeze_nested(object, needed, 0)
    }

    fn freeze_nested(&mut self, object: Object, needed: bool, depth: u16) -> Value {
        if depth > MAX_DEPTH || self.fuel == 0 {
            return Value::opaque("is too large", "", None);
        }
        self.fuel -= 1;
        let object = match &object {
            Object::Path(path) if !needed => self.thawed.get(path).cloned().unwrap_or(object),
            Object::Path(_) | Object::Call(_) if needed => self.force(object),
            _ => object,
        };
        if let Some(opaque) = object.lost() {
            return Value::Opaque(Arc::clone(opaque));
        }
        let depth = depth + 1;
        match object {
            Object::None => Value::None,
            Object::Bool(value) => Value::Bool(value),
            Object::Int(value) => Value::Int(value),
            Object::Float(value) => Value::Float(value),
            Object::Str(text) => Value::Str(text),
            Object::Bytes(bytes) => Value::Bytes(bytes),
            Object::List(list) => Value::List(self.freeze_list(list, needed, depth)),
            Object::Set(list) => Value::Set(self.freeze_list(list, needed, depth)),
            Object::Tuple(tuple) => {
                let items = Rc::try_unwrap(tuple).map_or_else(|tuple| tuple.items.clone(), |tuple| tuple.items);
                Value::Tuple(items.into_iter().map(|item| self.freeze_nested(item, needed, depth)).collect())
            }
            Object::Dict(dict) => {
                let items = Rc::try_unwrap(dict)
                    .map_or_else(|dict| dict.items.borrow().clone(), |dict| dict.items.into_inner());
                let mut pairs = Vec::with_capacity(items.len());
                for (key, value) in items {
                    let needed = needed && !matches!(&key, Key::Str(name) if UNIMPORTANT.contains(&name.as_str()));
                    pairs.push((
                        self.freeze_nested(key.object(), needed, depth),
                        self.freeze_nested(value, needed, depth),
                    ));
                }
                Value::Dict(pairs)
            }
            Object::Call(call) => {
                let (callee, args, kwargs, span) = match Rc::try_unwrap(call) {
                    Ok(call) => (call.callee, call.args, call.kwargs, call.span),
                    Err(call) => (call.callee.clone(), call.args.clone(), call.kwargs.clone(), call.span),
                };
                let args = args.into_iter().map(|item| self.freeze_nested(item, needed, depth)).collect();
                let mut frozen = Vec::with_capacity(kwargs.len());
                for (name, value) in kwargs {
                    let needed = needed && !UNIMPORTANT.contains(&name.as_str());
                    let value = self.freeze_nested(value, needed, depth);
                    frozen.push((name, value));
                }
                Value::call(callee, args, frozen.into_iter().collect::<Kwargs>(), span)
            }
            Object::Path(path) => Value::Reference(path),
            Object::Function(function) => Value::Reference(function.path.clone()),
            Object::Class(class) => Value::Reference(class.path.clone()),
            Object::Globals(_) => Value::opaque("is the module's own dictionary", "", None),
            Object::Opaque(opaque) => Value::Opaque(opaque),
        }
    }

    fn freeze_list(&mut self, list: Rc<super::object::List>, needed: bool, depth: u16) -> Vec<Value> {
        let items =
            Rc::try_unwrap(list).map_or_else(|list| list.items.borrow().clone(), |list| list.items.into_inner());
        items.into_iter().map(|item| self.freeze_nested(item, needed, depth)).collect()
    }

    /// Freezes everything that the module holds.
    pub(crate) fn freeze_module(&mut self, needed: bool) -> Option<Module> {
        let environment = Rc::clone(self.environment()?);
        let names: Vec<(SmolStr, Object)> =
            environment.names.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let globals: IndexMap<SmolStr, Value> =
            names.into_iter().map(|(name, value)| (name, self.freeze(value, needed))).collect();
        Some(Module {
            path: environment.module.clone(),
            source: environment.file.source.id,
            globals,
            classes: self.freeze_classes(needed),
            functions: self.freeze_functions(),
            diagnostics: std::mem::take(&mut self.diagnostics),
            unread_stars: std::mem::take(&mut self.unread_stars),
            file: Arc::clone(&environment.file),
            package: environment.package,
            environment_changed: self.environment_changed,
        })
    }

    /// Freezes the classes of the module.
    pub(crate) fn freeze_classes(&mut self, needed: bool) -> IndexMap<SmolStr, Class> {
        let classes = std::mem::take(&mut self.classes);
        let frozen = classes
            .iter()
            .map(|(within, class)| {
                let own: Vec<(SmolStr, Object)> =
                    class.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                let (methods, attributes): (Vec<_>, Vec<_>) =
                    own.into_iter().partition(|(_, value)| matches!(value, Object::Function(_)));
                let class = Class {
                    path: class.path.clone(),
                    bases: class.bases.iter().map(|base| self.freeze(base.clone(), needed)).collect(),
                    attributes: attributes
                        .into_iter()
                        .map(|(name, value)| (name, self.freeze(value, needed)))
                        .collect(),
                    methods: methods.into_iter().map(|(name, _)| name).collect(),
                    span: class.span,
                };
                (within.clone(), class)
            })
            .collect();
        self.classes = classes;
        frozen
    }

    /// Lists the functions of the module.
    pub(crate) fn freeze_functions(&self) -> IndexMap<SmolStr, Function> {
        let frozen = self.functions.iter().filter_map(|(within, function)| {
            let file = &function.environment.file;
            let node = file.function(function.offset?)?;
            let frozen = Function {
                path: function.path.clone(),
                doc: documentation(&node.body),
                empty: is_empty(&node.body),
                span: file.span(ruff_text_size::Ranged::range(node)),
                offset: function.offset?,
                plain: function.plain,
            };
            Some((within.clone(), frozen))
        });
        frozen.collect()
    }
}
