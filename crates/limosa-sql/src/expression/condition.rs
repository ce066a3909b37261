//! Conditions that are made of conditions.
//!
//! Source: Django `db/models/sql/where.py`, `WhereNode.as_sql`.

use limosa_model::SmolStr;
use limosa_model::django::DjangoVersion;

use super::compile::{Compiled, Compiler, Stop};
use super::node::{Case, Combined, Connector, Flavour, Func, Lookup, Node, Rhs, Where};
use super::output;
use super::sql::join;
use crate::dialect::Dialect;
use crate::literal::Literal;

impl Compiler<'_> {
    pub(super) fn where_node(self, tree: &Where) -> Compiled {
        if tree.connector == Connector::Xor && self.dialect() != Dialect::MySql {
            return self.where_node(&self.without_xor(tree));
        }
        let count = tree.children.len();
        let (mut full_needed, mut empty_needed) = match tree.connector {
            Connector::And => (count, 1),
            _ => (1, count),
        };
        let mut parts = Vec::with_capacity(count);
        for child in &tree.children {
            match self.compile(child) {
                Ok(sql) if !sql.text.is_empty() => parts.push(sql),
                Ok(_) | Err(Stop::Full) => full_needed = full_needed.saturating_sub(1),
                Err(Stop::Empty) => empty_needed = empty_needed.saturating_sub(1),
                Err(error) => return Err(error),
            }
            if empty_needed == 0 {
                return Err(if tree.negated { Stop::Full } else { Stop::Empty });
            }
            if full_needed == 0 {
                return Err(if tree.negated { Stop::Empty } else { Stop::Full });
            }
        }
        if parts.is_empty() {
            return Err(Stop::Full);
        }
        let several = parts.len() > 1 || tree.resolved;
        let separator = match tree.connector {
            Connector::And => " AND ",
            Connector::Or => " OR ",
            Connector::Xor => " XOR ",
        };
        let sql = join(parts, separator);
        Ok(match (tree.negated, several) {
            (true, _) => sql.map(|text| format!("NOT ({text})")),
            (false, true) => sql.map(|text| format!("({text})")),
            (false, false) => sql,
        })
    }

    /// Writes an exclusive or as a sum that is odd.
    fn without_xor(self, tree: &Where) -> Where {
        let value = |number| Node::Value { value: Literal::Int(number), output: None };
        let one = |child: &Node| {
            Node::Case(Box::new(Case { cases: vec![(child.clone(), value(1))], default: value(0), output: None }))
        };
        let sum = tree.children.iter().map(one).reduce(|lhs, rhs| {
            let connector = SmolStr::new_static("+");
            Node::Combined(Box::new(Combined { lhs, connector, rhs, output: None, flavour: Flavour::Plain }))
        });
        let mut sum = sum.unwrap_or_else(|| value(0));
        if tree.children.len() > 2 && self.django() >= DjangoVersion::V52 {
            sum = Node::Func(Box::new(Func::new("Mod", vec![sum, value(2)])));
        }
        let any = Where { connector: Connector::Or, negated: false, children: tree.children.clone(), resolved: false };
        let odd = Lookup { name: SmolStr::new_static("exact"), lhs: value(1), rhs: Rhs::Node(sum) };
        Where {
            connector: Connector::And,
            negated: tree.negated,
            children: vec![Node::Where(any), Node::Lookup(Box::new(odd))],
            resolved: tree.resolved,
        }
    }

    /// Whether a condition stands by itself where a condition is wanted.
    ///
    /// Source: Django `db/backends/base/operations.py`, `conditional_expression_supported_in_where_clause`.
    pub(super) fn supported_in_where(self, node: &Node) -> bool {
        if self.dialect() == Dialect::Postgres {
            return true;
        }
        if self.django() < DjangoVersion::V61 {
            return match node {
                _ if self.dialect() == Dialect::Sqlite => true,
                Node::Lookup(_) => true,
                Node::Wrapper(inner, _) if output::is_conditional(node) => self.supported_in_where(inner),
                node => !output::is_conditional(node),
            };
        }
        match node {
            Node::Lookup(_) | Node::Where(_) => true,
            Node::Wrapper(inner, _) | Node::Negated(inner) => {
                output::is_conditional(node) && self.supported_in_where(inner)
            }
            Node::Raw { .. } => output::is_conditional(node),
            _ => false,
        }
    }
}
