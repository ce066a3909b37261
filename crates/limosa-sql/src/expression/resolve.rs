//! From a value of a migration to a resolved expression.
//!
//! Source: Django `db/models/expressions.py`, the constructors and `resolve_expression` of its classes.

use limosa_model::value::Call;
use limosa_model::{Field, SmolStr, Value};

use super::error::ExpressionError;
use super::fields::{Class, is_instance, simple, unbound};
use super::node::{Case, Combined, Flavour, Func, Key, Node, Nulls, OrderBy};
use super::{functions, output, transform};
use crate::literal::Literal;
use crate::model::{FieldView, ModelView, Models};

/// Resolves expressions against a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver<'a> {
    pub(super) models: Models<'a>,
    /// The model whose fields may be mentioned; none for a default.
    pub(super) model: Option<&'a ModelView>,
    /// Whether Django resolves the expression before it compiles it; it does not for defaults.
    pub(super) resolve: bool,
}

type Result<T> = std::result::Result<T, ExpressionError>;

impl Resolver<'_> {
    /// Resolves an expression; anything else is an error.
    pub(super) fn expression(self, value: &Value) -> Result<Node> {
        match value {
            Value::Call(call) => self.call(call),
            Value::Opaque(opaque) => Err(ExpressionError::Opaque(opaque.reason.clone())),
            Value::Reference(path) => Err(ExpressionError::NeedsPython(path.clone())),
            _ => Err(invalid("expression", format!("{value:?} is not one"))),
        }
    }

    /// Resolves an argument of a function: a text is the name of a field, another literal a value.
    pub(super) fn argument(self, value: &Value) -> Result<Node> {
        match value {
            Value::Str(name) => self.reference(name),
            _ => Ok(self.expression_or_literal(value)?.0),
        }
    }

    /// Resolves an expression, or takes a literal as a value; says whether it was an expression.
    pub(super) fn expression_or_literal(self, value: &Value) -> Result<(Node, bool)> {
        match value {
            Value::Call(call) if is_expression(&call.callee) => Ok((self.call(call)?, true)),
            Value::Call(call) => match Literal::from_value(value) {
                Ok(value) => Ok((Node::Value { value, output: None }, false)),
                Err(ExpressionError::NeedsPython(_)) => Err(ExpressionError::UnknownClass(call.callee.clone())),
                Err(error) => Err(error),
            },
            _ => Ok((Node::Value { value: Literal::from_value(value)?, output: None }, false)),
        }
    }

    /// Resolves the mention of a field, with transforms behind it (`F("data__key")`).
    ///
    /// Source: Django `db/models/sql/query.py`, `Query.resolve_ref`.
    pub(super) fn reference(self, name: &str) -> Result<Node> {
        let model = self.model.filter(|_| self.resolve).ok_or_else(|| unknown_name(name))?;
        let mut parts = name.split("__");
        let first = parts.next().unwrap_or_default();
        let field = model.field(first).filter(|view| view.column.is_some()).ok_or_else(|| unknown_name(name))?;
        let mut link = field.clone();
        let mut parts = parts.peekable();
        // A join to the very column that the foreign key refers to is left out.
        while link.foreign_key().is_some()
            && let Some(part) = parts.peek()
        {
            let target = self.models.target(&link)?;
            let own = target.field.name == *part || target.field.attname() == *part;
            let pk = *part == "pk" && target.field.field.primary_key;
            if !own && !pk {
                break;
            }
            link = target.field;
            parts.next();
        }
        let mut node = self.column(field, true)?;
        for part in parts {
            node = transform::apply(self, node, part)?.ok_or_else(|| unknown_name(name))?;
        }
        Ok(node)
    }

    /// Returns the column of a field; `value` says whether a foreign key has the type of what it points to.
    pub(super) fn column(self, field: &FieldView, value: bool) -> Result<Node> {
        let output = match &field.field.kind {
            limosa_model::field::FieldKind::Generated { output_field, .. } => {
                FieldView { field: output_field.clone(), ..field.clone() }
            }
            _ if value && field.foreign_key().is_some() => self.models.final_target(field)?,
            _ => field.clone(),
        };
        Ok(Node::Column { target: field.clone(), output })
    }

    fn call(self, call: &Call) -> Result<Node> {
        if !is_expression(&call.callee) {
            return Err(ExpressionError::UnknownClass(call.callee.clone()));
        }
        let name = call.callee.rsplit('.').next().unwrap_or_default();
        let output = call.kwargs.get("output_field").map(output_field).transpose()?;
        match name {
            "F" => self.reference(text(call, 0, "name")?),
            "Value" => {
                let value = Literal::from_value(required(call, 0, "value")?)?;
                let output = call.arg(1, "output_field").filter(|value| **value != Value::None);
                Ok(Node::Value { value, output: output.map(output_field).transpose()? })
            }
            "JSONNull" => Ok(Node::JsonNull),
            "Q" => Ok(Node::Where(self.filter(call)?)),
            "RawSQL" => {
                let params = required(call, 1, "params")?.items().unwrap_or_default();
                let output = call.arg(2, "output_field").filter(|value| **value != Value::None);
                Ok(Node::Raw {
                    sql: text(call, 0, "sql")?.to_owned(),
                    params: params.iter().map(Literal::from_value).collect::<Result<_>>()?,
                    output: output.map(output_field).transpose()?,
                })
            }
            "Case" => self.case(call, output),
            "ExpressionWrapper" => {
                let output = output_field(required(call, 1, "output_field")?)?;
                Ok(Node::Wrapper(Box::new(self.expression(required(call, 0, "expression")?)?), output))
            }
            "NegatedExpression" => Ok(Node::Negated(Box::new(self.expression(required(call, 0, "expression")?)?))),
            "CombinedExpression" | "DurationExpression" | "CombinedSearchVector" | "CombinedSearchQuery" => {
                let connector = text(call, 1, "connector")?;
                self.combined(required(call, 0, "lhs")?, connector, required(call, 2, "rhs")?, output)
            }
            "OrderBy" => self.order_by(call),
            "KT" => {
                let name = text(call, 0, "lookup")?;
                let (field, keys) = name.split_once("__").ok_or_else(|| unknown_name(name))?;
                keys.split("__").try_fold(self.reference(field)?, |lhs, key| {
                    Ok(Node::Key(Box::new(Key { name: key.into(), lhs, text: true })))
                })
            }
            "KeyTransform" | "KeyTextTransform" if call.callee.starts_with("django.db.models.fields.json") => {
                let key = match required(call, 0, "key_name")? {
                    Value::Str(text) => text.clone(),
                    Value::Int(number) => smol_str::format_smolstr!("{number}"),
                    _ => return Err(invalid(name, "the key is neither a text nor a number".into())),
                };
                let lhs = self.argument(call.args.get(1).ok_or_else(|| missing(name, "expression"))?)?;
                Ok(Node::Key(Box::new(Key { name: key, lhs, text: name == "KeyTextTransform" })))
            }
            _ => {
                if let Some(operator) = call.callee.strip_prefix("operator.") {
                    return self.operator(operator, call);
                }
                if let Some(lookup) = lookup_class(&call.callee) {
                    return self.lookup_call(lookup, call);
                }
                functions::resolve(self, name, call, output)
            }
        }
    }

    fn case(self, call: &Call, output: Option<FieldView>) -> Result<Node> {
        let mut cases = Vec::with_capacity(call.args.len());
        for when in &call.args {
            let when = when.as_call().filter(|call| call.callee.ends_with(".When"));
            let when = when.ok_or_else(|| invalid("Case", "an argument is not a When".into()))?;
            let condition = self.when_condition(when)?;
            cases.push((condition, self.argument(when.arg(1, "then").unwrap_or(&Value::None))?));
        }
        let default = self.argument(call.kwargs.get("default").unwrap_or(&Value::None))?;
        Ok(Node::Case(Box::new(Case { cases, default, output })))
    }

    fn when_condition(self, when: &Call) -> Result<Node> {
        let condition = when.arg(0, "condition").filter(|value| **value != Value::None);
        let lookups: Vec<(SmolStr, Value)> = when
            .kwargs
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "condition" | "then"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if lookups.is_empty() {
            return self.expression(condition.ok_or_else(|| missing("When", "condition"))?);
        }
        let q = Call {
            callee: SmolStr::new_static("django.db.models.Q"),
            args: condition.into_iter().cloned().collect(),
            kwargs: lookups.into_iter().collect(),
            span: when.span,
        };
        Ok(Node::Where(self.filter(&q)?))
    }

    fn operator(self, operator: &str, call: &Call) -> Result<Node> {
        let connector = match operator {
            "add" => "+",
            "sub" => "-",
            "mul" => "*",
            "truediv" => "/",
            "mod" => "%%",
            "pow" => "^",
            "and_" | "or_" | "xor" => return self.logical(operator, call),
            "neg" => return self.combined(required(call, 0, "a")?, "*", &Value::Int(-1), None),
            "invert" | "inv" => {
                let inner = required(call, 0, "a")?;
                return match self.expression(inner)? {
                    Node::Where(_) => Ok(Node::Where(self.negated(inner)?)),
                    Node::Negated(inner) => Ok(*inner),
                    node => Ok(Node::Negated(Box::new(node))),
                };
            }
            _ => return Err(ExpressionError::UnknownClass(call.callee.clone())),
        };
        self.combined(required(call, 0, "a")?, connector, required(call, 1, "b")?, None)
    }

    fn combined(self, lhs: &Value, connector: &str, rhs: &Value, output: Option<FieldView>) -> Result<Node> {
        let (lhs, rhs) = (self.expression_or_literal(lhs)?.0, self.expression_or_literal(rhs)?.0);
        let flavour = if self.resolve { flavour(&lhs, connector, &rhs) } else { Flavour::Plain };
        // What Django puts in its place has only an inferred type.
        let output = if flavour == Flavour::Plain { output } else { None };
        Ok(Node::Combined(Box::new(Combined { lhs, connector: connector.into(), rhs, output, flavour })))
    }

    fn order_by(self, call: &Call) -> Result<Node> {
        let flag = |position, name| call.arg(position, name).and_then(Value::truth) == Some(true);
        let nulls = match (flag(2, "nulls_first"), flag(3, "nulls_last")) {
            (true, _) => Some(Nulls::First),
            (_, true) => Some(Nulls::Last),
            _ => None,
        };
        let node = self.argument(required(call, 0, "expression")?)?;
        Ok(Node::OrderBy(Box::new(OrderBy { node, descending: flag(1, "descending"), nulls })))
    }
}

/// How Django computes a combination: `CombinedExpression.resolve_expression`.
fn flavour(lhs: &Node, connector: &str, rhs: &Node) -> Flavour {
    let (left, right) = (output::output(lhs), output::output(rhs));
    let is = |view: &Option<FieldView>, class| view.as_ref().is_some_and(|view| is_instance(view, class));
    let (left_duration, right_duration) = (is(&left, Class::Duration), is(&right, Class::Duration));
    if left_duration != right_duration {
        return Flavour::Duration;
    }
    let temporal = [Class::Date, Class::Time].iter().any(|class| is(&left, *class));
    let same = match (&left, &right) {
        (Some(left), Some(right)) => {
            std::mem::discriminant(&left.field.kind) == std::mem::discriminant(&right.field.kind)
        }
        _ => false,
    };
    if connector == "-" && temporal && same { Flavour::Temporal } else { Flavour::Plain }
}

/// Whether a path is of Django's expressions, or of an operator between them.
pub(super) fn is_expression(path: &str) -> bool {
    path.starts_with("operator.")
        || path.starts_with("django.db.models.")
        || (path.starts_with("django.contrib.postgres.") && !path.contains(".fields.ranges."))
}

/// Returns the name of the lookup that a class of lookups stands for.
fn lookup_class(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix("django.db.models.lookups.")?;
    Some(match name {
        "Exact" => "exact",
        "IExact" => "iexact",
        "GreaterThan" => "gt",
        "GreaterThanOrEqual" => "gte",
        "LessThan" => "lt",
        "LessThanOrEqual" => "lte",
        "In" => "in",
        "Contains" => "contains",
        "IContains" => "icontains",
        "StartsWith" => "startswith",
        "IStartsWith" => "istartswith",
        "EndsWith" => "endswith",
        "IEndsWith" => "iendswith",
        "Range" => "range",
        "IsNull" => "isnull",
        "Regex" => "regex",
        "IRegex" => "iregex",
        _ => return None,
    })
}

/// Returns the field that an `output_field` argument is.
pub(super) fn output_field(value: &Value) -> Result<FieldView> {
    match value {
        Value::Call(call) => {
            Field::from_call(call).map(unbound).map_err(|error| invalid("output_field", error.to_string()))
        }
        // A class instead of a field works in Django as long as nothing asks for its options.
        Value::Reference(path) => {
            path.rsplit('.').next().and_then(simple).ok_or_else(|| ExpressionError::UnknownClass(path.clone()))
        }
        _ => Err(invalid("output_field", "it is not a field".into())),
    }
}

/// Returns an argument that must be there.
pub(super) fn required<'a>(call: &'a Call, position: usize, name: &str) -> Result<&'a Value> {
    call.arg(position, name).ok_or_else(|| missing(&call.callee, name))
}

/// Returns an argument that must be a text.
pub(super) fn text<'a>(call: &'a Call, position: usize, name: &str) -> Result<&'a str> {
    let value = required(call, position, name)?;
    value.as_str().ok_or_else(|| invalid(&call.callee, format!("`{name}` is not a text")))
}

pub(super) fn missing(class: &str, name: &str) -> ExpressionError {
    invalid(class, format!("`{name}` is missing"))
}

pub(super) fn invalid(class: &str, why: String) -> ExpressionError {
    ExpressionError::Invalid { class: class.into(), why }
}

pub(super) fn unknown_name(name: &str) -> ExpressionError {
    ExpressionError::UnknownName { name: name.into() }
}

/// Returns a function of resolved arguments.
pub(super) fn func(class: &'static str, args: Vec<Node>) -> Node {
    Node::Func(Box::new(Func::new(class, args)))
}
