//! Functions: their definition, and calls of simple ones.

use std::rc::Rc;
use std::sync::Arc;

use limosa_model::SmolStr;
use ruff_python_ast::{Parameters, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::arguments::Arguments;
use super::environment::{Frame, FrameKind};
use super::object::{Function, Key, Object};
use super::statements::Flow;
use super::{Evaluator, Result, Stop};

impl Evaluator<'_> {
    pub(super) fn define_function(&mut self, node: &StmtFunctionDef) -> Result<()> {
        let mut defaults = Vec::new();
        for parameter in node.parameters.iter_non_variadic_params() {
            if let Some(default) = parameter.default().filter(|default| !default.is_literal_expr()) {
                defaults.push((parameter.name().as_str().into(), self.expression(default)?));
            }
        }
        let Some(frame) = self.frames.last() else { return Err(Stop::Limit) };
        let local = if frame.kind == FrameKind::Function { ".<locals>" } else { "" };
        let path: SmolStr = format!("{}{local}.{}", frame.path, node.name.as_str()).into();
        let function = Rc::new(Function {
            path: path.clone(),
            environment: Rc::clone(&frame.environment),
            offset: Some(node.range().start()),
            plain: node.decorator_list.is_empty() && !node.is_async,
            defaults,
        });
        if let Some(within) = self.own(&path) {
            self.functions.insert(within, Rc::clone(&function));
        }
        self.bind(node.name.as_str(), Object::Function(function));
        Ok(())
    }

    /// Calls a function whose body is simple enough; else the result is opaque.
    pub(super) fn call_function(&mut self, function: &Rc<Function>, arguments: &Arguments, range: TextRange) -> Result {
        let calls = format!("calls `{}`", function.path);
        let file = Arc::clone(&function.environment.file);
        let Some(node) = function.offset.filter(|_| function.plain).and_then(|offset| file.function(offset)) else {
            return Ok(self.opaque(calls, range));
        };
        if function.path.contains("<locals>") {
            return Ok(self.opaque(calls, range));
        }
        self.step()?;
        let mut frame = Frame::new(FrameKind::Function, Rc::clone(&function.environment), function.path.clone());
        let result = self.nested(|evaluator| {
            evaluator.nested(|evaluator| {
                // Defaults are evaluated where the function was defined.
                evaluator.frames.push(Frame::new(
                    FrameKind::Function,
                    Rc::clone(&function.environment),
                    function.path.clone(),
                ));
                let bound = evaluator.bind_parameters(&mut frame, function, &node.parameters, arguments);
                evaluator.frames.pop();
                if !bound? {
                    return Err(Stop::Unknown("its arguments do not fit".into()));
                }
                evaluator.frames.push(frame);
                let result = evaluator.block(&node.body);
                evaluator.frames.pop();
                result
            })
        });
        match result {
            Ok(Flow::Return(value)) => Ok(value),
            Ok(_) => Ok(Object::None),
            Err(Stop::Raise(class, reason)) if self.attempts > 0 => Err(Stop::Raise(class, reason)),
            Err(Stop::Limit) => Err(Stop::Limit),
            Err(Stop::Raise(_, reason) | Stop::Unknown(reason)) => {
                let reason: SmolStr = format!("{calls}, which {reason}").into();
                self.taint_function(function, &reason);
                Ok(self.opaque(reason, range))
            }
        }
    }

    fn bind_parameters(
        &mut self,
        frame: &mut Frame,
        function: &Function,
        parameters: &Parameters,
        arguments: &Arguments,
    ) -> Result<bool> {
        let mut args = arguments.args.iter();
        let mut kwargs = arguments.kwargs.clone();
        let plain = parameters.posonlyargs.iter().chain(&parameters.args);
        let positional = plain.clone().count();
        for (position, parameter) in plain.chain(&parameters.kwonlyargs).enumerate() {
            let name = parameter.parameter.name.as_str();
            let given = if position < positional { args.next().cloned() } else { None };
            let named = kwargs.iter().position(|(key, _)| key == name).map(|at| kwargs.remove(at).1);
            let evaluated =
                || function.defaults.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value.clone());
            let value = match (given.or(named).or_else(evaluated), parameter.default.as_deref()) {
                (Some(value), _) => value,
                (None, Some(default)) => self.expression(default)?,
                (None, None) => return Ok(false),
            };
            frame.locals.insert(name.into(), value);
        }
        let rest: Vec<Object> = args.cloned().collect();
        match &parameters.vararg {
            Some(parameter) => _ = frame.locals.insert(parameter.name.as_str().into(), Object::tuple(rest)),
            None if rest.is_empty() => {}
            None => return Ok(false),
        }
        match &parameters.kwarg {
            Some(parameter) => {
                let items = kwargs.into_iter().map(|(name, value)| (Key::Str(name), value)).collect();
                frame.locals.insert(parameter.name.as_str().into(), Object::dict(items));
            }
            None if kwargs.is_empty() => {}
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Returns the path within this module, when the path is of this module.
    pub(super) fn own(&self, path: &str) -> Option<SmolStr> {
        let module = self.chain.last()?;
        path.strip_prefix(module.as_str())?.strip_prefix('.').map(SmolStr::from)
    }
}

/// Returns a body's documentation.
pub(super) fn documentation(body: &[Stmt]) -> Option<SmolStr> {
    let text = body.first()?.as_expr_stmt()?.value.as_string_literal_expr()?;
    Some(text.value.to_str().into())
}

/// Returns whether a body does nothing: documentation, `pass` and a `return` of nothing.
pub(super) fn is_empty(body: &[Stmt]) -> bool {
    body.iter().all(|statement| match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(node) => node.value.is_string_literal_expr() || node.value.is_ellipsis_literal_expr(),
        Stmt::Return(node) => node.value.as_ref().is_none_or(|value| value.is_none_literal_expr()),
        _ => false,
    })
}
