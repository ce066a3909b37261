//! A value as it stands in a migration: a literal, a call of something known by its dotted path, or something opaque.
//!
//! Every reader (Python, TOML, the bridge) produces these; fields, indexes, constraints and operations are built from them.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::Span;

/// A value written in a migration.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Python's `None`.
    None,
    /// A boolean.
    Bool(bool),
    /// An integer; what does not fit is opaque.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Str(SmolStr),
    /// A byte string.
    Bytes(Arc<[u8]>),
    /// A list.
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A set, in the order in which it was written.
    Set(Vec<Value>),
    /// A dictionary, in the order in which it was written.
    Dict(Vec<(Value, Value)>),
    /// A class that was instantiated or a function that was called, such as `django.db.models.Q(price__gte=0)`.
    Call(Arc<Call>),
    /// A function, class or constant that is named but not called, such as `uuid.uuid4`.
    Reference(SmolStr),
    /// Something that was not understood; never guessed.
    Opaque(Arc<Opaque>),
}

/// A call by dotted path: Django's `deconstruct()` in one value.
#[derive(Clone, Debug)]
pub struct Call {
    /// The path of the class or function, canonical where it is Django's own (`django.db.models.CharField`).
    pub callee: SmolStr,
    /// Positional arguments.
    pub args: Vec<Value>,
    /// Keyword arguments, in the order in which they were written.
    pub kwargs: Kwargs,
    /// Where it was written.
    pub span: Option<Span>,
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.callee == other.callee && self.args == other.args && self.kwargs == other.kwargs
    }
}

impl Call {
    /// Returns the argument `name`, which may also stand at `position`.
    pub fn arg(&self, position: usize, name: &str) -> Option<&Value> {
        self.args.get(position).or_else(|| self.kwargs.get(name))
    }
}

/// A part that could not be evaluated.
#[derive(Clone, Debug)]
pub struct Opaque {
    /// Why, as a fragment such as ``calls `open` ``.
    pub reason: SmolStr,
    /// The text of it, by which two of them are compared.
    pub text: SmolStr,
    /// Where it was written.
    pub span: Option<Span>,
}

impl PartialEq for Opaque {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Keyword arguments in the order in which they were written; equal in any order, as Python's are.
#[derive(Clone, Debug, Default)]
pub struct Kwargs(Vec<(SmolStr, Value)>);

impl Kwargs {
    /// Returns the argument `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Sets the argument `name`, in its old place when it was there.
    pub fn set(&mut self, name: impl Into<SmolStr>, value: Value) {
        let name = name.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Removes the argument `name` and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let position = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(position).1)
    }

    /// Iterates over names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Value)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Returns how many arguments there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no argument.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Kwargs {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl FromIterator<(SmolStr, Value)> for Kwargs {
    fn from_iter<T: IntoIterator<Item = (SmolStr, Value)>>(iter: T) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl Value {
    /// Returns a call of `callee`.
    pub fn call(callee: impl Into<SmolStr>, args: Vec<Value>, kwargs: Kwargs, span: Option<Span>) -> Self {
        Self::Call(Arc::new(Call { callee: callee.into(), args, kwargs, span }))
    }

    /// Returns something that was not understood.
    pub fn opaque(reason: impl Into<SmolStr>, text: impl Into<SmolStr>, span: Option<Span>) -> Self {
        Self::Opaque(Arc::new(Opaque { reason: reason.into(), text: text.into(), span }))
    }

    /// Returns the text, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the boolean, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the integer, when it is one.
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the items of a list, tuple or set.
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the pairs of a dictionary.
    pub fn pairs(&self) -> Option<&[(Value, Value)]> {
        match self {
            Self::Dict(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// Returns the call, when it is one.
    pub fn as_call(&self) -> Option<&Call> {
        match self {
            Self::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Returns the texts of a list, tuple or set that holds only texts.
    pub fn strings(&self) -> Option<Vec<SmolStr>> {
        self.items()?
            .iter()
            .map(|item| match item {
                Self::Str(text) => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    /// Returns whether Python would take the value for true; `None` when that is not known.
    pub fn truth(&self) -> Option<bool> {
        Some(match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => !items.is_empty(),
            Self::Dict(pairs) => !pairs.is_empty(),
            Self::Call(_) | Self::Reference(_) => true,
            Self::Opaque(_) => return None,
        })
    }

    /// Returns the first opaque part in the value, itself included.
    pub fn find_opaque(&self) -> Option<&Opaque> {
        match self {
            Self::Opaque(opaque) => Some(opaque),
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => items.iter().find_map(Self::find_opaque),
            Self::Dict(pairs) => {
                pairs.iter().find_map(|(key, value)| key.find_opaque().or_else(|| value.find_opaque()))
            }
            Self::Call(call) => {
                call.args.iter().chain(call.kwargs.iter().map(|(_, value)| value)).find_map(Self::find_opaque)
            }
            _ => None,
        }
    }

    /// Returns whether it holds, at any depth, an instance of a class that is neither Django's own nor one of plain values.
    pub fn holds_own_class(&self) -> bool {
        const KNOWN: [&str; 9] =
            ["django", "datetime", "decimal", "uuid", "ipaddress", "zoneinfo", "re", "psycopg", "psycopg2"];
        let own =
            |path: &str| path.split_once('.').is_some_and(|(root, _)| !KNOWN.contains(&root) && root != "builtins");
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => items.iter().any(Self::holds_own_class),
            Self::Dict(pairs) => pairs.iter().any(|(key, value)| key.holds_own_class() || value.holds_own_class()),
            Self::Call(call) => {
                let mut inside = call.args.iter().chain(call.kwargs.iter().map(|(_, value)| value));
                own(&call.callee) || inside.any(Self::holds_own_class)
            }
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value.into())
    }
}
