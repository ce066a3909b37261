//! Statements.

use std::rc::Rc;

use limosa_model::{Diagnostic, SmolStr};
use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFor, StmtIf, StmtTry, StmtWhile, StmtWith};
use ruff_text_size::Ranged;

use super::environment::FrameKind;
use super::object::Object;
use super::{Evaluator, Result, Stop};

/// How a block ended.
#[derive(Debug)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Object),
}

impl Evaluator<'_> {
    /// Runs the top level of a module; where it cannot go on, the names that the rest binds are opaque.
    pub(super) fn run_module(&mut self, body: &[Stmt]) {
        for (position, statement) in body.iter().enumerate() {
            let reason = match self.statement(statement) {
                Ok(_) => continue,
                Err(Stop::Raise(class, reason)) => {
                    let message = format!("raises {class}: {reason}");
                    self.diagnostics
                        .push(Diagnostic::warning("raises", message.clone()).at(self.span(statement.range()), "here"));
                    message
                }
                Err(Stop::Unknown(reason)) => reason.into(),
                Err(Stop::Limit) => "takes too many steps to be evaluated".into(),
            };
            self.fuel = self.fuel.max(super::FUEL / 4);
            self.taint(&body[position..], &reason.into());
            return;
        }
    }

    pub(super) fn block(&mut self, body: &[Stmt]) -> Result<Flow> {
        for statement in body {
            match self.statement(statement)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &Stmt) -> Result<Flow> {
        self.step()?;
        match statement {
            Stmt::Expr(node) => _ = self.expression(&node.value)?,
            Stmt::Assign(node) => {
                let value = self.expression(&node.value)?;
                for target in &node.targets {
                    self.assign(target, value.clone())?;
                }
            }
            Stmt::AnnAssign(node) => {
                if let Some(value) = &node.value {
                    let value = self.expression(value)?;
                    self.assign(&node.target, value)?;
                }
            }
            Stmt::AugAssign(node) => self.augmented_assign(node)?,
            Stmt::Delete(node) => {
                for target in &node.targets {
                    self.delete(target)?;
                }
            }
            Stmt::Import(node) => self.import(node)?,
            Stmt::ImportFrom(node) => self.import_from(node)?,
            Stmt::FunctionDef(node) => self.define_function(node)?,
            Stmt::ClassDef(node) => self.nested(|evaluator| evaluator.define_class(node))?,
            Stmt::If(node) => return self.nested(|evaluator| evaluator.conditional(node, statement)),
            Stmt::For(node) => return self.nested(|evaluator| evaluator.for_loop(node, statement)),
            Stmt::While(node) => return self.nested(|evaluator| evaluator.while_loop(node, statement)),
            Stmt::Try(node) => return self.nested(|evaluator| evaluator.attempt(node, statement)),
            Stmt::With(node) => return self.nested(|evaluator| evaluator.with_block(node)),
            Stmt::Return(node) => {
                let value = node.value.as_deref().map(|value| self.expression(value)).transpose()?;
                return Ok(Flow::Return(value.unwrap_or(Object::None)));
            }
            Stmt::Raise(node) => {
                let class = match node.exc.as_deref() {
                    Some(Expr::Call(call)) => self.exception_name(&call.func),
                    Some(other) => self.exception_name(other),
                    None => "Exception".into(),
                };
                return Err(Stop::Raise(class, "a `raise` statement is reached".into()));
            }
            Stmt::Assert(node) => match self.expression(&node.test).map(|value| self.truth(&value))? {
                Some(true) => {}
                Some(false) => return Err(Stop::Raise("AssertionError".into(), "an assertion fails".into())),
                None => self.doubts += 1,
            },
            Stmt::Break(_) => return Ok(Flow::Break),
            Stmt::Continue(_) => return Ok(Flow::Continue),
            Stmt::Global(_) | Stmt::Nonlocal(_) => {
                if self.in_function() {
                    return Err(Stop::Unknown("changes names outside the function".into()));
                }
            }
            Stmt::Match(_) => self.unknown_way(std::slice::from_ref(statement), "depends on a `match` statement")?,
            Stmt::Pass(_) | Stmt::TypeAlias(_) | Stmt::IpyEscapeCommand(_) => {}
        }
        Ok(Flow::Next)
    }

    fn conditional(&mut self, node: &StmtIf, statement: &Stmt) -> Result<Flow> {
        let mut branch: Option<&[Stmt]> = None;
        let tests = std::iter::once((Some(&*node.test), &*node.body))
            .chain(node.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &*clause.body)));
        for (test, body) in tests {
            let truth = match test {
                None => Some(true),
                Some(test) => {
                    let value = self.expression(test)?;
                    self.truth(&value)
                }
            };
            match truth {
                Some(true) => {
                    branch = Some(body);
                    break;
                }
                Some(false) => {}
                None => {
                    let text = test.map(|test| self.snippet(test.range())).unwrap_or_default();
                    let reason = format!("depends on the condition `{text}`, which is not known");
                    self.unknown_way(std::slice::from_ref(statement), &reason)?;
                    return Ok(Flow::Next);
                }
            }
        }
        branch.map_or(Ok(Flow::Next), |body| self.block(body))
    }

    fn for_loop(&mut self, node: &StmtFor, statement: &Stmt) -> Result<Flow> {
        let iterable = self.expression(&node.iter)?;
        let iterable = self.force(iterable);
        let list = match &iterable {
            Object::List(list) if iterable.lost().is_none() => Some(Rc::clone(list)),
            _ => None,
        };
        let items = if list.is_some() { Some(Vec::new()) } else { self.iterate(&iterable) };
        let Some(items) = items.filter(|_| !node.is_async) else {
            let reason = format!("depends on `{}`, which is not known", self.snippet(node.iter.range()));
            self.unknown_way(std::slice::from_ref(statement), &reason)?;
            return Ok(Flow::Next);
        };
        let mut items = items.into_iter();
        let mut position = 0;
        loop {
            // A list may change while it is gone through.
            let item = match &list {
                Some(list) if list.state.iterator.get() => {
                    let mut items = list.items.borrow_mut();
                    if items.is_empty() { None } else { Some(items.remove(0)) }
                }
                Some(list) => list.items.borrow().get(position).cloned(),
                None => items.next(),
            };
            if iterable.lost().is_some() {
                self.unknown_way(std::slice::from_ref(statement), "loops over something that is not known")?;
                return Ok(Flow::Next);
            }
            let Some(item) = item else { break };
            position += 1;
            self.step()?;
            self.assign(&node.target, item)?;
            match self.block(&node.body)? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
        }
        self.block(&node.orelse)
    }

    fn while_loop(&mut self, node: &StmtWhile, statement: &Stmt) -> Result<Flow> {
        loop {
            self.step()?;
            let test = self.expression(&node.test)?;
            match self.truth(&test) {
                Some(true) => {}
                Some(false) => return self.block(&node.orelse),
                None => {
                    let reason =
                        format!("depends on the condition `{}`, which is not known", self.snippet(node.test.range()));
                    self.unknown_way(std::slice::from_ref(statement), &reason)?;
                    return Ok(Flow::Next);
                }
            }
            match self.block(&node.body)? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
        }
    }

    fn with_block(&mut self, node: &StmtWith) -> Result<Flow> {
        for item in &node.items {
            let manager = self.expression(&item.context_expr)?;
            if matches!(&manager, Object::Call(call) if call.callee == "contextlib.suppress") {
                self.unknown_way(&node.body, "depends on whether an exception is raised")?;
                return Ok(Flow::Next);
            }
            if let Some(target) = &item.optional_vars {
                let value = self.opaque("is what a `with` statement opens", item.context_expr.range());
                self.assign(target, value)?;
            }
        }
        self.block(&node.body)
    }

    fn attempt(&mut self, node: &StmtTry, statement: &Stmt) -> Result<Flow> {
        let doubts = self.doubts;
        self.attempts += 1;
        let result = self.block(&node.body);
        self.attempts -= 1;
        let flow = match result {
            Ok(Flow::Next) if self.doubts == doubts || node.handlers.is_empty() => self.block(&node.orelse)?,
            Ok(flow) if self.doubts == doubts || node.handlers.is_empty() => flow,
            Ok(_) => {
                // Something in the block might have raised an exception, so neither way is certain.
                self.unknown_way(std::slice::from_ref(statement), "depends on whether an exception is raised")?;
                return self.block(&node.finalbody);
            }
            Err(Stop::Raise(class, reason)) => match self.handler(node, &class) {
                Some(body) => self.block(body)?,
                None => return Err(Stop::Raise(class, reason)),
            },
            Err(stop) => return Err(stop),
        };
        match self.block(&node.finalbody)? {
            Flow::Next => Ok(flow),
            last => Ok(last),
        }
    }

    /// Returns the handler for an exception of this class.
    fn handler<'n>(&mut self, node: &'n StmtTry, class: &str) -> Option<&'n [Stmt]> {
        node.handlers.iter().find_map(|handler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let matches = match handler.type_.as_deref() {
                None => true,
                Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(|name| is_a(class, &self.exception_name(name))),
                Some(name) => is_a(class, &self.exception_name(name)),
            };
            matches.then_some(&*handler.body)
        })
    }

    /// Takes neither way of a statement: what it would change is opaque, and a function ends here.
    fn unknown_way(&mut self, statements: &[Stmt], reason: &str) -> Result<()> {
        self.doubts += 1;
        if self.in_function() {
            return Err(Stop::Unknown(reason.into()));
        }
        self.taint(statements, &reason.into());
        Ok(())
    }

    pub(super) fn in_function(&self) -> bool {
        self.frames
            .iter()
            .rev()
            .find(|frame| frame.kind != FrameKind::Comprehension)
            .is_some_and(|frame| frame.kind == FrameKind::Function)
    }

    fn exception_name(&self, expression: &Expr) -> SmolStr {
        match expression {
            Expr::Name(name) => name.id.as_str().into(),
            Expr::Attribute(attribute) => attribute.attr.as_str().into(),
            _ => SmolStr::default(),
        }
    }
}

/// Returns whether an exception of class `raised` is caught by `except caught`.
fn is_a(raised: &str, caught: &str) -> bool {
    raised == caught
        || match caught {
            "Exception" | "BaseException" => true,
            "ImportError" => raised == "ModuleNotFoundError",
            "LookupError" => matches!(raised, "KeyError" | "IndexError"),
            "ArithmeticError" => raised == "ZeroDivisionError",
            _ => false,
        }
}
