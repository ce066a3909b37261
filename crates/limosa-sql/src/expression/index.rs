//! Expressions of indexes: parentheses around all but columns, directions and operator classes around them.
//!
//! Source: Django `db/models/indexes.py`, `IndexExpression`.

use limosa_model::{SmolStr, Value};

use super::error::ExpressionError;
use super::node::{Func, Node, OrderBy, Rhs};
use super::resolve::{Resolver, invalid};
use crate::dialect::Dialect;

impl Resolver<'_> {
    /// Resolves an expression of an index.
    pub(super) fn indexed(self, value: &Value) -> Result<Node, ExpressionError> {
        // MySQL takes `COLLATE` for an expression.
        let collates = self.models.context.dialect != Dialect::MySql;
        let mut wrappers = Vec::new();
        let mut root = self.argument(value)?;
        loop {
            root = match root {
                Node::OrderBy(order) => {
                    let inner = order.node.clone();
                    wrappers.push(Wrapper::Order(order));
                    inner
                }
                Node::Func(func) if func.class == "OpClass" || (func.class == "Collate" && collates) => {
                    let mut func = func;
                    let inner = func.args.pop().ok_or_else(|| invalid(&func.class, "it has no expression".into()))?;
                    wrappers.push(if func.class == "OpClass" { Wrapper::Class(func) } else { Wrapper::Collate(func) });
                    inner
                }
                other => {
                    root = other;
                    break;
                }
            };
        }
        if contains_wrapper(&root, collates) {
            let why = "OrderBy, OpClass and Collate must be outermost in an index";
            return Err(invalid("Index", why.to_owned()));
        }
        let mut node = match root {
            Node::Column { .. } => root,
            // A function without a name is a pair of parentheses.
            root => Node::Func(Box::new(Func {
                extra: vec![(SmolStr::new_static("template"), SmolStr::new_static("(%(expressions)s)"))],
                ..Func::new("Func", vec![root])
            })),
        };
        wrappers.sort_by_key(Wrapper::rank);
        for pair in wrappers.windows(2) {
            if let [first, second] = pair
                && first.rank() == second.rank()
            {
                return Err(invalid("Index", "it has two of OrderBy, OpClass or Collate".to_owned()));
            }
        }
        for wrapper in wrappers.into_iter().rev() {
            node = match wrapper {
                Wrapper::Order(order) => Node::OrderBy(Box::new(OrderBy { node, ..*order })),
                Wrapper::Class(func) | Wrapper::Collate(func) => {
                    Node::Func(Box::new(Func { args: vec![node], ..*func }))
                }
            };
        }
        Ok(node)
    }
}

enum Wrapper {
    Order(Box<OrderBy>),
    Class(Box<Func>),
    Collate(Box<Func>),
}

impl Wrapper {
    fn rank(&self) -> u8 {
        match self {
            Self::Order(_) => 0,
            Self::Class(_) => 1,
            Self::Collate(_) => 2,
        }
    }
}

fn contains_wrapper(node: &Node, collates: bool) -> bool {
    let mut found = false;
    visit(node, &mut |node| {
        found |= matches!(node, Node::OrderBy(_))
            || matches!(node, Node::Func(func) if func.class == "OpClass" || (func.class == "Collate" && collates));
    });
    found
}

/// Collects the columns of an expression in order.
pub(super) fn collect_columns(node: &Node, columns: &mut Vec<SmolStr>) {
    visit(node, &mut |node| {
        if let Node::Column { target, .. } = node {
            columns.push(target.column_name().into());
        }
    });
}

fn visit(node: &Node, see: &mut dyn FnMut(&Node)) {
    see(node);
    match node {
        Node::Column { .. } | Node::Value { .. } | Node::Param(_) | Node::JsonNull | Node::Raw { .. } => {}
        Node::Func(func) => func.args.iter().for_each(|arg| visit(arg, see)),
        Node::Combined(combined) => {
            visit(&combined.lhs, see);
            visit(&combined.rhs, see);
        }
        Node::Wrapper(inner, _) | Node::Negated(inner) | Node::SearchConfig(inner) => visit(inner, see),
        Node::Case(case) => {
            for (condition, result) in &case.cases {
                visit(condition, see);
                visit(result, see);
            }
            visit(&case.default, see);
        }
        Node::Where(tree) => tree.children.iter().for_each(|child| visit(child, see)),
        Node::Lookup(lookup) => {
            visit(&lookup.lhs, see);
            match &lookup.rhs {
                Rhs::Node(node) => visit(node, see),
                Rhs::Nodes(nodes) => nodes.iter().for_each(|node| visit(node, see)),
                Rhs::Value(_) | Rhs::Values(_) => {}
            }
        }
        Node::OrderBy(order) => visit(&order.node, see),
        Node::Key(key) => visit(&key.lhs, see),
    }
}
