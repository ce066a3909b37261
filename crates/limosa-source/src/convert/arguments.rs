//! The arguments of an operation, read with errors that say where.

use limosa_model::value::{Call, Kwargs};
use limosa_model::{SmolStr, Value};

use super::Problem;

/// The arguments of a call whose positional ones have names.
pub(super) struct Arguments<'a> {
    pub(super) call: &'a Call,
    names: &'static [&'static str],
    place: &'a str,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(call: &'a Call, names: &'static [&'static str], place: &'a str) -> Self {
        Self { call, names, place }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        let position = self.names.iter().position(|other| *other == name);
        position.and_then(|position| self.call.args.get(position)).or_else(|| self.call.kwargs.get(name))
    }

    /// Returns an argument that is there and not `None`.
    pub(super) fn some(&self, name: &str) -> Option<&'a Value> {
        self.get(name).filter(|value| **value != Value::None)
    }

    pub(super) fn needed(&self, name: &str) -> Result<&'a Value, Problem> {
        self.get(name).ok_or_else(|| self.problem(name, "is missing"))
    }

    pub(super) fn text(&self, name: &str) -> Result<SmolStr, Problem> {
        let value = self.needed(name)?;
        text(value).ok_or_else(|| self.wrong(name, value, "is not a text"))
    }

    pub(super) fn optional_text(&self, name: &str) -> Result<Option<SmolStr>, Problem> {
        self.some(name).map(|value| text(value).ok_or_else(|| self.wrong(name, value, "is not a text"))).transpose()
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, Problem> {
        match self.get(name) {
            None => Ok(default),
            Some(value) => truth(value).ok_or_else(|| self.wrong(name, value, "is not true or false")),
        }
    }

    pub(super) fn call(&self, name: &str) -> Result<&'a Call, Problem> {
        let value = self.needed(name)?;
        value.as_call().ok_or_else(|| self.wrong(name, value, "is not an object"))
    }

    pub(super) fn items(&self, name: &str) -> Result<&'a [Value], Problem> {
        match self.some(name) {
            None => Ok(&[]),
            Some(value) => value.items().ok_or_else(|| self.wrong(name, value, "is not a list")),
        }
    }

    /// Returns a dictionary with texts as keys.
    pub(super) fn dictionary(&self, name: &str) -> Result<Kwargs, Problem> {
        let Some(value) = self.some(name) else { return Ok(Kwargs::default()) };
        let pairs = value.pairs().ok_or_else(|| self.wrong(name, value, "is not a dictionary"))?;
        let named = pairs.iter().map(|(key, value)| Some((text(key)?, value.clone())));
        named.collect::<Option<Kwargs>>().ok_or_else(|| self.wrong(name, value, "has keys that are not texts"))
    }

    /// Returns sets of fields that belong together (Django: `normalize_together`).
    pub(super) fn together(&self, name: &str) -> Result<Vec<Vec<SmolStr>>, Problem> {
        let Some(value) = self.some(name) else { return Ok(Vec::new()) };
        together(value).ok_or_else(|| self.wrong(name, value, "is not a list of lists of fields"))
    }

    pub(super) fn wrong(&self, name: &str, value: &Value, otherwise: &str) -> Problem {
        match value.find_opaque() {
            Some(opaque) => Problem {
                span: opaque.span.or(self.call.span),
                ..self.problem(name, &format!("is not known: {}", opaque.reason))
            },
            None => self.problem(name, otherwise),
        }
    }

    pub(super) fn problem(&self, name: &str, why: &str) -> Problem {
        let class = self.call.callee.rsplit('.').next().unwrap_or_default();
        Problem {
            place: self.place.into(),
            reason: format!("argument `{name}` of `{class}` {why}"),
            span: self.call.span,
        }
    }
}

/// Returns a text; byte strings, from the days of Python 2, count as texts.
pub(super) fn text(value: &Value) -> Option<SmolStr> {
    match value {
        Value::Str(text) => Some(text.clone()),
        Value::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(SmolStr::from),
        _ => None,
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Call(_) | Value::Reference(_) => None,
        value => value.truth(),
    }
}

pub(super) fn together(value: &Value) -> Option<Vec<Vec<SmolStr>>> {
    let texts = |value: &Value| value.items()?.iter().map(text).collect::<Option<Vec<SmolStr>>>();
    if *value == Value::None {
        return Some(Vec::new());
    }
    let items = value.items()?;
    // One flat list of fields stands for a list of one.
    match items.first() {
        Some(first) if text(first).is_some() => Some(vec![texts(value)?]),
        _ => items.iter().map(texts).collect(),
    }
}
