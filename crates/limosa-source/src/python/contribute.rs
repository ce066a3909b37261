//! What a field does when it joins a model: whether it stays one column that its arguments describe.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{BoolOp, Expr, ExprAttribute, ExprCall, Stmt, UnaryOp};

use super::classes::Chain;
use super::evaluate::methods::OWN_ATTRIBUTES;

/// Attributes that follow from the field's name.
const NAMES: [&str; 4] = ["attname", "column", "concrete", "name"];

/// Attributes of a relation that decide about its column or its table.
const RELATION: [&str; 4] = ["db_constraint", "field_name", "model", "through"];

/// Returns why the columns of a field cannot be told from its arguments, when its `contribute_to_class` or what that calls says
/// so; `truth` tells whether an attribute of the field is true, where that is known.
pub(super) fn obstacle(chain: &Chain, truth: &dyn Fn(&str) -> Option<bool>) -> Option<String> {
    let mut look = Look { chain, truth, seen: BTreeSet::new(), found: None };
    for position in 0..chain.links.len() {
        look.method(position, "contribute_to_class");
        look.method(position, "set_attributes_from_name");
    }
    look.found
}

struct Look<'a> {
    chain: &'a Chain,
    truth: &'a dyn Fn(&str) -> Option<bool>,
    /// The methods that were looked at, with the positions of their classes.
    seen: BTreeSet<(usize, String)>,
    found: Option<String>,
}

impl Look<'_> {
    fn method(&mut self, position: usize, name: &str) {
        let Some(link) = self.chain.links.get(position) else { return };
        let Some(method) = link.method(name) else { return };
        if !self.seen.insert((position, name.to_owned())) {
            return;
        }
        let file = &link.module.file;
        let Some(node) = file.function(method.offset) else { return };
        let class = link.within.rsplit('.').next().unwrap_or_default();
        let mut body = Body { look: self, class, inherited: false };
        for statement in &node.body {
            body.visit_stmt(statement);
        }
        if name == "set_attributes_from_name" && !body.inherited {
            self.find("the class takes its column from its name in a way of its own".into());
        }
    }

    fn find(&mut self, reason: String) {
        self.found.get_or_insert(reason);
    }
}

/// The body of one method.
struct Body<'a, 'l> {
    look: &'a mut Look<'l>,
    /// The name of the class.
    class: &'a str,
    /// Whether the inherited method is called.
    inherited: bool,
}

impl<'n> Visitor<'n> for Body<'_, '_> {
    fn visit_stmt(&mut self, statement: &'n Stmt) {
        match statement {
            Stmt::If(node) => match self.truth(&node.test) {
                Some(true) => {
                    for statement in &node.body {
                        self.visit_stmt(statement);
                    }
                }
                Some(false) => {
                    for statement in node.elif_else_clauses.iter().flat_map(|clause| &clause.body) {
                        self.visit_stmt(statement);
                    }
                }
                None => walk_stmt(self, statement),
            },
            Stmt::Assign(node) => {
                for target in &node.targets {
                    self.assigned(target);
                }
                walk_stmt(self, statement);
            }
            Stmt::AugAssign(node) => {
                self.assigned(&node.target);
                walk_stmt(self, statement);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'n Expr) {
        if let Expr::Call(call) = expression {
            self.called(call);
        }
        walk_expr(self, expression);
    }
}

impl Body<'_, '_> {
    fn called(&mut self, call: &ExprCall) {
        match &*call.func {
            Expr::Name(name) if name.id.as_str() == "setattr" && call.arguments.args.first().is_some_and(is_self) => {
                self.look.find("the class sets attributes of itself when it joins a model".into());
            }
            Expr::Attribute(attribute) => match attribute.attr.as_str() {
                "contribute_to_class" => {
                    let own = self.is_super(&attribute.value) || call.arguments.args.first().is_some_and(is_self);
                    if !own {
                        self.look.find("the class adds other fields to the model".into());
                    }
                }
                "set_attributes_from_name" => self.inherited |= self.is_super(&attribute.value),
                "add_field" | "add_to_class" => self.look.find("the class adds other fields to the model".into()),
                name if is_self(&attribute.value) => {
                    for position in 0..self.look.chain.links.len() {
                        self.look.method(position, name);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn assigned(&mut self, target: &Expr) {
        let Expr::Attribute(ExprAttribute { value, attr, .. }) = target else { return };
        let name = attr.as_str();
        let own = is_self(value) && (OWN_ATTRIBUTES.contains(&name) || NAMES.contains(&name));
        if RELATION.contains(&name) || own {
            self.look.find(format!("the class sets `{name}` when it joins a model"));
        }
    }

    /// Returns whether a condition holds that asks for attributes of the field.
    fn truth(&self, test: &Expr) -> Option<bool> {
        match test {
            Expr::Attribute(attribute) if is_self(&attribute.value) => (self.look.truth)(attribute.attr.as_str()),
            Expr::UnaryOp(node) if node.op == UnaryOp::Not => self.truth(&node.operand).map(|truth| !truth),
            Expr::BoolOp(node) => {
                let decides = node.op == BoolOp::Or;
                let parts: Vec<Option<bool>> = node.values.iter().map(|value| self.truth(value)).collect();
                if parts.contains(&Some(decides)) {
                    return Some(decides);
                }
                parts.iter().all(|part| *part == Some(!decides)).then_some(!decides)
            }
            _ => None,
        }
    }

    /// Returns whether an expression is `super()`, written out or not.
    fn is_super(&self, expression: &Expr) -> bool {
        let Expr::Call(call) = expression else { return false };
        let Expr::Name(name) = &*call.func else { return false };
        name.id.as_str() == "super"
            && match &*call.arguments.args {
                [] => true,
                [Expr::Name(class), second] => class.id.as_str() == self.class && is_self(second),
                _ => false,
            }
    }
}

fn is_self(expression: &Expr) -> bool {
    matches!(expression, Expr::Name(name) if name.id.as_str() == "self")
}
