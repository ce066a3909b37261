//! Statements that another schema editor wrote: Django's own, for an operation that only Python can run.

use smol_str::SmolStr;

use super::{Statement, columns::rename_in_sql};
use crate::dialect::Dialect;

/// A statement as text, with what it refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foreign {
    /// The statement.
    pub sql: String,
    /// The tables that it refers to, the one that it changes first.
    pub tables: Vec<SmolStr>,
    /// The columns that it refers to, each with its table.
    pub columns: Vec<(SmolStr, SmolStr)>,
    /// The names of indexes and foreign keys that it makes, each with its table.
    pub names: Vec<(SmolStr, SmolStr)>,
    /// The table, the name and the column of an index that it makes, and that nothing reaches while it waits.
    pub index: Option<[SmolStr; 3]>,
}

impl Foreign {
    pub(super) fn references_table(&self, table: &str) -> bool {
        self.tables.iter().any(|own| own == table)
    }

    pub(super) fn references_column(&self, table: &str, column: &str) -> bool {
        self.columns.iter().any(|own| own.0 == table && own.1 == column)
    }

    pub(super) fn references_index(&self, table: &str, index: &str) -> bool {
        self.names.iter().any(|own| own.0 == table && own.1 == index)
    }

    pub(super) fn rename_table(&mut self, dialect: Dialect, old: &str, new: &str) {
        if !self.references_table(old) {
            return;
        }
        self.sql = rename_in_sql(&self.sql, dialect.quote_name(old).as_str(), dialect.quote_name(new).as_str());
        let pairs = self.columns.iter_mut().chain(&mut self.names).map(|(table, _)| table);
        for table in self.tables.iter_mut().chain(pairs).filter(|table| *table == old) {
            *table = new.into();
        }
    }

    pub(super) fn rename_column(&mut self, dialect: Dialect, table: &str, old: &str, new: &str) {
        if !self.references_column(table, old) {
            return;
        }
        self.sql = rename_in_sql(&self.sql, dialect.quote_name(old).as_str(), dialect.quote_name(new).as_str());
        for (_, column) in self.columns.iter_mut().filter(|own| own.0 == table && own.1 == old) {
            *column = new.into();
        }
    }
}

impl Statement {
    /// Describes the statement for another schema editor.
    pub fn describe(&self, dialect: Dialect) -> Foreign {
        let table = self.table().clone();
        let own =
            |columns: &[SmolStr]| columns.iter().map(|column| (table.clone(), column.clone())).collect::<Vec<_>>();
        let (columns, name) = match self {
            Self::Foreign(foreign) => return foreign.clone(),
            Self::CreateIndex(index) => {
                let name = index.name.resolve(dialect, &table, index.columns.names());
                ([index.columns.names(), &index.include].concat(), (!index.unique).then_some(name))
            }
            Self::AddUnique(unique) => {
                (unique.columns.clone(), Some(unique.name.resolve(dialect, &table, &unique.columns)))
            }
            Self::AddForeignKey(key) => (vec![key.column.clone()], Some(key.name(dialect))),
            Self::AddCheck(_) => (Vec::new(), None),
            Self::AddExclusion(exclusion) => ([exclusion.columns.names(), &exclusion.include].concat(), None),
        };
        let mut foreign = Foreign {
            index: None,
            sql: self.sql(dialect),
            tables: vec![table.clone()],
            columns: own(&columns),
            names: name.into_iter().map(|name| (table.clone(), name)).collect(),
        };
        if let Self::AddForeignKey(key) = self {
            foreign.tables.push(key.to_table.clone());
            foreign.columns.push((key.to_table.clone(), key.to_column.clone()));
        }
        foreign
    }
}
