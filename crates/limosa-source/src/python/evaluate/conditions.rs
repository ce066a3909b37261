//! Django's conditions and expressions, combined by operators as Django combines them.

use limosa_model::SmolStr;
use ruff_python_ast::Operator;

use super::object::{CallObject, Object};

/// Returns the connector and the negation of a `Q`.
fn q_parts(call: &CallObject) -> (SmolStr, bool) {
    let kwarg = |name: &str| call.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let connector = kwarg("_connector").and_then(Object::as_str).unwrap_or("AND");
    (connector.into(), matches!(kwarg("_negated"), Some(Object::Bool(true))))
}

pub(super) fn q(children: Vec<Object>, connector: &str, negated: bool, span: Option<limosa_model::Span>) -> Object {
    let mut kwargs = Vec::new();
    if connector != "AND" {
        kwargs.push((SmolStr::new_static("_connector"), Object::str(connector)));
    }
    if negated {
        kwargs.push((SmolStr::new_static("_negated"), Object::Bool(true)));
    }
    Object::call(SmolStr::new_static("django.db.models.Q"), children, kwargs, span)
}

/// Negates a `Q`: Django `db/models/query_utils.py`, `Q.__invert__`.
pub(super) fn negated(call: &CallObject) -> Object {
    let (connector, negated) = q_parts(call);
    q(call.args.clone(), &connector, !negated, call.span)
}

/// Combines two `Q`s: Django `db/models/query_utils.py`, `Q._combine`, and `utils/tree.py`, `Node.add`.
pub(super) fn combined(left: &CallObject, op: Operator, right: &CallObject) -> Object {
    let connector = match op {
        Operator::BitOr => "OR",
        Operator::BitXor => "XOR",
        _ => "AND",
    };
    for (one, other) in [(left, right), (right, left)] {
        if one.args.is_empty() {
            let (connector, negated) = q_parts(other);
            return q(other.args.clone(), &connector, negated, other.span);
        }
    }
    let mut children: Vec<Object> = Vec::new();
    for part in [left, right] {
        let (own, negated) = q_parts(part);
        if !negated && (own == connector || part.args.len() == 1) {
            children.extend(part.args.iter().cloned());
        } else {
            children.push(q(part.args.clone(), &own, negated, part.span));
        }
    }
    q(children, connector, false, left.span)
}

/// Returns whether a class is one of Django's expressions that can be computed with.
pub(super) fn is_expression(callee: &str) -> bool {
    callee != "django.db.models.Q"
        && (matches!(
            callee,
            "django.db.models.F" | "django.db.models.Value" | "django.db.models.Case" | "django.db.models.Func"
        ) || callee.starts_with("django.db.models.functions.")
            || callee.starts_with("django.db.models.expressions."))
}

pub(super) fn is_operand(object: &Object) -> bool {
    match object {
        Object::Call(call) => is_expression(&call.callee),
        Object::Int(_) | Object::Float(_) | Object::Str(_) | Object::Bool(_) => true,
        _ => false,
    }
}

/// Combines two expressions: Django `db/models/expressions.py`, `Combinable._combine`.
pub(super) fn combined_expression(left: &Object, op: Operator, right: &Object) -> Option<Object> {
    let connector = match op {
        Operator::Add => "+",
        Operator::Sub => "-",
        Operator::Mult => "*",
        Operator::Div => "/",
        Operator::Mod => "%%",
        Operator::Pow => "^",
        _ => return None,
    };
    let side = |object: &Object| match object {
        Object::Call(_) => object.clone(),
        other => Object::call(SmolStr::new_static("django.db.models.Value"), vec![other.clone()], Vec::new(), None),
    };
    let args = vec![side(left), Object::str(connector), side(right)];
    Some(Object::call(SmolStr::new_static("django.db.models.expressions.CombinedExpression"), args, Vec::new(), None))
}
