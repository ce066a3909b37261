//! Transforms: functions that a name behind a field applies (`created__year`, `data__key`).
//!
//! Source: Django's `register_lookup` calls of transforms; `Query.try_transform`.

use limosa_model::SmolStr;
use limosa_model::field::FieldKind;

use super::error::ExpressionError;
use super::fields::{simple, text_array};
use super::lookup::index_of;
use super::node::{Func, Key, Node};
use super::resolve::Resolver;
use super::{functions, output};
use crate::literal::is_range;
use crate::model::FieldView;

/// Applies the transform `name`; nothing when the type has none of that name.
pub(super) fn apply(resolver: Resolver<'_>, lhs: Node, name: &str) -> Result<Option<Node>, ExpressionError> {
    let Some(view) = output::output(&lhs) else { return Ok(None) };
    let class = match &view.field.kind {
        FieldKind::Json => {
            return Ok(Some(Node::Key(Box::new(Key { name: name.into(), lhs, text: false }))));
        }
        FieldKind::HStore => match name {
            "keys" => return Ok(Some(with_output("HStoreKeys", lhs, text_array()))),
            "values" => return Ok(Some(with_output("HStoreValues", lhs, text_array()))),
            _ => return Ok(Some(with_extra("HStoreKey", lhs, simple("TextField"), &[("key", name)]))),
        },
        FieldKind::Array { base, .. } => return Ok(array(lhs, &view, base, name)),
        FieldKind::Date | FieldKind::DateTime | FieldKind::Time if temporal(&view.field.kind, name) => {
            return Ok(Some(match name {
                "date" => func("TruncDate", lhs),
                "time" => func("TruncTime", lhs),
                _ => with_extra("Extract", lhs, simple("IntegerField"), &[("kind", name)]),
            }));
        }
        kind if is_range(kind) => match name {
            "startswith" => return Ok(Some(with_output("RangeLower", lhs, bound(kind)))),
            "endswith" => return Ok(Some(with_output("RangeUpper", lhs, bound(kind)))),
            "isempty" => "RangeIsEmpty",
            "lower_inc" => "RangeLowerInc",
            "lower_inf" => "RangeLowerInf",
            "upper_inc" => "RangeUpperInc",
            "upper_inf" => "RangeUpperInf",
            _ => return Ok(None),
        },
        _ => {
            let _ = resolver;
            return Ok(functions::transform_class(name).map(|class| func(class, lhs)));
        }
    };
    Ok(Some(with_output(class, lhs, simple("BooleanField"))))
}

fn temporal(kind: &FieldKind, name: &str) -> bool {
    let date = matches!(name, "year" | "month" | "day" | "week_day" | "iso_week_day" | "week" | "iso_year" | "quarter");
    let clock = matches!(name, "hour" | "minute" | "second");
    match kind {
        FieldKind::Date => date,
        FieldKind::Time => clock,
        _ => date || clock || matches!(name, "date" | "time"),
    }
}

/// Source: Django `contrib/postgres/fields/array.py`, `ArrayField.get_transform`.
fn array(lhs: Node, view: &FieldView, base: &std::sync::Arc<limosa_model::Field>, name: &str) -> Option<Node> {
    if name == "len" {
        return Some(with_output("ArrayLength", lhs, simple("IntegerField")));
    }
    match name.split_once('_') {
        None => {
            let index = (index_of(name)? + 1).to_string();
            let output = FieldView { field: base.clone(), ..view.clone() };
            Some(with_extra("ArrayIndex", lhs, Some(output), &[("index", &index)]))
        }
        Some((start, end)) => {
            let (start, end) = ((index_of(start)? + 1).to_string(), index_of(end)?.to_string());
            Some(with_extra("ArraySlice", lhs, Some(view.clone()), &[("start", &start), ("end", &end)]))
        }
    }
}

fn bound(kind: &FieldKind) -> Option<FieldView> {
    simple(match kind {
        FieldKind::IntegerRange => "IntegerField",
        FieldKind::BigIntegerRange => "BigIntegerField",
        FieldKind::DecimalRange => "DecimalField",
        FieldKind::DateTimeRange => "DateTimeField",
        _ => "DateField",
    })
}

fn func(class: &'static str, lhs: Node) -> Node {
    Node::Func(Box::new(Func::new(class, vec![lhs])))
}

fn with_output(class: &'static str, lhs: Node, output: Option<FieldView>) -> Node {
    Node::Func(Box::new(Func { output, ..Func::new(class, vec![lhs]) }))
}

fn with_extra(class: &'static str, lhs: Node, output: Option<FieldView>, extra: &[(&'static str, &str)]) -> Node {
    let extra = extra.iter().map(|(name, value)| (SmolStr::new_static(name), SmolStr::new(value))).collect();
    Node::Func(Box::new(Func { output, extra, ..Func::new(class, vec![lhs]) }))
}
