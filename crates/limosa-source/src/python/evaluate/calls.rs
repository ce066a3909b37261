//! Calls: of methods, of functions and classes of this module, and of what is known by its path.

use limosa_model::SmolStr;
use ruff_python_ast::{Expr, ExprAttribute, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::arguments::Arguments;
use super::object::Object;
use super::{Evaluator, Result};

/// Methods of lists, sets, dictionaries and texts: behind an imported name they are called on its value.
const VALUE_METHODS: [&str; 34] = [
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "update",
    "setdefault",
    "add",
    "discard",
    "sort",
    "reverse",
    "copy",
    "keys",
    "values",
    "items",
    "get",
    "index",
    "count",
    "format",
    "join",
    "split",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "replace",
    "startswith",
    "endswith",
    "encode",
    "union",
    "splitlines",
];

impl Evaluator<'_> {
    pub(super) fn call_expression(&mut self, node: &ExprCall) -> Result {
        let (callee, method) = match &*node.func {
            Expr::Attribute(attribute) => self.callee(attribute)?,
            func => (self.expression(func)?, None),
        };
        let arguments = self.arguments(&node.arguments)?;
        let range = node.range();
        match method {
            Some("super") => Ok(self.inherited(
                node.func.as_attribute_expr().map_or("", |node| node.attr.as_str()),
                arguments,
                range,
            )),
            Some(name) => self.method(&callee, name, &arguments, range),
            None => self.call(&callee, arguments, range),
        }
    }

    /// Evaluates what is called behind a dot: a function, or an object with the name of its method.
    fn callee<'n>(&mut self, attribute: &'n ExprAttribute) -> Result<(Object, Option<&'n str>)> {
        if self.methods && is_super(&attribute.value) {
            return Ok((Object::None, Some("super")));
        }
        let mut object = self.expression(&attribute.value)?;
        let name = attribute.attr.as_str();
        let lazy = match &object {
            Object::Path(path) => VALUE_METHODS.contains(&name) && !is_standard(path),
            Object::Class(_) => false,
            _ => true,
        };
        if lazy {
            object = self.force(object);
        }
        if matches!(object, Object::Path(_) | Object::Class(_)) {
            return Ok((self.attribute(&object, name, attribute.range())?, None));
        }
        Ok((object, Some(name)))
    }

    pub(super) fn call(&mut self, callee: &Object, arguments: Arguments, range: TextRange) -> Result {
        if arguments.open {
            self.expose(&arguments.args, range);
            return Ok(self.opaque("is called with arguments that are not known", range));
        }
        let callee = match callee {
            // What a name stands for may be the value of another module: a partial, or an alias of a class.
            Object::Path(path) if !is_standard(path) => self.force(callee.clone()),
            _ => callee.clone(),
        };
        match callee {
            Object::Path(path) => self.call_path(&path, arguments, range),
            Object::Function(function) => {
                let result = self.call_function(&function, &arguments, range)?;
                if matches!(result, Object::Opaque(_)) {
                    let all: Vec<Object> = arguments.values().cloned().collect();
                    self.expose(&all, range);
                }
                Ok(result)
            }
            Object::Class(class) => {
                Ok(Object::call(class.path.clone(), arguments.args, arguments.kwargs, self.span(range)))
            }
            Object::Call(partial) if partial.callee == "functools.partial" => {
                let mut all = Arguments::default();
                let Some((function, bound)) = partial.args.split_first() else {
                    return Ok(self.opaque("calls a partial without a function", range));
                };
                all.args = bound.iter().cloned().chain(arguments.args).collect();
                all.kwargs = partial.kwargs.iter().cloned().chain(arguments.kwargs).collect();
                let function = function.clone();
                self.nested(|evaluator| evaluator.call(&function, all, range))
            }
            callee => {
                let all: Vec<Object> = arguments.values().cloned().collect();
                self.expose(&all, range);
                let reason = callee.lost().map(|opaque| opaque.reason.clone());
                Ok(self.opaque(reason.unwrap_or(SmolStr::new_static("calls something that is not known")), range))
            }
        }
    }

    /// Calls what a dotted path names.
    fn call_path(&mut self, path: &SmolStr, arguments: Arguments, range: TextRange) -> Result {
        let arguments = match self.call_known(path, arguments, range)? {
            Ok(object) => return Ok(object),
            Err(arguments) => arguments,
        };
        if is_class_name(path) || is_standard(path) {
            return Ok(Object::call(path.clone(), arguments.args, arguments.kwargs, self.span(range)));
        }
        // A function of another module: evaluated at once when it might change what it is given, else when it is needed.
        let shared = arguments.values().any(|value| match value {
            Object::List(list) | Object::Set(list) => std::rc::Rc::strong_count(list) > 1,
            Object::Dict(dict) => std::rc::Rc::strong_count(dict) > 1,
            Object::Globals(_) => true,
            _ => false,
        });
        if self.attempts > 0 {
            self.doubts += 1;
        }
        let all: Vec<Object> = if shared { arguments.values().cloned().collect() } else { Vec::new() };
        let call = Object::call(path.clone(), arguments.args, arguments.kwargs, self.span(range));
        if shared {
            let result = self.force(call);
            if matches!(result, Object::Call(_) | Object::Opaque(_)) {
                self.expose(&all, range);
            }
            return Ok(result);
        }
        Ok(call)
    }

    /// Forgets the content of mutable values that went into a call of something unknown.
    pub(super) fn expose(&mut self, objects: &[Object], range: TextRange) {
        let reason = format!("may be changed by `{}`", self.snippet(range)).into();
        for object in objects {
            let shared = match object {
                Object::List(list) | Object::Set(list) => std::rc::Rc::strong_count(list) > 1,
                Object::Dict(dict) => std::rc::Rc::strong_count(dict) > 1,
                Object::Globals(_) => true,
                _ => false,
            };
            if shared {
                self.lose(object, &reason);
            }
        }
    }
}

/// Returns whether an expression is a call of `super`.
fn is_super(expression: &Expr) -> bool {
    matches!(expression, Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super"))
}

/// Returns whether the last part of a path looks like a constant: it is longer than two letters and all capitals.
pub(super) fn is_constant_name(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    name.len() > 2 && !name.contains(|c: char| c.is_ascii_lowercase())
}

/// Returns whether the last part of a path looks like a class: it begins with a capital.
pub(super) fn is_class_name(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default().trim_start_matches('_');
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Returns whether a path belongs to Django or to Python's own library: nothing of these is looked up in source.
pub(super) fn is_standard(path: &str) -> bool {
    const ROOTS: [&str; 44] = [
        "abc",
        "base64",
        "builtins",
        "collections",
        "contextlib",
        "copy",
        "copyreg",
        "dataclasses",
        "datetime",
        "dateutil",
        "decimal",
        "django",
        "enum",
        "functools",
        "hashlib",
        "importlib",
        "inspect",
        "io",
        "itertools",
        "json",
        "logging",
        "math",
        "numbers",
        "operator",
        "os",
        "pathlib",
        "platform",
        "pytz",
        "random",
        "re",
        "secrets",
        "socket",
        "string",
        "sys",
        "tempfile",
        "textwrap",
        "threading",
        "time",
        "types",
        "typing",
        "urllib",
        "uuid",
        "warnings",
        "zoneinfo",
    ];
    let root = path.split('.').next().unwrap_or_default();
    ROOTS.binary_search(&root).is_ok()
}
