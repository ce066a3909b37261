//! Texts put together: `%`, `str.format` and f-strings.

use limosa_model::SmolStr;
use ruff_python_ast::{ConversionFlag, ExprFString, FStringPart, InterpolatedStringElement};
use ruff_text_size::{Ranged, TextRange};

use super::arguments::Arguments;
use super::object::{Key, Object};
use super::{Evaluator, MAX_TEXT, Result, Stop};

impl Evaluator<'_> {
    /// Puts values into a text: `'%s' % value`.
    pub(super) fn percent_format(&mut self, text: &str, values: &Object, range: TextRange) -> Result {
        Ok(match self.percent(text, values) {
            Some(text) if text.len() <= MAX_TEXT => Object::str(text),
            _ => self.opaque("formats something that is not known", range),
        })
    }

    fn percent(&mut self, text: &str, values: &Object) -> Option<String> {
        let mut positional = match values {
            Object::Tuple(tuple) => tuple.items.clone(),
            other => vec![other.clone()],
        }
        .into_iter();
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            result.push_str(before);
            rest = after;
            if let Some(after) = rest.strip_prefix('%') {
                result.push('%');
                rest = after;
                continue;
            }
            let value = if let Some(after) = rest.strip_prefix('(') {
                let (name, after) = after.split_once(')')?;
                rest = after;
                let Object::Dict(dict) = values else { return None };
                dict.items.borrow().get(&Key::Str(name.into())).cloned()?
            } else {
                positional.next()?
            };
            let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
            let (spec, conversion) = (&rest[..end], &rest[end..=end]);
            let value = self.shown(value, conversion == "r")?;
            rest = &rest[end + 1..];
            let formatted = match conversion {
                "s" if spec.is_empty() => text_of(&value)?,
                "r" if spec.is_empty() => repr_of(&value)?,
                "d" | "i" => formatted(&value, &format!("{spec}d"))?,
                _ => return None,
            };
            result.push_str(&formatted);
            if result.len() > MAX_TEXT {
                return None;
            }
        }
        result.push_str(rest);
        let left = positional.next().is_some() && matches!(values, Object::Tuple(_));
        (!left).then_some(result)
    }

    /// Puts values into a text: `'{}'.format(value)`.
    pub(super) fn brace_format(&mut self, text: &str, arguments: &Arguments, range: TextRange) -> Result {
        Ok(match self.braces(text, arguments) {
            Some(text) => Object::str(text),
            None => self.opaque("formats something that is not known", range),
        })
    }

    fn braces(&mut self, text: &str, arguments: &Arguments) -> Option<String> {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        let mut next = 0;
        while let Some(at) = rest.find(['{', '}']) {
            result.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                result.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return None;
            }
            let (field, after) = rest.split_once('}')?;
            rest = after;
            let (name, spec) = field.split_once(':').unwrap_or((field, ""));
            let (name, conversion) = name.split_once('!').unwrap_or((name, ""));
            let value = match name.parse::<usize>() {
                Ok(position) => arguments.args.get(position)?.clone(),
                Err(_) if name.is_empty() => {
                    next += 1;
                    arguments.args.get(next - 1)?.clone()
                }
                Err(_) => arguments.kwargs.iter().find(|(key, _)| key == name)?.1.clone(),
            };
            let value = self.shown(value, conversion == "r")?;
            let formatted = match (conversion, spec) {
                ("" | "s", "") => text_of(&value)?,
                ("r", "") => repr_of(&value)?,
                ("", spec) => formatted(&value, spec)?,
                _ => return None,
            };
            result.push_str(&formatted);
            if result.len() > MAX_TEXT {
                return None;
            }
        }
        result.push_str(rest);
        Some(result)
    }

    pub(super) fn f_string(&mut self, node: &ExprFString) -> Result {
        let mut result = String::new();
        for part in &node.value {
            let string = match part {
                FStringPart::Literal(literal) => {
                    result.push_str(literal.as_str());
                    continue;
                }
                FStringPart::FString(string) => string,
            };
            for element in &string.elements {
                let element = match element {
                    InterpolatedStringElement::Literal(literal) => {
                        result.push_str(&literal.value);
                        continue;
                    }
                    InterpolatedStringElement::Interpolation(element) => element,
                };
                let value = self.expression(&element.expression)?;
                let Some(value) = self.shown(value, element.conversion == ConversionFlag::Repr) else {
                    return Ok(self.opaque("formats something that is not known", node.range()));
                };
                let spec: Option<SmolStr> = match &element.format_spec {
                    None => Some(SmolStr::default()),
                    Some(spec) => spec
                        .elements
                        .iter()
                        .map(|part| part.as_literal().map(|literal| literal.value.to_string()))
                        .collect::<Option<String>>()
                        .map(SmolStr::from),
                };
                let text = match (spec, element.conversion, &element.debug_text) {
                    (Some(spec), ConversionFlag::None | ConversionFlag::Str, None) if spec.is_empty() => {
                        text_of(&value)
                    }
                    (Some(spec), ConversionFlag::Repr, None) if spec.is_empty() => repr_of(&value),
                    (Some(spec), ConversionFlag::None, None) => formatted(&value, &spec),
                    _ => None,
                };
                match text {
                    Some(text) => result.push_str(&text),
                    None => return Ok(self.opaque("formats something that is not known", node.range())),
                }
                if result.len() > MAX_TEXT {
                    return Err(Stop::Limit);
                }
            }
        }
        Ok(Object::str(result))
    }
}

impl Evaluator<'_> {
    /// Returns the value that is to be shown, as `str` or as `repr` does; nothing when another text than its own is.
    fn shown(&mut self, value: Object, repr: bool) -> Option<Object> {
        if self.hides_its_value(&value, repr) { None } else { Some(self.force(value)) }
    }
}

/// Returns what `str(value)` gives.
pub(super) fn text_of(value: &Object) -> Option<String> {
    match value {
        Object::Str(text) => Some(text.to_string()),
        Object::Call(call) if call.callee == "pathlib.Path" => text_of(call.args.first()?),
        _ => repr_of(value),
    }
}

/// Returns what `repr(value)` gives, for simple values.
pub(super) fn repr_of(value: &Object) -> Option<String> {
    Some(match value {
        Object::None => "None".into(),
        Object::Bool(true) => "True".into(),
        Object::Bool(false) => "False".into(),
        Object::Int(value) => value.to_string(),
        Object::Float(value) if value.is_finite() && (value.abs() < 1e16 && (*value == 0.0 || value.abs() >= 1e-4)) => {
            format!("{value:?}")
        }
        Object::Str(text) if text.chars().all(|c| !c.is_control() && c != '\\' && c != '\'') => format!("'{text}'"),
        Object::List(_) | Object::Tuple(_) if value.lost().is_none() && !value.is_iterator() && value.depth() < 4 => {
            let items = value.items()?;
            let parts: Vec<String> = items.iter().map(repr_of).collect::<Option<_>>()?;
            match (value, parts.as_slice()) {
                (Object::Tuple(_), [one]) => format!("({one},)"),
                (Object::Tuple(_), parts) => format!("({})", parts.join(", ")),
                (_, parts) => format!("[{}]", parts.join(", ")),
            }
        }
        _ => return None,
    })
}

/// Formats a value by a specification such as `04d` or `>10`.
fn formatted(value: &Object, spec: &str) -> Option<String> {
    let number = match value {
        Object::Int(value) => *value,
        Object::Bool(value) => i128::from(*value),
        Object::Str(text) if spec == "s" => return Some(text.to_string()),
        _ => return None,
    };
    let spec = spec.strip_suffix('d').unwrap_or(spec);
    let (zero, width) = spec.strip_prefix('0').map_or((false, spec), |width| (true, width));
    if !width.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let width: usize = if width.is_empty() { 0 } else { width.parse().ok().filter(|width| *width <= 1000)? };
    Some(if zero { format!("{number:0width$}") } else { format!("{number:width$}") })
}
