//! Expressions as Python shows them, for the descriptions of operations.
//!
//! Source: Django `db/models/expressions.py`, the `__str__` and `__repr__` of each class; `utils/tree.py`, `Node.__str__`.

use crate::Value;
use crate::value::Call;

/// Shows an expression as `str()` does.
pub(super) fn expression_text(value: &Value) -> String {
    match value {
        // Where Django takes a text for an expression it takes it for a name.
        Value::Str(name) => format!("F({name})"),
        Value::Call(call) => call_text(call),
        value => format!("Value({})", repr(value)),
    }
}

fn call_text(call: &Call) -> String {
    let class = call.callee.rsplit('.').next().unwrap_or_default();
    if call.callee.starts_with("operator.") {
        return operator_text(call, class);
    }
    let first = || call.args.first().or_else(|| call.kwargs.get("expression"));
    match class {
        "F" => format!("F({})", call.arg(0, "name").and_then(Value::as_str).unwrap_or_default()),
        "Value" => format!("Value({})", call.arg(0, "value").map(repr).unwrap_or_default()),
        "CombinedExpression" => {
            let part = |position, name| call.arg(position, name).map(operand).unwrap_or_default();
            let connector = call.arg(1, "connector").and_then(Value::as_str).unwrap_or_default();
            format!("{} {connector} {}", part(0, "lhs"), part(2, "rhs"))
        }
        "OrderBy" => {
            let descending = call.arg(1, "descending").and_then(Value::truth) == Some(true);
            let descending = if descending { "True" } else { "False" };
            format!("OrderBy({}, descending={descending})", first().map(expression_text).unwrap_or_default())
        }
        "Case" => {
            let cases: Vec<String> = call.args.iter().map(expression_text).collect();
            let default = call.kwargs.get("default").map_or_else(|| "Value(None)".into(), operand);
            format!("CASE {}, ELSE {default}", cases.join(", "))
        }
        "When" => {
            let then = call.arg(1, "then").map(operand).unwrap_or_default();
            format!("WHEN {} THEN {then}", condition(call))
        }
        "Q" => format!("(AND: {})", children(call)),
        "OpClass" => {
            let name = call.arg(1, "name").and_then(Value::as_str).unwrap_or_default();
            format!("OpClass({}, name={name})", first().map(expression_text).unwrap_or_default())
        }
        // What else these are given is not an expression.
        "Cast" | "Collate" | "ExpressionWrapper" => {
            format!("{class}({})", first().map(expression_text).unwrap_or_default())
        }
        "Concat" => format!("Concat({})", concatenated(&call.args)),
        _ => {
            let mut args: Vec<String> = Vec::new();
            for (position, value) in call.args.iter().enumerate() {
                let literal = position > 0 && LITERALS.contains(&class);
                args.push(if literal { operand_literal(value) } else { expression_text(value) });
            }
            format!("{class}({})", args.join(", "))
        }
    }
}

/// Functions of which only the first argument is taken for an expression.
const LITERALS: [&str; 4] = ["Left", "Right", "Repeat", "Substr"];

fn operator_text(call: &Call, name: &str) -> String {
    let connector = match name {
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "truediv" => "/",
        "mod" => "%%",
        "pow" => "^",
        _ => name,
    };
    let part = |position| call.args.get(position).map(operand).unwrap_or_default();
    match name {
        "neg" => format!("{} * Value(-1)", part(0)),
        _ => format!("{} {connector} {}", part(0), part(1)),
    }
}

/// A side of an operator, where a text is a value.
fn operand(value: &Value) -> String {
    match value {
        Value::Call(call) if !is_literal(call) => call_text(call),
        value => operand_literal(value),
    }
}

fn operand_literal(value: &Value) -> String {
    match value {
        Value::Call(call) if !is_literal(call) => call_text(call),
        value => format!("Value({})", repr(value)),
    }
}

/// `Concat(a, b, c)` holds `ConcatPair(a, ConcatPair(b, c))`.
fn concatenated(args: &[Value]) -> String {
    match args {
        [] => String::new(),
        [last] => expression_text(last),
        [first, rest @ ..] => format!("ConcatPair({}, {})", expression_text(first), concatenated(rest)),
    }
}

/// The condition of a `When`: a `Q`, another expression, or lookups.
fn condition(when: &Call) -> String {
    match when.arg(0, "condition") {
        Some(Value::Call(call)) if call.callee.ends_with(".Q") => format!("<Q: {}>", q_text(call)),
        Some(value) => expression_text(value),
        None => {
            let lookups = when.kwargs.iter().filter(|(name, _)| *name != "then");
            let lookups: Vec<String> = lookups.map(|(name, value)| format!("('{name}', {})", repr(value))).collect();
            format!("<Q: (AND: {})>", lookups.join(", "))
        }
    }
}

fn q_text(call: &Call) -> String {
    let negated = call.kwargs.get("_negated").and_then(Value::truth) == Some(true);
    let connector = call.kwargs.get("_connector").and_then(Value::as_str).unwrap_or("AND");
    let children = children(call);
    if negated { format!("(NOT ({connector}: {children}))") } else { format!("({connector}: {children})") }
}

fn children(call: &Call) -> String {
    let children = call.args.iter().map(|child| match child {
        Value::Call(call) if call.callee.ends_with(".Q") => q_text(call),
        child => repr(child),
    });
    let lookups = call.kwargs.iter().filter(|(name, _)| !name.starts_with('_'));
    let lookups = lookups.map(|(name, value)| format!("('{name}', {})", repr(value)));
    children.chain(lookups).collect::<Vec<_>>().join(", ")
}

/// Whether a call makes a plain value, such as a date.
fn is_literal(call: &Call) -> bool {
    ["datetime.", "decimal.", "uuid."].iter().any(|module| call.callee.starts_with(module))
}

/// Shows a value as Python's `repr()` does.
fn repr(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(repr).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Str(text) => quoted(text),
        Value::Bytes(bytes) => format!("b'{}'", bytes.escape_ascii()),
        Value::List(items) => format!("[{}]", list(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", list(items)),
        Value::Tuple(items) => format!("({})", list(items)),
        Value::Set(items) if items.is_empty() => "set()".into(),
        Value::Set(items) => format!("{{{}}}", list(items)),
        Value::Dict(pairs) => {
            let pairs: Vec<String> =
                pairs.iter().map(|(key, value)| format!("{}: {}", repr(key), repr(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Call(call) if call.callee == "decimal.Decimal" => format!("Decimal({})", list(&call.args)),
        Value::Call(call) if call.callee == "uuid.UUID" => format!("UUID({})", list(&call.args)),
        Value::Call(call) if is_literal(call) => format!("{}({})", call.callee, list(&call.args)),
        Value::Call(call) => call_text(call),
        Value::Reference(path) => path.to_string(),
        Value::Opaque(opaque) => opaque.text.to_string(),
    }
}

/// Quotes a text as Python does: in double quotes when it holds single ones alone.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(quote);
    for character in text.chars() {
        match character {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            character if character == quote => quoted.extend(['\\', character]),
            character => quoted.push(character),
        }
    }
    quoted.push(quote);
    quoted
}
