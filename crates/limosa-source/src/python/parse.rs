//! From the text of a Python file to its tree, kept with the text.

use std::sync::Arc;

use limosa_model::{Diagnostic, Span};
use ruff_python_ast::{Expr, ModModule, Stmt, StmtFunctionDef};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::nesting::too_deep;
use crate::sources::Source;

/// A Python file with its tree.
#[derive(Debug)]
pub(crate) struct ModuleFile {
    pub(crate) source: Arc<Source>,
    tree: Parsed<ModModule>,
}

impl ModuleFile {
    /// Parses a file.
    ///
    /// # Errors
    /// When it is not valid Python, or nested deeper than Python itself allows.
    pub(crate) fn parse(source: Arc<Source>) -> Result<Self, Diagnostic> {
        if let Some(offset) = source.text.find('\0') {
            let message = format!("syntax error: {} holds a null byte", source.path.display());
            let diagnostic =
                Diagnostic::error("syntax-error", message).at(source.span(offset..offset + 1), "null byte");
            return Err(diagnostic.help("Python cannot import this file either; correct it and run again"));
        }
        if let Some(offset) = too_deep(&source.text) {
            let message = format!("{} is nested too deeply to be read", source.path.display());
            let diagnostic = Diagnostic::error("nested-too-deeply", message);
            return Err(diagnostic.at(source.span(offset..offset + 1), "nested too deeply from here on"));
        }
        let parsed = parse_unchecked(&source.text, ParseOptions::from(Mode::Module));
        let Some(tree) = parsed.try_into_module() else {
            return Err(Diagnostic::error("syntax-error", format!("{} is not a Python module", source.path.display())));
        };
        if let Some(error) = tree.errors().first() {
            let message = format!("syntax error: {}", error.error);
            let span = source.span(error.location.start().to_usize()..error.location.end().to_usize());
            let diagnostic = Diagnostic::error("syntax-error", message).at(span, error.error.to_string());
            return Err(diagnostic.help("Python cannot import this file either; correct it and run again"));
        }
        Ok(Self { source, tree })
    }

    /// Returns the statements of the module.
    pub(crate) fn body(&self) -> &[Stmt] {
        &self.tree.syntax().body
    }

    /// Returns the span of a part of the tree.
    pub(crate) fn span(&self, range: TextRange) -> Span {
        Span { source: self.source.id, start: range.start().to_u32(), end: range.end().to_u32() }
    }

    /// Returns the text of a part of the tree.
    pub(crate) fn text(&self, range: TextRange) -> &str {
        self.source.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default()
    }

    /// Returns the function that begins at `offset`.
    pub(crate) fn function(&self, offset: TextSize) -> Option<&StmtFunctionDef> {
        find(self.body(), offset).and_then(Stmt::as_function_def_stmt)
    }
}

/// Finds the function or class that begins at `offset`, in the statements or below them.
fn find(body: &[Stmt], offset: TextSize) -> Option<&Stmt> {
    let at = body.partition_point(|statement| statement.end() <= offset);
    let statement = body.get(at).filter(|statement| statement.range().contains(offset))?;
    let definition = matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
    if definition && statement.start() == offset {
        return Some(statement);
    }
    bodies(statement).into_iter().find_map(|body| find(body, offset))
}

/// Returns the blocks of a statement.
pub(crate) fn bodies(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::FunctionDef(node) => vec![&node.body],
        Stmt::ClassDef(node) => vec![&node.body],
        Stmt::If(node) => {
            let clauses = node.elif_else_clauses.iter().map(|clause| &*clause.body);
            std::iter::once(&*node.body).chain(clauses).collect()
        }
        Stmt::For(node) => vec![&node.body, &node.orelse],
        Stmt::While(node) => vec![&node.body, &node.orelse],
        Stmt::With(node) => vec![&node.body],
        Stmt::Try(node) => {
            let handlers = node.handlers.iter().map(|handler| match handler {
                ruff_python_ast::ExceptHandler::ExceptHandler(handler) => &*handler.body,
            });
            std::iter::once(&*node.body).chain(handlers).chain([&*node.orelse, &*node.finalbody]).collect()
        }
        Stmt::Match(node) => node.cases.iter().map(|case| &*case.body).collect(),
        _ => Vec::new(),
    }
}

impl ModuleFile {
    /// Returns the keyword arguments that a `deconstruct` method removes whatever they are.
    pub(crate) fn always_removed(&self, method: &super::module::Function) -> Vec<String> {
        let Some(node) = self.function(method.offset) else { return Vec::new() };
        let name =
            |expression: &Expr| expression.as_string_literal_expr().map(|literal| literal.value.to_str().to_owned());
        let is_kwargs = |expression: &Expr| matches!(expression, Expr::Name(name) if name.id.as_str() == "kwargs");
        let removed = node.body.iter().flat_map(|statement| match statement {
            Stmt::Delete(node) => node
                .targets
                .iter()
                .filter_map(|target| match target {
                    Expr::Subscript(subscript) if is_kwargs(&subscript.value) => name(&subscript.slice),
                    _ => None,
                })
                .collect(),
            Stmt::Expr(node) => match &*node.value {
                Expr::Call(call) => match &*call.func {
                    Expr::Attribute(attribute) if attribute.attr.as_str() == "pop" && is_kwargs(&attribute.value) => {
                        call.arguments.args.first().and_then(name).into_iter().collect()
                    }
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            _ => Vec::new(),
        });
        removed.collect()
    }
}
