//! What a block that may or may not run could change: those names and values become opaque.

use std::rc::Rc;
use std::sync::Arc;

use limosa_model::SmolStr;
use limosa_model::value::Opaque;
use ruff_python_ast::{ExceptHandler, Expr, ExprCall, Stmt};
use ruff_text_size::Ranged;

use super::Evaluator;
use super::object::Object;
use crate::python::parse::bodies;

/// Methods that change a list, a set or a dictionary.
const MUTATORS: [&str; 15] = [
    "add",
    "append",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
    "difference_update",
    "intersection_update",
];

impl Evaluator<'_> {
    /// Makes everything opaque that these statements could bind or change.
    pub(super) fn taint(&mut self, statements: &[Stmt], reason: &SmolStr) {
        self.taint_nested(statements, reason, 0);
    }

    /// Forgets the content of a mutable value.
    pub(super) fn lose(&mut self, object: &Object, reason: &SmolStr) {
        let opaque = || Arc::new(Opaque { reason: reason.clone(), text: reason.clone(), span: None });
        match object {
            Object::List(list) | Object::Set(list) => _ = list.state.lost.get_or_init(opaque),
            Object::Dict(dict) => _ = dict.state.lost.get_or_init(opaque),
            Object::Call(call) if !is_immutable(&call.callee) => {
                _ = call.lost.get_or_init(opaque);
                if let Some(result) = call.result.get().filter(|result| !matches!(result, Object::Call(_))) {
                    self.lose(&result.clone(), reason);
                }
            }
            Object::Class(class) => {
                let names: Vec<SmolStr> = class.attributes.borrow().keys().cloned().collect();
                for name in names {
                    let value = Object::Opaque(opaque());
                    class.attributes.borrow_mut().insert(name, value);
                }
            }
            Object::Globals(_) => self.lose_globals(reason),
            _ => {}
        }
    }

    /// Makes every name of the module opaque, for something may have changed any of them.
    pub(super) fn lose_globals(&mut self, reason: &SmolStr) {
        let Some(environment) = self.frames.last().map(|frame| Rc::clone(&frame.environment)) else { return };
        let opaque = Object::opaque(reason.clone(), reason.clone(), None);
        for value in environment.names.borrow_mut().values_mut() {
            if !matches!(value, Object::Function(_) | Object::Class(_)) {
                *value = opaque.clone();
            }
        }
    }

    /// Makes opaque what functions of the module may change while the program runs: others see it later.
    pub(super) fn lose_what_functions_change(&mut self) {
        let Some(environment) = self.environment().cloned() else { return };
        for function in self.functions.clone().values() {
            let Some(node) = function.offset.and_then(|offset| environment.file.function(offset)) else { continue };
            let reason: SmolStr = format!("may be changed by `{}`", function.path).into();
            let (mut changed, mut locals, mut globals) = (Vec::new(), Vec::new(), Vec::new());
            changed_names(&node.body, false, &mut changed, 0);
            global_names(&node.body, &mut globals, 0);
            if changed.is_empty() && globals.is_empty() {
                continue;
            }
            local_names(&node.body, &mut locals, 0);
            locals.extend(node.parameters.iter().map(|parameter| parameter.name().as_str()));
            for name in changed {
                let object = environment.names.borrow().get(name).cloned();
                if let Some(object @ (Object::List(_) | Object::Set(_) | Object::Dict(_))) = object
                    && !locals.contains(&name)
                {
                    self.lose(&object, &reason);
                }
            }
            for name in globals {
                let value = Object::opaque(reason.clone(), reason.clone(), None);
                environment.names.borrow_mut().insert(name.into(), value);
            }
        }
    }

    fn taint_nested(&mut self, statements: &[Stmt], reason: &SmolStr, depth: u8) {
        if depth > 120 {
            return self.lose_globals(reason);
        }
        for statement in statements {
            match statement {
                Stmt::FunctionDef(node) => {
                    self.taint_name(&node.name, node.range(), reason);
                    continue;
                }
                Stmt::ClassDef(node) => {
                    self.taint_name(&node.name, node.range(), reason);
                    continue;
                }
                Stmt::Assign(node) => node.targets.iter().for_each(|target| self.taint_target(target, reason)),
                Stmt::AnnAssign(node) => self.taint_target(&node.target, reason),
                Stmt::AugAssign(node) => {
                    self.taint_root(&node.target, reason);
                    self.taint_target(&node.target, reason);
                }
                Stmt::Delete(node) => node.targets.iter().for_each(|target| self.taint_target(target, reason)),
                Stmt::For(node) => self.taint_target(&node.target, reason),
                Stmt::With(node) => {
                    for target in node.items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                        self.taint_target(target, reason);
                    }
                }
                Stmt::Import(node) => {
                    for alias in &node.names {
                        let name = alias.asname.as_ref().unwrap_or(&alias.name);
                        let first = name.split('.').next().unwrap_or_default();
                        self.taint_name(first, node.range(), reason);
                    }
                }
                Stmt::ImportFrom(node) => {
                    for alias in &node.names {
                        match alias.name.as_str() {
                            "*" => self.lose_globals(reason),
                            _ => self.taint_name(alias.asname.as_ref().unwrap_or(&alias.name), node.range(), reason),
                        }
                    }
                }
                Stmt::Try(node) => {
                    for ExceptHandler::ExceptHandler(handler) in &node.handlers {
                        if let Some(name) = &handler.name {
                            self.taint_name(name, handler.range(), reason);
                        }
                    }
                }
                Stmt::Expr(node) => {
                    if let Expr::Call(call) = &*node.value {
                        self.taint_call(call, reason);
                    }
                }
                _ => {}
            }
            for body in bodies(statement) {
                self.taint_nested(body, reason, depth + 1);
            }
        }
    }

    fn taint_name(&mut self, name: &str, range: ruff_text_size::TextRange, reason: &SmolStr) {
        let value = self.opaque(reason.clone(), range);
        self.bind(name, value);
    }

    fn taint_target(&mut self, target: &Expr, reason: &SmolStr) {
        match target {
            Expr::Name(name) => self.taint_name(name.id.as_str(), name.range(), reason),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.taint_target(target, reason)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.taint_target(target, reason)),
            Expr::Starred(starred) => self.taint_target(&starred.value, reason),
            Expr::Subscript(subscript) => self.taint_root(&subscript.value, reason),
            Expr::Attribute(attribute) => {
                if let Expr::Name(name) = &*attribute.value
                    && let Some(Object::Path(path)) = self.lookup_bound(name.id.as_str())
                {
                    let value = self.opaque(reason.clone(), attribute.range());
                    self.thawed.insert(format!("{path}.{}", attribute.attr.as_str()).into(), value);
                }
                self.taint_root(&attribute.value, reason);
            }
            _ => {}
        }
    }

    /// Forgets the value behind the name with which an expression begins.
    fn taint_root(&mut self, expression: &Expr, reason: &SmolStr) {
        let mut expression = expression;
        loop {
            match expression {
                Expr::Name(name) => {
                    if let Some(object) = self.lookup_bound(name.id.as_str()) {
                        let object = self.force(object);
                        self.environment_changed |=
                            matches!(&object, Object::Path(path) if path == "os" || path == "os.environ");
                        self.lose(&object, reason);
                    }
                    return;
                }
                Expr::Subscript(subscript) => expression = &subscript.value,
                Expr::Attribute(attribute) => expression = &attribute.value,
                Expr::Call(call) => match (&*call.func, call.arguments.is_empty()) {
                    (Expr::Name(name), true) if matches!(name.id.as_str(), "globals" | "locals" | "vars") => {
                        return self.lose_globals(reason);
                    }
                    _ => expression = &call.func,
                },
                _ => return,
            }
        }
    }

    fn taint_call(&mut self, call: &ExprCall, reason: &SmolStr) {
        if let Expr::Attribute(attribute) = &*call.func
            && MUTATORS.contains(&attribute.attr.as_str())
        {
            self.taint_root(&attribute.value, reason);
        } else if let Expr::Attribute(attribute) = &*call.func
            && let Expr::Name(name) = &*attribute.value
            && let Some(object @ Object::Call(_)) = self.lookup_bound(name.id.as_str())
        {
            self.lose(&object, reason);
        }
        let arguments = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
        for argument in arguments {
            self.taint_root(argument, reason);
        }
        if let Expr::Name(name) = &*call.func {
            match self.lookup_bound(name.id.as_str()) {
                Some(Object::Function(function)) => {
                    // What a function of this module changes is not looked into.
                    let reason = format!("may be changed by `{}`: {reason}", function.path).into();
                    self.taint_function(&function, &reason);
                }
                None if matches!(name.id.as_str(), "exec" | "eval") => self.lose_globals(reason),
                _ => {}
            }
        }
    }

    /// Makes what the body of a function could change outside of it opaque.
    pub(super) fn taint_function(&mut self, function: &super::object::Function, reason: &SmolStr) {
        let file = Arc::clone(&function.environment.file);
        let Some(node) = function.offset.and_then(|offset| file.function(offset)) else { return };
        let mut names = Vec::new();
        changed_names(&node.body, true, &mut names, 0);
        for name in names {
            let object = function.environment.names.borrow().get(name).cloned();
            if let Some(object) = object {
                let object = self.force(object);
                self.lose(&object, reason);
            }
        }
        let mut globals = Vec::new();
        global_names(&node.body, &mut globals, 0);
        for name in globals {
            let value = Object::opaque(reason.clone(), reason.clone(), None);
            function.environment.names.borrow_mut().insert(name.into(), value);
        }
    }
}

/// Returns whether nothing changes what a class of Python's library makes.
fn is_immutable(callee: &str) -> bool {
    const ROOTS: [&str; 11] = [
        "datetime",
        "dateutil",
        "decimal",
        "enum",
        "functools",
        "operator",
        "pathlib",
        "pytz",
        "re",
        "uuid",
        "zoneinfo",
    ];
    ROOTS.contains(&callee.split('.').next().unwrap_or_default())
}

/// Collects the names at the root of everything that a body changes in place, or with `arguments` hands to others.
fn changed_names<'a>(body: &'a [Stmt], arguments: bool, names: &mut Vec<&'a str>, depth: u8) {
    if depth > 120 {
        return;
    }
    for statement in body {
        let value = match statement {
            Stmt::Expr(node) => Some(&node.value),
            Stmt::Assign(node) => Some(&node.value),
            Stmt::Return(node) => node.value.as_ref(),
            _ => None,
        };
        if let Some(Expr::Call(call)) = value.map(|value| &**value) {
            if let Expr::Attribute(attribute) = &*call.func
                && MUTATORS.contains(&attribute.attr.as_str())
            {
                names.extend(root(&attribute.value));
            }
            if arguments {
                names.extend(call.arguments.args.iter().filter_map(root));
            }
        }
        match statement {
            Stmt::Assign(node) => {
                names.extend(node.targets.iter().filter(|target| !target.is_name_expr()).filter_map(root))
            }
            Stmt::AugAssign(node) => names.extend(root(&node.target)),
            Stmt::Delete(node) => names.extend(node.targets.iter().filter_map(root)),
            _ => {}
        }
        bodies(statement).into_iter().for_each(|body| changed_names(body, arguments, names, depth + 1));
    }
}

fn global_names<'a>(body: &'a [Stmt], names: &mut Vec<&'a str>, depth: u8) {
    if depth > 120 {
        return;
    }
    for statement in body {
        if let Stmt::Global(node) = statement {
            names.extend(node.names.iter().map(|name| name.as_str()));
        }
        bodies(statement).into_iter().for_each(|body| global_names(body, names, depth + 1));
    }
}

/// Collects the names that a body binds by plain assignment and in loops.
fn local_names<'a>(body: &'a [Stmt], names: &mut Vec<&'a str>, depth: u8) {
    fn targets<'a>(target: &'a Expr, names: &mut Vec<&'a str>) {
        match target {
            Expr::Name(name) => names.push(name.id.as_str()),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| targets(target, names)),
            _ => {}
        }
    }
    if depth > 120 {
        return;
    }
    for statement in body {
        match statement {
            Stmt::Assign(node) => node.targets.iter().for_each(|target| targets(target, names)),
            Stmt::AnnAssign(node) => targets(&node.target, names),
            Stmt::For(node) => targets(&node.target, names),
            Stmt::With(node) => node
                .items
                .iter()
                .filter_map(|item| item.optional_vars.as_deref())
                .for_each(|target| targets(target, names)),
            _ => {}
        }
        bodies(statement).into_iter().for_each(|body| local_names(body, names, depth + 1));
    }
}

fn root(expression: &Expr) -> Option<&str> {
    let mut expression = expression;
    loop {
        match expression {
            Expr::Name(name) => return Some(name.id.as_str()),
            Expr::Subscript(subscript) => expression = &subscript.value,
            Expr::Attribute(attribute) => expression = &attribute.value,
            Expr::Call(call) => expression = &call.func,
            _ => return None,
        }
    }
}
