//! The types of expressions.
//!
//! Source: Django `db/models/expressions.py`, `_resolve_output_field` and `_connector_combinations`.

use super::fields::{Class, class, is_instance, is_instance_of, simple};
use super::functions;
use super::node::{Combined, Flavour, Node};
use crate::literal::Literal;
use crate::model::FieldView;

/// Returns the field that decides about an expression's type, when there is one.
pub(super) fn output(node: &Node) -> Option<FieldView> {
    match node {
        Node::Column { output, .. } => Some(output.clone()),
        Node::Value { output: Some(output), .. } => Some(output.clone()),
        Node::Value { value, output: None } => literal(value),
        Node::Param(_) => None,
        Node::JsonNull => simple("JSONField"),
        Node::Func(func) => func.output.clone().or_else(|| functions::output(func)),
        Node::Combined(combined) => combined.output.clone().or_else(|| self::combined(combined)),
        Node::Wrapper(_, output) => Some(output.clone()),
        Node::Negated(_) | Node::Where(_) | Node::Lookup(_) => simple("BooleanField"),
        Node::Case(case) => case
            .output
            .clone()
            .or_else(|| common(case.cases.iter().map(|(_, result)| result).chain(std::iter::once(&case.default)))),
        Node::Raw { output, .. } => output.clone(),
        Node::OrderBy(order) => output(&order.node),
        Node::Key(key) if key.text => simple("TextField"),
        Node::Key(key) => output(&key.lhs),
        Node::SearchConfig(node) => output(node),
    }
}

/// Returns whether an expression is a condition.
pub(super) fn is_conditional(node: &Node) -> bool {
    !matches!(node, Node::OrderBy(_)) && output(node).is_some_and(|view| is_instance(&view, Class::Boolean))
}

/// Returns the type that all expressions share.
pub(super) fn common<'a>(nodes: impl Iterator<Item = &'a Node>) -> Option<FieldView> {
    let mut fields = nodes.filter_map(output);
    let first = fields.next()?;
    fields.all(|other| is_instance_of(&first, &other)).then_some(first)
}

/// Returns whether expressions have types that differ, so that Django asks for an `output_field`.
pub(super) fn is_mixed(nodes: &[&Node]) -> bool {
    let fields: Vec<FieldView> = nodes.iter().filter_map(|node| output(node)).collect();
    let Some((first, rest)) = fields.split_first() else { return false };
    rest.iter().any(|other| !is_instance_of(first, other))
}

fn literal(value: &Literal) -> Option<FieldView> {
    simple(match value {
        Literal::Text(_) => "CharField",
        Literal::Bool(_) => "BooleanField",
        Literal::Int(_) | Literal::Sized(..) => "IntegerField",
        Literal::Float(_) => "FloatField",
        Literal::DateTime(_) => "DateTimeField",
        Literal::Date(_) => "DateField",
        Literal::Time(_) => "TimeField",
        Literal::Duration(_) => "DurationField",
        Literal::Decimal(_) => "DecimalField",
        Literal::Bytes(_) => "BinaryField",
        Literal::Uuid(_) => "UUIDField",
        _ => return None,
    })
}

fn combined(combined: &Combined) -> Option<FieldView> {
    if combined.flavour == Flavour::Temporal {
        return simple("DurationField");
    }
    let left = output(&combined.lhs);
    let right = output(&combined.rhs);
    if combined.connector == "||" {
        return left.filter(|view| is_instance(view, Class::SearchVector));
    }
    let (left, right) = (left.as_ref().map(class), right.as_ref().map(class));
    simple(combine(&combined.connector, left, right)?)
}

fn combine(connector: &str, left: Option<Class>, right: Option<Class>) -> Option<&'static str> {
    use Class::{Date, DateTime, Decimal, Duration, Float, Integer, PositiveInteger, Time};
    let arithmetic = matches!(connector, "+" | "-" | "*" | "/" | "%%" | "^");
    let number = |class: Option<Class>| match class {
        Some(PositiveInteger) => Some(Integer),
        other => other,
    };
    if arithmetic && connector != "-" && left == Some(PositiveInteger) && right == Some(PositiveInteger) {
        return Some("PositiveIntegerField");
    }
    let name = |class| match class {
        Integer => Some("IntegerField"),
        Float => Some("FloatField"),
        Decimal => Some("DecimalField"),
        _ => None,
    };
    let (left, right) = (number(left), number(right));
    match (left, right) {
        (Some(Integer), Some(Integer)) if arithmetic || matches!(connector, "&" | "|" | "<<" | ">>" | "#") => {
            Some("IntegerField")
        }
        (Some(one), Some(other)) if arithmetic && one == other && name(one).is_some() => name(one),
        (Some(Integer), Some(other @ (Decimal | Float))) | (Some(other @ (Decimal | Float)), Some(Integer))
            if arithmetic && connector != "^" =>
        {
            name(other)
        }
        (Some(class), None) | (None, Some(class)) if arithmetic => name(class),
        (Some(Date | DateTime), Some(Duration)) if matches!(connector, "+" | "-") => Some("DateTimeField"),
        (Some(Duration), Some(Date | DateTime)) if connector == "+" => Some("DateTimeField"),
        (Some(Duration), Some(Duration)) if matches!(connector, "+" | "-") => Some("DurationField"),
        (Some(Time), Some(Duration)) if matches!(connector, "+" | "-") => Some("TimeField"),
        (Some(Duration), Some(Time)) if connector == "+" => Some("TimeField"),
        (Some(Date | DateTime), Some(Date | DateTime)) | (Some(Time), Some(Time)) if connector == "-" => {
            Some("DurationField")
        }
        _ => None,
    }
}
