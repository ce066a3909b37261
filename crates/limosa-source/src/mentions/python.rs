//! Pairs of an app's label and a name, anywhere in a Python file.

use std::sync::Arc;

use limosa_model::MigrationId;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::{Mention, inside};
use crate::python::parse::ModuleFile;
use crate::sources::Source;

pub(super) fn find(source: &Arc<Source>) -> Vec<Mention> {
    let Ok(file) = ModuleFile::parse(Arc::clone(source)) else { return Vec::new() };
    let mut finder = Finder { text: &source.text, is_dependency: false, found: Vec::new() };
    finder.visit_body(file.body());
    finder.found
}

struct Finder<'a> {
    text: &'a str,
    /// Whether the value of `dependencies` is being gone through.
    is_dependency: bool,
    found: Vec<Mention>,
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let is_named = |target: &Expr| matches!(target, Expr::Name(name) if name.id.as_str() == "dependencies");
        let before = self.is_dependency;
        self.is_dependency |= match statement {
            Stmt::Assign(node) => node.targets.iter().any(is_named),
            Stmt::AnnAssign(node) => is_named(&node.target),
            Stmt::AugAssign(node) => is_named(&node.target),
            _ => false,
        };
        walk_stmt(self, statement);
        self.is_dependency = before;
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let items: &[Expr] = match expression {
            Expr::Tuple(node) => &node.elts,
            Expr::List(node) => &node.elts,
            _ => &[],
        };
        if let [Expr::StringLiteral(app), Expr::StringLiteral(name)] = items {
            let range = name.range().start().to_usize()..name.range().end().to_usize();
            if let Some(place) = inside(self.text, range, name.value.to_str()) {
                let id = MigrationId::new(app.value.to_str(), name.value.to_str());
                self.found.push(Mention { id, is_dependency: self.is_dependency, name: place });
            }
        }
        walk_expr(self, expression);
    }
}
