//! The functions that are more than a name with arguments.

use limosa_model::SmolStr;
use limosa_model::Value;
use limosa_model::django::DjangoVersion;
use limosa_model::value::Call;

use super::super::compile::{Compiled, Compiler, is_text};
use super::super::error::ExpressionError;
use super::super::fields::simple;
use super::super::node::{Combined, Flavour, Func, Node};
use super::super::resolve::{Resolver, func as function, invalid, missing, output_field, required, text};
use super::super::sql::Sql;
use super::super::{mysql, output};
use super::{call_sql, json, search};
use crate::dialect::Dialect;
use crate::literal::Literal;
use crate::model::FieldView;

/// Resolves the call of such a function; nothing when it is none.
pub(super) fn resolve(
    resolver: Resolver<'_>,
    name: &str,
    call: &Call,
    output: Option<&FieldView>,
) -> Result<Option<Node>, ExpressionError> {
    let node = match name {
        "Func" => {
            let extra = super::extra(call, &[])?;
            let args = arguments(resolver, call)?;
            Func { class: SmolStr::new_static("Func"), args, output: output.cloned(), extra }
        }
        "Cast" => {
            let output = output_field(required(call, 1, "output_field")?)?;
            let arg = resolver.argument(required(call, 0, "expression")?)?;
            Func { output: Some(output), ..Func::new("Cast", vec![arg]) }
        }
        "Collate" => {
            let arg = resolver.argument(required(call, 0, "expression")?)?;
            let collation = SmolStr::new(text(call, 1, "collation")?);
            let valid = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            if collation.is_empty() || !collation.chars().all(valid) {
                return Err(invalid("Collate", format!("`{collation}` is no name of a collation")));
            }
            Func { extra: vec![(SmolStr::new_static("collation"), collation)], ..Func::new("Collate", vec![arg]) }
        }
        "OpClass" => {
            let arg = resolver.argument(required(call, 0, "expression")?)?;
            let name = SmolStr::new(text(call, 1, "name")?);
            Func { extra: vec![(SmolStr::new_static("name"), name)], ..Func::new("OpClass", vec![arg]) }
        }
        "Concat" => {
            let args = arguments(resolver, call)?;
            let pair = paired(args, output).ok_or_else(|| missing("Concat", "expressions"))?;
            Func { output: output.cloned(), ..Func::new("Concat", vec![pair]) }
        }
        "Left" | "Right" => {
            let args = vec![
                resolver.argument(required(call, 0, "expression")?)?,
                resolver.argument(required(call, 1, "length")?)?,
            ];
            let class = if name == "Left" { "Left" } else { "Right" };
            Func { output: output.cloned(), ..Func::new(class, args) }
        }
        "JSONObject" => {
            let mut args = Vec::with_capacity(call.kwargs.len() * 2);
            for (key, value) in call.kwargs.iter() {
                args.push(Node::Value { value: Literal::Text(key.clone()), output: None });
                args.push(resolver.argument(value)?);
            }
            Func::new("JSONObject", args)
        }
        "JSONArray" => Func { output: output.cloned(), ..Func::new("JSONArray", arguments(resolver, call)?) },
        "UUID4" => Func::new("UUID4", Vec::new()),
        "UUID7" => {
            let shift = call.arg(0, "shift").filter(|value| **value != Value::None);
            Func::new("UUID7", shift.map(|value| resolver.argument(value)).transpose()?.into_iter().collect())
        }
        "SearchConfig" => {
            let inner = literal_argument(resolver, required(call, 0, "config")?)?;
            return Ok(Some(Node::SearchConfig(Box::new(inner))));
        }
        "SearchVector" => search::resolve(resolver, call)?,
        "TrigramSimilarity" | "TrigramDistance" => {
            let string = literal_argument(resolver, required(call, 1, "string")?)?;
            let args = vec![resolver.argument(required(call, 0, "expression")?)?, string];
            Func::new(if name == "TrigramSimilarity" { "TrigramSimilarity" } else { "TrigramDistance" }, args)
        }
        _ => return Ok(None),
    };
    Ok(Some(Node::Func(Box::new(node))))
}

pub(super) fn arguments(resolver: Resolver<'_>, call: &Call) -> Result<Vec<Node>, ExpressionError> {
    call.args.iter().map(|value| resolver.argument(value)).collect()
}

/// An argument of which a text is a value, not a field.
pub(super) fn literal_argument(resolver: Resolver<'_>, value: &Value) -> Result<Node, ExpressionError> {
    Ok(resolver.expression_or_literal(value)?.0)
}

/// `Concat(a, b, c)` is `ConcatPair(a, ConcatPair(b, c))`.
fn paired(args: Vec<Node>, output: Option<&FieldView>) -> Option<Node> {
    if args.len() < 2 {
        return None;
    }
    args.into_iter().rev().reduce(|right, left| {
        Node::Func(Box::new(Func { output: output.cloned(), ..Func::new("ConcatPair", vec![left, right]) }))
    })
}

/// Returns the type of such a function.
pub(super) fn output(func: &Func) -> Option<FieldView> {
    match func.class.as_str() {
        "JSONObject" | "JSONArray" => simple("JSONField"),
        "UUID4" | "UUID7" => simple("UUIDField"),
        "Left" | "Right" => simple("CharField"),
        "TrigramSimilarity" | "TrigramDistance" => simple("FloatField"),
        "SearchVector" => {
            let mut view = simple("TextField")?;
            let mut field = view.field.as_ref().clone();
            field.kind = limosa_model::field::FieldKind::SearchVector;
            view.field = std::sync::Arc::new(field);
            Some(view)
        }
        _ => output::common(func.args.iter()),
    }
}

/// Compiles such a function; nothing when it is none.
pub(super) fn compile(compiler: Compiler<'_>, func: &Func) -> Option<Compiled> {
    let postgres = compiler.dialect() == Dialect::Postgres;
    Some(match func.class.as_str() {
        "Func" | "Concat" => {
            let template = if func.class == "Concat" { Some("%(expressions)s") } else { None };
            call_sql(compiler, &func.args, func, None, template, None).map(|sql| {
                let view = output::output(&Node::Func(Box::new(func.clone())));
                compiler.numeric(sql, view.as_ref())
            })
        }
        "Cast" => cast(compiler, func),
        "Collate" => {
            let collation = func.extra("collation").unwrap_or_default();
            let quoted = compiler.dialect().quote_name(collation);
            call_sql(compiler, &func.args, &Func::new("Collate", Vec::new()), None, Some("%(expressions)s"), None).map(
                |sql| {
                    let sql = sql.map(|text| format!("{text} COLLATE {quoted}"));
                    compiler.numeric(sql, output::output(&Node::Func(Box::new(func.clone()))).as_ref())
                },
            )
        }
        "OpClass" => call_sql(compiler, &func.args, func, None, Some("%(expressions)s %(name)s"), None),
        "ConcatPair" => concat_pair(compiler, func),
        "Left" | "Right" if compiler.dialect() == Dialect::Sqlite => substring(compiler, func),
        "Left" => call_sql(compiler, &func.args, func, Some("LEFT"), None, None),
        "Right" => call_sql(compiler, &func.args, func, Some("RIGHT"), None, None),
        "JSONObject" => json::object(compiler, func),
        "JSONArray" => json::array(compiler, func),
        "UUID4" | "UUID7" if compiler.dialect() == Dialect::MySql => {
            if !compiler.models.context.is_mariadb() || compiler.models.context.server_version < (11, 7, 0) {
                return Some(Err(compiler.not_supported("UUID4 and UUID7, which came with MariaDB 11.7")));
            }
            let name = if func.class == "UUID4" { "UUID_V4" } else { "UUID_V7" };
            call_sql(compiler, &func.args, func, Some(name), None, None)
        }
        "UUID4" => {
            let new = compiler.models.context.server_version >= (18, 0, 0);
            let name = if postgres && !new { "GEN_RANDOM_UUID" } else { "UUIDV4" };
            call_sql(compiler, &func.args, func, Some(name), None, None)
        }
        "UUID7" if postgres && compiler.models.context.server_version < (18, 0, 0) => {
            Err(compiler.not_supported("UUID7 before version 18"))
        }
        "UUID7" => call_sql(compiler, &func.args, func, Some("UUIDV7"), None, None),
        "SearchVector" => search::compile(compiler, func),
        "TrigramSimilarity" => call_sql(compiler, &func.args, func, Some("SIMILARITY"), None, None),
        "TrigramDistance" => call_sql(compiler, &func.args, func, Some(""), None, Some(" <-> ")),
        "ArrayLiteral" => {
            call_sql(compiler, &func.args, func, Some("ARRAY"), Some("%(function)s[%(expressions)s]"), None)
        }
        "ArrayLength" => first(compiler, func).map(|sql| {
            let text = format!("CASE WHEN {0} IS NULL THEN NULL ELSE coalesce(array_length({0}, 1), 0) END", sql.text);
            Sql::with(text, [sql.params.clone(), sql.params].concat())
        }),
        "ArrayIndex" => first(compiler, func).map(|sql| {
            let sql = if sql.text.ends_with(']') { sql } else { sql.map(|text| format!("({text})")) };
            with_numbers(sql, func, &["index"], |text| format!("{text}[%s]"))
        }),
        "ArraySlice" => first(compiler, func)
            .map(|sql| with_numbers(sql, func, &["start", "end"], |text| format!("({text})[%s:%s]"))),
        "HStoreKey" => first(compiler, func).map(|sql| {
            let mut sql = sql.map(|text| format!("({text} -> %s)"));
            sql.params.push(Literal::Text(func.extra("key").unwrap_or_default().into()));
            sql
        }),
        _ => return None,
    })
}

fn first(compiler: Compiler<'_>, func: &Func) -> Compiled {
    let arg = func.args.first().ok_or_else(|| missing(&func.class, "expression"))?;
    compiler.compile(arg)
}

fn with_numbers(sql: Sql, func: &Func, names: &[&str], template: impl FnOnce(&str) -> String) -> Sql {
    let mut sql = sql.map(template);
    let number = |name: &&str| func.extra(name).and_then(|text| text.parse().ok()).unwrap_or(0);
    sql.params.extend(names.iter().map(|name| Literal::Int(number(name))));
    sql
}

fn cast(compiler: Compiler<'_>, func: &Func) -> Compiled {
    let view = func.output.as_ref().ok_or_else(|| missing("Cast", "output_field"))?;
    let sql = first(compiler, func)?;
    let db_type = compiler.models.db_type(view)?.unwrap_or_default();
    let cast_type = compiler.models.cast_db_type(view)?.unwrap_or_default();
    Ok(match (compiler.dialect(), db_type.as_str()) {
        (Dialect::Postgres, _) => sql.map(|text| format!("({text})::{cast_type}")),
        // These keep no fractions of a second on SQLite.
        (Dialect::Sqlite, "datetime" | "time") => {
            let format = if db_type == "time" { "%H:%M:%f" } else { "%Y-%m-%d %H:%M:%f" };
            let mut sql = sql.map(|text| format!("strftime(%s, {text})"));
            sql.params.insert(0, Literal::Text(format.into()));
            sql
        }
        (Dialect::Sqlite, "date") => sql.map(|text| format!("date({text})")),
        (Dialect::MySql, _) => mysql::cast(compiler, &view.field.kind, &cast_type, sql)?,
        _ => sql.map(|text| format!("CAST({text} AS {cast_type})")),
    })
}

/// NULL on either side would make everything NULL, so each side is replaced by the empty text then.
fn concat_pair(compiler: Compiler<'_>, func: &Func) -> Compiled {
    if compiler.dialect() == Dialect::Postgres && compiler.django() < DjangoVersion::V52 {
        let args: Vec<Node> = func.args.iter().map(as_text).collect();
        return call_sql(compiler, &args, func, Some("CONCAT"), None, None);
    }
    if compiler.dialect() == Dialect::MySql {
        let template = Some("%(function)s('', %(expressions)s)");
        return call_sql(compiler, &func.args, func, Some("CONCAT_WS"), template, None);
    }
    let mixed = |arg: &Node| match arg {
        Node::Func(pair) if pair.class == "ConcatPair" && pair.output.is_none() => {
            output::is_mixed(&pair.args.iter().collect::<Vec<_>>())
        }
        _ => false,
    };
    if compiler.dialect() == Dialect::Postgres && func.args.iter().any(mixed) {
        return Err(invalid("Concat", "its arguments have different types; it needs an output_field".to_owned()).into());
    }
    let empty = || Node::Value { value: Literal::Text(SmolStr::default()), output: None };
    let side = |arg: &Node| {
        let arg = if compiler.dialect() == Dialect::Postgres && !is_text(arg) { as_text(arg) } else { arg.clone() };
        function("Coalesce", vec![arg, empty()])
    };
    let args: Vec<Node> = func.args.iter().map(side).collect();
    let bare = compiler.django() < DjangoVersion::V52;
    call_sql(
        compiler,
        &args,
        func,
        None,
        Some(if bare { "%(expressions)s" } else { "(%(expressions)s)" }),
        Some(" || "),
    )
}

pub(super) fn as_text(node: &Node) -> Node {
    Node::Func(Box::new(Func { output: simple("TextField"), ..Func::new("Cast", vec![node.clone()]) }))
}

/// SQLite has no `LEFT` and `RIGHT`.
fn substring(compiler: Compiler<'_>, func: &Func) -> Compiled {
    let [expression, length] = func.args.as_slice() else { return Err(missing(&func.class, "length").into()) };
    let number = |value| Node::Value { value: Literal::Int(value), output: None };
    let start = if func.class == "Left" {
        number(1)
    } else {
        let connector = SmolStr::new_static("*");
        let (lhs, rhs) = (length.clone(), number(-1));
        Node::Combined(Box::new(Combined { lhs, connector, rhs, output: None, flavour: Flavour::Plain }))
    };
    let mut args = vec![expression.clone(), start, length.clone()];
    if func.class == "Right" && compiler.django() < DjangoVersion::V52 {
        args.pop();
    }
    compiler.compile(&function("Substr", args))
}
