//! What all parts of a TOML migration are read with.

use limosa_model::{Diagnostic, SmolStr, Span, Value, suggest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::sources::Source;

/// A value with its place.
pub(super) type Node<'i> = Spanned<DeValue<'i>>;

/// Reads parts of a file and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, diagnostics: Vec::new() }
    }

    pub(super) fn span(&self, node: &Node<'_>) -> Span {
        self.source.span(node.span())
    }

    /// Reports what is wrong at a place.
    pub(super) fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        self.diagnostics.push(Diagnostic::error(code, message).at(span, label));
    }

    /// Reports what is wrong at a place and what to do about it.
    pub(super) fn error_with_help(&mut self, code: &'static str, span: Span, message: String, help: String) {
        self.diagnostics.push(Diagnostic::error(code, message).at(span, "here").help(help));
    }

    /// Reports each key that is not in `known`.
    pub(super) fn check_keys<'k>(
        &mut self,
        table: &DeTable<'_>,
        known: impl IntoIterator<Item = &'k str> + Clone,
        what: &str,
    ) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !known.clone().into_iter().any(|known| known == name) {
                let span = self.source.span(key.span());
                let help = suggest::help(name, known.clone());
                self.error_with_help("unknown-key", span, format!("unknown key `{name}` in {what}"), help);
            }
        }
    }

    /// Reports that a value is of the wrong kind, and returns nothing.
    pub(super) fn wrong<T>(&mut self, node: &Node<'_>, expected: &str) -> Option<T> {
        let span = self.span(node);
        let message = format!("{} where {expected} is expected", kind(node.get_ref()));
        self.error("wrong-type", span, message, format!("{expected} is expected"));
        None
    }

    pub(super) fn text(&mut self, node: &Node<'_>) -> Option<SmolStr> {
        match node.get_ref().as_str() {
            Some(text) => Some(text.into()),
            None => self.wrong(node, "a text"),
        }
    }

    pub(super) fn bool(&mut self, node: &Node<'_>) -> Option<bool> {
        node.get_ref().as_bool().or_else(|| self.wrong(node, "true or false"))
    }

    pub(super) fn table<'n, 'i>(&mut self, node: &'n Node<'i>) -> Option<&'n DeTable<'i>> {
        match node.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.wrong(node, "a table"),
        }
    }

    pub(super) fn items<'n, 'i>(&mut self, node: &'n Node<'i>) -> Option<&'n [Node<'i>]> {
        match node.get_ref() {
            DeValue::Array(items) => Some(items),
            _ => self.wrong(node, "a list"),
        }
    }

    /// Reads a list of texts as a value.
    pub(super) fn texts(&mut self, node: &Node<'_>) -> Option<Value> {
        let items = self.items(node)?;
        items.iter().map(|item| self.text(item).map(Value::Str)).collect::<Option<_>>().map(Value::List)
    }

    /// Reads any value as it is; dates and times become Python's.
    pub(super) fn plain(&mut self, node: &Node<'_>) -> Option<Value> {
        match node.get_ref() {
            DeValue::Datetime(datetime) => {
                super::datetime::value(datetime).or_else(|| self.wrong(node, "a time in UTC"))
            }
            DeValue::Array(items) => items.iter().map(|item| self.plain(item)).collect::<Option<_>>().map(Value::List),
            DeValue::Table(table) => {
                let pair = |(key, value): (&Spanned<_>, &Node<'_>)| {
                    let key: &std::borrow::Cow<'_, str> = key.get_ref();
                    Some((Value::from(key.as_ref()), self.plain(value)?))
                };
                table.iter().map(pair).collect::<Option<_>>().map(Value::Dict)
            }
            other => {
                let value = crate::native::toml_value::plain(other, self.span(node), self.source);
                if matches!(value, Value::Opaque(_)) {
                    self.wrong(node, "a number that fits into 128 bits")
                } else {
                    Some(value)
                }
            }
        }
    }
}

/// Names the kind of a value, with its article.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
