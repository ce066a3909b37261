//! Operators, comparisons and truth.

use ruff_python_ast::{CmpOp, Operator, UnaryOp};
use ruff_text_size::TextRange;

use super::conditions::{combined, combined_expression, is_expression, is_operand, negated};
use super::object::{CallObject, Key, Object};
use super::{Evaluator, MAX_ITEMS, MAX_TEXT, Result};

impl Evaluator<'_> {
    /// Returns whether Python would take a value for true, when that is known.
    pub(super) fn truth(&mut self, object: &Object) -> Option<bool> {
        let object = self.force(object.clone());
        if object.lost().is_some() {
            return None;
        }
        match &object {
            Object::None => Some(false),
            Object::Bool(value) => Some(*value),
            Object::Int(value) => Some(*value != 0),
            Object::Float(value) => Some(*value != 0.0),
            Object::Str(text) => Some(!text.is_empty()),
            Object::Bytes(bytes) => Some(!bytes.is_empty()),
            Object::List(list) if list.state.iterator.get() => Some(true),
            Object::List(list) | Object::Set(list) => Some(!list.items.borrow().is_empty()),
            Object::Tuple(tuple) => Some(!tuple.items.is_empty()),
            Object::Dict(dict) => Some(!dict.items.borrow().is_empty()),
            Object::Function(_) | Object::Class(_) => Some(true),
            Object::Call(call) if is_path(call) => Some(true),
            Object::Path(path) => self.path_truth(path),
            Object::Call(_) | Object::Globals(_) | Object::Opaque(_) => None,
        }
    }

    pub(super) fn unary(&mut self, op: UnaryOp, operand: &Object, range: TextRange) -> Object {
        match (op, operand) {
            (UnaryOp::USub, Object::Int(value)) => value.checked_neg().map(Object::Int),
            (UnaryOp::USub, Object::Float(value)) => Some(Object::Float(-value)),
            (UnaryOp::UAdd, Object::Int(_) | Object::Float(_)) => Some(operand.clone()),
            (UnaryOp::Invert, Object::Int(value)) => Some(Object::Int(!value)),
            (UnaryOp::USub | UnaryOp::Invert, Object::Bool(_)) => None,
            (UnaryOp::Invert, Object::Call(call)) if call.callee == "django.db.models.Q" => Some(negated(call)),
            _ => None,
        }
        .unwrap_or_else(|| self.opaque("is an operation that is not evaluated", range))
    }

    pub(super) fn binary(&mut self, left: &Object, op: Operator, right: &Object, range: TextRange) -> Result {
        if left.is_iterator() || right.is_iterator() {
            return Ok(self.opaque("is an operation that is not evaluated", range));
        }
        if left.lost().is_some() || right.lost().is_some() {
            return Ok(self.opaque("is computed from something that is not known", range));
        }
        let result = match (left, op, right) {
            (Object::Str(left), Operator::Add, Object::Str(right)) if left.len() + right.len() <= MAX_TEXT => {
                self.fuel = self.fuel.saturating_sub((left.len() + right.len()) as u64 / 64);
                Some(Object::str(format!("{left}{right}")))
            }
            (Object::Str(text), Operator::Mult, Object::Int(count))
            | (Object::Int(count), Operator::Mult, Object::Str(text)) => {
                let count = usize::try_from(*count).unwrap_or(0);
                (text.len().saturating_mul(count) <= MAX_TEXT / 16).then(|| Object::str(text.repeat(count)))
            }
            (Object::Str(text), Operator::Mod, _) => return self.percent_format(text, right, range),
            (Object::Bytes(left), Operator::Add, Object::Bytes(right)) if left.len() + right.len() <= MAX_TEXT => {
                Some(Object::Bytes([&left[..], &right[..]].concat().into()))
            }
            (Object::List(_), Operator::Add, Object::List(_)) => concatenated(left, right).map(Object::list),
            (Object::Tuple(_), Operator::Add, Object::Tuple(_)) => concatenated(left, right).map(Object::tuple),
            (Object::List(_), Operator::Mult, Object::Int(count)) => repeated(left, *count).map(Object::list),
            (Object::Tuple(_), Operator::Mult, Object::Int(count)) => repeated(left, *count).map(Object::tuple),
            (Object::Set(_), Operator::BitOr | Operator::BitAnd | Operator::Sub | Operator::BitXor, Object::Set(_)) => {
                set_operation(left, op, right)
            }
            (Object::Dict(left), Operator::BitOr, Object::Dict(right)) => {
                let mut items = left.items.borrow().clone();
                items.extend(right.items.borrow().iter().map(|(key, value)| (key.clone(), value.clone())));
                Some(Object::dict(items))
            }
            (Object::Call(left), Operator::BitOr | Operator::BitAnd | Operator::BitXor, Object::Call(right))
                if left.callee == "django.db.models.Q" && right.callee == "django.db.models.Q" =>
            {
                Some(combined(left, op, right))
            }
            (Object::Call(path), Operator::Div, part) if is_path(path) => super::paths::join(left, part),
            (part, Operator::Div, Object::Call(path)) if is_path(path) => super::paths::join(part, right),
            (Object::Call(call), _, other) | (other, _, Object::Call(call)) if is_expression(&call.callee) => {
                combined_expression(left, op, right).filter(|_| is_operand(other))
            }
            _ => number(left, op, right),
        };
        Ok(result.unwrap_or_else(|| {
            let known = is_plain(left) && is_plain(right);
            self.opaque(
                if known {
                    "is an operation that is not evaluated"
                } else {
                    "is computed from something that is not known"
                },
                range,
            )
        }))
    }

    /// Compares two values; nothing when the answer is not known.
    pub(super) fn compare(&mut self, left: &Object, op: CmpOp, right: &Object) -> Option<bool> {
        let (left, right) = (self.force(left.clone()), self.force(right.clone()));
        if left.lost().is_some() || right.lost().is_some() {
            return None;
        }
        match op {
            CmpOp::Eq => equal(&left, &right, 0),
            CmpOp::NotEq => equal(&left, &right, 0).map(|equal| !equal),
            CmpOp::Is | CmpOp::IsNot => {
                let same = match (&left, &right) {
                    (Object::None, Object::None) => Some(true),
                    (Object::None, other) | (other, Object::None) => match other {
                        Object::Path(path) => self.path_truth(path).map(|_| false),
                        Object::Call(call) if !super::calls::is_class_name(&call.callee) => None,
                        _ => Some(false),
                    },
                    (Object::Bool(left), Object::Bool(right)) => Some(left == right),
                    (Object::Bool(_), other) | (other, Object::Bool(_)) if is_plain(other) => Some(false),
                    (Object::Path(left), Object::Path(right)) if left == right => Some(true),
                    (Object::Class(left), Object::Class(right)) => Some(left.path == right.path),
                    _ => None,
                }?;
                Some(same == (op == CmpOp::Is))
            }
            CmpOp::In => self.contains(&right, &left),
            CmpOp::NotIn => self.contains(&right, &left).map(|found| !found),
            CmpOp::Lt => order(&left, &right).map(std::cmp::Ordering::is_lt),
            CmpOp::LtE => order(&left, &right).map(std::cmp::Ordering::is_le),
            CmpOp::Gt => order(&left, &right).map(std::cmp::Ordering::is_gt),
            CmpOp::GtE => order(&left, &right).map(std::cmp::Ordering::is_ge),
        }
    }

    fn contains(&mut self, container: &Object, item: &Object) -> Option<bool> {
        match container {
            Object::Str(text) => item.as_str().map(|part| text.contains(part)),
            Object::Dict(dict) => Key::new(item).map(|key| dict.items.borrow().contains_key(&key)),
            Object::Globals(environment) => item.as_str().map(|name| environment.names.borrow().contains_key(name)),
            _ => {
                let mut doubt = false;
                if container.is_iterator() {
                    // What stands before the item is gone then.
                    self.lose(container, &"was looked through".into());
                    return None;
                }
                for other in self.iterate_in_any_order(container)? {
                    self.fuel = self.fuel.saturating_sub(1);
                    let other = self.force(other);
                    match equal(&other, item, 0) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => doubt = true,
                    }
                }
                if doubt { None } else { Some(false) }
            }
        }
    }
}

fn is_path(call: &CallObject) -> bool {
    call.callee == "pathlib.Path"
}

fn is_plain(object: &Object) -> bool {
    !matches!(object, Object::Path(_) | Object::Call(_) | Object::Opaque(_))
}

/// Returns whether two values are equal, when that is known.
pub(super) fn equal(left: &Object, right: &Object, depth: u8) -> Option<bool> {
    let unknown = |object: &Object| object.lost().is_some() || object.is_iterator();
    if depth > 60 || unknown(left) || unknown(right) {
        return None;
    }
    match (left, right) {
        (Object::None, Object::None) => Some(true),
        (Object::Str(left), Object::Str(right)) => Some(left == right),
        (Object::Bytes(left), Object::Bytes(right)) => Some(left == right),
        (Object::Bool(left), Object::Bool(right)) => Some(left == right),
        (Object::Int(_) | Object::Float(_) | Object::Bool(_), Object::Int(_) | Object::Float(_) | Object::Bool(_)) => {
            order(left, right).map(std::cmp::Ordering::is_eq)
        }
        (Object::List(_), Object::List(_)) | (Object::Tuple(_), Object::Tuple(_)) => {
            let (left, right) = (left.items()?, right.items()?);
            if left.len() != right.len() {
                return Some(false);
            }
            for (left, right) in left.iter().zip(&right) {
                if !equal(left, right, depth + 1)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        (Object::Dict(left), Object::Dict(right)) => {
            let (left, right) = (left.items.borrow(), right.items.borrow());
            if left.len() != right.len() {
                return Some(false);
            }
            for (key, value) in left.iter() {
                match right.get(key) {
                    Some(other) if equal(value, other, depth + 1)? => {}
                    _ => return Some(false),
                }
            }
            Some(true)
        }
        (Object::Path(left), Object::Path(right)) if left == right => Some(true),
        (Object::Class(left), Object::Class(right)) => Some(left.path == right.path),
        (Object::Function(left), Object::Function(right)) => (left.path == right.path).then_some(true),
        (Object::Call(left), Object::Call(right)) if is_path(left) && is_path(right) => {
            equal(left.args.first()?, right.args.first()?, depth + 1)
        }
        (Object::Path(_) | Object::Call(_) | Object::Globals(_), _)
        | (_, Object::Path(_) | Object::Call(_) | Object::Globals(_)) => None,
        (Object::Set(_), Object::Set(_)) => None,
        _ => Some(false),
    }
}

fn order(left: &Object, right: &Object) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Object::Str(left), Object::Str(right)) => Some(left.cmp(right)),
        (Object::Tuple(_), Object::Tuple(_)) | (Object::List(_), Object::List(_)) => {
            let (left, right) = (left.items()?, right.items()?);
            for (left, right) in left.iter().zip(&right) {
                match order(left, right)? {
                    std::cmp::Ordering::Equal => {}
                    order => return Some(order),
                }
            }
            Some(left.len().cmp(&right.len()))
        }
        _ => match (integer(left), integer(right)) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => float(left)?.partial_cmp(&float(right)?),
        },
    }
}

fn number(left: &Object, op: Operator, right: &Object) -> Option<Object> {
    if let (Object::Bool(left), Object::Bool(right)) = (left, right) {
        match op {
            Operator::BitAnd => return Some(Object::Bool(left & right)),
            Operator::BitOr => return Some(Object::Bool(left | right)),
            Operator::BitXor => return Some(Object::Bool(left ^ right)),
            _ => {}
        }
    }
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        let value = match op {
            Operator::Add => left.checked_add(right),
            Operator::Sub => left.checked_sub(right),
            Operator::Mult => left.checked_mul(right),
            Operator::FloorDiv if right != 0 => Some(floor_div(left, right)?),
            Operator::Mod if right != 0 => left.checked_sub(floor_div(left, right)?.checked_mul(right)?),
            Operator::Pow => u32::try_from(right).ok().and_then(|power| left.checked_pow(power)),
            Operator::LShift => {
                u32::try_from(right).ok().filter(|by| *by < 120).and_then(|by| left.checked_mul(1_i128 << by))
            }
            Operator::RShift => u32::try_from(right).ok().filter(|by| *by < 127).map(|by| left >> by),
            Operator::BitOr => Some(left | right),
            Operator::BitAnd => Some(left & right),
            Operator::BitXor => Some(left ^ right),
            #[expect(clippy::cast_precision_loss, reason = "as Python divides whole numbers")]
            Operator::Div if right != 0 => return Some(Object::Float(left as f64 / right as f64)),
            _ => None,
        }?;
        return Some(Object::Int(value));
    }
    let (left, right) = (float(left)?, float(right)?);
    Some(Object::Float(match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div if right != 0.0 => left / right,
        _ => return None,
    }))
}

fn floor_div(left: i128, right: i128) -> Option<i128> {
    let quotient = left.checked_div(right)?;
    let exact = quotient.checked_mul(right)? == left;
    Some(if exact || (left < 0) == (right < 0) { quotient } else { quotient.checked_sub(1)? })
}

fn integer(object: &Object) -> Option<i128> {
    match object {
        Object::Int(value) => Some(*value),
        Object::Bool(value) => Some(i128::from(*value)),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as Python computes with whole and floating-point numbers")]
fn float(object: &Object) -> Option<f64> {
    match object {
        Object::Float(value) => Some(*value),
        other => integer(other).map(|value| value as f64),
    }
}

fn concatenated(left: &Object, right: &Object) -> Option<Vec<Object>> {
    let (mut left, right) = (left.items()?, right.items()?);
    left.extend(right);
    (left.len() <= MAX_ITEMS).then_some(left)
}

fn repeated(object: &Object, count: i128) -> Option<Vec<Object>> {
    let items = object.items()?;
    let count = usize::try_from(count).unwrap_or(0);
    if items.len().saturating_mul(count) > MAX_ITEMS {
        return None;
    }
    Some(std::iter::repeat_n(items, count).flatten().collect())
}

fn set_operation(left: &Object, op: Operator, right: &Object) -> Option<Object> {
    let keys = |object: &Object| object.items()?.iter().map(Key::new).collect::<Option<indexmap::IndexSet<Key>>>();
    let (left, right) = (keys(left)?, keys(right)?);
    let result: Vec<Key> = match op {
        Operator::BitOr => left.union(&right).cloned().collect(),
        Operator::BitAnd => left.intersection(&right).cloned().collect(),
        Operator::Sub => left.difference(&right).cloned().collect(),
        _ => left.symmetric_difference(&right).cloned().collect(),
    };
    Some(Object::set(result.iter().map(Key::object).collect()))
}
