//! Names: quoting, shortening, and the names that Django makes up for tables, indexes and constraints.
//!
//! A name gets into SQL only as a [`Quoted`].

use std::fmt;

use md5::{Digest, Md5};
use smol_str::{SmolStr, format_smolstr};

use crate::dialect::Dialect;

/// A name in quotes, ready to stand in SQL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quoted(SmolStr);

impl Quoted {
    /// Returns the quoted text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Quoted {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Dialect {
    /// Returns the name in quotes; one that is quoted already stays as it is.
    ///
    /// Source: Django `db/backends/*/operations.py`, `DatabaseOperations.quote_name`.
    pub fn quote_name(self, name: &str) -> Quoted {
        let quote = if self == Self::MySql { '`' } else { '"' };
        if name.starts_with(quote) && name.ends_with(quote) {
            Quoted(name.into()) // once is enough
        } else {
            Quoted(format_smolstr!("{quote}{name}{quote}"))
        }
    }

    /// Returns the names in quotes, joined by commas.
    pub fn quote_names<S: AsRef<str>>(self, names: impl IntoIterator<Item = S>) -> String {
        let quoted: Vec<String> = names.into_iter().map(|name| self.quote_name(name.as_ref()).to_string()).collect();
        quoted.join(", ")
    }

    /// Returns the name of an index or a constraint over columns.
    ///
    /// Source: Django `db/backends/base/schema.py`, `BaseDatabaseSchemaEditor._create_index_name`.
    pub fn index_name<S: AsRef<str>>(self, table: &str, columns: &[S], suffix: &str) -> SmolStr {
        let (_, table) = split_identifier(table);
        let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
        let parts: Vec<&str> = std::iter::once(table).chain(columns.iter().copied()).collect();
        let mut tail = format!("{}{suffix}", names_digest(&parts, 8));
        let columns = columns.join("_");
        let limit = self.max_name_length().unwrap_or(200);
        let name = format!("{table}_{columns}_{tail}");
        if length(&name) <= limit {
            return name.into();
        }
        if length(&tail) * 3 > limit {
            tail = first(&tail, limit / 3).to_owned();
        }
        let other = (limit - length(&tail)) / 2 - 1;
        let mut name = format!("{}_{}_{tail}", first(table, other), first(&columns, other));
        if name.starts_with(|start: char| start == '_' || start.is_numeric()) {
            name.pop();
            name.insert(0, 'D'); // neither an underscore nor a digit may come first on Oracle
        }
        name.into()
    }

    /// Returns the name of a foreign key.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_fk_constraint_name`. `suffix` may hold `%(to_table)s` and `%(to_column)s`.
    pub fn foreign_key_name(self, table: &str, column: &str, to_table: &str, to_column: &str, suffix: &str) -> SmolStr {
        let suffix = suffix.replace("%(to_table)s", split_identifier(to_table).1).replace("%(to_column)s", to_column);
        self.index_name(table, &[column], &suffix)
    }
}

/// Returns the first `length` hexadecimal digits of the MD5 digest of the parts, put together without a separator.
///
/// Source: Django `db/backends/utils.py`, `names_digest`.
pub fn names_digest(parts: &[&str], length: usize) -> String {
    let mut hash = Md5::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    let mut digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    digest.truncate(length);
    digest
}

/// Returns the name shortened to `limit` characters, the last four of them a digest.
///
/// Source: Django `db/backends/utils.py`, `truncate_name`.
pub fn truncate_name(identifier: &str, limit: Option<usize>) -> SmolStr {
    let (namespace, name) = split_identifier(identifier);
    match limit {
        Some(limit) if length(name) > limit => {
            let digest = names_digest(&[name], 4);
            let start = first(name, limit.saturating_sub(4));
            if namespace.is_empty() {
                format_smolstr!("{start}{digest}")
            } else {
                format_smolstr!("{namespace}\".\"{start}{digest}")
            }
        }
        _ => identifier.into(),
    }
}

/// Splits `"namespace"."name"` into its parts without quotes; the namespace is empty when there is none.
///
/// Source: Django `db/backends/utils.py`, `split_identifier`.
pub fn split_identifier(identifier: &str) -> (&str, &str) {
    // As in Python, more than one separator means that the name is taken whole.
    let mut parts = identifier.split("\".\"");
    let (namespace, name) = match (parts.next(), parts.next(), parts.next()) {
        (Some(namespace), Some(name), None) => (namespace, name),
        _ => ("", identifier),
    };
    (namespace.trim_matches('"'), name.trim_matches('"'))
}

/// Removes the quotes around a name.
///
/// Source: Django `db/backends/utils.py`, `strip_quotes`.
pub fn strip_quotes(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}

/// Returns the table of a model that names none.
///
/// Source: Django `db/models/options.py`, `Options.contribute_to_class`.
pub fn default_table(app: &str, model: &str, limit: Option<usize>) -> SmolStr {
    truncate_name(&format!("{app}_{model}"), limit)
}

/// Returns the table between two models of a many-to-many field that names none.
///
/// Source: Django `db/models/fields/related.py`, `ManyToManyField._get_m2m_db_table`.
pub fn many_to_many_table(table: &str, field: &str, limit: Option<usize>) -> SmolStr {
    truncate_name(&format!("{}_{field}", strip_quotes(table)), limit)
}

/// Returns the name of an index that has none, from its columns (with a leading `-` where descending).
///
/// Source: Django `db/models/indexes.py`, `Index.set_name_with_model`; `suffix` is `idx` for `Index` itself.
pub fn automatic_index_name(table: &str, columns: &[SmolStr], suffix: &str) -> SmolStr {
    let (_, table) = split_identifier(table);
    let mut parts = vec![table];
    parts.extend(columns.iter().map(SmolStr::as_str));
    parts.push(suffix);
    let column = columns.first().map_or("", |column| column.trim_start_matches('-'));
    let name = format!("{}_{}_{}_{suffix}", first(table, 11), first(column, 7), names_digest(&parts, 6));
    match name.chars().next() {
        Some(start) if start == '_' || start.is_numeric() => format_smolstr!("D{}", &name[start.len_utf8()..]),
        _ => name.into(),
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Returns the first `count` characters.
fn first(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}
