//! Comparisons: which one a name means, and what becomes of the value that is compared with.
//!
//! Source: Django `db/models/sql/query.py`, `Query.build_lookup`; `lookups.py`, the classes' `get_prep_lookup`.

use limosa_model::SmolStr;
use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;
use limosa_model::value::Call;

use super::error::ExpressionError;
use super::node::{Func, Lookup, Node, Rhs};
use super::resolve::{Resolver, func, invalid, required, unknown_name};
use super::transform;
use super::{functions, output};
use crate::literal::{Literal, integer, is_integer, is_range};
use crate::model::FieldView;

type Result<T> = std::result::Result<T, ExpressionError>;

/// What a field is compared with, before the comparison prepares it.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// A value.
    Literal(Literal),
    /// Several, with expressions among them or not.
    List(Vec<Operand>),
    /// An expression.
    Node(Node),
}

impl Operand {
    /// Returns the expression, when it is one.
    pub(super) fn node(&self) -> Option<&Node> {
        match self {
            Self::Node(node) => Some(node),
            _ => None,
        }
    }

    fn literal(self) -> Option<Literal> {
        match self {
            Self::Literal(value) => Some(value),
            Self::List(items) => Some(Literal::List(items.into_iter().map(Self::literal).collect::<Option<_>>()?)),
            Self::Node(_) => None,
        }
    }
}

const TEXTUAL: [&str; 9] =
    ["iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "regex", "iregex"];

/// Builds the comparison that names behind a field mean.
pub(super) fn build(resolver: Resolver<'_>, names: &[&str], lhs: Node, rhs: Operand) -> Result<Node> {
    let mut lhs = lhs;
    let (last, transforms) = names.split_last().unwrap_or((&"exact", &[]));
    for name in transforms {
        lhs = transform::apply(resolver, lhs, name)?.ok_or_else(|| unknown_name(name))?;
    }
    let mut name = *last;
    if !has_lookup(&lhs, name) {
        lhs = transform::apply(resolver, lhs, name)?.ok_or_else(|| unknown_name(name))?;
        name = "exact";
    }
    let rhs = prepare(resolver, name, &lhs, rhs)?;
    if rhs == Rhs::Value(Literal::None) && !takes_none(resolver, name, &lhs) {
        if !matches!(name, "exact" | "iexact") {
            return Err(invalid(name, "None is no value to compare with".into()));
        }
        return Ok(lookup("isnull", lhs, Rhs::Value(Literal::Bool(true))));
    }
    Ok(lookup(name, lhs, rhs))
}

impl Resolver<'_> {
    /// Resolves a lookup that is written as an expression, such as `GreaterThan(F("a"), 1)`.
    pub(super) fn lookup_call(self, name: &'static str, call: &Call) -> Result<Node> {
        let lhs = self.expression_or_literal(required(call, 0, "lhs")?)?.0;
        let rhs = match (self.operand(required(call, 1, "rhs")?)?, name) {
            // The types of most functions are known only when their arguments are resolved.
            (Operand::Literal(value), "exact" | "gt" | "gte" | "lt" | "lte") if functions::has_own_type(&lhs) => {
                prepare(self, name, &lhs, Operand::Literal(value))?
            }
            (Operand::Literal(value), "exact" | "gt" | "gte" | "lt" | "lte") => {
                Rhs::Node(Node::Value { value, output: None })
            }
            (operand, _) => prepare(self, name, &lhs, operand)?,
        };
        Ok(lookup(name, lhs, rhs))
    }
}

fn lookup(name: &str, lhs: Node, rhs: Rhs) -> Node {
    Node::Lookup(Box::new(Lookup { name: SmolStr::new(name), lhs, rhs }))
}

/// Whether a name is a comparison for a type; it comes before a transform of that name.
fn has_lookup(lhs: &Node, name: &str) -> bool {
    let output = output::output(lhs);
    let kind = output.as_ref().map(|view| &view.field.kind);
    let general =
        matches!(name, "exact" | "gt" | "gte" | "lt" | "lte" | "in" | "range" | "isnull") || TEXTUAL.contains(&name);
    match kind {
        Some(FieldKind::Json | FieldKind::HStore) => {
            general || matches!(name, "contained_by" | "has_key" | "has_keys" | "has_any_keys")
        }
        Some(FieldKind::Array { .. }) => general || matches!(name, "contained_by" | "overlap"),
        Some(kind) if is_range(kind) => {
            let own = matches!(
                name,
                "contained_by" | "overlap" | "fully_lt" | "fully_gt" | "not_lt" | "not_gt" | "adjacent_to"
            );
            own || (general && !matches!(name, "startswith" | "endswith"))
        }
        Some(kind) if is_integer(kind) || is_number_or_date(kind) => general || name == "contained_by",
        _ => general,
    }
}

fn is_number_or_date(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Float | FieldKind::Decimal { .. } | FieldKind::Date | FieldKind::DateTime)
}

fn takes_none(resolver: Resolver<'_>, name: &str, lhs: &Node) -> bool {
    let json = output::output(lhs).is_some_and(|view| view.field.kind == FieldKind::Json);
    match lhs {
        Node::Key(_) => name == "exact" || name == "iexact" && resolver.models.context.django >= DjangoVersion::V61,
        _ => json && name == "exact",
    }
}

fn prepare(resolver: Resolver<'_>, name: &str, lhs: &Node, rhs: Operand) -> Result<Rhs> {
    let models = resolver.models;
    let output = output::output(lhs);
    let kind = output.as_ref().map(|view| &view.field.kind);
    let rhs = match rhs {
        Operand::Node(node) => return Ok(Rhs::Node(node)),
        other => other,
    };
    match (name, kind) {
        ("in" | "range", kind) if !kind.is_some_and(is_range) || name == "in" => {
            let Operand::List(items) = rhs else { return Err(invalid(name, "the value is not a list".into())) };
            return values(resolver, output.as_ref(), items);
        }
        ("exact" | "contains" | "contained_by" | "overlap", Some(FieldKind::Array { base, .. })) => {
            return array(resolver, output.as_ref(), base, rhs);
        }
        ("has_keys" | "has_any_keys", _) => {
            let Operand::List(items) = rhs else { return Err(invalid(name, "the value is not a list".into())) };
            let text = |item: Operand| match item {
                Operand::Literal(value @ Literal::Text(_)) => Ok(value),
                Operand::Literal(Literal::Int(number)) => Ok(Literal::Text(smol_str::format_smolstr!("{number}"))),
                _ => Err(invalid(name, "a key is not a text".into())),
            };
            return Ok(Rhs::Values(items.into_iter().map(text).collect::<Result<_>>()?));
        }
        _ => {}
    }
    let value = rhs.literal().ok_or_else(|| invalid(name, "an expression in a list has no meaning here".into()))?;
    let json = kind == Some(&FieldKind::Json);
    let raw = matches!(name, "isnull" | "has_key") || (TEXTUAL.contains(&name) && !(json && name == "contains"));
    let raw = raw && !(kind.is_some_and(is_range) || matches!(kind, Some(FieldKind::HStore)) && name == "contains");
    if raw {
        return Ok(Rhs::Value(value));
    }
    let Some(view) = output else { return Ok(Rhs::Node(Node::Value { value, output: None })) };
    if name == "contains" && is_range(&view.field.kind) && !matches!(value, Literal::List(_) | Literal::Range(_)) {
        return range_contains(&view, value);
    }
    let value = match value {
        // Floats work on integers: what is below 1.5 is below 2.
        Literal::Float(number) if matches!(name, "gte" | "lt") && is_integer(&view.field.kind) => {
            Literal::Float(number.ceil())
        }
        value => value,
    };
    let own_range = name == "contained_by" && (is_integer(&view.field.kind) || is_number_or_date(&view.field.kind));
    if own_range {
        return Ok(Rhs::Value(match value {
            Literal::List(items) => match items.as_slice() {
                [lower, upper] => {
                    Literal::Range(Box::new(crate::literal::Range::new(lower.clone(), upper.clone(), "[)")))
                }
                _ => return Err(invalid(name, "the value is not a pair".into())),
            },
            value => value,
        }));
    }
    Ok(Rhs::Value(models.prepare_python(&view, value)?))
}

/// Prepares the values of `in` and `range`.
fn values(resolver: Resolver<'_>, output: Option<&FieldView>, items: Vec<Operand>) -> Result<Rhs> {
    let prepare = |value: Literal| match output {
        Some(view) => resolver.models.prepare_python(view, value),
        None => Ok(value),
    };
    if !items.iter().any(|item| matches!(item, Operand::Node(_))) {
        let literal = |item: Operand| prepare(item.literal().unwrap_or(Literal::None));
        return Ok(Rhs::Values(items.into_iter().map(literal).collect::<Result<_>>()?));
    }
    let node = |item: Operand| match item {
        Operand::Node(node) => Ok(node),
        other => {
            let value = other.literal().unwrap_or(Literal::None);
            if resolver.models.context.django >= DjangoVersion::V61 {
                return Ok(Node::Value { value, output: output.cloned() });
            }
            let value = prepare(value)?;
            if resolver.models.context.django < DjangoVersion::V52 {
                return Ok(Node::Param(match output {
                    Some(view) => resolver.models.prepare_database(view, value)?,
                    None => value,
                }));
            }
            let output = if value.as_text().is_some() { output.cloned() } else { None };
            Ok(Node::Value { value, output })
        }
    };
    Ok(Rhs::Nodes(items.into_iter().map(node).collect::<Result<_>>()?))
}

/// Source: Django `contrib/postgres/fields/array.py`, `ArrayRHSMixin`.
fn array(
    resolver: Resolver<'_>,
    output: Option<&FieldView>,
    base: &std::sync::Arc<limosa_model::Field>,
    rhs: Operand,
) -> Result<Rhs> {
    let Operand::List(items) = rhs else {
        let value = rhs.literal().unwrap_or(Literal::None);
        return Ok(Rhs::Value(value));
    };
    let any = items.iter().any(|item| !matches!(item, Operand::Literal(Literal::None)));
    if !any || items.is_empty() {
        let values = items.into_iter().map(|item| item.literal().unwrap_or(Literal::None)).collect();
        return Ok(Rhs::Value(Literal::List(values)));
    }
    let base = output.map(|view| FieldView { field: base.clone(), ..view.clone() });
    let node = |item: Operand| match item {
        Operand::Node(node) => Ok(node),
        other => {
            let value = other.literal().unwrap_or(Literal::None);
            let value = match &base {
                Some(base) => resolver.models.prepare_python(base, value)?,
                None => value,
            };
            Ok(Node::Value { value, output: None })
        }
    };
    let args = items.into_iter().map(node).collect::<Result<Vec<_>>>()?;
    Ok(Rhs::Node(func("ArrayLiteral", args)))
}

/// A range that contains a single value: the value gets the type of the range's bounds.
fn range_contains(view: &FieldView, value: Literal) -> Result<Rhs> {
    let class = match view.field.kind {
        FieldKind::IntegerRange => "IntegerField",
        FieldKind::BigIntegerRange => "BigIntegerField",
        FieldKind::DecimalRange => "DecimalField",
        FieldKind::DateTimeRange => "DateTimeField",
        _ => "DateField",
    };
    let date = matches!(view.field.kind, FieldKind::DateRange | FieldKind::DateTimeRange);
    let node = Node::Value { value, output: None };
    if date {
        return Ok(Rhs::Node(node));
    }
    let output = super::fields::simple(class);
    Ok(Rhs::Node(Node::Func(Box::new(Func { output, ..Func::new("Cast", vec![node]) }))))
}

/// Returns the position that an index of an array or a key names.
pub(super) fn index_of(name: &str) -> Option<i128> {
    integer(&Literal::Text(name.into()))
}
