//! The names of constraints and indexes as the database has them.

use std::sync::atomic::Ordering;

use smol_str::SmolStr;

use limosa_model::django::DjangoVersion;

use super::{Mode, SchemaEditor};
use crate::catalog::ConstraintFilter;
use crate::dialect::Dialect;

impl SchemaEditor<'_> {
    /// Returns the names of a table's constraints and indexes that a filter asks for.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_constraint_names`.
    pub(crate) fn constraint_names(&self, table: &str, filter: ConstraintFilter<'_>) -> Vec<SmolStr> {
        let renamed = self.renamed_tables.get(table).map(SmolStr::as_str);
        self.note_asked(renamed.unwrap_or(table));
        self.catalog.constraint_names(renamed.unwrap_or(table), filter)
    }

    /// Remembers that names were asked of a table that is not there: only MySQL has none to show then, and Django stops.
    pub(crate) fn note_asked(&self, table: &str) {
        if self.dialect() == Dialect::MySql && !self.catalog.has_table(table) {
            self.missed_table.store(true, Ordering::Relaxed);
        }
    }

    /// Returns the names of the foreign keys of a column.
    pub(crate) fn foreign_key_names(&self, table: &str, column: &str) -> Vec<SmolStr> {
        let filter =
            ConstraintFilter { columns: Some(&[column]), foreign_key: Some(true), ..ConstraintFilter::default() };
        self.constraint_names(table, filter)
    }

    /// Remembers, while collecting, under which name the catalog still has a renamed table (from Django 6.1 on).
    pub(crate) fn note_renamed_table(&mut self, old: &str, new: &str) {
        if self.mode == Mode::Collect && self.context.django >= DjangoVersion::V61 {
            let existing = self.renamed_tables.remove(old).unwrap_or_else(|| old.into());
            self.renamed_tables.insert(new.into(), existing);
        }
    }
}
