//! Conditions: from a `Q` to a tree of comparisons.
//!
//! Source: Django `db/models/sql/query.py`, `Query.build_filter` and `Query._add_q`.

use limosa_model::django::DjangoVersion;
use limosa_model::value::Call;
use limosa_model::{SmolStr, Value};

use super::error::ExpressionError;
use super::lookup::{self, Operand};
use super::node::{Connector, Lookup, Node, Rhs, Where};
use super::output;
use super::resolve::{Resolver, invalid, required, unknown_name};
use crate::literal::Literal;

type Result<T> = std::result::Result<T, ExpressionError>;

/// A `Q` with its parts apart.
struct Filter<'a> {
    connector: Connector,
    negated: bool,
    children: Vec<Child<'a>>,
}

enum Child<'a> {
    Pair(&'a str, &'a Value),
    Expression(&'a Value),
}

impl Resolver<'_> {
    /// Resolves the condition of a constraint or an index.
    pub(super) fn condition(self, value: &Value) -> Result<Where> {
        self.build_filter(&Child::Expression(value), false)
    }

    /// Resolves a `Q` as a part of an expression.
    pub(super) fn filter(self, call: &Call) -> Result<Where> {
        self.add_q(&parts(call)?, false)
    }

    /// Resolves the opposite of a `Q`.
    pub(super) fn negated(self, value: &Value) -> Result<Where> {
        match value {
            Value::Call(call) if is_q(call) => {
                let mut filter = parts(call)?;
                filter.negated = !filter.negated;
                self.add_q(&filter, false)
            }
            _ => {
                let inner =
                    Filter { connector: Connector::And, negated: true, children: vec![Child::Expression(value)] };
                self.add_q(&inner, false)
            }
        }
    }

    /// Resolves two conditions that an operator connects.
    pub(super) fn logical(self, operator: &str, call: &Call) -> Result<Node> {
        let connector = match operator {
            "or_" => Connector::Or,
            "xor" => Connector::Xor,
            _ => Connector::And,
        };
        let (left, right) = (required(call, 0, "a")?, required(call, 1, "b")?);
        let mut children = Vec::new();
        for side in [left, right] {
            match side {
                Value::Call(call) if is_q(call) => {
                    let filter = parts(call)?;
                    if !filter.negated && (filter.connector == connector || filter.children.len() == 1) {
                        children.extend(filter.children);
                    } else {
                        children.push(Child::Expression(side));
                    }
                }
                _ => children.push(Child::Expression(side)),
            }
        }
        Ok(Node::Where(self.add_q(&Filter { connector, negated: false, children }, false)?))
    }

    fn add_q(self, filter: &Filter<'_>, outer_negated: bool) -> Result<Where> {
        let negated = outer_negated ^ filter.negated;
        let mut target =
            Where { connector: filter.connector, negated: filter.negated, children: Vec::new(), resolved: false };
        for child in &filter.children {
            let clause = self.build_filter(child, negated)?;
            if !clause.children.is_empty() {
                target.add(clause, filter.connector);
            }
        }
        Ok(target)
    }

    fn build_filter(self, child: &Child<'_>, negated: bool) -> Result<Where> {
        match child {
            Child::Expression(Value::Call(call)) if is_q(call) => self.add_q(&parts(call)?, negated),
            Child::Expression(value) => {
                let node = self.expression(value)?;
                let conditional = output::is_conditional(&node);
                if !conditional {
                    return Err(invalid("Q", "an expression in it is not a condition".into()));
                }
                let condition = match node {
                    Node::Lookup(_) => node,
                    node => lookup::build(self, &["exact"], node, Operand::Literal(Literal::Bool(true)))?,
                };
                Ok(Where { connector: Connector::And, negated: false, children: vec![condition], resolved: false })
            }
            Child::Pair(name, value) => self.pair(name, value, negated),
        }
    }

    fn pair(self, name: &str, value: &Value, negated: bool) -> Result<Where> {
        let model = self.model.filter(|_| self.resolve).ok_or_else(|| unknown_name(name))?;
        let mut parts = name.split("__");
        let first = parts.next().unwrap_or_default();
        let field = model.field(first).filter(|view| view.column.is_some()).ok_or_else(|| unknown_name(name))?;
        let lookups: Vec<&str> = parts.collect();
        let operand = self.operand(value)?;
        let nullable_value = match &operand {
            Operand::Node(Node::Column { target, .. }) if target.field.null => operand.node().cloned(),
            _ => None,
        };
        let condition =
            lookup::build(self, &lookups, self.column(field, false)?, operand).map_err(|error| match error {
                ExpressionError::UnknownName { .. } => unknown_name(name),
                other => other,
            })?;
        let mut clause =
            Where { connector: Connector::And, negated: false, children: vec![condition.clone()], resolved: false };
        let (lookup, rhs) = match &condition {
            Node::Lookup(lookup) => (lookup.name.as_str(), &lookup.rhs),
            _ => return Ok(clause),
        };
        if negated && lookup != "isnull" && *rhs != Rhs::Value(Literal::None) {
            if field.field.null {
                let with_none = self.models.context.django >= DjangoVersion::V61
                    && lookup == "in"
                    && matches!(rhs, Rhs::Values(values) if values.contains(&Literal::None));
                let column = self.column(field, false)?;
                let connector = if with_none { Connector::Or } else { Connector::And };
                clause.add_lookup(is_null(column, with_none), connector);
            }
            if let Some(column) = nullable_value {
                clause.add_lookup(is_null(column, false), Connector::And);
            }
        }
        Ok(clause)
    }

    /// Resolves what a field is compared with.
    pub(super) fn operand(self, value: &Value) -> Result<Operand> {
        Ok(match value {
            Value::Call(_) => match self.expression_or_literal(value)? {
                (node, true) => Operand::Node(node),
                (Node::Value { value, .. }, false) => Operand::Literal(value),
                (node, false) => Operand::Node(node),
            },
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                let items = items.iter().map(|item| self.operand(item)).collect::<Result<Vec<_>>>()?;
                Operand::List(items)
            }
            _ => Operand::Literal(Literal::from_value(value)?),
        })
    }
}

fn is_null(column: Node, value: bool) -> Node {
    let name = SmolStr::new_static("isnull");
    Node::Lookup(Box::new(Lookup { name, lhs: column, rhs: Rhs::Value(Literal::Bool(value)) }))
}

fn is_q(call: &Call) -> bool {
    matches!(call.callee.as_str(), "django.db.models.Q" | "django.db.models.query_utils.Q")
}

fn parts(call: &Call) -> Result<Filter<'_>> {
    let mut children = Vec::with_capacity(call.args.len());
    for value in &call.args {
        children.push(match value {
            Value::Tuple(pair) | Value::List(pair) => match pair.as_slice() {
                [Value::Str(name), value] => Child::Pair(name, value),
                _ => return Err(invalid("Q", "a positional argument is not a pair".into())),
            },
            value => Child::Expression(value),
        });
    }
    let mut named: Vec<(&str, &Value)> = call
        .kwargs
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "_connector" | "_negated"))
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    named.sort_by_key(|(name, _)| *name);
    children.extend(named.into_iter().map(|(name, value)| Child::Pair(name, value)));
    let connector = match call.kwargs.get("_connector").and_then(Value::as_str) {
        Some("OR") => Connector::Or,
        Some("XOR") => Connector::Xor,
        _ => Connector::And,
    };
    let negated = call.kwargs.get("_negated").and_then(Value::truth).unwrap_or(false);
    Ok(Filter { connector, negated, children })
}
