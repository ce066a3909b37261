//! The options of a model's `Meta`.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::Value;
use crate::index::{Constraint, Index};
use crate::value::Kwargs;

/// The options of a model's `Meta`: those that decide about the schema typed, the rest as they were written.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ModelOptions {
    /// Sets of fields that are unique together.
    pub unique_together: Vec<Vec<SmolStr>>,
    /// Sets of fields with an index together (up to Django 5.0).
    pub index_together: Vec<Vec<SmolStr>>,
    /// Indexes.
    pub indexes: Vec<Arc<Index>>,
    /// Constraints.
    pub constraints: Vec<Arc<Constraint>>,
    /// All other options.
    pub other: Kwargs,
}

impl ModelOptions {
    /// Returns the table, when it does not follow from the model's name.
    pub fn db_table(&self) -> Option<&str> {
        self.text("db_table")
    }

    /// Returns the tablespace.
    pub fn db_tablespace(&self) -> Option<&str> {
        self.text("db_tablespace")
    }

    /// Returns the comment on the table.
    pub fn db_table_comment(&self) -> Option<&str> {
        self.text("db_table_comment")
    }

    /// Returns whether it is a proxy: another model's table under another name.
    pub fn proxy(&self) -> bool {
        self.flag("proxy").unwrap_or(false)
    }

    /// Returns whether its table is made and dropped by migrations.
    pub fn managed(&self) -> bool {
        self.flag("managed").unwrap_or(true)
    }

    /// Returns the setting that may put another model in its place.
    pub fn swappable(&self) -> Option<&str> {
        self.text("swappable")
    }

    /// Returns the field that orders the rows of this model.
    pub fn order_with_respect_to(&self) -> Option<&str> {
        self.text("order_with_respect_to")
    }

    /// Returns an option that is a text and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.other.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.other.get(name).and_then(Value::truth)
    }
}
