//! Python's built-in functions.

use limosa_model::SmolStr;
use ruff_text_size::TextRange;

use super::arguments::Arguments;
use super::format::{repr_of, text_of};
use super::object::{Key, Object};
use super::{Evaluator, MAX_ITEMS, Result};

const NAMES: [&str; 72] = [
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "DeprecationWarning",
    "EnvironmentError",
    "Exception",
    "IOError",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "TypeError",
    "UserWarning",
    "ValueError",
    "ZeroDivisionError",
    "__import__",
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "delattr",
    "dict",
    "dir",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "set",
    "setattr",
    "sorted",
    "staticmethod",
    "str",
    "sum",
];
/// The attributes of every dictionary.
const DICT_ATTRIBUTES: [&str; 11] =
    ["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];
const MORE: [&str; 5] = ["super", "tuple", "type", "vars", "zip"];

pub(super) fn is_builtin(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok() || MORE.contains(&name)
}

/// Returns the path of a built-in name.
pub(super) fn path(name: &str) -> SmolStr {
    format!("builtins.{name}").into()
}

impl Evaluator<'_> {
    /// Calls a built-in function; nothing when it is not one that is evaluated.
    pub(super) fn call_builtin(
        &mut self,
        name: &str,
        arguments: &Arguments,
        range: TextRange,
    ) -> Result<Option<Object>> {
        let args: Vec<Object> = arguments.args.iter().map(|argument| self.force(argument.clone())).collect();
        let known = args.iter().all(|argument| argument.lost().is_none());
        if matches!(name, "str" | "repr")
            && arguments.args.first().is_some_and(|value| self.hides_its_value(value, name == "repr"))
        {
            return Ok(None);
        }
        Ok(match (name, args.as_slice()) {
            ("globals", []) => self.frames.last().map(|frame| Object::Globals(frame.environment.clone())),
            ("locals" | "vars", []) if !self.in_function() => {
                self.frames.last().map(|frame| Object::Globals(frame.environment.clone()))
            }
            ("exec" | "eval", _) => {
                self.lose_globals(&format!("may be changed by `{name}`").into());
                None
            }
            ("getattr", [Object::Path(path), Object::Str(name), default]) if path == "django.conf.settings" => {
                Some(self.setting_or(name, default, range))
            }
            ("getattr", [object, Object::Str(name)]) => Some(self.attribute(object, name, range)?),
            ("getattr", [object @ Object::Class(class), Object::Str(name), default]) => {
                let has = class.attributes.borrow().contains_key(name.as_str());
                let plain = class.bases.is_empty();
                if has {
                    Some(self.attribute(object, name, range)?)
                } else if plain {
                    Some(default.clone())
                } else {
                    None
                }
            }
            ("hasattr", [Object::Path(path), Object::Str(name)])
                if self.thawed.contains_key(format!("{path}.{name}").as_str()) =>
            {
                Some(Object::Bool(true))
            }
            ("hasattr", [Object::Path(path), Object::Str(name)]) if path == "django.conf.settings" => {
                match self.context.settings.setting(name) {
                    crate::python::module::Setting::Value(_) => Some(Object::Bool(true)),
                    crate::python::module::Setting::Unset => Some(Object::Bool(false)),
                    crate::python::module::Setting::Unknown => None,
                }
            }
            ("print", _) => Some(Object::None),
            ("setattr", [Object::Class(class), Object::Str(name), _]) => {
                let value = arguments.args.get(2).cloned().unwrap_or(Object::None);
                class.attributes.borrow_mut().insert(name.clone(), value);
                Some(Object::None)
            }
            ("setattr", [Object::Path(path), Object::Str(name), _]) => {
                let value = arguments.args.get(2).cloned().unwrap_or(Object::None);
                self.thawed.insert(format!("{path}.{name}").into(), value);
                Some(Object::None)
            }
            ("setattr" | "delattr", [object @ (Object::Class(_) | Object::Call(_)), ..]) => {
                self.lose(object, &format!("may be changed by `{name}`").into());
                Some(Object::None)
            }
            ("dict", _) if known => {
                let dict = Object::dict(indexmap::IndexMap::new());
                if let Some(other) = args.first() {
                    self.update_dict(&dict, other);
                }
                if let Object::Dict(items) = &dict {
                    for (name, value) in &arguments.kwargs {
                        items.state.deepen(value.depth());
                        items.items.borrow_mut().insert(Key::Str(name.clone()), value.clone());
                    }
                }
                if dict.lost().is_some() { None } else { Some(dict) }
            }
            ("enumerate", [items, rest @ ..]) if known => {
                let start = match rest.first().or_else(|| arguments.get(1, "start")) {
                    None => 0,
                    Some(Object::Int(start)) => *start,
                    Some(_) => return Ok(None),
                };
                self.iterate(items).map(|items| {
                    let pairs =
                        (start..).zip(items).map(|(position, item)| Object::tuple(vec![Object::Int(position), item]));
                    Object::iterator(pairs.collect())
                })
            }
            ("sorted", [items]) if known => {
                let Some(items) = self.iterate_in_any_order(items) else { return Ok(None) };
                let items = items.into_iter().map(|item| self.force(item)).collect();
                match arguments.kwargs.as_slice() {
                    [] => sorted(items).map(Object::list),
                    [(name, Object::Bool(reverse))] if name == "reverse" => sorted(items).map(|mut items| {
                        if *reverse {
                            items.reverse();
                        }
                        Object::list(items)
                    }),
                    _ => None,
                }
            }
            _ if !known || !arguments.kwargs.is_empty() => None,
            ("list", []) => Some(Object::list(Vec::new())),
            ("tuple", []) => Some(Object::tuple(Vec::new())),
            ("set" | "frozenset", []) => Some(Object::set(Vec::new())),
            ("str", []) => Some(Object::str("")),
            ("list", [items]) => self.iterate(items).map(Object::list),
            ("tuple", [items]) => self.iterate(items).map(Object::tuple),
            ("set" | "frozenset", [items]) => self.iterate_in_any_order(items).map(|items| self.unique(items, range)),
            ("str", [value]) => text_of(value).map(Object::str),
            ("repr", [value]) => repr_of(value).map(Object::str),
            ("len", [value]) if value.is_iterator() => None,
            ("len", [value]) => match value {
                Object::Str(text) => i128::try_from(text.chars().count()).ok().map(Object::Int),
                Object::Bytes(bytes) => i128::try_from(bytes.len()).ok().map(Object::Int),
                value => {
                    self.iterate_in_any_order(value).and_then(|items| i128::try_from(items.len()).ok()).map(Object::Int)
                }
            },
            ("int", [value]) => match value {
                Object::Int(_) => Some(value.clone()),
                Object::Bool(value) => Some(Object::Int(i128::from(*value))),
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "as Python converts, inside the range of the check"
                )]
                Object::Float(value) if value.abs() < 1e15 => Some(Object::Int(*value as i128)),
                Object::Str(text) => match text.trim().parse() {
                    Ok(value) => Some(Object::Int(value)),
                    // Python also takes underscores, other digits and larger numbers.
                    Err(_) if text.chars().any(|c| c == '_' || c.is_ascii_digit() || !c.is_ascii()) => None,
                    Err(_) => Some(self.raise("ValueError", "is not a whole number", range)?),
                },
                _ => None,
            },
            ("float", [Object::Float(value)]) => Some(Object::Float(*value)),
            #[expect(clippy::cast_precision_loss, reason = "as Python converts")]
            ("float", [Object::Int(value)]) => Some(Object::Float(*value as f64)),
            ("float", [Object::Str(text)]) => text.trim().parse().ok().map(Object::Float),
            ("bool", []) => Some(Object::Bool(false)),
            ("bool", [value]) => self.truth(value).map(Object::Bool),
            ("abs", [Object::Int(value)]) => value.checked_abs().map(Object::Int),
            ("bytes", [Object::Str(text), Object::Str(_)]) => Some(Object::Bytes(text.as_bytes().into())),
            ("chr", [Object::Int(code)]) => {
                u32::try_from(*code).ok().and_then(char::from_u32).map(|c| Object::str(c.to_string()))
            }
            ("range", _) => numbers(&args).map(Object::list),
            ("reversed", [items]) => self.iterate(items).map(|mut items| {
                items.reverse();
                Object::iterator(items)
            }),
            ("zip", _) if args.iter().filter(|items| items.is_iterator()).count() > 1 => None,
            ("zip", _) => {
                let columns: Option<Vec<Vec<Object>>> = args.iter().map(|items| self.iterate(items)).collect();
                columns.map(|columns| {
                    let length = columns.iter().map(Vec::len).min().unwrap_or(0);
                    let row = |at: usize| {
                        Object::tuple(columns.iter().filter_map(|column| column.get(at).cloned()).collect())
                    };
                    Object::iterator((0..length).map(row).collect())
                })
            }
            ("map", [function, items]) => {
                let Some(items) = self.iterate(items) else { return Ok(None) };
                let mut results = Vec::with_capacity(items.len());
                for item in items {
                    let arguments = Arguments { args: vec![item], ..Arguments::default() };
                    results.push(self.nested(|evaluator| evaluator.call(function, arguments, range))?);
                }
                Some(Object::iterator(results))
            }
            ("any" | "all", [items]) => {
                let Some(items) = self.iterate_in_any_order(items) else { return Ok(None) };
                let any = name == "any";
                for item in items {
                    match self.truth(&item) {
                        Some(truth) if truth == any => {
                            // An iterator still has what follows.
                            if let Some(iterator) = args.first().filter(|iterator| iterator.is_iterator()) {
                                self.lose(iterator, &"was looked through".into());
                            }
                            return Ok(Some(Object::Bool(any)));
                        }
                        Some(_) => {}
                        None => return Ok(None),
                    }
                }
                Some(Object::Bool(!any))
            }
            ("sum", [items]) => {
                let Some(items) = self.iterate(items) else { return Ok(None) };
                let mut total = Object::Int(0);
                for item in items {
                    let item = self.force(item);
                    total = self.binary(&total, ruff_python_ast::Operator::Add, &item, range)?;
                }
                Some(total)
            }
            ("max" | "min", values) => {
                let values = match values {
                    [items] => self.iterate_in_any_order(items),
                    values => Some(values.to_vec()),
                };
                let mut values = values.and_then(sorted).unwrap_or_default();
                if name == "min" { values.into_iter().next() } else { values.pop() }
            }
            ("isinstance", [value, Object::Path(class)]) => {
                const TYPES: [&str; 9] = ["bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"];
                let class = class.strip_prefix("builtins.").filter(|class| TYPES.contains(class));
                match (value.type_name(), class) {
                    ("object", Some(_)) if self.is_definition(value) => Some(Object::Bool(false)),
                    ("object", _) | (_, None) => None,
                    (name, Some(class)) => Some(Object::Bool(name == class || (name == "bool" && class == "int"))),
                }
            }
            ("isinstance", [value, Object::Tuple(classes)]) => {
                let mut any = Some(false);
                for class in classes.items.clone() {
                    let arguments = Arguments { args: vec![value.clone(), class], ..Arguments::default() };
                    match self.call_builtin(name, &arguments, range)? {
                        Some(Object::Bool(true)) => return Ok(Some(Object::Bool(true))),
                        Some(Object::Bool(false)) => {}
                        _ => any = None,
                    }
                }
                any.map(Object::Bool)
            }
            ("callable", [Object::Function(_) | Object::Class(_)]) => Some(Object::Bool(true)),
            ("callable", [value @ Object::Path(_)]) => self.is_definition(value).then_some(Object::Bool(true)),
            ("callable", [value]) => (value.type_name() != "object").then_some(Object::Bool(false)),
            ("getattr", [Object::Dict(_), Object::Str(name), default]) if !DICT_ATTRIBUTES.contains(&name.as_str()) => {
                Some(default.clone())
            }
            ("type" | "object" | "super" | "open" | "__import__", _) => None,
            _ => None,
        })
    }
}

impl Evaluator<'_> {
    /// Returns whether a value is certainly a class or a function.
    fn is_definition(&mut self, value: &Object) -> bool {
        match value {
            Object::Function(_) | Object::Class(_) => true,
            Object::Path(path) if super::calls::is_standard(path) => {
                path.starts_with("django.")
                    && super::calls::is_class_name(path)
                    && !super::calls::is_constant_name(path)
                    && path.rsplit('.').nth(1).is_some_and(|owner| !super::calls::is_class_name(owner))
            }
            Object::Path(path) => {
                matches!(self.named(path), super::lookup::Named::Class(..) | super::lookup::Named::Function(..))
            }
            _ => false,
        }
    }
}

/// Sorts values that can be compared.
pub(super) fn sorted(mut items: Vec<Object>) -> Option<Vec<Object>> {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Rank {
        Int(i128),
        Str(SmolStr),
        Tuple(Vec<Rank>),
    }
    fn rank(object: &Object, depth: u8) -> Option<Rank> {
        match object {
            Object::Int(value) => Some(Rank::Int(*value)),
            Object::Str(text) => Some(Rank::Str(text.clone())),
            Object::Tuple(tuple) if depth < 4 => {
                tuple.items.iter().map(|item| rank(item, depth + 1)).collect::<Option<_>>().map(Rank::Tuple)
            }
            _ => None,
        }
    }
    let ranks: Option<Vec<Rank>> = items.iter().map(|item| rank(item, 0)).collect();
    let ranks = ranks?;
    if ranks.windows(2).any(|pair| std::mem::discriminant(&pair[0]) != std::mem::discriminant(&pair[1])) {
        return None;
    }
    let mut keyed: Vec<(Rank, Object)> = ranks.into_iter().zip(items.drain(..)).collect();
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    Some(keyed.into_iter().map(|(_, item)| item).collect())
}

fn numbers(args: &[Object]) -> Option<Vec<Object>> {
    let number = |object: &Object| match object {
        Object::Int(value) => Some(*value),
        _ => None,
    };
    let (from, to, step) = match args {
        [to] => (0, number(to)?, 1),
        [from, to] => (number(from)?, number(to)?, 1),
        [from, to, step] => (number(from)?, number(to)?, number(step)?),
        _ => return None,
    };
    if step == 0 {
        return None;
    }
    let count = to.checked_sub(from)?.checked_div(step)?;
    if count > i128::try_from(MAX_ITEMS).ok()? {
        return None;
    }
    let mut items = Vec::new();
    let mut at = from;
    while (step > 0 && at < to) || (step < 0 && at > to) {
        items.push(Object::Int(at));
        at = at.checked_add(step)?;
    }
    Some(items)
}
