//! Enumerations: their members, what these are worth, and the labels of Django's choices.
//!
//! Source: Python `enum.py`, `EnumType.__new__` and `_proto_member.__set_name__`; Django `db/models/enums.py`,
//! `ChoicesType.__new__`.

use std::collections::HashMap;
use std::rc::Rc;

use limosa_model::SmolStr;

use super::Evaluator;
use super::calls::is_standard;
use super::lookup::Named;
use super::object::{Class, Key, Object};

/// What members of an enumeration are besides members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mixed {
    Text,
    Int,
    Nothing,
    /// Some other type: what it makes of the values is not known.
    Other,
}

/// What `auto()` gives a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbering {
    Count,
    Bits,
    Name,
    LowerName,
    Unknown,
}

/// What kind of enumeration a class is.
#[derive(Clone, Copy, Debug)]
struct Kind {
    mixed: Mixed,
    /// Whether it is one of Django's choices.
    choices: bool,
    numbering: Numbering,
    /// Whether the text of a member is that of its value, in every version of Python.
    plain_text: bool,
    /// Whether a class of the project or of a package makes the members in a way of its own.
    own_way: bool,
}

/// One member of an enumeration, or another name for one.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: SmolStr,
    pub(super) value: Object,
    pub(super) label: Object,
    /// The position of the member of which this is only another name.
    alias_of: Option<usize>,
}

/// An enumeration.
#[derive(Clone, Debug)]
pub(super) struct Enumeration {
    pub(super) mixed: Mixed,
    plain_text: bool,
    choices: bool,
    members: Vec<Member>,
    /// Whether it is known which names are members.
    certain: bool,
    /// The label of the empty choice.
    empty: Option<Object>,
}

impl Evaluator<'_> {
    /// Returns the enumeration that a class of this module is, if it is one.
    pub(super) fn enumeration(&mut self, class: &Rc<Class>) -> Option<Enumeration> {
        let kind = self.kind_of(class, 0)?;
        let attributes =
            class.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>();
        Some(self.members(kind, attributes))
    }

    /// Returns the enumeration that a class of another module is.
    pub(super) fn loaded_enumeration(&mut self, class: &crate::python::module::Class) -> Option<Enumeration> {
        let kind = self.loaded_kind_of(class, 0)?;
        let attributes = class.attributes.iter().map(|(name, value)| (name.clone(), self.thaw(value)));
        let attributes = attributes.collect();
        Some(self.members(kind, attributes))
    }

    /// Returns the members of an enumeration, by their paths.
    pub(super) fn enum_members(&mut self, object: &Object) -> Option<Vec<Object>> {
        let (path, enumeration) = match object {
            Object::Class(class) => (class.path.clone(), self.enumeration(class)?),
            Object::Path(path) => self.enumeration_at(path)?,
            _ => return None,
        };
        let members = enumeration.certain.then(|| enumeration.canonical())?;
        Some(members.map(|member| Object::Path(format!("{path}.{}", member.name).into())).collect())
    }

    /// Returns whether an object is a member of an enumeration whose text, or what `repr` gives, is not that of its value.
    pub(super) fn hides_its_value(&mut self, object: &Object, repr: bool) -> bool {
        let Object::Path(path) = object else { return false };
        let Some((class, name)) = path.rsplit_once('.').filter(|_| !is_standard(path)) else { return false };
        self.enumeration_at(class)
            .is_some_and(|(_, enumeration)| (repr || !enumeration.plain_text) && enumeration.member(name).is_some())
    }

    /// Returns the enumeration that a path names, with the path under which it is really found.
    fn enumeration_at(&mut self, path: &str) -> Option<(SmolStr, Enumeration)> {
        if let Some(class) = self.own(path).and_then(|within| self.classes.get(&within).cloned()) {
            return Some((class.path.clone(), self.enumeration(&class)?));
        }
        match self.named(path) {
            Named::Class(module, within) => {
                let class = module.classes.get(&within)?;
                Some((class.path.clone(), self.loaded_enumeration(class)?))
            }
            _ => None,
        }
    }

    fn members(&mut self, kind: Kind, attributes: Vec<(SmolStr, Object)>) -> Enumeration {
        let mut members: Vec<Member> = Vec::new();
        let mut seen: HashMap<Key, usize> = HashMap::new();
        // Members of flags with several bits are other names.
        let mut certain = kind.numbering != Numbering::Bits;
        let mut empty = None;
        for (name, value) in attributes {
            match name.as_str() {
                "__empty__" => empty = Some(value.clone()),
                "_ignore_" => certain = false,
                _ => {}
            }
            if name.starts_with("__") || (name.starts_with('_') && name.ends_with('_')) {
                continue;
            }
            let value = self.force(value);
            match self.is_descriptor(&value) {
                Some(true) => continue,
                Some(false) => {}
                None => certain = false,
            }
            let (value, label) = if kind.choices { self.labelled(value, kind.mixed) } else { (value, None) };
            let value = self.member_value(kind, &name, value, &members);
            let alias_of = match Key::new(&value) {
                Some(key) => seen.get(&key).copied().or_else(|| {
                    seen.insert(key, members.len());
                    None
                }),
                None => {
                    certain &= kind.choices;
                    None
                }
            };
            let label = label.unwrap_or_else(|| Object::str(super::strings::title(&name.replace('_', " "))));
            members.push(Member { name, value, label, alias_of });
        }
        Enumeration { mixed: kind.mixed, plain_text: kind.plain_text, choices: kind.choices, members, certain, empty }
    }

    /// Returns whether a value in the body of an enumeration is no member: a function, a property, a class inside.
    fn is_descriptor(&mut self, value: &Object) -> Option<bool> {
        match value {
            Object::Function(_) | Object::Class(_) => Some(true),
            Object::Opaque(_) => None,
            Object::Call(call) => match call.callee.as_str() {
                "enum.nonmember" | "enum.property" | "functools.cached_property" | "types.DynamicClassAttribute" => {
                    Some(true)
                }
                "enum.member" => None,
                _ => Some(false),
            },
            Object::Path(path) if is_standard(path) => super::calls::is_class_name(path).then_some(false),
            Object::Path(path) => match self.named(path) {
                Named::Function(..) => Some(true),
                Named::Class(..) | Named::Value(_) => Some(false),
                Named::Thing | Named::Unknown => None,
            },
            _ => Some(false),
        }
    }

    /// Takes the label from what is written for a member of Django's choices.
    fn labelled(&mut self, value: Object, mixed: Mixed) -> (Object, Option<Object>) {
        let items = match &value {
            Object::Tuple(_) | Object::List(_) => value.items().unwrap_or_default(),
            _ => return (value, None),
        };
        let Some((last, rest)) = items.split_last().filter(|(_, rest)| !rest.is_empty()) else { return (value, None) };
        let last = self.force(last.clone());
        let is_label = match &last {
            Object::Str(_) => true,
            // A type would not take a second argument of another kind, so it is a text that is not known.
            Object::Call(_) | Object::Path(_) | Object::Opaque(_) => {
                if rest.len() > 1 || !matches!(mixed, Mixed::Text | Mixed::Int) {
                    return (Object::opaque("may hold a label", "", None), Some(last));
                }
                true
            }
            _ => false,
        };
        if is_label { (Object::tuple(rest.to_vec()), Some(last)) } else { (value, None) }
    }

    /// Returns what the type of an enumeration makes of the value that is written.
    fn member_value(&mut self, kind: Kind, name: &str, value: Object, before: &[Member]) -> Object {
        let unknown = || Object::opaque("is made by an enumeration in a way that is not known", "", None);
        if kind.own_way {
            return unknown();
        }
        if is_auto(&value) {
            return numbered(kind.numbering, name, before).unwrap_or_else(unknown);
        }
        let single = match &value {
            Object::Tuple(tuple) => match tuple.items.as_slice() {
                [single] => self.force(single.clone()),
                _ => value.clone(),
            },
            _ => value.clone(),
        };
        match (kind.mixed, single) {
            (Mixed::Text, text @ Object::Str(_)) => text,
            (Mixed::Int, number @ Object::Int(_)) => number,
            (Mixed::Int, Object::Bool(truth)) => Object::Int(i128::from(truth)),
            (Mixed::Nothing, _) if !value.items().unwrap_or_default().iter().any(is_auto) => value,
            _ => unknown(),
        }
    }
}

impl Evaluator<'_> {
    /// Returns what kind of enumeration a class of this module is, if it is one.
    fn kind_of(&mut self, class: &Rc<Class>, depth: u8) -> Option<Kind> {
        let kind = self.kind(&class.bases, depth)?;
        let attributes = class.attributes.borrow();
        Some(kind.with(&|name| attributes.contains_key(name)))
    }

    fn loaded_kind_of(&mut self, class: &crate::python::module::Class, depth: u8) -> Option<Kind> {
        let bases: Vec<Object> = class.bases.iter().map(|base| self.thaw(base)).collect();
        let kind = self.kind(&bases, depth)?;
        let defines = |name: &str| class.attributes.contains_key(name) || class.methods.iter().any(|own| own == name);
        Some(kind.with(&defines))
    }

    fn kind(&mut self, bases: &[Object], depth: u8) -> Option<Kind> {
        if depth > 8 {
            return None;
        }
        let mut kind: Option<Kind> = None;
        let mut mixed = Mixed::Nothing;
        for base in bases {
            let found = match base {
                Object::Path(path) => match Kind::known(path) {
                    Some(kind) => Ok(kind),
                    None => self.kind_at(path, depth),
                },
                Object::Class(class) => {
                    let is_plain = class.bases.is_empty() && !class.attributes.borrow().contains_key("__new__");
                    let found = self.kind_of(class, depth + 1);
                    found.ok_or(if is_plain { Mixed::Nothing } else { Mixed::Other })
                }
                _ => Err(Mixed::Other),
            };
            match found {
                Ok(found) => kind = Some(kind.map_or(found, |kind| kind.and(found))),
                Err(other) if mixed == Mixed::Nothing => mixed = other,
                Err(_) => {}
            }
        }
        let mut kind = kind?;
        if mixed != Mixed::Nothing && mixed != kind.mixed {
            kind.mixed = if kind.mixed == Mixed::Nothing { mixed } else { Mixed::Other };
            kind.plain_text = false;
            if mixed != Mixed::Int {
                kind.numbering = Numbering::Unknown;
            }
        }
        Some(kind)
    }

    /// Returns the kind of the class at a path, or what it mixes in when it is no enumeration.
    fn kind_at(&mut self, path: &SmolStr, depth: u8) -> Result<Kind, Mixed> {
        match path.as_str() {
            "builtins.object" | "abc.ABC" => return Err(Mixed::Nothing),
            "builtins.str" => return Err(Mixed::Text),
            "builtins.int" => return Err(Mixed::Int),
            path if is_standard(path) => return Err(Mixed::Other),
            _ => {}
        }
        let Named::Class(module, within) = self.named(path) else { return Err(Mixed::Other) };
        let Some(class) = module.classes.get(&within) else { return Err(Mixed::Other) };
        let is_plain = class.bases.is_empty() && !class.methods.iter().any(|method| method == "__new__");
        self.loaded_kind_of(class, depth + 1).ok_or(if is_plain { Mixed::Nothing } else { Mixed::Other })
    }
}

impl Kind {
    /// Returns the kind of a class of Python's or Django's.
    fn known(path: &str) -> Option<Self> {
        let (mixed, choices, numbering, plain_text) = match path {
            "django.db.models.TextChoices" | "django.db.models.enums.TextChoices" => {
                (Mixed::Text, true, Numbering::Name, true)
            }
            "django.db.models.IntegerChoices" | "django.db.models.enums.IntegerChoices" => {
                (Mixed::Int, true, Numbering::Count, true)
            }
            "django.db.models.Choices" | "django.db.models.enums.Choices" => {
                (Mixed::Nothing, true, Numbering::Count, false)
            }
            "enum.StrEnum" => (Mixed::Text, false, Numbering::LowerName, true),
            "enum.IntEnum" => (Mixed::Int, false, Numbering::Count, false),
            "enum.IntFlag" => (Mixed::Int, false, Numbering::Bits, false),
            "enum.Flag" => (Mixed::Nothing, false, Numbering::Bits, false),
            "enum.Enum" | "enum.ReprEnum" => (Mixed::Nothing, false, Numbering::Count, false),
            _ => return None,
        };
        Some(Self { mixed, choices, numbering, plain_text, own_way: false })
    }

    /// Returns the kind of a class that also inherits from another enumeration.
    fn and(self, other: Self) -> Self {
        let mixed = match (self.mixed, other.mixed) {
            (one, Mixed::Nothing) | (Mixed::Nothing, one) => one,
            (one, other) if one == other => one,
            _ => Mixed::Other,
        };
        let numbering = match (self.numbering, other.numbering) {
            (one, Numbering::Count) | (Numbering::Count, one) => one,
            (one, other) if one == other => one,
            _ => Numbering::Unknown,
        };
        Self {
            mixed,
            choices: self.choices || other.choices,
            numbering,
            plain_text: self.plain_text && other.plain_text,
            own_way: self.own_way || other.own_way,
        }
    }

    /// Returns the kind of a class with definitions of its own.
    fn with(mut self, defines: &dyn Fn(&str) -> bool) -> Self {
        self.own_way |= ["__new__", "_missing_value_", "__init_subclass__", "__set_name__"].into_iter().any(defines);
        if defines("_generate_next_value_") {
            self.numbering = Numbering::Unknown;
        }
        self.plain_text &= !["__str__", "__format__"].into_iter().any(defines);
        self
    }
}

impl Enumeration {
    /// Returns a member by its name; for another name, the one that it stands for.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        let member = self.members.iter().find(|member| member.name == name)?;
        Some(member.alias_of.and_then(|position| self.members.get(position)).unwrap_or(member))
    }

    /// Returns an attribute that Django's choices have: `choices`, `values`, `labels` or `names`.
    pub(super) fn attribute(&self, name: &str) -> Option<Object> {
        let empty = |part: Object| self.empty.as_ref().map(|_| part);
        let each = |first: Option<Object>, part: &dyn Fn(&Member) -> Object| {
            Object::list(first.into_iter().chain(self.canonical().map(part)).collect())
        };
        let label = || self.empty.clone().unwrap_or(Object::None);
        let list = match name {
            _ if !self.choices => return None,
            "choices" => each(empty(Object::tuple(vec![Object::None, label()])), &|member| {
                Object::tuple(vec![member.value.clone(), member.label.clone()])
            }),
            "values" => each(empty(Object::None), &|member| member.value.clone()),
            "labels" => each(empty(label()), &|member| member.label.clone()),
            "names" => each(empty(Object::str("__empty__")), &|member| Object::Str(member.name.clone())),
            _ => return None,
        };
        Some(if self.certain { list } else { Object::opaque("lists members that are not known", name, None) })
    }

    fn canonical(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.alias_of.is_none())
    }
}

fn is_auto(object: &Object) -> bool {
    matches!(object, Object::Call(call) if call.callee == "enum.auto")
}

/// Returns what `auto()` gives a member that follows these.
fn numbered(numbering: Numbering, name: &str, before: &[Member]) -> Option<Object> {
    let numbers: Option<Vec<i128>> = before
        .iter()
        .map(|member| match member.value {
            Object::Int(number) => Some(number),
            _ => None,
        })
        .collect();
    match numbering {
        Numbering::Name => Some(Object::str(name)),
        Numbering::LowerName => Some(Object::str(name.to_lowercase())),
        Numbering::Count => {
            let numbers = numbers?;
            match (numbers.last(), numbers.iter().max()) {
                (None, _) => Some(Object::Int(1)),
                // Where they differ, versions of Python do, too.
                (Some(last), Some(highest)) if last == highest => last.checked_add(1).map(Object::Int),
                _ => None,
            }
        }
        Numbering::Bits => {
            let highest = numbers?.into_iter().max().unwrap_or(0);
            let bits = u32::try_from(highest).ok().map(|highest| 32 - highest.leading_zeros())?;
            1_i128.checked_shl(bits).map(Object::Int)
        }
        Numbering::Unknown => None,
    }
}
