//! Methods of values: texts here, the rest passed on.

use ruff_text_size::TextRange;

use super::arguments::Arguments;
use super::object::Object;
use super::{Evaluator, MAX_TEXT, Result};

impl Evaluator<'_> {
    /// Calls a method of a value.
    pub(super) fn method(&mut self, object: &Object, name: &str, arguments: &Arguments, range: TextRange) -> Result {
        if let Some(opaque) = object.lost() {
            let reason = opaque.reason.clone();
            let all: Vec<Object> = arguments.values().cloned().collect();
            self.expose(&all, range);
            return Ok(self.opaque(reason, range));
        }
        if arguments.open {
            self.lose(object, &"is changed by something that is not known".into());
            return Ok(self.opaque("is called with arguments that are not known", range));
        }
        let result = match object {
            Object::Str(text) => self.string_method(text, name, arguments, range)?,
            Object::Bytes(bytes) if name == "decode" => std::str::from_utf8(bytes).ok().map(Object::str),
            Object::List(_) | Object::Set(_) | Object::Dict(_) | Object::Tuple(_) => {
                let result = self.container_method(object, name, arguments, range)?;
                if result.is_none() {
                    self.lose(object, &format!("is changed by the method `{name}`").into());
                }
                result
            }
            Object::Globals(environment) => match (name, arguments.args.as_slice()) {
                ("update", [other]) => {
                    let other = self.force(other.clone());
                    self.update_dict(object, &other);
                    Some(Object::None)
                }
                ("get", [Object::Str(key)]) => {
                    Some(environment.names.borrow().get(key).cloned().unwrap_or(Object::None))
                }
                ("get", [Object::Str(key), default]) => {
                    Some(environment.names.borrow().get(key).cloned().unwrap_or_else(|| default.clone()))
                }
                ("setdefault", [Object::Str(key), default]) => {
                    Some(environment.names.borrow_mut().entry(key.clone()).or_insert_with(|| default.clone()).clone())
                }
                _ => None,
            },
            Object::Call(call) => super::paths::method(call, name, arguments)
                .or_else(|| super::known::expression_method(call, name, arguments))
                .or_else(|| super::known::datetime_method(call, name, arguments)),
            _ => None,
        };
        Ok(match result {
            Some(result) => result,
            None => {
                if let Object::Call(call) = object
                    && std::rc::Rc::strong_count(call) > 1
                {
                    self.lose(object, &format!("may be changed by its method `{name}`").into());
                }
                if !matches!(object, Object::Str(_)) {
                    let all: Vec<Object> = arguments.values().cloned().collect();
                    self.expose(&all, range);
                }
                self.opaque(format!("calls the method `{name}`"), range)
            }
        })
    }

    fn string_method(
        &mut self,
        text: &str,
        name: &str,
        arguments: &Arguments,
        range: TextRange,
    ) -> Result<Option<Object>> {
        self.fuel = self.fuel.saturating_sub(text.len() as u64 / 16);
        let args: Vec<Object> = arguments.args.iter().map(|argument| self.force(argument.clone())).collect();
        let texts = |parts: Vec<&str>| Object::list(parts.into_iter().map(Object::str).collect());
        let chars = |argument: &str| argument.chars().collect::<Vec<char>>();
        Ok(match (name, args.as_slice()) {
            ("format", _) => return self.brace_format(text, arguments, range).map(Some),
            ("join", [items]) => {
                let Some(items) = self.iterate(items) else { return Ok(None) };
                let items: Vec<Object> = items.into_iter().map(|item| self.force(item)).collect();
                let parts: Option<Vec<&str>> = items.iter().map(Object::as_str).collect();
                let Some(parts) = parts else { return Ok(None) };
                let size: usize = parts.iter().map(|part| part.len() + text.len()).sum();
                (size <= MAX_TEXT).then(|| Object::str(parts.join(text)))
            }
            ("casefold", []) if !text.is_ascii() => None,
            ("lower" | "casefold", []) => Some(Object::str(text.to_lowercase())),
            ("upper", []) => Some(Object::str(text.to_uppercase())),
            ("title", []) => Some(Object::str(title(text))),
            ("capitalize", []) => {
                let mut rest = text.chars();
                Some(Object::str(
                    rest.next()
                        .map(|first| {
                            first.to_uppercase().chain(rest.as_str().to_lowercase().chars()).collect::<String>()
                        })
                        .unwrap_or_default(),
                ))
            }
            ("strip", []) => Some(Object::str(text.trim())),
            ("lstrip", []) => Some(Object::str(text.trim_start())),
            ("rstrip", []) => Some(Object::str(text.trim_end())),
            ("strip", [Object::Str(set)]) => Some(Object::str(text.trim_matches(&chars(set)[..]))),
            ("lstrip", [Object::Str(set)]) => Some(Object::str(text.trim_start_matches(&chars(set)[..]))),
            ("rstrip", [Object::Str(set)]) => Some(Object::str(text.trim_end_matches(&chars(set)[..]))),
            ("replace", [Object::Str(from), Object::Str(to)]) => {
                let size = text.len().saturating_add(text.len().saturating_add(1).saturating_mul(to.len()));
                (size <= MAX_TEXT).then(|| Object::str(text.replace(from.as_str(), to)))
            }
            ("split", []) => Some(texts(text.split_whitespace().collect())),
            ("split", [Object::Str(separator)]) if !separator.is_empty() => {
                Some(texts(text.split(separator.as_str()).collect()))
            }
            ("split", [Object::Str(separator), Object::Int(count)]) if !separator.is_empty() && *count >= 0 => {
                let count = usize::try_from(*count).unwrap_or(usize::MAX).saturating_add(1);
                Some(texts(text.splitn(count, separator.as_str()).collect()))
            }
            ("rsplit", [Object::Str(separator), Object::Int(count)]) if !separator.is_empty() && *count >= 0 => {
                let count = usize::try_from(*count).unwrap_or(usize::MAX).saturating_add(1);
                let mut parts: Vec<&str> = text.rsplitn(count, separator.as_str()).collect();
                parts.reverse();
                Some(texts(parts))
            }
            // Python also takes other characters for ends of lines.
            ("splitlines", []) if !text.chars().any(|c| c != '\n' && c != '\t' && c.is_control()) => {
                Some(texts(text.lines().collect()))
            }
            ("partition", [Object::Str(separator)]) if !separator.is_empty() => {
                let (before, middle, after) = match text.split_once(separator.as_str()) {
                    Some((before, after)) => (before, separator.as_str(), after),
                    None => (text, "", ""),
                };
                Some(Object::tuple([before, middle, after].map(Object::str).to_vec()))
            }
            ("startswith", [prefix]) => any_of(prefix, |prefix| text.starts_with(prefix)),
            ("endswith", [suffix]) => any_of(suffix, |suffix| text.ends_with(suffix)),
            ("removeprefix", [Object::Str(prefix)]) => {
                Some(Object::str(text.strip_prefix(prefix.as_str()).unwrap_or(text)))
            }
            ("removesuffix", [Object::Str(suffix)]) => {
                Some(Object::str(text.strip_suffix(suffix.as_str()).unwrap_or(text)))
            }
            ("count", [Object::Str(part)]) if !part.is_empty() => {
                Some(Object::Int(i128::try_from(text.matches(part.as_str()).count()).unwrap_or(0)))
            }
            ("find", [Object::Str(part)]) => {
                let found = text.find(part.as_str()).map(|at| text[..at].chars().count());
                Some(Object::Int(found.and_then(|at| i128::try_from(at).ok()).unwrap_or(-1)))
            }
            ("encode", []) => Some(Object::Bytes(text.as_bytes().into())),
            ("isdigit", []) if text.is_ascii() => {
                Some(Object::Bool(!text.is_empty() && text.chars().all(|c| c.is_ascii_digit())))
            }
            _ => None,
        })
    }
}

fn any_of(object: &Object, test: impl Fn(&str) -> bool) -> Option<Object> {
    match object {
        Object::Str(text) => Some(Object::Bool(test(text))),
        Object::Tuple(tuple) => {
            let texts: Option<Vec<&str>> = tuple.items.iter().map(Object::as_str).collect();
            Some(Object::Bool(texts?.into_iter().any(test)))
        }
        _ => None,
    }
}

/// Python's `str.title`: a capital after everything that is not a letter.
pub(super) fn title(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            result.extend(c.to_lowercase());
        } else {
            result.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
    }
    result
}
