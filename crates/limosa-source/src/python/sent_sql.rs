//! The SQL that a Python file sends by itself, by which what its code does to the schema is told.

use std::sync::Arc;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, FStringPart, InterpolatedStringElement};

use super::parse::ModuleFile;
use crate::sources::Source;

/// What stands in a text for what is computed.
pub const COMPUTED: &str = "__computed__";

/// Returns the texts that a file gives to `execute`, wherever in it.
///
/// Where something is put into a text (in an f-string, by `%` or `format`), [`COMPUTED`] stands for it.
pub fn sent_sql(source: &Arc<Source>) -> Vec<String> {
    let Ok(file) = ModuleFile::parse(Arc::clone(source)) else { return Vec::new() };
    let mut found = Found::default();
    found.visit_body(file.body());
    found.0
}

#[derive(Default)]
struct Found(Vec<String>);

impl<'a> Visitor<'a> for Found {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && let Expr::Attribute(attribute) = &*call.func
            && attribute.attr.as_str() == "execute"
            && let Some(sent) = call.arguments.find_argument_value("sql", 0)
        {
            self.0.extend(text(sent));
        }
        walk_expr(self, expression);
    }
}

/// Returns the text of an expression, when it is one.
fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        Expr::FString(formatted) => {
            let parts = formatted.value.iter().flat_map(|part| match part {
                FStringPart::Literal(literal) => vec![literal.value.to_string()],
                FStringPart::FString(part) => part.elements.iter().map(element).collect(),
            });
            Some(parts.collect())
        }
        Expr::BinOp(operation) if operation.op == ruff_python_ast::Operator::Mod => {
            let named = text(&operation.left)?;
            Some(named.replace("%s", COMPUTED))
        }
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(attribute) if attribute.attr.as_str() == "format" => {
                Some(without_fields(&text(&attribute.value)?))
            }
            _ => None,
        },
        _ => None,
    }
}

fn element(element: &InterpolatedStringElement) -> String {
    match element {
        InterpolatedStringElement::Literal(literal) => literal.value.to_string(),
        InterpolatedStringElement::Interpolation(_) => COMPUTED.to_owned(),
    }
}

/// Puts [`COMPUTED`] in the place of the fields of `str.format`.
fn without_fields(text: &str) -> String {
    let mut parts = text.split('{');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(COMPUTED);
        plain.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    plain
}
