//! The models that a Python file asks for, by which the tables of its data migrations are told.

use std::sync::Arc;

use limosa_model::ModelId;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall};

use super::parse::ModuleFile;
use crate::sources::Source;

/// The models that a file asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedModels {
    /// The arguments of `get_model`, in order.
    pub models: Vec<ModelId>,
    /// Whether the file may change the rows of other models, too: a name is computed, it sends SQL itself, or it asks for none.
    pub unknown: bool,
}

/// Returns the models that a file asks for with `get_model`, wherever in it.
pub fn named_models(source: &Arc<Source>) -> NamedModels {
    let Ok(file) = ModuleFile::parse(Arc::clone(source)) else {
        return NamedModels { models: Vec::new(), unknown: true };
    };
    let mut found = Found::default();
    found.visit_body(file.body());
    found.0.unknown |= found.0.models.is_empty();
    found.0
}

#[derive(Default)]
struct Found(NamedModels);

impl<'a> Visitor<'a> for Found {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && let Expr::Attribute(attribute) = &*call.func
        {
            match attribute.attr.as_str() {
                "get_model" => match model(call) {
                    Some(model) => self.0.models.push(model),
                    None => self.0.unknown = true,
                },
                "execute" | "executemany" | "callproc" | "cursor" => self.0.unknown = true,
                _ => {}
            }
        }
        walk_expr(self, expression);
    }
}

/// Returns the model that `get_model("app", "Model")` or `get_model("app.Model")` names.
fn model(call: &ExprCall) -> Option<ModelId> {
    let argument = |position: usize, name: &str| {
        let value = call.arguments.find_argument_value(name, position)?;
        value.as_string_literal_expr().map(|literal| literal.value.to_str().to_owned())
    };
    let first = argument(0, "app_label")?;
    let has_second = call.arguments.find_argument_value("model_name", 1).is_some();
    match first.split_once('.') {
        Some((app, model)) if !has_second => Some(ModelId::new(app, model)),
        _ => Some(ModelId::new(first, &argument(1, "model_name")?)),
    }
}
