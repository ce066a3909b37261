//! From TOML to values, and what both TOML readers share.

use limosa_model::{Diagnostic, Span, Value};
use toml::de::DeValue;

use crate::sources::Source;

/// Converts a value as it is: tables become dictionaries; dates and what does not fit become opaque.
pub(crate) fn plain(value: &DeValue<'_>, span: Span, source: &Source) -> Value {
    match value {
        DeValue::String(text) => Value::Str(text.as_ref().into()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Int(number),
            Err(_) => Value::opaque("is too large a number", number.as_str(), Some(span)),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Value::Float(number),
            Err(_) => Value::opaque("is not a number", number.as_str(), Some(span)),
        },
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(datetime) => Value::opaque("is a date or time", datetime.to_string(), Some(span)),
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| plain(item.get_ref(), source.span(item.span()), source)).collect())
        }
        DeValue::Table(table) => {
            let pair = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
                let key: &std::borrow::Cow<'_, str> = key.get_ref();
                (Value::from(key.as_ref()), plain(value.get_ref(), source.span(value.span()), source))
            };
            Value::Dict(table.iter().map(pair).collect())
        }
    }
}

/// Returns the error that stands first; of several at one place the innermost, which comes last.
pub(crate) fn first_error(errors: &[toml::de::Error]) -> Option<&toml::de::Error> {
    errors.iter().rev().min_by_key(|error| error.span().map_or(0, |span| span.start))
}

/// Returns what a syntax error of a TOML file is to be reported as.
pub(crate) fn syntax_error(error: &toml::de::Error, source: &Source) -> Diagnostic {
    let range = error.span().unwrap_or(0..0);
    let message = format!("syntax error: {}", error.message());
    Diagnostic::error("syntax-error", message).at(source.span(range), error.message())
}
