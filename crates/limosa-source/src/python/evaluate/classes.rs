//! Classes: their definition and their attributes.

use std::rc::Rc;

use limosa_model::SmolStr;
use ruff_python_ast::{Expr, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};

use super::calls::is_standard;
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
        let value = match self.remade(node)? {
            Some(reason) => self.opaque(reason, node.name.range()),
            None => Object::Class(class),
        };
        self.bind(node.name.as_str(), value);
        Ok(())
    }

    /// Returns why a class may be another one than what is written: a decorator or a metaclass that is not known to keep it.
    fn remade(&mut self, node: &StmtClassDef) -> Result<Option<SmolStr>> {
        for decorator in &node.decorator_list {
            let expression = match &decorator.expression {
                Expr::Call(call) => &*call.func,
                expression => expression,
            };
            let object = self.expression(expression)?;
            if !matches!(&object, Object::Path(path) if keeps_the_class(path)) {
                let text = self.snippet(decorator.expression.range());
                return Ok(Some(format!("is what `{text}` makes of a class").into()));
            }
        }
        let keywords = node.arguments.iter().flat_map(|arguments| arguments.keywords.iter());
        for keyword in keywords.filter(|keyword| keyword.arg.as_ref().is_some_and(|name| name.as_str() == "metaclass"))
        {
            let object = self.expression(&keyword.value)?;
            if !matches!(&object, Object::Path(path) if is_standard(path)) {
                let text = self.snippet(keyword.value.range());
                return Ok(Some(format!("is a class that `{text}` makes").into()));
            }
        }
        Ok(None)
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

/// Returns whether a decorator leaves a class as it is but for methods and what Python knows of its form.
fn keeps_the_class(path: &str) -> bool {
    is_standard(path)
        || matches!(
            path.rsplit('.').next(),
            Some("deconstructible" | "python_2_unicode_compatible" | "register_lookup")
        )
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
