//! Statements that another schema editor wrote: Django's own, for an operation that only Python can run.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{IndexName, Statement, columns::rename_in_sql};
use crate::dialect::Dialect;

/// A statement as text, with what it refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// The statement.
    pub sql: String,
    /// The tables that it refers to, the one that it changes first.
    pub tables: Vec<SmolStr>,
    /// The columns that it refers to, each with its table.
    pub columns: Vec<(SmolStr, SmolStr)>,
    /// The names of indexes and foreign keys in it that follow from tables and columns.
    pub names: Vec<DerivedName>,
    /// The table, the name and the column of an index that it makes, and that nothing reaches while it waits.
    pub index: Option<[SmolStr; 3]>,
}

/// The name of an index or a foreign key that follows from a table and its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DerivedName {
    /// The table.
    pub table: SmolStr,
    /// The columns.
    pub columns: Vec<SmolStr>,
    /// The ending, of a foreign key with `%(to_table)s` and `%(to_column)s`.
    pub suffix: String,
    /// The table and the column that a foreign key refers to.
    pub target: Option<(SmolStr, SmolStr)>,
}

impl DerivedName {
    /// Returns the name for tables and columns as they are called now.
    pub fn resolve(&self, dialect: Dialect) -> SmolStr {
        match (&self.target, self.columns.as_slice()) {
            (Some((table, column)), [own]) => dialect.foreign_key_name(&self.table, own, table, column, &self.suffix),
            _ => dialect.index_name(&self.table, &self.columns, &self.suffix),
        }
    }
}

impl Foreign {
    pub(super) fn references_table(&self, table: &str) -> bool {
        self.tables.iter().any(|own| own == table)
    }

    pub(super) fn references_column(&self, table: &str, column: &str) -> bool {
        self.columns.iter().any(|own| own.0 == table && own.1 == column)
    }

    pub(super) fn references_index(&self, dialect: Dialect, table: &str, index: &str) -> bool {
        self.names.iter().any(|name| name.table == table && name.resolve(dialect) == index)
    }

    pub(super) fn rename_table(&mut self, dialect: Dialect, old: &str, new: &str) {
        if !self.references_table(old) {
            return;
        }
        self.change(dialect, (old, new), |foreign| {
            let targets = foreign.names.iter_mut().filter_map(|name| name.target.as_mut());
            let tables = targets.map(|(table, _)| table).chain(foreign.columns.iter_mut().map(|(table, _)| table));
            let tables = tables.chain(&mut foreign.tables);
            for table in tables.filter(|table| *table == old) {
                *table = new.into();
            }
            for name in foreign.names.iter_mut().filter(|name| name.table == old) {
                name.table = new.into();
            }
        });
    }

    pub(super) fn rename_column(&mut self, dialect: Dialect, table: &str, old: &str, new: &str) {
        if !self.references_column(table, old) {
            return;
        }
        self.change(dialect, (old, new), |foreign| {
            for (_, column) in foreign.columns.iter_mut().filter(|own| own.0 == table && own.1 == old) {
                *column = new.into();
            }
            for name in &mut foreign.names {
                let own = name.columns.iter_mut().filter(|column| name.table == table && *column == old);
                own.for_each(|column| *column = new.into());
                if let Some((to_table, to_column)) = &mut name.target
                    && to_table == table
                    && to_column == old
                {
                    *to_column = new.into();
                }
            }
        });
    }

    /// Renames in the text what `rename` renames beside it, and then the names that follow from it.
    fn change(&mut self, dialect: Dialect, (old, new): (&str, &str), rename: impl FnOnce(&mut Self)) {
        let quoted = |name: &str| dialect.quote_name(name).to_string();
        self.sql = rename_in_sql(&self.sql, &quoted(old), &quoted(new));
        let before: Vec<SmolStr> = self.names.iter().map(|name| name.resolve(dialect)).collect();
        rename(self);
        for (name, before) in self.names.iter().zip(before) {
            self.sql = rename_in_sql(&self.sql, &quoted(&before), &quoted(&name.resolve(dialect)));
        }
    }
}

impl Statement {
    /// Describes the statement for another schema editor.
    pub fn describe(&self, dialect: Dialect) -> Foreign {
        let table = self.table().clone();
        let derived = |name: &IndexName, columns: &[SmolStr]| {
            let suffix = match name {
                IndexName::Fixed(_) => return None,
                IndexName::Derived(suffix) => *suffix,
                IndexName::Unique => "_uniq",
            };
            let (table, columns) = (table.clone(), columns.to_vec());
            Some(DerivedName { table, columns, suffix: suffix.to_owned(), target: None })
        };
        let (columns, name) = match self {
            Self::Foreign(foreign) => return foreign.clone(),
            Self::CreateIndex(index) => {
                ([index.columns.names(), &index.include].concat(), derived(&index.name, index.columns.names()))
            }
            Self::AddUnique(unique) => (unique.columns.clone(), derived(&unique.name, &unique.columns)),
            Self::AddForeignKey(key) => {
                let target = Some((key.to_table.clone(), key.to_column.clone()));
                let (columns, suffix) = (vec![key.column.clone()], key.suffix.template().to_owned());
                (columns.clone(), Some(DerivedName { table: table.clone(), columns, suffix, target }))
            }
            Self::AddCheck(_) => (Vec::new(), None),
            Self::AddExclusion(exclusion) => ([exclusion.columns.names(), &exclusion.include].concat(), None),
        };
        let mut foreign = Foreign {
            index: None,
            sql: self.sql(dialect),
            tables: vec![table.clone()],
            columns: columns.into_iter().map(|column| (table.clone(), column)).collect(),
            names: name.into_iter().collect(),
        };
        if let Self::AddForeignKey(key) = self {
            foreign.tables.push(key.to_table.clone());
            foreign.columns.push((key.to_table.clone(), key.to_column.clone()));
        }
        foreign
    }
}
