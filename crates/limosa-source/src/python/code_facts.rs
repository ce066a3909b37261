//! What a function of a Python file does with rows: the models that it uses, loops over all rows, changes of whole tables.
//!
//! It is told from the text, in the order of which names are bound; what a function of another file does is not seen.

mod bindings;
mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;

use limosa_model::code::{CodeFact, CodeFacts};
use limosa_model::{SmolStr, Span};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Comprehension, Expr, ExprCall, Parameters, Stmt};
use ruff_text_size::{Ranged, TextRange};

use self::bindings::{Bindings, Names};
use super::parse::ModuleFile;
use crate::sources::Source;

/// Returns what a function does; `path` is its name within the file (`fill`, `Helper.fill`), or `<lambda>` for the only one of the file.
///
/// Nothing when the file has no such function, or cannot be read.
pub fn code_facts(source: &Arc<Source>, path: &str) -> Option<CodeFacts> {
    let file = ModuleFile::parse(Arc::clone(source)).ok()?;
    let names = Names::of(&file);
    let mut reader =
        Reader { file: &file, names: &names, seen: BTreeSet::new(), facts: Vec::new(), bindings: Bindings::default() };
    let arguments = if path.ends_with("<lambda>") {
        let lambda = names.only_lambda()?;
        reader.bindings = Bindings::of_lambda(lambda);
        reader.visit_expr(&lambda.body);
        lambda.parameters.as_deref().map(argument_names).unwrap_or_default()
    } else {
        let function = names.function(path)?;
        reader.seen.insert(path.to_owned());
        reader.function(&function.parameters, &function.body);
        argument_names(&function.parameters)
    };
    Some(CodeFacts { name: path.rsplit('.').next().unwrap_or(path).into(), arguments, facts: reader.facts })
}

fn argument_names(parameters: &Parameters) -> Vec<SmolStr> {
    let positional = parameters.posonlyargs.iter().chain(&parameters.args);
    positional.map(|parameter| SmolStr::new(parameter.parameter.name.as_str())).collect()
}

/// Goes through a function, and through those of the file that it calls.
struct Reader<'a> {
    file: &'a ModuleFile,
    names: &'a Names<'a>,
    /// The functions that were gone through, so that those that call each other end.
    seen: BTreeSet<String>,
    facts: Vec<(CodeFact, Span)>,
    /// What the names of the function at hand stand for.
    bindings: Bindings<'a>,
}

impl<'a> Reader<'a> {
    fn function(&mut self, parameters: &'a Parameters, body: &'a [Stmt]) {
        let outer = std::mem::replace(&mut self.bindings, Bindings::of(parameters, body));
        self.visit_body(body);
        self.bindings = outer;
    }

    fn add(&mut self, fact: CodeFact, range: TextRange) {
        let span = self.file.span(range);
        // The same model is used over and over: once is enough.
        let is_known = |(known, place): &(CodeFact, Span)| {
            *known == fact && (matches!(fact, CodeFact::Imports { .. }) || *place == span)
        };
        if !self.facts.iter().any(is_known) {
            self.facts.push((fact, span));
        }
    }

    /// Returns what an expression says, on one line and not too long.
    fn text(&self, expression: &Expr) -> SmolStr {
        let words: Vec<&str> = self.file.text(expression.range()).split_whitespace().collect();
        let text = words.join(" ").replace(" .", ".");
        match text.char_indices().nth(60) {
            Some((end, _)) => format!("{}…", &text[..end]).into(),
            None => text.into(),
        }
    }

    /// Takes an expression as one whose rows are all fetched at once, if it is.
    fn gone_through(&mut self, expression: &'a Expr) {
        let rows = match expression {
            Expr::Call(call) if rows::passes_on(call) => call.arguments.args.first().and_then(|first| self.rows(first)),
            _ => self.rows(expression),
        };
        if let Some(rows) = rows
            && !rows.bounded
            && !rows.chunked
        {
            let (model, text, filtered) = (rows.model, self.text(expression), rows.filtered);
            self.add(CodeFact::Loops { model, text, filtered }, expression.range());
        }
    }

    fn rows(&self, expression: &'a Expr) -> Option<rows::Rows> {
        rows::rows(expression, &self.bindings, 0)
    }

    fn call(&mut self, call: &'a ExprCall) {
        match &*call.func {
            Expr::Attribute(attribute) => match attribute.attr.as_str() {
                "update" | "delete" => {
                    if let Some(rows) = self.rows(&attribute.value)
                        && !rows.bounded
                        && !rows.filtered
                    {
                        let (model, text) = (rows.model, self.text(&attribute.value));
                        self.add(
                            match attribute.attr.as_str() {
                                "update" => CodeFact::UpdatesAll { model, text },
                                _ => CodeFact::DeletesAll { model, text },
                            },
                            call.range(),
                        );
                    }
                }
                "get_model" => {
                    if let Some((model, name)) = bindings::asked(call) {
                        let variable = self.bindings.variable(call).map(SmolStr::new);
                        self.add(CodeFact::Asks { model, name, variable }, call.range());
                    }
                }
                _ => {}
            },
            Expr::Name(name) => {
                if matches!(name.id.as_str(), "list" | "tuple" | "set" | "sorted" | "dict" | "frozenset")
                    && let Some(first) = call.arguments.args.first()
                {
                    self.gone_through(first);
                }
                if name.id.as_str() == "get_user_model" && !self.bindings.binds("get_user_model") {
                    let path = "django.contrib.auth.get_user_model".into();
                    self.add(CodeFact::Imports { name: "get_user_model()".into(), path }, call.range());
                }
                if let Some(path) = self.bindings.imported(name.id.as_str(), self.names)
                    && path.split('.').any(|part| part == "models")
                    && name.id.as_str().starts_with(char::is_uppercase)
                    && !path.starts_with("django.db.models")
                {
                    self.add(CodeFact::Imports { name: name.id.as_str().into(), path: path.into() }, call.range());
                }
                if let Some(function) = self.names.function(name.id.as_str())
                    && !self.bindings.binds(name.id.as_str())
                    && self.seen.insert(name.id.to_string())
                {
                    self.function(&function.parameters, &function.body);
                }
            }
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::For(node) = statement {
            self.gone_through(&node.iter);
        }
        walk_stmt(self, statement);
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.gone_through(&comprehension.iter);
        ruff_python_ast::visitor::walk_comprehension(self, comprehension);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::Attribute(attribute) if rows::is_manager(attribute.attr.as_str()) => {
                if let Some((name, path)) = self.bindings.imported_model(&attribute.value, self.names) {
                    self.add(CodeFact::Imports { name, path }, attribute.value.range());
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

#[cfg(test)]
mod tests;
