//! Lists, sets and dictionaries: iterating, indexing, changing.

use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use limosa_model::SmolStr;
use ruff_python_ast::{Expr, ExprSlice};
use ruff_text_size::{Ranged, TextRange};

use super::object::{Dict, Key, MAX_DEPTH, Object};
use super::{Evaluator, MAX_ITEMS, Result};

impl Evaluator<'_> {
    /// Returns what iterating over a value gives, when that is known.
    pub(super) fn iterate(&mut self, object: &Object) -> Option<Vec<Object>> {
        let items = self.iterate_in_any_order(object)?;
        match self.force(object.clone()) {
            Object::Set(_) => in_order_of_a_set(items),
            _ => Some(items),
        }
    }

    /// Returns the same for uses to which the order in which a set gives its items does not matter.
    pub(super) fn iterate_in_any_order(&mut self, object: &Object) -> Option<Vec<Object>> {
        let object = self.force(object.clone());
        if object.lost().is_some() {
            return None;
        }
        match &object {
            Object::Str(text) if text.len() <= MAX_ITEMS => {
                Some(text.chars().map(|c| Object::str(c.to_string())).collect())
            }
            Object::Dict(dict) => Some(dict.items.borrow().keys().map(Key::object).collect()),
            Object::Class(_) | Object::Path(_) => self.enum_members(&object),
            other => {
                let items = match other {
                    Object::List(list) if list.state.iterator.get() => std::mem::take(&mut *list.items.borrow_mut()),
                    other => other.items()?,
                };
                self.fuel = self.fuel.saturating_sub(items.len() as u64);
                Some(items)
            }
        }
    }

    pub(super) fn subscript(&mut self, object: &Object, index: &Expr, range: TextRange) -> Result {
        if let Expr::Slice(slice) = index {
            return self.slice(object, slice, range);
        }
        let index = self.expression(index)?;
        let index = self.force(index);
        self.item(object, &index, range)
    }

    pub(super) fn item(&mut self, object: &Object, index: &Object, range: TextRange) -> Result {
        if let Some(opaque) = object.lost() {
            let reason = opaque.reason.clone();
            return Ok(self.opaque(reason, range));
        }
        match (object, index) {
            (Object::Dict(dict), index) => {
                let Some(key) = Key::new(index) else { return Ok(self.opaque("uses a key that is not known", range)) };
                let value = dict.items.borrow().get(&key).cloned();
                match value {
                    Some(value) => Ok(value),
                    None => self.raise("KeyError", "uses a key that the dictionary does not have", range),
                }
            }
            (Object::List(_), _) if object.is_iterator() => {
                Ok(self.opaque("is an item of something that has none", range))
            }
            (Object::List(_) | Object::Tuple(_), Object::Int(index)) => {
                let items = object.items().unwrap_or_default();
                match position(*index, items.len()).and_then(|position| items.get(position).cloned()) {
                    Some(value) => Ok(value),
                    None => self.raise("IndexError", "uses an index that is out of range", range),
                }
            }
            (Object::Str(text), Object::Int(index)) => {
                let length = text.chars().count();
                match position(*index, length).and_then(|position| text.chars().nth(position)) {
                    Some(c) => Ok(Object::str(c.to_string())),
                    None => self.raise("IndexError", "uses an index that is out of range", range),
                }
            }
            (Object::Globals(environment), Object::Str(name)) => {
                let value = environment.names.borrow().get(name).cloned();
                match value {
                    Some(value) => Ok(value),
                    None => self.raise("KeyError", "uses a name that is not set", range),
                }
            }
            (Object::Path(path), Object::Str(name)) => match path.as_str() {
                "os.environ" => self.environment_variable(name, None, range),
                "django.db.connections" => Ok(Object::Path("django.db.connection".into())),
                _ => {
                    // `Status['DRAFT']` is how Django writes the member of an enumeration.
                    let path: SmolStr = format!("{path}.{name}").into();
                    Ok(if super::calls::is_standard(&path) {
                        self.opaque("is an item of an object that is not known", range)
                    } else {
                        Object::Path(path)
                    })
                }
            },
            (Object::Class(class), Object::Str(name)) => self.class_attribute(class, name, range),
            _ => Ok(self.opaque("is an item of something that is not known", range)),
        }
    }

    fn slice(&mut self, object: &Object, node: &ExprSlice, range: TextRange) -> Result {
        let mut bounds = [None; 3];
        for (bound, node) in bounds.iter_mut().zip([&node.lower, &node.upper, &node.step]) {
            let Some(node) = node else { continue };
            let value = self.expression(node)?;
            match self.force(value) {
                Object::Int(value) => *bound = Some(value),
                Object::None => {}
                _ => return Ok(self.opaque("slices at something that is not known", range)),
            }
        }
        let parts: Option<Vec<Object>> = match object {
            Object::List(_) if object.is_iterator() => None,
            Object::Str(text) => Some(text.chars().map(|c| Object::str(c.to_string())).collect()),
            other => other.items(),
        };
        let Some(parts) = parts else { return Ok(self.opaque("slices something that is not known", range)) };
        let Some(sliced) = sliced(&parts, bounds) else { return Ok(self.opaque("is a slice with this step", range)) };
        Ok(match object {
            Object::Str(_) => Object::str(sliced.iter().filter_map(Object::as_str).collect::<String>()),
            Object::Tuple(_) => Object::tuple(sliced),
            _ => Object::list(sliced),
        })
    }

    pub(super) fn set_item(&mut self, object: &Object, index: Object, value: Object) {
        let index = self.force(index);
        match object {
            Object::Dict(dict) => match Key::new(&index) {
                Some(key) => self.insert(object, dict, key, value),
                None => self.lose(object, &"is set at a key that is not known".into()),
            },
            Object::List(list) => {
                let target = match index {
                    Object::Int(index) => position(index, list.items.borrow().len()),
                    _ => None,
                };
                match target {
                    Some(position) => {
                        self.note_change(object, &value);
                        if let Some(slot) = list.items.borrow_mut().get_mut(position) {
                            *slot = value;
                        }
                    }
                    None => self.lose(object, &"is set at an index that is not known".into()),
                }
            }
            Object::Globals(environment) => match index {
                Object::Str(name) => _ = environment.names.borrow_mut().insert(name, value),
                _ => self.lose_globals(&"a name that is not known is set".into()),
            },
            Object::Path(path) if path == "os.environ" => self.environment_changed = true,
            _ => {}
        }
    }

    pub(super) fn delete_item(&mut self, object: &Object, index: &Expr) -> Result<()> {
        let unknown = SmolStr::new_static("has an item removed that is not known");
        if let (Expr::Slice(slice), Object::List(list)) = (index, object) {
            let all = self.slice(object, slice, index.range())?;
            let length = list.items.borrow().len();
            match all.items() {
                Some(items) if items.len() == length => list.items.borrow_mut().clear(),
                _ => self.lose(object, &unknown),
            }
            return Ok(());
        }
        let index = self.expression(index)?;
        let index = self.force(index);
        match (object, &index) {
            (Object::List(list), Object::Int(index)) => {
                let length = list.items.borrow().len();
                match position(*index, length) {
                    Some(position) => _ = list.items.borrow_mut().remove(position),
                    None => self.lose(object, &unknown),
                }
            }
            (Object::Dict(dict), index) => match Key::new(index) {
                Some(key) => {
                    if dict.items.borrow_mut().shift_remove(&key).is_none() {
                        _ = self.raise(
                            "KeyError",
                            "removes a key that the dictionary does not have",
                            TextRange::default(),
                        )?;
                    }
                }
                None => self.lose(object, &unknown),
            },
            _ => self.lose(object, &unknown),
        }
        Ok(())
    }

    /// Puts everything of another dictionary, or of pairs, into this one.
    pub(super) fn update_dict(&mut self, object: &Object, other: &Object) {
        let pairs: Option<IndexMap<Key, Object>> = match other {
            Object::Dict(other) if other.state.lost.get().is_none() => Some(other.items.borrow().clone()),
            _ => self.iterate(other).and_then(|items| {
                let pair = |item: &Object| match item.items()?.as_slice() {
                    [key, value] => Some((Key::new(key)?, value.clone())),
                    _ => None,
                };
                items.iter().map(pair).collect()
            }),
        };
        match (object, pairs) {
            (Object::Dict(dict), Some(pairs)) => {
                for (key, value) in pairs {
                    self.insert(object, dict, key, value);
                }
            }
            (Object::Globals(environment), Some(pairs)) => {
                for (key, value) in pairs {
                    if let Key::Str(name) = key {
                        environment.names.borrow_mut().insert(name, value);
                    }
                }
            }
            (_, None) => self.lose(object, &"is updated by something that is not known".into()),
            _ => {}
        }
    }

    pub(super) fn extend_list(&mut self, object: &Object, items: Vec<Object>) {
        let Object::List(list) = object else { return };
        for item in &items {
            self.note_change(object, item);
        }
        if list.items.borrow().len() + items.len() > MAX_ITEMS {
            return self.lose(object, &"is too long".into());
        }
        list.items.borrow_mut().extend(items);
    }

    /// Builds a set without repetitions.
    pub(super) fn unique(&mut self, items: Vec<Object>, range: TextRange) -> Object {
        let mut seen = IndexSet::new();
        for item in &items {
            match Key::new(item) {
                Some(key) => _ = seen.insert(key),
                // Sets of sets and the like: kept as they were written.
                None if matches!(item, Object::Opaque(_) | Object::Call(_)) => {
                    return self.opaque("is a set of something that is not known", range);
                }
                None => return Object::set(items),
            }
        }
        Object::set(seen.iter().map(Key::object).collect())
    }

    pub(super) fn insert(&mut self, object: &Object, dict: &Rc<Dict>, key: Key, value: Object) {
        self.note_change(object, &value);
        dict.items.borrow_mut().insert(key, value);
    }

    /// Notes that `value` goes into `object`, which was made before.
    pub(super) fn note_change(&mut self, object: &Object, value: &Object) {
        let state = match object {
            Object::List(list) | Object::Set(list) => &list.state,
            Object::Dict(dict) => &dict.state,
            _ => return,
        };
        if !state.changed.replace(true) {
            self.changed.push(object.clone());
        }
        state.deepen(value.depth());
        if object.depth() > MAX_DEPTH {
            self.lose(object, &"is nested too deeply".into());
        }
    }
}

/// Puts the items of a set in the order in which Python goes through them: that of small whole numbers is known, that of
/// texts is another one in each process, so theirs is the one in which they came.
///
/// Source: Python `Objects/setobject.c`, `set_add_entry`.
fn in_order_of_a_set(mut items: Vec<Object>) -> Option<Vec<Object>> {
    let small = |object: &Object| matches!(object, Object::Int(0..=7) | Object::Bool(_));
    if items.len() < 2 || items.iter().all(|item| matches!(item, Object::Str(_))) {
        Some(items)
    } else if items.len() <= 4 && items.iter().all(small) {
        items.sort_by_key(|item| match item {
            Object::Int(number) => *number,
            other => i128::from(matches!(other, Object::Bool(true))),
        });
        Some(items)
    } else {
        None
    }
}

/// Makes a set; without repetitions, when all items can be compared.
pub(super) fn distinct(items: Vec<Object>) -> Object {
    let keys: Option<IndexSet<Key>> = items.iter().map(Key::new).collect();
    Object::set(match keys {
        Some(keys) if keys.len() < items.len() => keys.iter().map(Key::object).collect(),
        _ => items,
    })
}

/// Returns the position that an index means, negative ones counted from the end.
pub(super) fn position(index: i128, length: usize) -> Option<usize> {
    let length_wide = i128::try_from(length).ok()?;
    let index = if index < 0 { index.checked_add(length_wide)? } else { index };
    usize::try_from(index).ok().filter(|position| *position < length)
}

fn sliced(items: &[Object], [lower, upper, step]: [Option<i128>; 3]) -> Option<Vec<Object>> {
    let length = i128::try_from(items.len()).ok()?;
    let clamp = |bound: i128| if bound < 0 { bound.saturating_add(length).max(0) } else { bound.min(length) };
    let range = |from: i128, to: i128| items.get(usize::try_from(from).ok()?..usize::try_from(to.max(from)).ok()?);
    match step.unwrap_or(1) {
        1 => Some(range(clamp(lower.unwrap_or(0)), clamp(upper.unwrap_or(length)))?.to_vec()),
        -1 if lower.is_none() && upper.is_none() => Some(items.iter().rev().cloned().collect()),
        step if step > 1 => {
            let part = range(clamp(lower.unwrap_or(0)), clamp(upper.unwrap_or(length)))?;
            Some(part.iter().step_by(usize::try_from(step).ok()?).cloned().collect())
        }
        _ => None,
    }
}
