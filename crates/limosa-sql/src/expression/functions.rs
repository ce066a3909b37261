//! Functions of `django.db.models.functions` and `django.contrib.postgres`.

mod json;
mod search;
mod special;
mod table;

use limosa_model::value::Call;
use limosa_model::{SmolStr, Value};
use smol_str::format_smolstr;

use self::table::{Output, entry};
use super::compile::{Compiled, Compiler, Stop};
use super::error::ExpressionError;
use super::fields::{Class, is_instance, simple};
use super::node::{Func, Node};
use super::output;
use super::resolve::{Resolver, invalid, missing};
use super::sql::{Sql, fill, join};
use super::temporal;
use crate::dialect::Dialect;
use crate::literal::Literal;
use crate::model::FieldView;

/// The class of the transform that a name applies, for those of `django.db.models.functions`.
pub(super) fn transform_class(name: &str) -> Option<&'static str> {
    table::ENTRIES.iter().find(|entry| entry.transform == Some(name)).map(|entry| entry.class)
}

/// Resolves the call of a function.
pub(super) fn resolve(
    resolver: Resolver<'_>,
    name: &str,
    call: &Call,
    output: Option<FieldView>,
) -> Result<Node, ExpressionError> {
    if let Some(node) = temporal::resolve(resolver, name, call, output.as_ref())? {
        return Ok(node);
    }
    if let Some(node) = special::resolve(resolver, name, call, output.as_ref())? {
        return Ok(node);
    }
    let Some(entry) = entry(name) else { return Err(ExpressionError::UnknownClass(call.callee.clone())) };
    let mut args = Vec::with_capacity(entry.parameters.len().max(call.args.len()));
    for (position, parameter) in entry.parameters.iter().enumerate() {
        match (call.arg(position, parameter.name), parameter.default) {
            (Some(value), _) => args.push(resolver.argument(value)?),
            (None, Some(default)) => args.push(Node::Value { value: default.literal(), output: None }),
            (None, None) if parameter.optional => {}
            (None, None) => return Err(missing(name, parameter.name)),
        }
    }
    if entry.parameters.is_empty() {
        for value in &call.args {
            args.push(resolver.argument(value)?);
        }
    }
    let names: Vec<&str> = entry.parameters.iter().map(|parameter| parameter.name).collect();
    let extra = extra(call, &names)?;
    Ok(Node::Func(Box::new(Func { class: SmolStr::new_static(entry.class), args, output, extra })))
}

/// The further arguments of a function that are texts or numbers.
fn extra(call: &Call, known: &[&str]) -> Result<Vec<(SmolStr, SmolStr)>, ExpressionError> {
    let mut extra = Vec::new();
    for (name, value) in call.kwargs.iter() {
        if name == "output_field" || known.contains(&name.as_str()) {
            continue;
        }
        let text = match value {
            Value::Str(text) => text.clone(),
            Value::Int(number) => format_smolstr!("{number}"),
            Value::None => continue,
            _ => return Err(invalid(&call.callee, format!("the argument `{name}` is not a text"))),
        };
        extra.push((name.clone(), text));
    }
    Ok(extra)
}

/// Returns the type of a function, when no type is given.
pub(super) fn output(func: &Func) -> Option<FieldView> {
    let common = || output::common(func.args.iter());
    match entry(&func.class).map(|entry| entry.output) {
        Some(Output::Class(class)) => simple(class),
        Some(Output::First) => func.args.first().and_then(output::output),
        Some(Output::Number) => {
            let fields: Vec<FieldView> = func.args.iter().filter_map(output::output).collect();
            if fields.iter().any(|view| is_instance(view, Class::Decimal)) {
                simple("DecimalField")
            } else if func.args.is_empty() || fields.iter().any(|view| is_instance(view, Class::Integer)) {
                simple("FloatField")
            } else {
                common()
            }
        }
        Some(Output::Common) => common(),
        None => temporal::output(func).or_else(|| special::output(func)).or_else(common),
    }
}

/// Returns whether the type of an expression does not depend on its arguments.
pub(super) fn has_own_type(node: &Node) -> bool {
    match node {
        Node::Func(func) => {
            func.output.is_some() || entry(&func.class).is_some_and(|entry| matches!(entry.output, Output::Class(_)))
        }
        _ => false,
    }
}

/// Compiles a function.
pub(super) fn compile(compiler: Compiler<'_>, func: &Func) -> Compiled {
    if let Some(sql) = temporal::compile(compiler, func) {
        return sql;
    }
    if let Some(sql) = special::compile(compiler, func) {
        return sql;
    }
    let Some(entry) = entry(&func.class) else {
        return Err(ExpressionError::UnknownClass(func.class.clone()).into());
    };
    let own = match compiler.dialect() {
        Dialect::Postgres => entry.postgres,
        Dialect::Sqlite => entry.sqlite,
        Dialect::MySql => entry.mysql,
    };
    let fixed;
    let mut args = &func.args;
    if entry.decimal && compiler.dialect() == Dialect::Postgres {
        fixed = args.iter().map(fix_float).collect::<Option<Vec<Node>>>();
        args = fixed.as_ref().unwrap_or(args);
    }
    let sql =
        call_sql(compiler, args, func, own.or(Some(entry.function)), entry.template_for(compiler.dialect()), None)?;
    // A class with a variant of its own for SQLite is not cast there, but for those that pass it on.
    if own.is_some() && !entry.cast_variant {
        return Ok(sql);
    }
    let view = func.output.clone().or_else(|| output(func));
    Ok(compiler.numeric(sql, view.as_ref()))
}

/// Fills the template of a function with its arguments (`Func.as_sql`).
pub(super) fn call_sql(
    compiler: Compiler<'_>,
    args: &[Node],
    func: &Func,
    function: Option<&str>,
    template: Option<&str>,
    joiner: Option<&str>,
) -> Compiled {
    let mut pieces = Vec::with_capacity(args.len());
    for arg in args {
        pieces.push(match compiler.compile(arg) {
            Err(Stop::Empty) => {
                let value = if let Node::Value { value, .. } = arg { value.clone() } else { return Err(Stop::Empty) };
                compiler.compile(&Node::Value { value, output: None })?
            }
            Err(Stop::Full) => compiler.compile(&Node::Value { value: Literal::Bool(true), output: None })?,
            other => other?,
        });
    }
    let joiner = joiner.or(func.extra("arg_joiner")).unwrap_or(", ");
    let joined = join(pieces, joiner);
    let function = func.extra("function").or(function).unwrap_or_default();
    let template = template.or(func.extra("template")).unwrap_or("%(function)s(%(expressions)s)");
    let mut values =
        vec![("function", function), ("expressions", joined.text.as_str()), ("field", joined.text.as_str())];
    values.extend(func.extra.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let text = fill(template, &values)?;
    Ok(Sql::with(text, joined.params))
}

/// `LOG` and `MOD` take no floats on PostgreSQL (`FixDecimalInputMixin`).
fn fix_float(node: &Node) -> Option<Node> {
    let float = output::output(node).is_some_and(|view| is_instance(&view, Class::Float));
    if !float {
        return Some(node.clone());
    }
    let call = Call {
        callee: SmolStr::new_static("django.db.models.DecimalField"),
        args: Vec::new(),
        kwargs: [
            (SmolStr::new_static("max_digits"), Value::Int(1000)),
            (SmolStr::new_static("decimal_places"), Value::Int(15)),
        ]
        .into_iter()
        .collect(),
        span: None,
    };
    let field = limosa_model::Field::from_call(&call).ok()?;
    let output = Some(super::fields::unbound(field));
    Some(Node::Func(Box::new(Func { output, ..Func::new("Cast", vec![node.clone()]) })))
}
