//! Binding names: assignment, deletion, and looking names up.

use std::rc::Rc;

use limosa_model::SmolStr;
use ruff_python_ast::{Expr, StmtAugAssign};
use ruff_text_size::Ranged;

use super::environment::FrameKind;
use super::object::Object;
use super::{Evaluator, Result};

impl Evaluator<'_> {
    pub(super) fn assign(&mut self, target: &Expr, value: Object) -> Result<()> {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), value),
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, &value)?,
            Expr::List(list) => self.unpack(&list.elts, &value)?,
            Expr::Starred(starred) => self.assign(&starred.value, value)?,
            Expr::Subscript(node) => {
                let object = self.expression(&node.value)?;
                let object = self.force(object);
                let index = self.expression(&node.slice)?;
                self.set_item(&object, index, value);
            }
            Expr::Attribute(node) => match self.expression(&node.value)? {
                Object::Class(class) => _ = class.attributes.borrow_mut().insert(node.attr.as_str().into(), value),
                // An attribute of a module or of the settings: from here on it is read as it was set.
                Object::Path(path) => _ = self.thawed.insert(format!("{path}.{}", node.attr.as_str()).into(), value),
                object @ Object::Call(_) => {
                    self.lose(&object, &format!("has its attribute `{}` set", node.attr.as_str()).into());
                }
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn unpack(&mut self, targets: &[Expr], value: &Object) -> Result<()> {
        let star = targets.iter().position(Expr::is_starred_expr);
        let items = self.iterate(value).filter(|items| match star {
            None => items.len() == targets.len(),
            Some(_) => items.len() + 1 >= targets.len(),
        });
        let Some(mut items) = items else {
            for target in targets {
                let value = self.opaque("is unpacked from something that is not known", target.range());
                self.assign(target, value)?;
            }
            return Ok(());
        };
        if let Some(star) = star {
            let count = items.len() + 1 - targets.len();
            let middle: Vec<Object> = items.drain(star..star + count).collect();
            items.insert(star, Object::list(middle));
        }
        targets.iter().zip(items).try_for_each(|(target, item)| self.assign(target, item))
    }

    pub(super) fn augmented_assign(&mut self, node: &StmtAugAssign) -> Result<()> {
        let current = match &*node.target {
            Expr::Name(name) => match self.lookup_bound(name.id.as_str()) {
                Some(object) => object,
                None => self.opaque(format!("uses the name `{}`, which is not known", name.id.as_str()), name.range()),
            },
            target => self.expression(target)?,
        };
        let current = self.force(current);
        let value = self.expression(&node.value)?;
        let value = self.force(value);
        if let Object::List(list) = &current
            && node.op == ruff_python_ast::Operator::Add
            && list.state.lost.get().is_none()
        {
            // In place: other names for the list see it too.
            match self.iterate(&value) {
                Some(items) => self.extend_list(&current, items),
                None => self.lose(&current, &"is extended by something that is not known".into()),
            }
            return self.assign(&node.target, current);
        }
        if let (Object::Dict(_), ruff_python_ast::Operator::BitOr) = (&current, node.op) {
            self.update_dict(&current, &value);
            return self.assign(&node.target, current);
        }
        let mutable = matches!(current, Object::Set(_) | Object::List(_) | Object::Dict(_));
        let result = self.binary(&current, node.op, &value, node.range())?;
        if mutable {
            self.lose(&current, &"is changed in place".into());
        }
        self.assign(&node.target, result)
    }

    pub(super) fn delete(&mut self, target: &Expr) -> Result<()> {
        match target {
            Expr::Name(name) => self.unbind(name.id.as_str()),
            Expr::Subscript(node) => {
                let object = self.expression(&node.value)?;
                let object = self.force(object);
                self.delete_item(&object, &node.slice)?;
            }
            Expr::Tuple(tuple) => tuple.elts.iter().try_for_each(|target| self.delete(target))?,
            Expr::Attribute(node) => match self.expression(&node.value)? {
                Object::Class(class) => _ = class.attributes.borrow_mut().shift_remove(node.attr.as_str()),
                object @ Object::Call(_) => {
                    self.lose(&object, &format!("has its attribute `{}` removed", node.attr.as_str()).into());
                }
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    /// Binds a name where Python would: in the function, class or module that is evaluated.
    pub(super) fn bind(&mut self, name: &str, value: Object) {
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.kind == FrameKind::Module {
            frame.environment.names.borrow_mut().insert(name.into(), value);
        } else {
            frame.locals.insert(name.into(), value);
        }
    }

    /// Binds the target of `:=`, which passes over comprehensions.
    pub(super) fn assign_outside(&mut self, target: &Expr, value: Object) {
        let Expr::Name(name) = target else { return };
        let Some(frame) = self.frames.iter_mut().rev().find(|frame| frame.kind != FrameKind::Comprehension) else {
            return;
        };
        if frame.kind == FrameKind::Module {
            frame.environment.names.borrow_mut().insert(name.id.as_str().into(), value);
        } else {
            frame.locals.insert(name.id.as_str().into(), value);
        }
    }

    fn unbind(&mut self, name: &str) {
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.kind == FrameKind::Module {
            frame.environment.names.borrow_mut().shift_remove(name);
        } else {
            frame.locals.shift_remove(name);
        }
    }

    /// Returns what a name is bound to, built-in names left out.
    pub(super) fn lookup_bound(&mut self, name: &str) -> Option<Object> {
        let mut environment = None;
        let mut comprehension = false;
        for frame in self.frames.iter().rev() {
            comprehension |= frame.kind == FrameKind::Comprehension;
            // What is in a comprehension does not see the names of the class around it.
            if frame.kind == FrameKind::Class && comprehension {
                continue;
            }
            if frame.kind != FrameKind::Module
                && let Some(value) = frame.locals.get(name)
            {
                return Some(value.clone());
            }
            environment = Some(Rc::clone(&frame.environment));
            if frame.kind == FrameKind::Function || frame.kind == FrameKind::Module {
                break;
            }
        }
        let environment = environment?;
        if let Some(value) = environment.names.borrow().get(name) {
            return Some(value.clone());
        }
        let value = environment.evaluated.as_ref().and_then(|module| {
            let value = module.globals.get(name)?;
            Some(self.thaw_named(&format!("{}.{name}", module.path).into(), value))
        })?;
        environment.names.borrow_mut().insert(SmolStr::from(name), value.clone());
        Some(value)
    }
}
