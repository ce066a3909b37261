//! Functions that make JSON documents.
//!
//! Source: Django `db/models/functions/json.py`.

use limosa_model::django::DjangoVersion;

use super::super::compile::{Compiled, Compiler};
use super::super::error::ExpressionError;
use super::super::node::{Func, Node};
use super::super::output;
use super::super::sql::join;
use super::call_sql;
use super::special::as_text;
use crate::dialect::Dialect;

pub(super) fn object(compiler: Compiler<'_>, func: &Func) -> Compiled {
    if compiler.dialect() != Dialect::Postgres {
        return call_sql(compiler, &func.args, func, Some("JSON_OBJECT"), None, None);
    }
    let args: Vec<Node> = func
        .args
        .iter()
        .enumerate()
        .map(|(position, arg)| if position % 2 == 0 { as_text(arg) } else { arg.clone() })
        .collect();
    if compiler.models.context.server_version < (16, 0, 0) {
        return call_sql(compiler, &args, func, Some("JSONB_BUILD_OBJECT"), None, None);
    }
    let mut pairs = Vec::with_capacity(args.len() / 2);
    for pair in args.chunks(2) {
        let [key, value] = pair else { continue };
        let key = compiler.compile(key)?.map(|text| format!("({text})"));
        pairs.push(join(vec![key, compiler.compile(value)?], " VALUE "));
    }
    Ok(join(pairs, ", ").map(|text| format!("JSON_OBJECT({text} RETURNING JSONB)")))
}

pub(super) fn array(compiler: Compiler<'_>, func: &Func) -> Compiled {
    if compiler.django() < DjangoVersion::V52 {
        return Err(ExpressionError::UnknownClass(func.class.clone()).into());
    }
    if compiler.dialect() != Dialect::Postgres {
        return call_sql(compiler, &func.args, func, Some("JSON_ARRAY"), None, None);
    }
    let cast = |arg: &Node| match arg {
        Node::Func(inner) if inner.class == "Cast" => arg.clone(),
        _ => match output::output(arg) {
            Some(view) => Node::Func(Box::new(Func { output: Some(view), ..Func::new("Cast", vec![arg.clone()]) })),
            None => arg.clone(),
        },
    };
    let args: Vec<Node> = func.args.iter().map(cast).collect();
    if compiler.models.context.server_version < (16, 0, 0) {
        return call_sql(compiler, &args, func, Some("JSONB_BUILD_ARRAY"), None, None);
    }
    let nulls = if args.is_empty() { "" } else { "NULL ON NULL" };
    let template = format!("%(function)s(%(expressions)s {nulls} RETURNING JSONB)");
    call_sql(compiler, &args, func, Some("JSON_ARRAY"), Some(&template), None)
}
