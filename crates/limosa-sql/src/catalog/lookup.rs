//! The questions that a schema editor asks.

use smol_str::SmolStr;

use super::{Catalog, Constraint, Table};

/// The arguments of Django's `BaseDatabaseSchemaEditor._constraint_names`; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConstraintFilter<'a> {
    /// Exactly these columns, in this order.
    pub columns: Option<&'a [&'a str]>,
    /// Whether it is unique.
    pub unique: Option<bool>,
    /// Whether it is the primary key.
    pub primary_key: Option<bool>,
    /// Whether it is an index.
    pub index: Option<bool>,
    /// Set to anything: it is a foreign key. (Django does not ask for the absence of one either.)
    pub foreign_key: Option<bool>,
    /// Whether it is a check constraint.
    pub check: Option<bool>,
    /// The type of the index, such as [`PLAIN_INDEX`](super::PLAIN_INDEX).
    pub index_type: Option<&'a str>,
    /// Names that are left out.
    pub exclude: &'a [&'a str],
}

impl ConstraintFilter<'_> {
    /// Returns whether a constraint is asked for.
    pub fn matches(&self, constraint: &Constraint) -> bool {
        let agrees = |asked: Option<bool>, own: bool| asked.is_none_or(|asked| asked == own);
        self.columns.is_none_or(|columns| constraint.is_over(columns))
            && agrees(self.unique, constraint.unique)
            && agrees(self.primary_key, constraint.primary_key)
            && agrees(self.index, constraint.index)
            && agrees(self.check, constraint.check)
            && (self.foreign_key.is_none() || constraint.foreign_key.is_some())
            && self.index_type.is_none_or(|asked| constraint.index_type.as_deref() == Some(asked))
            && !self.exclude.contains(&constraint.name.as_str())
    }
}

impl Catalog {
    /// Returns the names of a table's constraints and indexes that a filter asks for, in Django's order.
    ///
    /// Django's `BaseDatabaseSchemaEditor._constraint_names`. A table that does not exist has none.
    pub fn constraint_names(&self, table: &str, filter: ConstraintFilter<'_>) -> Vec<SmolStr> {
        let constraints = self.table(table).map_or(&[][..], |table| &table.constraints);
        constraints.iter().filter(|constraint| filter.matches(constraint)).map(|found| found.name.clone()).collect()
    }

    /// Returns the table that has a constraint or index of this name.
    pub fn table_of_constraint(&self, name: &str) -> Option<&Table> {
        self.tables().find(|table| table.constraint(name).is_some())
    }

    /// Returns the foreign keys of all tables that reference a table, as pairs of the referencing table and the constraint.
    pub fn references_to(&self, table: &str) -> impl Iterator<Item = (&Table, &Constraint)> {
        self.tables().flat_map(move |other| {
            let to_it = |found: &&Constraint| found.foreign_key.as_ref().is_some_and(|target| target.table == *table);
            other.constraints.iter().filter(to_it).map(move |found| (other, found))
        })
    }

    /// Returns the name of the sequence that a column owns.
    pub fn sequence_of(&self, table: &str, column: &str) -> Option<&SmolStr> {
        self.table(table)?.sequences.iter().find(|sequence| sequence.column == column).map(|found| &found.name)
    }
}
