//! Statements that may wait until the end of a migration, and follow what happens to tables and columns until then.
//!
//! Source: Django `db/backends/ddl_references.py`. There a statement is a template with parts that know what they refer to; here
//! each kind of statement that can wait is a structure, written as text only when it is executed.

mod columns;
mod effect;
mod foreign;
mod render;

use smol_str::SmolStr;

pub use self::columns::{IndexColumns, IndexName};
pub(crate) use self::effect::{stored, stored_name};
pub use self::foreign::{DerivedName, Foreign};
use crate::dialect::Dialect;

/// A statement that may wait.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// Creates an index.
    CreateIndex(CreateIndex),
    /// Adds a unique constraint; on SQLite, a unique index.
    AddUnique(AddUnique),
    /// Adds a foreign key.
    AddForeignKey(AddForeignKey),
    /// Adds a check constraint.
    AddCheck(AddCheck),
    /// Adds an exclusion constraint (PostgreSQL).
    AddExclusion(AddExclusion),
    /// A statement of another schema editor.
    Foreign(Foreign),
}

/// Creates an index.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateIndex {
    /// The table.
    pub table: SmolStr,
    /// The name.
    pub name: IndexName,
    /// Whether values must differ.
    pub unique: bool,
    /// Whether writes go on meanwhile (PostgreSQL).
    pub concurrently: bool,
    /// The access method; the database's own when there is none.
    pub using: Option<SmolStr>,
    /// What it is over.
    pub columns: IndexColumns,
    /// Columns that are carried along.
    pub include: Vec<SmolStr>,
    /// Whether NULLs differ from each other, when it says so.
    pub nulls_distinct: Option<bool>,
    /// Storage parameters and tablespace, each with a leading space.
    pub extra: String,
    /// The condition of a partial index. It is text: renamed columns do not reach it.
    pub condition: Option<String>,
}

/// Adds a unique constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct AddUnique {
    /// The table.
    pub table: SmolStr,
    /// The name.
    pub name: IndexName,
    /// The columns.
    pub columns: Vec<SmolStr>,
    /// Whether NULLs differ from each other, when it says so.
    pub nulls_distinct: Option<bool>,
    /// When it is checked, with a leading space; empty when not said.
    pub deferrable: &'static str,
}

/// Adds a foreign key.
#[derive(Clone, Debug, PartialEq)]
pub struct AddForeignKey {
    /// The table.
    pub table: SmolStr,
    /// The column.
    pub column: SmolStr,
    /// The table that it refers to.
    pub to_table: SmolStr,
    /// The column that it refers to.
    pub to_column: SmolStr,
    /// How the name ends.
    pub suffix: ForeignKeySuffix,
    /// What the database does when the other row is deleted, with a leading space; empty when nothing.
    pub on_delete: &'static str,
}

/// How the name of a foreign key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignKeySuffix {
    /// `_fk_<table>_<column>`, with the table and column that it refers to.
    Target,
    /// `_fk`, of a foreign key that was made anew because its target changed.
    Plain,
}

/// Adds a check constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct AddCheck {
    /// The table.
    pub table: SmolStr,
    /// The name.
    pub name: SmolStr,
    /// The condition. It is text: renamed columns do not reach it.
    pub check: String,
    /// The columns that the condition names, for the catalog.
    pub columns: Vec<SmolStr>,
    /// Whether the rows that are there go unchecked (PostgreSQL).
    pub not_valid: bool,
}

/// Adds an exclusion constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct AddExclusion {
    /// The table.
    pub table: SmolStr,
    /// The name.
    pub name: SmolStr,
    /// The access method.
    pub index_type: SmolStr,
    /// What it is over, with the operators.
    pub columns: IndexColumns,
    /// Columns that are carried along.
    pub include: Vec<SmolStr>,
    /// The condition. It is text: renamed columns do not reach it.
    pub condition: Option<String>,
    /// When it is checked, with a leading space; empty when not said.
    pub deferrable: &'static str,
}

impl Statement {
    /// Returns whether it refers to a table.
    pub fn references_table(&self, table: &str) -> bool {
        self.table() == table
            || match self {
                Self::AddForeignKey(key) => key.to_table == table,
                Self::Foreign(foreign) => foreign.references_table(table),
                _ => false,
            }
    }

    /// Returns whether it refers to a column.
    pub fn references_column(&self, table: &str, column: &str) -> bool {
        let own = |columns: &[SmolStr]| columns.iter().any(|own| own == column);
        let same = self.table() == table;
        match self {
            Self::CreateIndex(index) => same && (index.columns.mentions(column) || own(&index.include)),
            Self::AddUnique(unique) => same && own(&unique.columns),
            Self::AddForeignKey(key) => {
                same && key.column == column || key.to_table == table && key.to_column == column
            }
            Self::AddCheck(_) => false,
            Self::AddExclusion(exclusion) => same && (exclusion.columns.mentions(column) || own(&exclusion.include)),
            Self::Foreign(foreign) => foreign.references_column(table, column),
        }
    }

    /// Returns whether it creates the index of this name; from then on a name that follows from columns stays as it is.
    ///
    /// Django writes the name of an index down the first time that it is asked for, which this question does.
    pub fn references_index(&mut self, dialect: Dialect, table: &str, index: &str) -> bool {
        if self.table() != table {
            return false;
        }
        match self {
            Self::CreateIndex(statement) => {
                if statement.unique {
                    return false; // its name is plain text there
                }
                let name = statement.name.resolve(dialect, &statement.table, statement.columns.names());
                statement.name = IndexName::Fixed(name.clone());
                name == index
            }
            Self::AddUnique(unique) => {
                unique.name == IndexName::Unique
                    && unique.name.resolve(dialect, &unique.table, &unique.columns) == index
            }
            Self::AddForeignKey(key) => key.name(dialect) == index,
            Self::Foreign(foreign) => foreign.references_index(dialect, table, index),
            Self::AddCheck(_) | Self::AddExclusion(_) => false,
        }
    }

    /// Returns whether it makes exactly these columns unique, in this order.
    pub fn is_unique_over(&self, table: &str, columns: &[SmolStr]) -> bool {
        self.table() == table
            && match self {
                Self::CreateIndex(index) => index.columns.names() == columns,
                Self::AddUnique(unique) => unique.columns == columns,
                Self::Foreign(foreign) => {
                    let own = foreign.columns.iter().filter(|own| own.0 == table).map(|own| &own.1);
                    own.eq(columns)
                }
                _ => false,
            }
    }

    /// Follows a renamed table.
    pub fn rename_table(&mut self, dialect: Dialect, old: &str, new: &str) {
        let rename = |table: &mut SmolStr| {
            if table == old {
                *table = new.into();
            }
        };
        match self {
            Self::CreateIndex(index) => rename(&mut index.table),
            Self::AddUnique(unique) => rename(&mut unique.table),
            Self::AddForeignKey(key) => {
                rename(&mut key.table);
                rename(&mut key.to_table);
            }
            Self::AddCheck(check) => rename(&mut check.table),
            Self::AddExclusion(exclusion) => rename(&mut exclusion.table),
            Self::Foreign(foreign) => foreign.rename_table(dialect, old, new),
        }
    }

    /// Follows a renamed column.
    pub fn rename_column(&mut self, dialect: Dialect, table: &str, old: &str, new: &str) {
        let same = self.table() == table;
        let rename = |column: &mut SmolStr| {
            if column == old {
                *column = new.into();
            }
        };
        match self {
            Self::CreateIndex(index) if same => {
                index.columns.rename(dialect, old, new);
                index.include.iter_mut().for_each(rename);
            }
            Self::AddUnique(unique) if same => unique.columns.iter_mut().for_each(rename),
            Self::AddForeignKey(key) => {
                if key.table == table {
                    rename(&mut key.column);
                }
                if key.to_table == table {
                    rename(&mut key.to_column);
                }
            }
            Self::AddExclusion(exclusion) if same => {
                exclusion.columns.rename(dialect, old, new);
                exclusion.include.iter_mut().for_each(rename);
            }
            Self::Foreign(foreign) => foreign.rename_column(dialect, table, old, new),
            _ => {}
        }
    }

    /// Returns the table that it changes.
    pub fn table(&self) -> &SmolStr {
        const NONE: &SmolStr = &SmolStr::new_static("");
        match self {
            Self::Foreign(foreign) => foreign.tables.first().unwrap_or(NONE),
            Self::CreateIndex(index) => &index.table,
            Self::AddUnique(unique) => &unique.table,
            Self::AddForeignKey(key) => &key.table,
            Self::AddCheck(check) => &check.table,
            Self::AddExclusion(exclusion) => &exclusion.table,
        }
    }
}
