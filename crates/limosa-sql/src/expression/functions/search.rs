//! Search vectors of PostgreSQL.
//!
//! Source: Django `contrib/postgres/search.py`.

use limosa_model::value::Call;
use limosa_model::{SmolStr, Value};

use super::super::compile::{Compiled, Compiler, is_text};
use super::super::error::ExpressionError;
use super::super::node::{Func, Node};
use super::super::resolve::{Resolver, func};
use super::super::sql::join;
use super::special::{arguments, as_text, literal_argument};
use crate::literal::Literal;

/// The arguments of a search vector, with its configuration and its weight behind them.
pub(super) fn resolve(resolver: Resolver<'_>, call: &Call) -> Result<Func, ExpressionError> {
    let mut args = arguments(resolver, call)?;
    let mut extra = Vec::new();
    if let Some(config) = call.kwargs.get("config").filter(|value| **value != Value::None) {
        let node = match literal_argument(resolver, config)? {
            node @ Node::SearchConfig(_) => node,
            node => Node::SearchConfig(Box::new(node)),
        };
        args.push(node);
        extra.push((SmolStr::new_static("config"), SmolStr::new_static("1")));
    }
    if let Some(weight) = call.kwargs.get("weight").filter(|value| **value != Value::None) {
        args.push(literal_argument(resolver, weight)?);
        extra.push((SmolStr::new_static("weight"), SmolStr::new_static("1")));
    }
    Ok(Func { extra, ..Func::new("SearchVector", args) })
}

/// Source: `SearchVector.as_sql`.
pub(super) fn compile(compiler: Compiler<'_>, vector: &Func) -> Compiled {
    let mut args = vector.args.clone();
    let weight = if vector.extra("weight").is_some() { args.pop() } else { None };
    let config = if vector.extra("config").is_some() { args.pop() } else { None };
    let empty = || Node::Value { value: Literal::Text(SmolStr::default()), output: None };
    let side = |arg: &Node| {
        let arg = if is_text(arg) { arg.clone() } else { as_text(arg) };
        func("Coalesce", vec![arg, empty()])
    };
    let args: Vec<Node> = args.iter().map(side).collect();
    let texts = args.iter().map(|arg| compiler.compile(arg)).collect::<Result<Vec<_>, _>>()?;
    let texts = join(texts, " || ' ' || ");
    let mut sql = match config {
        Some(config) => join(vec![compiler.compile(&config)?, texts], ", ").map(|text| format!("to_tsvector({text})")),
        None => texts.map(|text| format!("to_tsvector({text})")),
    };
    if let Some(weight) = weight {
        sql = join(vec![sql, compiler.compile(&weight)?], ", ").map(|text| format!("setweight({text})"));
    }
    Ok(sql)
}
