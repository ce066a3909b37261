//! Values while a module is evaluated: mutable ones are shared, as Python's are.

use std::cell::{Cell, OnceCell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::value::Opaque;
use limosa_model::{SmolStr, Span};
use ruff_text_size::TextSize;

use super::environment::Environment;

/// A value while a module is evaluated.
#[derive(Clone, Debug)]
pub(crate) enum Object {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(SmolStr),
    Bytes(Arc<[u8]>),
    List(Rc<List>),
    Tuple(Rc<Tuple>),
    Set(Rc<List>),
    Dict(Rc<Dict>),
    /// A class that was instantiated, or a function that was not evaluated (yet).
    Call(Rc<CallObject>),
    /// Something imported or built in, by its dotted path; looked up when it is needed.
    Path(SmolStr),
    Function(Rc<Function>),
    Class(Rc<Class>),
    /// What `globals()` gives.
    Globals(Rc<Environment>),
    Opaque(Arc<Opaque>),
}

/// A list or a set.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) items: RefCell<Vec<Object>>,
    pub(crate) state: State,
}

/// A tuple.
#[derive(Debug)]
pub(crate) struct Tuple {
    pub(crate) items: Vec<Object>,
    depth: u16,
}

/// A dictionary.
#[derive(Debug, Default)]
pub(crate) struct Dict {
    pub(crate) items: RefCell<IndexMap<Key, Object>>,
    pub(crate) state: State,
}

/// What mutable values have in common.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// How deeply values are nested in it, as far as is known.
    depth: Cell<u16>,
    /// Whether it was changed after it was made.
    pub(crate) changed: Cell<bool>,
    /// Whether it is an iterator: what was taken from it is gone.
    pub(crate) iterator: Cell<bool>,
    /// Why its content is no longer known.
    pub(crate) lost: OnceCell<Arc<Opaque>>,
}

/// A call that stands for its result.
#[derive(Debug)]
pub(crate) struct CallObject {
    pub(crate) callee: SmolStr,
    pub(crate) args: Vec<Object>,
    pub(crate) kwargs: Vec<(SmolStr, Object)>,
    pub(crate) span: Option<Span>,
    /// The result, once it was asked for: the function's, or the call itself.
    pub(crate) result: OnceCell<Object>,
    /// Why what was made is no longer known.
    pub(crate) lost: OnceCell<Arc<Opaque>>,
    depth: u16,
}

/// A function of the module that is evaluated.
#[derive(Debug)]
pub(crate) struct Function {
    /// The dotted path, the module's included.
    pub(crate) path: SmolStr,
    pub(crate) environment: Rc<Environment>,
    /// Where the `def` begins; nothing for a lambda.
    pub(crate) offset: Option<TextSize>,
    /// Whether a plain call runs its body: it has no decorator, and is no method.
    pub(crate) plain: bool,
    /// The defaults that were evaluated when the function was defined, by parameter.
    pub(crate) defaults: Vec<(SmolStr, Object)>,
}

/// A class of the module that is evaluated.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: SmolStr,
    /// The dotted path, the module's included.
    pub(crate) path: SmolStr,
    pub(crate) bases: Vec<Object>,
    pub(crate) attributes: RefCell<IndexMap<SmolStr, Object>>,
    pub(crate) span: Span,
}

/// The key of a dictionary, as far as keys can be compared; as in Python, `1`, `True` and `1.0` are one key.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    None,
    Bool(bool),
    Int(i128),
    Float(u64),
    Str(SmolStr),
    Bytes(Arc<[u8]>),
    Tuple(Vec<Key>),
    Path(SmolStr),
}

/// How deeply values may be nested.
pub(crate) const MAX_DEPTH: u16 = 250;

impl Object {
    pub(crate) fn str(text: impl Into<SmolStr>) -> Self {
        Self::Str(text.into())
    }

    pub(crate) fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(List::new(items)))
    }

    /// Returns what gives these items once, as a generator does.
    pub(crate) fn iterator(items: Vec<Self>) -> Self {
        let list = List::new(items);
        list.state.iterator.set(true);
        Self::List(Rc::new(list))
    }

    /// Returns whether it is an iterator.
    pub(crate) fn is_iterator(&self) -> bool {
        matches!(self, Self::List(list) if list.state.iterator.get())
    }

    pub(crate) fn set(items: Vec<Self>) -> Self {
        Self::Set(Rc::new(List::new(items)))
    }

    pub(crate) fn tuple(items: Vec<Self>) -> Self {
        let depth = depth_of(&items);
        Self::Tuple(Rc::new(Tuple { items, depth }))
    }

    pub(crate) fn dict(items: IndexMap<Key, Self>) -> Self {
        let state = State::default();
        state.depth.set(items.values().map(Self::depth).max().unwrap_or(0).saturating_add(1));
        Self::Dict(Rc::new(Dict { items: RefCell::new(items), state }))
    }

    pub(crate) fn call(
        callee: impl Into<SmolStr>,
        args: Vec<Self>,
        kwargs: Vec<(SmolStr, Self)>,
        span: Option<Span>,
    ) -> Self {
        let deepest = kwargs.iter().map(|(_, value)| value.depth()).max().unwrap_or(0);
        let depth = depth_of(&args).max(deepest.saturating_add(1));
        let (callee, result, lost) = (callee.into(), OnceCell::new(), OnceCell::new());
        Self::Call(Rc::new(CallObject { callee, args, kwargs, span, result, lost, depth }))
    }

    pub(crate) fn opaque(reason: impl Into<SmolStr>, text: impl Into<SmolStr>, span: Option<Span>) -> Self {
        Self::Opaque(Arc::new(Opaque { reason: reason.into(), text: text.into(), span }))
    }

    /// Returns how deeply values are nested in it.
    pub(crate) fn depth(&self) -> u16 {
        match self {
            Self::List(list) | Self::Set(list) => list.state.depth.get(),
            Self::Tuple(tuple) => tuple.depth,
            Self::Dict(dict) => dict.state.depth.get(),
            Self::Call(call) => call.depth,
            _ => 0,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns why its content is no longer known, when that is so.
    pub(crate) fn lost(&self) -> Option<&Arc<Opaque>> {
        match self {
            Self::Opaque(opaque) => Some(opaque),
            Self::List(list) | Self::Set(list) => list.state.lost.get(),
            Self::Dict(dict) => dict.state.lost.get(),
            Self::Call(call) => call.lost.get(),
            _ => None,
        }
    }

    /// Returns the items of a list, tuple or set.
    pub(crate) fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::List(list) | Self::Set(list) if list.state.lost.get().is_none() => Some(list.items.borrow().clone()),
            Self::Tuple(tuple) => Some(tuple.items.clone()),
            _ => None,
        }
    }

    /// Returns Python's name of its type, where that is known.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::List(list) if list.state.iterator.get() => "iterator",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Set(_) => "set",
            Self::Dict(_) | Self::Globals(_) => "dict",
            Self::Function(_) => "function",
            Self::Class(_) => "type",
            Self::Call(_) | Self::Path(_) | Self::Opaque(_) => "object",
        }
    }
}

impl List {
    fn new(items: Vec<Object>) -> Self {
        let state = State::default();
        state.depth.set(depth_of(&items));
        Self { items: RefCell::new(items), state }
    }
}

impl State {
    /// Notes that a value goes into it.
    pub(crate) fn deepen(&self, depth: u16) {
        self.depth.set(self.depth.get().max(depth.saturating_add(1)));
    }
}

impl Key {
    /// Returns the key that an object makes, when it can be one and its value is known.
    pub(crate) fn new(object: &Object) -> Option<Self> {
        Some(match object {
            Object::None => Self::None,
            Object::Bool(value) => Self::Bool(*value),
            Object::Int(value) => Self::Int(*value),
            Object::Float(value) => Self::Float(value.to_bits()),
            Object::Str(text) => Self::Str(text.clone()),
            Object::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Object::Tuple(tuple) if tuple.depth < 8 => {
                Self::Tuple(tuple.items.iter().map(Self::new).collect::<Option<_>>()?)
            }
            Object::Path(path) => Self::Path(path.clone()),
            _ => return None,
        })
    }

    /// Returns the key as an object.
    pub(crate) fn object(&self) -> Object {
        match self {
            Self::None => Object::None,
            Self::Bool(value) => Object::Bool(*value),
            Self::Int(value) => Object::Int(*value),
            Self::Float(bits) => Object::Float(f64::from_bits(*bits)),
            Self::Str(text) => Object::Str(text.clone()),
            Self::Bytes(bytes) => Object::Bytes(bytes.clone()),
            Self::Tuple(keys) => Object::tuple(keys.iter().map(Self::object).collect()),
            Self::Path(path) => Object::Path(path.clone()),
        }
    }
}

impl Key {
    /// Returns the whole number to which it is equal.
    fn whole(&self) -> Option<i128> {
        match self {
            Self::Bool(value) => Some(i128::from(*value)),
            Self::Int(value) => Some(*value),
            Self::Float(bits) => {
                let value = f64::from_bits(*bits);
                #[expect(clippy::cast_possible_truncation, reason = "the number is whole and inside the range")]
                (value.fract() == 0.0 && value.abs() < 1e15).then_some(value as i128)
            }
            _ => None,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Str(one), Self::Str(other)) | (Self::Path(one), Self::Path(other)) => one == other,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            (Self::Tuple(one), Self::Tuple(other)) => one == other,
            _ => match (self.whole(), other.whole()) {
                (Some(one), Some(other)) => one == other,
                _ => matches!((self, other), (Self::Float(one), Self::Float(other)) if one == other),
            },
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::None => 0_u8.hash(state),
            Self::Str(text) | Self::Path(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
            Self::Tuple(keys) => keys.hash(state),
            Self::Float(bits) if self.whole().is_none() => bits.hash(state),
            Self::Bool(_) | Self::Int(_) | Self::Float(_) => self.whole().hash(state),
        }
    }
}

fn depth_of(items: &[Object]) -> u16 {
    items.iter().map(Object::depth).max().unwrap_or(0).saturating_add(1)
}
