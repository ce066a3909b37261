//! Tables, views, columns and sequences.

use smol_str::SmolStr;

use super::Constraint;

/// A table or view with its columns and constraints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The name, without its schema.
    pub name: SmolStr,
    /// What kind of relation it is.
    pub kind: TableKind,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// Constraints and indexes in the order of Django's `get_constraints`.
    pub constraints: Vec<Constraint>,
    /// The sequences that belong to columns (PostgreSQL).
    pub sequences: Vec<Sequence>,
    /// The comment on the table.
    pub comment: Option<String>,
    /// The text of its `CREATE TABLE` (SQLite).
    pub sql: Option<String>,
}

impl Table {
    /// Returns a table without columns.
    pub fn new(name: impl Into<SmolStr>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Returns the column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the column of this name, to change it.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    /// Returns the constraint or index of this name.
    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| constraint.name == name)
    }
}

/// What kind of relation a [`Table`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableKind {
    /// An ordinary, partitioned or foreign table.
    #[default]
    Table,
    /// A partition of another table.
    Partition,
    /// A view or materialized view.
    View,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: SmolStr,
    /// The type as the database writes it (`character varying(20)`; on SQLite, as the `CREATE TABLE` has it).
    pub data_type: SmolStr,
    /// Whether it may hold null.
    pub nullable: bool,
    /// Whether the database numbers it: an identity column, or SQLite's only column of an integer primary key.
    pub auto: bool,
    /// The default's expression (the generation expression of a generated column on PostgreSQL).
    pub default: Option<String>,
    /// Whether it is generated from other columns.
    pub generated: bool,
    /// The collation, unless it is the default one.
    pub collation: Option<SmolStr>,
    /// The comment on the column.
    pub comment: Option<String>,
}

impl Column {
    /// Returns a nullable column without a default.
    pub fn new(name: impl Into<SmolStr>, data_type: impl Into<SmolStr>) -> Self {
        Self { name: name.into(), data_type: data_type.into(), nullable: true, ..Self::default() }
    }
}

/// A sequence that belongs to a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// The name of the sequence.
    pub name: SmolStr,
    /// The column that owns it.
    pub column: SmolStr,
}
