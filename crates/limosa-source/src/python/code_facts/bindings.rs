//! What the names of a file and of a function stand for.

use std::collections::{BTreeMap, BTreeSet};

use limosa_model::{ModelId, SmolStr};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ExprContext, ExprLambda, Parameters, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use crate::python::parse::{ModuleFile, bodies};

/// The names of a file.
pub(super) struct Names<'a> {
    /// The paths that names are imported from.
    imports: BTreeMap<&'a str, String>,
    /// The functions by their names, those of classes behind the class's.
    functions: BTreeMap<String, &'a StmtFunctionDef>,
    lambdas: Vec<&'a ExprLambda>,
}

impl<'a> Names<'a> {
    pub(super) fn of(file: &'a ModuleFile) -> Self {
        let mut names = Self { imports: BTreeMap::new(), functions: BTreeMap::new(), lambdas: Vec::new() };
        names.block(file.body(), "");
        let mut lambdas = Lambdas(Vec::new());
        lambdas.visit_body(file.body());
        names.lambdas = lambdas.0;
        names
    }

    fn block(&mut self, body: &'a [Stmt], prefix: &str) {
        for statement in body {
            match statement {
                Stmt::FunctionDef(function) => {
                    _ = self.functions.insert(format!("{prefix}{}", function.name), function)
                }
                Stmt::ClassDef(class) => self.block(&class.body, &format!("{prefix}{}.", class.name)),
                Stmt::Import(_) | Stmt::ImportFrom(_) => self.imports.extend(imported(statement)),
                other => bodies(other).into_iter().for_each(|body| self.block(body, prefix)),
            }
        }
    }

    pub(super) fn function(&self, path: &str) -> Option<&'a StmtFunctionDef> {
        self.functions.get(path).copied()
    }

    pub(super) fn only_lambda(&self) -> Option<&'a ExprLambda> {
        match self.lambdas.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// The names that a function binds.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    bound: BTreeSet<&'a str>,
    imports: BTreeMap<&'a str, String>,
    /// What names are assigned, the last one first.
    values: Vec<(&'a str, &'a Expr)>,
}

impl<'a> Bindings<'a> {
    pub(super) fn of(parameters: &'a Parameters, body: &'a [Stmt]) -> Self {
        let mut bindings = Self::default();
        bindings.bound.extend(parameters.iter().map(|parameter| parameter.name().as_str()));
        bindings.visit_body(body);
        bindings.values.reverse();
        bindings
    }

    pub(super) fn of_lambda(lambda: &'a ExprLambda) -> Self {
        let parameters = lambda.parameters.iter().flat_map(|parameters| parameters.iter());
        Self { bound: parameters.map(|parameter| parameter.name().as_str()).collect(), ..Self::default() }
    }

    /// Returns whether a name is the function's own.
    pub(super) fn binds(&self, name: &str) -> bool {
        self.bound.contains(name)
    }

    /// Returns what a name was assigned, the last that was before a place.
    pub(super) fn value(&self, name: &str, before: &Expr) -> Option<&'a Expr> {
        let mut values = self.values.iter().filter(|(bound, _)| *bound == name).map(|(_, value)| *value);
        values.find(|value| value.end() <= before.start())
    }

    /// Returns the variable that keeps what a call returns.
    pub(super) fn variable(&self, call: &ExprCall) -> Option<&'a str> {
        self.values.iter().find(|(_, value)| value.range() == call.range()).map(|(name, _)| *name)
    }

    /// Returns the path that a name is imported from.
    pub(super) fn imported<'b>(&'b self, name: &str, names: &'b Names<'_>) -> Option<&'b str> {
        let own = self.imports.get(name);
        own.or_else(|| names.imports.get(name).filter(|_| !self.binds(name))).map(String::as_str)
    }

    /// Returns the name and the path of a model that is imported, as `Order` or as `models.Order`.
    pub(super) fn imported_model(&self, expression: &Expr, names: &Names<'_>) -> Option<(SmolStr, SmolStr)> {
        match expression {
            Expr::Name(name) => {
                let path = self.imported(name.id.as_str(), names)?;
                Some((name.id.as_str().into(), path.into()))
            }
            Expr::Attribute(attribute) => {
                let (name, path) = self.imported_model(&attribute.value, names)?;
                let attr = attribute.attr.as_str();
                Some((format!("{name}.{attr}").into(), format!("{path}.{attr}").into()))
            }
            _ => None,
        }
    }
}

impl<'a> Visitor<'a> for Bindings<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.imports.extend(imported(statement)),
            Stmt::FunctionDef(function) => _ = self.bound.insert(function.name.as_str()),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    match (target, &*assign.value) {
                        (Expr::Name(name), value) => self.values.push((name.id.as_str(), value)),
                        (Expr::Tuple(targets), Expr::Tuple(values)) if targets.elts.len() == values.elts.len() => {
                            for (target, value) in targets.elts.iter().zip(&values.elts) {
                                if let Expr::Name(name) = target {
                                    self.values.push((name.id.as_str(), value));
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression
            && name.ctx == ExprContext::Store
        {
            self.bound.insert(name.id.as_str());
        }
        walk_expr(self, expression);
    }
}

/// Returns the model that `get_model("app", "Model")` or `get_model("app.Model")` asks for, and its name as it is written.
pub(super) fn asked(call: &ExprCall) -> Option<(ModelId, SmolStr)> {
    let argument = |position: usize, name: &str| {
        let value = call.arguments.find_argument_value(name, position)?;
        value.as_string_literal_expr().map(|literal| literal.value.to_str())
    };
    let first = argument(0, "app_label")?;
    let has_second = call.arguments.find_argument_value("model_name", 1).is_some();
    let (app, name) = match first.split_once('.') {
        Some(parts) if !has_second => parts,
        _ => (first, argument(1, "model_name")?),
    };
    Some((ModelId::new(app, name), name.into()))
}

/// Returns the names that a statement imports, with their paths.
fn imported(statement: &Stmt) -> Vec<(&str, String)> {
    match statement {
        Stmt::Import(node) => node
            .names
            .iter()
            .map(|alias| match &alias.asname {
                Some(name) => (name.as_str(), alias.name.to_string()),
                None => {
                    let first = alias.name.as_str().split('.').next().unwrap_or_default();
                    (first, first.to_owned())
                }
            })
            .collect(),
        Stmt::ImportFrom(node) => {
            let module = format!("{}{}", ".".repeat(node.level as usize), node.module.as_deref().unwrap_or_default());
            let names = node.names.iter().map(|alias| {
                let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                let dot = if module.ends_with('.') { "" } else { "." };
                (name, format!("{module}{dot}{}", alias.name))
            });
            names.collect()
        }
        _ => Vec::new(),
    }
}

/// Finds the functions without names.
struct Lambdas<'a>(Vec<&'a ExprLambda>);

impl<'a> Visitor<'a> for Lambdas<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Lambda(lambda) = expression {
            self.0.push(lambda);
        }
        walk_expr(self, expression);
    }
}
