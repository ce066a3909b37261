//! Reads tables of a TOML file key by key; what is wrong becomes a diagnostic with its place.

use limosa_model::{Diagnostic, SmolStr, Span, Value, suggest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Origin, Sourced};
use crate::native::toml_value;
use crate::sources::Source;

/// A table that is read key by key.
pub(super) struct Table<'a, 'i> {
    table: &'a DeTable<'i>,
    path: String,
    source: &'a Source,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a, 'i> Table<'a, 'i> {
    /// Begins to read a table; keys that are not in `known` are reported, unless `known` is empty.
    pub(super) fn new(
        table: &'a DeTable<'i>,
        path: &str,
        known: &[&str],
        source: &'a Source,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let table = Self { table, path: path.to_owned(), source, diagnostics };
        for key in table.table.keys().filter(|_| !known.is_empty()) {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let message = format!("unknown key `{}`", table.name_of(name));
                let span = source.span(key.span());
                let diagnostic = Diagnostic::error("unknown-key", message).at(span, "not a key of the configuration");
                table.diagnostics.push(diagnostic.help(suggest::help(name, known.iter().copied())));
            }
        }
        table
    }

    /// Returns the keys, in the order in which they were written.
    pub(super) fn keys(&self) -> Vec<SmolStr> {
        self.table.keys().map(|key| SmolStr::new(key.get_ref())).collect()
    }

    /// Reads a text.
    pub(super) fn text(&mut self, key: &str) -> Option<Sourced<SmolStr>> {
        self.read(key, "a text", |value| value.as_str().map(SmolStr::new))
    }

    /// Reads a boolean.
    pub(super) fn bool(&mut self, key: &str) -> Option<Sourced<bool>> {
        self.read(key, "true or false", DeValue::as_bool)
    }

    /// Reads a whole number.
    pub(super) fn integer(&mut self, key: &str) -> Option<Sourced<i64>> {
        self.read(key, "a whole number", |value| {
            let number = value.as_integer()?;
            i64::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    /// Reads a list of texts.
    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<Sourced<SmolStr>>> {
        let source = self.source;
        self.read(key, "a list of texts", |value| {
            let item = |item: &Spanned<DeValue<'_>>| {
                let origin = Origin::File(source.span(item.span()));
                item.get_ref().as_str().map(|text| Sourced { value: SmolStr::new(text), origin })
            };
            value.as_array()?.iter().map(item).collect::<Option<Vec<_>>>()
        })
        .map(|texts| texts.value)
    }

    /// Reads a table.
    pub(super) fn table(&mut self, key: &str, known: &[&str]) -> Option<Table<'_, 'i>> {
        let (span, value) = self.find(key)?;
        let Some(table) = value.as_table() else {
            self.wrong(key, span, "a table");
            return None;
        };
        Some(Table::new(table, &self.name_of(key), known, self.source, self.diagnostics))
    }

    /// Reads a list of tables, each by a function that is told its place.
    pub(super) fn tables<T>(
        &mut self,
        key: &str,
        known: &[&str],
        mut read: impl FnMut(&mut Table<'_, 'i>, Span) -> T,
    ) -> Vec<T> {
        let Some((span, value)) = self.find(key) else { return Vec::new() };
        let tables = value.as_array().and_then(|items| {
            items.iter().map(|item| Some((item.span(), item.get_ref().as_table()?))).collect::<Option<Vec<_>>>()
        });
        let Some(tables) = tables else {
            self.wrong(key, span, "a list of tables");
            return Vec::new();
        };
        let (path, source) = (self.name_of(key), self.source);
        let one =
            |(range, table)| read(&mut Table::new(table, &path, known, source, self.diagnostics), source.span(range));
        tables.into_iter().map(one).collect()
    }

    /// Reads any value as a value of migrations.
    pub(super) fn value(&mut self, key: &str) -> Option<Sourced<Value>> {
        let (span, value) = self.find(key)?;
        Some(Sourced { value: toml_value::plain(value, span, self.source), origin: Origin::File(span) })
    }

    /// Returns whether there is a text.
    pub(super) fn is_text(&self, key: &str) -> bool {
        self.find(key).is_some_and(|(_, value)| value.is_str())
    }

    /// Returns whether there is a boolean.
    pub(super) fn is_bool(&self, key: &str) -> bool {
        self.find(key).is_some_and(|(_, value)| value.is_bool())
    }

    /// Returns any value.
    pub(super) fn any(&self, key: &str) -> Option<(Span, &'a DeValue<'i>)> {
        self.find(key)
    }

    /// Returns the place of a value.
    pub(super) fn span_of(&self, key: &str) -> Option<Span> {
        self.find(key).map(|(span, _)| span)
    }

    /// Reports what is wrong.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports that a value is of the wrong kind.
    pub(super) fn wrong(&mut self, key: &str, span: Span, expected: &str) {
        let message = format!("`{}` is not {expected}", self.name_of(key));
        let diagnostic = Diagnostic::error("invalid-configuration", message);
        self.diagnostics.push(diagnostic.at(span, format!("{expected} was expected")));
    }

    fn read<T>(
        &mut self,
        key: &str,
        expected: &str,
        convert: impl Fn(&DeValue<'i>) -> Option<T>,
    ) -> Option<Sourced<T>> {
        let (span, value) = self.find(key)?;
        match convert(value) {
            Some(value) => Some(Sourced { value, origin: Origin::File(span) }),
            None => {
                self.wrong(key, span, expected);
                None
            }
        }
    }

    fn find(&self, key: &str) -> Option<(Span, &'a DeValue<'i>)> {
        let value = self.table.get(key)?;
        Some((self.source.span(value.span()), value.get_ref()))
    }

    fn name_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}
