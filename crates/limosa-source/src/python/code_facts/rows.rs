//! Querysets: which rows an expression stands for.

use limosa_model::ModelId;
use ruff_python_ast::{Expr, ExprCall};

use super::bindings::{Bindings, asked};

/// Which rows an expression stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// The model, when it is known.
    pub(super) model: Option<ModelId>,
    /// Whether a condition says which ones.
    pub(super) filtered: bool,
    /// Whether they are few: a slice, a batch, some by their keys.
    pub(super) bounded: bool,
    /// Whether they come in pieces (`iterator`).
    pub(super) chunked: bool,
}

/// The methods that leave rows as they are, in number.
const SAME: [&str; 22] = [
    "all",
    "order_by",
    "select_related",
    "prefetch_related",
    "values",
    "values_list",
    "annotate",
    "alias",
    "only",
    "defer",
    "distinct",
    "using",
    "reverse",
    "select_for_update",
    "union",
    "dates",
    "datetimes",
    "extra",
    "get_queryset",
    "complex_filter",
    "db_manager",
    "non_polymorphic",
];

/// Returns whether an attribute of a model is one of its managers.
pub(super) fn is_manager(name: &str) -> bool {
    matches!(name, "objects" | "_default_manager" | "_base_manager")
}

/// Returns whether a function goes through what it is given, one by one.
pub(super) fn passes_on(call: &ExprCall) -> bool {
    let name = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    matches!(name, "enumerate" | "reversed" | "iter" | "tqdm" | "progressbar")
}

/// Returns which rows of a model an expression stands for, if it does.
pub(super) fn rows(expression: &Expr, bindings: &Bindings<'_>, depth: u8) -> Option<Rows> {
    if depth > 50 {
        return None;
    }
    let inner = |expression: &Expr| rows(expression, bindings, depth + 1);
    match expression {
        Expr::Attribute(attribute) if is_manager(attribute.attr.as_str()) => {
            Some(Rows { model: model(&attribute.value, bindings), ..Rows::default() })
        }
        Expr::Call(call) => {
            let Expr::Attribute(attribute) = &*call.func else { return None };
            let method = attribute.attr.as_str();
            let found = inner(&attribute.value)?;
            match method {
                "filter" | "exclude" => {
                    let by_key = method == "filter"
                        && call.arguments.keywords.iter().any(|keyword| {
                            let name = keyword.arg.as_ref().map(|name| name.as_str());
                            name.is_some_and(|name| {
                                let mut parts = name.split("__");
                                matches!(parts.next(), Some("pk" | "id"))
                                    && matches!(parts.next(), None | Some("in" | "range" | "exact" | "lt" | "lte"))
                            })
                        });
                    let is_empty = call.arguments.is_empty();
                    Some(Rows { filtered: found.filtered || !is_empty, bounded: found.bounded || by_key, ..found })
                }
                "iterator" | "chunks" => Some(Rows { chunked: true, ..found }),
                "none" => Some(Rows { bounded: true, ..found }),
                _ if SAME.contains(&method) => Some(found),
                _ => None,
            }
        }
        Expr::Subscript(subscript) if matches!(&*subscript.slice, Expr::Slice(slice) if slice.upper.is_some()) => {
            Some(Rows { bounded: true, ..inner(&subscript.value)? })
        }
        Expr::Name(name) => inner(bindings.value(name.id.as_str(), expression)?),
        _ => None,
    }
}

/// Returns the model that an expression stands for, when it was asked for.
fn model(expression: &Expr, bindings: &Bindings<'_>) -> Option<ModelId> {
    let call = match expression {
        Expr::Name(name) => bindings.value(name.id.as_str(), expression)?.as_call_expr()?,
        Expr::Call(call) => call,
        _ => return None,
    };
    let asks = call.func.as_attribute_expr().is_some_and(|attribute| attribute.attr.as_str() == "get_model");
    asks.then(|| asked(call)).flatten().map(|(model, _)| model)
}
