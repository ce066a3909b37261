//! Constraints and indexes, with the meaning of the entries of Django's `get_constraints`.

use smol_str::SmolStr;

use super::PLAIN_INDEX;

/// A constraint or an index of a table: one entry of Django's `introspection.get_constraints`.
///
/// The flags mean exactly what Django's dictionary means, including its oddities: a primary key is also `unique` on PostgreSQL
/// and is not on SQLite, an index that belongs to a constraint is not listed beside it, and an exclusion constraint has no flag set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraint {
    /// The name.
    pub name: SmolStr,
    /// The columns in their order; `None` stands for an expression.
    pub columns: Vec<Option<SmolStr>>,
    /// Whether it is the primary key.
    pub primary_key: bool,
    /// Whether it keeps its columns unique.
    pub unique: bool,
    /// What it references, when it is a foreign key.
    pub foreign_key: Option<ForeignKeyTarget>,
    /// Whether it is a check constraint.
    pub check: bool,
    /// Whether it is an index (and not the index of a constraint).
    pub index: bool,
    /// The type of the index: [`PLAIN_INDEX`] or the access method.
    pub index_type: Option<SmolStr>,
    /// The order of each column of an index; empty where Django reports none.
    pub orders: Vec<Option<SortOrder>>,
    /// The index's `CREATE INDEX` text, which Django has for an index on expressions on PostgreSQL; of a check there that says
    /// that a column has a value, its text.
    pub definition: Option<String>,
    /// Whether an index is ready and a constraint validated (PostgreSQL).
    pub valid: bool,
    /// Whether the database itself made the index for a foreign key, or named the check (MySQL).
    ///
    /// Such an index goes away as soon as another one serves the foreign key. An index that has the name of a foreign key is taken
    /// for one even if this is not set.
    pub generated: bool,
    /// Whether it is a check that is part of a column's definition, and goes when that is written anew (MariaDB).
    ///
    /// An unnamed check of Django's introspection is taken for one even if this is not set.
    pub inline: bool,
}

impl Constraint {
    /// Returns a primary key, `unique` as on PostgreSQL.
    pub fn primary_key<S: Into<SmolStr>>(name: impl Into<SmolStr>, columns: impl IntoIterator<Item = S>) -> Self {
        Self { primary_key: true, unique: true, ..Self::over(name, columns) }
    }

    /// Returns a unique constraint.
    pub fn unique<S: Into<SmolStr>>(name: impl Into<SmolStr>, columns: impl IntoIterator<Item = S>) -> Self {
        Self { unique: true, ..Self::over(name, columns) }
    }

    /// Returns a check constraint.
    pub fn check<S: Into<SmolStr>>(name: impl Into<SmolStr>, columns: impl IntoIterator<Item = S>) -> Self {
        Self { check: true, ..Self::over(name, columns) }
    }

    /// Returns a foreign key of one column.
    pub fn foreign_key(
        name: impl Into<SmolStr>,
        column: impl Into<SmolStr>,
        table: impl Into<SmolStr>,
        to: impl Into<SmolStr>,
    ) -> Self {
        let target = ForeignKeyTarget { table: table.into(), column: to.into() };
        Self { foreign_key: Some(target), ..Self::over(name, [column.into()]) }
    }

    /// Returns an exclusion constraint, which Django lists without any flag.
    pub fn exclusion<S: Into<SmolStr>>(name: impl Into<SmolStr>, columns: impl IntoIterator<Item = S>) -> Self {
        Self::over(name, columns)
    }

    /// Returns an ordinary index on columns, all ascending.
    pub fn index<S: Into<SmolStr>>(name: impl Into<SmolStr>, columns: impl IntoIterator<Item = S>) -> Self {
        let constraint = Self::over(name, columns);
        let orders = vec![Some(SortOrder::Asc); constraint.columns.len()];
        Self { index: true, index_type: Some(SmolStr::new_static(PLAIN_INDEX)), orders, ..constraint }
    }

    /// Returns an ordinary unique index on columns, all ascending.
    pub fn unique_index<S: Into<SmolStr>>(name: impl Into<SmolStr>, columns: impl IntoIterator<Item = S>) -> Self {
        Self { unique: true, ..Self::index(name, columns) }
    }

    /// Returns whether it is over exactly these columns in this order.
    pub fn is_over<S: AsRef<str>>(&self, columns: &[S]) -> bool {
        self.columns.len() == columns.len()
            && self.columns.iter().zip(columns).all(|(own, asked)| own.as_deref() == Some(asked.as_ref()))
    }

    /// Returns whether it is over this column, alone or among others.
    pub fn mentions(&self, column: &str) -> bool {
        self.columns.iter().flatten().any(|own| own == column)
    }

    fn over<S: Into<SmolStr>>(name: impl Into<SmolStr>, columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            name: name.into(),
            columns: columns.into_iter().map(|column| Some(column.into())).collect(),
            valid: true,
            ..Self::default()
        }
    }
}

/// What a foreign key references; of several columns, the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKeyTarget {
    /// The referenced table.
    pub table: SmolStr,
    /// The referenced column.
    pub column: SmolStr,
}

/// The order of a column in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// Ascending.
    Asc,
    /// Descending.
    Desc,
}
