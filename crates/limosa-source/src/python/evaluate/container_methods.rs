//! Methods of lists, sets, tuples and dictionaries.

use std::rc::Rc;

use indexmap::IndexSet;
use ruff_text_size::TextRange;

use super::arguments::Arguments;
use super::containers::position;
use super::object::{Dict, Key, List, Object};
use super::{Evaluator, Result, Stop};

impl Evaluator<'_> {
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
                let other = keys(&self.iterate_in_any_order(argument)?)?;
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
