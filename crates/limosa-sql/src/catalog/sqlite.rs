//! SQLite's tables read from their definitions, since SQLite keeps constraints as text only.
//!
//! Django reads the text with `sqlparse`, and names what has no name `__unnamed_constraint_1__` and so on. Source:
//! `db/backends/sqlite3/introspection.py: _parse_table_constraints, _get_index_columns_orders, _get_column_collations`.

mod columns;
mod constraints;

use indexmap::IndexMap;
use smol_str::{SmolStr, format_smolstr};

use super::{Catalog, Constraint, PLAIN_INDEX, SortOrder, Table};
use crate::split::sqlparse::{Kind, Token, tokens};

/// The name that Django gives to a table's primary key, which has none.
const PRIMARY_KEY: &str = "__primary__";

impl Table {
    /// Reads a `CREATE TABLE` statement of SQLite into the table that introspection would find, indexes aside.
    ///
    /// `None` when the text is not one, or is `CREATE TABLE … AS SELECT`.
    pub fn from_sqlite_sql(sql: &str) -> Option<Self> {
        let definition = columns::read(sql)?;
        let mut table = Self::new(definition.name);
        table.columns = definition.columns;
        table.sql = Some(sql.to_owned());
        let names = table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        table.constraints = sqlite_constraints(sql, &names);
        table.constraints.extend(sqlite_primary_key(definition.primary_key));
        table.constraints.extend(sqlite_foreign_keys(definition.foreign_keys.into_iter().rev()));
        Some(table)
    }
}

impl Catalog {
    /// Adds the index that a `CREATE INDEX` statement of SQLite makes on columns or expressions of a table.
    pub fn add_sqlite_index(
        &mut self,
        table: &str,
        name: &str,
        columns: Vec<Option<SmolStr>>,
        unique: bool,
        sql: &str,
    ) {
        self.add_constraint(table, sqlite_index(name, columns, unique, sql));
    }
}

/// Reads the unique and check constraints from a `CREATE TABLE` text; `columns` are the table's columns.
pub fn sqlite_constraints(sql: &str, columns: &[SmolStr]) -> Vec<Constraint> {
    let tokens = tokens(sql).into_iter().filter(|token| !token.kind.is_space()).collect::<Vec<_>>();
    let begins = |token: &Token<'_>| token.kind == Kind::Punctuation && token.text == "(";
    let Some(start) = tokens.iter().position(begins) else { return Vec::new() };
    let mut rest = tokens.get(start + 1..).unwrap_or_default();
    let mut found = IndexMap::new();
    let mut unnamed = 0;
    while !rest.is_empty() {
        let definition = constraints::read(rest, columns);
        let mut add = |columns: Vec<SmolStr>, make: fn(SmolStr, Vec<SmolStr>) -> Constraint| {
            if columns.is_empty() {
                return;
            }
            let name = definition.name.clone().unwrap_or_else(|| {
                unnamed += 1;
                format_smolstr!("__unnamed_constraint_{unnamed}__")
            });
            // A name that comes again takes the place of the first, as in Python's dictionary.
            found.insert(name.clone(), make(name, columns));
        };
        add(definition.unique, Constraint::unique);
        add(definition.check, Constraint::check);
        if definition.is_last {
            break;
        }
        rest = rest.get(definition.length..).unwrap_or_default();
    }
    found.into_values().collect()
}

/// Returns an index as introspection lists it; `sql` is its `CREATE INDEX` text, in which Django looks for the order of columns.
pub fn sqlite_index(name: &str, columns: Vec<Option<SmolStr>>, unique: bool, sql: &str) -> Constraint {
    Constraint {
        name: SmolStr::new(name),
        columns,
        unique,
        index: true,
        index_type: Some(SmolStr::new_static(PLAIN_INDEX)),
        orders: index_orders(sql).into_iter().map(Some).collect(),
        valid: true,
        ..Constraint::default()
    }
}

/// Returns the primary key as introspection lists it, none without columns.
pub fn sqlite_primary_key(columns: Vec<SmolStr>) -> Option<Constraint> {
    let key = Constraint { unique: false, ..Constraint::primary_key(PRIMARY_KEY, columns) };
    (!key.columns.is_empty()).then_some(key)
}

/// Returns the foreign keys as introspection lists them, from triples of column, table and referenced column.
///
/// They come in the order of `PRAGMA foreign_key_list`, the last defined first; of several on a column the last listed counts.
pub fn sqlite_foreign_keys(keys: impl IntoIterator<Item = (SmolStr, SmolStr, SmolStr)>) -> Vec<Constraint> {
    let mut by_column = IndexMap::new();
    for (column, table, to) in keys {
        by_column.insert(column, (table, to));
    }
    let keys = by_column.into_iter().enumerate();
    keys.map(|(index, (column, (table, to)))| Constraint::foreign_key(format!("fk_{index}"), column, table, to))
        .collect()
}

/// Reads the order of an index's columns as Django does: what stands between commas in the first parentheses.
fn index_orders(sql: &str) -> Vec<SortOrder> {
    let tokens = tokens(sql);
    let mut depth = 0_usize;
    let mut inside = None;
    let mut before: Option<&Token<'_>> = None;
    let mut text = String::new();
    for token in &tokens {
        let punctuation = if token.kind == Kind::Punctuation { token.text } else { "" };
        match punctuation {
            "(" => {
                // The parentheses of a function belong to it.
                if depth == 0 && !before.is_some_and(|before| before.kind == Kind::Name) {
                    inside = Some(());
                }
                depth += 1;
            }
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if inside.is_some() {
            text.push_str(token.text);
            if depth == 0 {
                break;
            }
        }
        if !token.kind.is_space() {
            before = Some(token);
        }
    }
    if inside.is_none() {
        return Vec::new();
    }
    let columns = text.trim_matches(['(', ')']).split(", ");
    columns.map(|column| if column.ends_with("DESC") { SortOrder::Desc } else { SortOrder::Asc }).collect()
}

#[cfg(test)]
mod tests;
