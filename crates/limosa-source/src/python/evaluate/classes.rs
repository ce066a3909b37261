//! Classes: their definition and their attributes.

use std::rc::Rc;

use limosa_model::SmolStr;
use ruff_python_ast::StmtClassDef;
use ruff_text_size::{Ranged, TextRange};

use super::environment::{Frame, FrameKind};
use super::object::{Class, Object};
use super::{Evaluator, Result, Stop};
use crate::python::linearize::merge;

/// How many classes are looked through for an attribute.
const MAX_ANCESTORS: u8 = 100;

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
        if let Some(enumeration) = self.enumeration(class) {
            if let Some(member) = enumeration.member(name) {
                return Ok(Object::Path(format!("{}.{}", class.path, member.name).into()));
            }
            if let Some(object) = enumeration.attribute(name) {
                return Ok(object);
            }
        }
        if let Some(value) = class.attributes.borrow().get(name) {
            return Ok(value.clone());
        }
        for ancestor in ancestors(class, &mut { MAX_ANCESTORS }).unwrap_or_else(|| vec![Object::None]) {
            match ancestor {
                Object::Class(ancestor) => {
                    if let Some(value) = ancestor.attributes.borrow().get(name) {
                        return Ok(value.clone());
                    }
                }
                Object::Path(base) if base == "builtins.object" => {}
                Object::Path(base) => return Ok(Object::Path(format!("{base}.{name}").into())),
                _ => return Ok(self.opaque("may be inherited from a class that is not known", range)),
            }
        }
        if name.starts_with("__") || self.enumeration(class).is_some() {
            return Ok(self.opaque("is an attribute that is not known", range));
        }
        self.raise("AttributeError", format!("is an attribute that `{}` does not have", class.path), range)
    }
}

/// Returns what a class is built on, in the order in which Python looks through it; what is imported ends each line.
fn ancestors(class: &Rc<Class>, budget: &mut u8) -> Option<Vec<Object>> {
    *budget = budget.checked_sub(1)?;
    let mut orders: Vec<Vec<Object>> = Vec::new();
    for base in &class.bases {
        let mut order = vec![base.clone()];
        if let Object::Class(base) = base {
            order.extend(ancestors(base, budget)?);
        }
        orders.push(order);
    }
    orders.push(class.bases.clone());
    merge(orders, &|one, other| match (one, other) {
        (Object::Class(one), Object::Class(other)) => Rc::ptr_eq(one, other),
        (Object::Path(one), Object::Path(other)) => one == other,
        _ => false,
    })
}
