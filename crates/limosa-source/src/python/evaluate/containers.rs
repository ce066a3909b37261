//! Lists, sets and dictionaries: iterating, indexing, changing.

use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use limosa_model::SmolStr;
use ruff_python_ast::{Expr, ExprSlice};
use ruff_text_size::{Ranged, TextRange};

use super::arguments::Arguments;
use super::object::{Dict, Key, List, MAX_DEPTH, Object};
use super::{Evaluator, MAX_ITEMS, Result, Stop};

impl Evaluator<'_> {
    /// Returns what iterating over a value gives, when that is known.
    pub(super) fn iterate(&mut self, object: &Object) -> Option<Vec<Object>> {
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
                let items = other.items()?;
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

    /// Calls a method of a list, a set, a tuple or a dictionary; nothing when it is not one that is evaluated.
    pub(super) fn container_method(
        &mut self,
        object: &Object,
        name: &str,
        arguments: &Arguments,
        range: TextRange,
    ) -> Result<Option<Object>> {
        match object {
            Object::List(list) => self.list_method(object, list, name, arguments),
            Object::Set(list) => Ok(self.set_method(object, list, name, arguments)),
            Object::Dict(dict) => self.dict_method(object, dict, name, arguments, range),
            Object::Tuple(tuple) => Ok(match (name, arguments.positional::<1>()) {
                ("count", Some([item])) => count(&tuple.items, item),
                ("index", Some([item])) => index(&tuple.items, item),
                _ => None,
            }),
            _ => Ok(None),
        }
    }

    fn list_method(
        &mut self,
        object: &Object,
        list: &Rc<List>,
        name: &str,
        arguments: &Arguments,
    ) -> Result<Option<Object>> {
        match (name, arguments.args.as_slice()) {
            ("append", [item]) => {
                self.extend_list(object, vec![item.clone()]);
                Ok(Some(Object::None))
            }
            ("extend", [items]) => {
                match self.iterate(items) {
                    Some(items) => self.extend_list(object, items),
                    None => self.lose(object, &"is extended by something that is not known".into()),
                }
                Ok(Some(Object::None))
            }
            ("insert", [at, item]) => {
                let length = list.items.borrow().len();
                let at = match self.force(at.clone()) {
                    Object::Int(at) => at,
                    _ => return Ok(None),
                };
                let length_wide = i128::try_from(length).unwrap_or(i128::MAX);
                let at = if at < 0 { (at + length_wide).max(0) } else { at.min(length_wide) };
                self.note_change(object, item);
                list.items.borrow_mut().insert(usize::try_from(at).unwrap_or(length).min(length), item.clone());
                Ok(Some(Object::None))
            }
            ("pop", rest) if rest.len() <= 1 => {
                let length = list.items.borrow().len();
                let at = match rest.first() {
                    None => length.checked_sub(1),
                    Some(Object::Int(at)) => position(*at, length),
                    Some(_) => return Ok(None),
                };
                Ok(at.map(|at| list.items.borrow_mut().remove(at)))
            }
            ("remove", [item]) => {
                let items = list.items.borrow().clone();
                for (at, other) in items.iter().enumerate() {
                    match super::operators::equal(other, item, 0) {
                        Some(true) => {
                            list.items.borrow_mut().remove(at);
                            return Ok(Some(Object::None));
                        }
                        Some(false) => {}
                        None => return Ok(None),
                    }
                }
                if self.attempts > 0 {
                    Err(Stop::Raise("ValueError".into(), "removes an item that is not in the list".into()))
                } else {
                    Ok(None)
                }
            }
            ("clear", []) => {
                list.items.borrow_mut().clear();
                Ok(Some(Object::None))
            }
            ("reverse", []) => {
                list.items.borrow_mut().reverse();
                Ok(Some(Object::None))
            }
            ("sort", []) if arguments.kwargs.is_empty() => {
                let sorted = super::builtins::sorted(list.items.borrow().clone());
                Ok(sorted.map(|items| {
                    *list.items.borrow_mut() = items;
                    Object::None
                }))
            }
            ("copy", []) => Ok(Some(Object::list(list.items.borrow().clone()))),
            ("count", [item]) => Ok(count(&list.items.borrow(), item)),
            ("index", [item]) => Ok(index(&list.items.borrow(), item)),
            _ => Ok(None),
        }
    }

    fn set_method(&mut self, object: &Object, list: &Rc<List>, name: &str, arguments: &Arguments) -> Option<Object> {
        let [argument] = arguments.positional::<1>()?;
        let keys = |items: &[Object]| items.iter().map(Key::new).collect::<Option<IndexSet<Key>>>();
        let own = keys(&list.items.borrow())?;
        match name {
            "add" => {
                let key = Key::new(argument)?;
                self.note_change(object, argument);
                if !own.contains(&key) {
                    list.items.borrow_mut().push(argument.clone());
                }
                Some(Object::None)
            }
            "discard" => {
                let key = Key::new(argument)?;
                list.items.borrow_mut().retain(|item| Key::new(item).as_ref() != Some(&key));
                Some(Object::None)
            }
            "union" | "difference" | "intersection" | "update" => {
                let other = keys(&self.iterate(argument)?)?;
                let result: Vec<Key> = match name {
                    "difference" => own.difference(&other).cloned().collect(),
                    "intersection" => own.intersection(&other).cloned().collect(),
                    _ => own.union(&other).cloned().collect(),
                };
                let result: Vec<Object> = result.iter().map(Key::object).collect();
                if name == "update" {
                    self.note_change(object, &Object::None);
                    *list.items.borrow_mut() = result;
                    return Some(Object::None);
                }
                Some(Object::set(result))
            }
            _ => None,
        }
    }

    fn dict_method(
        &mut self,
        object: &Object,
        dict: &Rc<Dict>,
        name: &str,
        arguments: &Arguments,
        range: TextRange,
    ) -> Result<Option<Object>> {
        let key = arguments.args.first().map(|key| self.force(key.clone())).as_ref().and_then(Key::new);
        let second = arguments.args.get(1).cloned();
        let found = key.as_ref().and_then(|key| dict.items.borrow().get(key).cloned());
        Ok(match (name, arguments.args.len()) {
            ("get", 1 | 2) if key.is_some() => {
                Some(found.or(second).or_else(|| arguments.get(1, "default").cloned()).unwrap_or(Object::None))
            }
            ("setdefault", 1 | 2) => key.map(|key| match found {
                Some(found) => found,
                None => {
                    let value = second.unwrap_or(Object::None);
                    self.insert(object, dict, key, value.clone());
                    value
                }
            }),
            ("pop", 1 | 2) if key.is_some() => {
                let removed = key.and_then(|key| dict.items.borrow_mut().shift_remove(&key));
                match removed.or(second) {
                    Some(value) => Some(value),
                    None => Some(self.raise("KeyError", "removes a key that the dictionary does not have", range)?),
                }
            }
            ("update", _) => {
                if let Some(other) = arguments.args.first() {
                    let other = self.force(other.clone());
                    self.update_dict(object, &other);
                }
                for (name, value) in &arguments.kwargs {
                    self.insert(object, dict, Key::Str(name.clone()), value.clone());
                }
                Some(Object::None)
            }
            ("keys", 0) => Some(Object::list(dict.items.borrow().keys().map(Key::object).collect())),
            ("values", 0) => Some(Object::list(dict.items.borrow().values().cloned().collect())),
            ("items", 0) => {
                let pairs = dict
                    .items
                    .borrow()
                    .iter()
                    .map(|(key, value)| Object::tuple(vec![key.object(), value.clone()]))
                    .collect();
                Some(Object::list(pairs))
            }
            ("copy", 0) => Some(Object::dict(dict.items.borrow().clone())),
            ("clear", 0) => {
                dict.items.borrow_mut().clear();
                Some(Object::None)
            }
            _ => None,
        })
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

    fn insert(&mut self, object: &Object, dict: &Rc<Dict>, key: Key, value: Object) {
        self.note_change(object, &value);
        dict.items.borrow_mut().insert(key, value);
    }

    /// Notes that `value` goes into `object`, which was made before.
    fn note_change(&mut self, object: &Object, value: &Object) {
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

/// Returns the position that an index means, negative ones counted from the end.
fn position(index: i128, length: usize) -> Option<usize> {
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

fn count(items: &[Object], item: &Object) -> Option<Object> {
    let equal: Option<Vec<bool>> = items.iter().map(|other| super::operators::equal(other, item, 0)).collect();
    Some(Object::Int(i128::try_from(equal?.into_iter().filter(|equal| *equal).count()).ok()?))
}

fn index(items: &[Object], item: &Object) -> Option<Object> {
    for (position, other) in items.iter().enumerate() {
        if super::operators::equal(other, item, 0)? {
            return i128::try_from(position).ok().map(Object::Int);
        }
    }
    None
}
