//! Classes: their definition, their attributes, and enumerations.

use std::rc::Rc;

use limosa_model::SmolStr;
use ruff_python_ast::StmtClassDef;
use ruff_text_size::{Ranged, TextRange};

use super::environment::{Frame, FrameKind};
use super::lookup::Named;
use super::object::{Class, Object};
use super::{Evaluator, Result, Stop};

/// What members of an enumeration are besides members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mixed {
    Text,
    Int,
    Nothing,
}

/// One member of an enumeration.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: SmolStr,
    pub(super) value: Object,
    pub(super) label: Object,
}

/// An enumeration.
#[derive(Clone, Debug)]
pub(super) struct Enumeration {
    pub(super) mixed: Mixed,
    pub(super) members: Vec<Member>,
}

impl Evaluator<'_> {
    pub(super) fn define_class(&mut self, node: &StmtClassDef) -> Result<()> {
        let mut bases = Vec::new();
        if let Some(arguments) = &node.arguments {
            for base in &arguments.args {
                bases.push(self.expression(base)?);
            }
        }
        let Some(frame) = self.frames.last() else { return Err(Stop::Limit) };
        let local = if frame.kind == FrameKind::Function { ".<locals>" } else { "" };
        let path: SmolStr = format!("{}{local}.{}", frame.path, node.name.as_str()).into();
        let frame = Frame::new(FrameKind::Class, Rc::clone(&frame.environment), path.clone());
        self.frames.push(frame);
        for (position, statement) in node.body.iter().enumerate() {
            let reason: SmolStr = match self.block(std::slice::from_ref(statement)) {
                Ok(_) => continue,
                Err(Stop::Raise(class, reason)) if self.attempts > 0 => {
                    self.frames.pop();
                    return Err(Stop::Raise(class, reason));
                }
                Err(Stop::Limit) => {
                    self.frames.pop();
                    return Err(Stop::Limit);
                }
                Err(Stop::Raise(class, reason)) => format!("raises {class}: {reason}").into(),
                Err(Stop::Unknown(reason)) => reason,
            };
            self.taint(&node.body[position..], &reason);
            break;
        }
        let attributes = self.frames.pop().map(|frame| frame.locals).unwrap_or_default();
        let Some(span) = self.span(node.range()) else { return Err(Stop::Limit) };
        let class = Rc::new(Class {
            name: node.name.as_str().into(),
            path: path.clone(),
            bases,
            attributes: std::cell::RefCell::new(attributes),
            span,
        });
        if let Some(within) = self.own(&path) {
            self.classes.insert(within, Rc::clone(&class));
        }
        self.bind(node.name.as_str(), Object::Class(class));
        Ok(())
    }

    pub(super) fn class_attribute(&mut self, class: &Rc<Class>, name: &str, range: TextRange) -> Result {
        if let Some(enumeration) = self.enumeration(&class.bases, &|| {
            class.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect()
        }) {
            if enumeration.members.iter().any(|member| member.name == name) {
                return Ok(Object::Path(format!("{}.{name}", class.path).into()));
            }
            if let Some(object) = enumeration.attribute(name) {
                return Ok(object);
            }
        }
        if let Some(value) = class.attributes.borrow().get(name) {
            return Ok(value.clone());
        }
        for base in &class.bases {
            match base {
                Object::Class(base) => {
                    let base = Rc::clone(base);
                    let value = self.nested(|evaluator| evaluator.class_attribute(&base, name, range))?;
                    if !matches!(value, Object::Opaque(_)) {
                        return Ok(value);
                    }
                }
                Object::Path(base) if base != "builtins.object" => {
                    return Ok(Object::Path(format!("{base}.{name}").into()));
                }
                _ => {}
            }
        }
        self.raise("AttributeError", format!("is an attribute that `{}` does not have", class.path), range)
    }

    /// Returns the members of an enumeration, by their paths.
    pub(super) fn enum_members(&mut self, object: &Object) -> Option<Vec<Object>> {
        let (path, enumeration) = match object {
            Object::Class(class) => {
                let attributes =
                    || class.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                (class.path.clone(), self.enumeration(&class.bases, &attributes)?)
            }
            Object::Path(path) => match self.named(path) {
                Named::Class(module, within) => {
                    let class = module.classes.get(&within)?;
                    (class.path.clone(), self.loaded_enumeration(class)?)
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(enumeration.members.iter().map(|member| Object::Path(format!("{path}.{}", member.name).into())).collect())
    }

    /// Returns the enumeration that a class of another module is.
    pub(super) fn loaded_enumeration(&mut self, class: &crate::python::module::Class) -> Option<Enumeration> {
        let bases: Vec<Object> = class.bases.iter().map(|base| self.thaw(base)).collect();
        let attributes: Vec<(SmolStr, Object)> =
            class.attributes.iter().map(|(name, value)| (name.clone(), self.thaw(value))).collect();
        self.enumeration(&bases, &|| attributes.clone())
    }

    /// Returns the enumeration that a class with these bases is, if it is one.
    pub(super) fn enumeration(
        &mut self,
        bases: &[Object],
        attributes: &dyn Fn() -> Vec<(SmolStr, Object)>,
    ) -> Option<Enumeration> {
        let mixed = self.enum_kind(bases, 0)?;
        let members = attributes()
            .into_iter()
            .filter(|(name, value)| !name.starts_with('_') && !matches!(value, Object::Function(_) | Object::Class(_)))
            .map(|(name, value)| {
                let value = self.force(value);
                let default_label = || Object::str(super::strings::title(&name.replace('_', " ")));
                let (value, label) = match &value {
                    Object::Tuple(tuple) => match tuple.items.as_slice() {
                        [value, label @ Object::Str(_)] => (self.force(value.clone()), label.clone()),
                        _ => (value.clone(), default_label()),
                    },
                    _ => (value.clone(), default_label()),
                };
                Member { name, value, label }
            })
            .collect();
        Some(Enumeration { mixed, members })
    }

    fn enum_kind(&mut self, bases: &[Object], depth: u8) -> Option<Mixed> {
        if depth > 8 {
            return None;
        }
        let mut is_enum = false;
        let mut mixed = Mixed::Nothing;
        for base in bases {
            let kind = match base {
                Object::Path(path) => match path.as_str() {
                    "django.db.models.TextChoices" | "enum.StrEnum" | "django.db.models.enums.TextChoices" => {
                        Some(Mixed::Text)
                    }
                    "django.db.models.IntegerChoices"
                    | "enum.IntEnum"
                    | "enum.IntFlag"
                    | "django.db.models.enums.IntegerChoices" => Some(Mixed::Int),
                    "enum.Enum" | "enum.Flag" | "django.db.models.Choices" | "django.db.models.enums.Choices" => {
                        Some(Mixed::Nothing)
                    }
                    "builtins.str" => {
                        mixed = Mixed::Text;
                        None
                    }
                    "builtins.int" => {
                        mixed = Mixed::Int;
                        None
                    }
                    path if super::calls::is_standard(path) => None,
                    _ => match self.named(path) {
                        Named::Class(module, within) => {
                            let bases =
                                module.classes.get(&within).map(|class| class.bases.clone()).unwrap_or_default();
                            let bases: Vec<Object> = bases.iter().map(|base| self.thaw(base)).collect();
                            self.enum_kind(&bases, depth + 1)
                        }
                        _ => None,
                    },
                },
                Object::Class(class) => self.enum_kind(&class.bases.clone(), depth + 1),
                _ => None,
            };
            if let Some(kind) = kind {
                is_enum = true;
                if mixed == Mixed::Nothing {
                    mixed = kind;
                }
            }
        }
        is_enum.then_some(mixed)
    }
}

impl Enumeration {
    /// Returns an attribute of the class itself: `choices`, `values`, `labels` or `names`.
    pub(super) fn attribute(&self, name: &str) -> Option<Object> {
        let each = |part: &dyn Fn(&Member) -> Object| Object::list(self.members.iter().map(part).collect());
        Some(match name {
            "choices" => each(&|member| Object::tuple(vec![member.value.clone(), member.label.clone()])),
            "values" => each(&|member| member.value.clone()),
            "labels" => each(&|member| member.label.clone()),
            "names" => each(&|member| Object::Str(member.name.clone())),
            _ => return None,
        })
    }
}
