//! What a database physically holds, as a pure value that schema editors ask and update.
//!
//! Django's schema editor asks the live database for the names of constraints before it drops them. Here it asks a [`Catalog`],
//! which introspection fills once, and updates it with every statement that it plans, so that a whole plan is known before it runs.
//!
//! Order is part of the value: the constraints of a table stand in the order in which Django's `introspection.get_constraints`
//! returns them for the dialect, because Django drops them in that order.

mod constraint;
mod diff;
mod follow;
mod lookup;
mod mutate;
mod mysql;
mod names;
mod sqlite;
mod table;

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

pub use self::constraint::{Constraint, ForeignKeyTarget, SortOrder};
pub use self::diff::{Aspect, Difference, DifferenceKind, differences};
pub use self::lookup::ConstraintFilter;
pub use self::sqlite::{sqlite_constraints, sqlite_foreign_keys, sqlite_index, sqlite_primary_key};
pub use self::table::{Column, Sequence, Table, TableKind};
use crate::dialect::Dialect;

/// The value of `type` that Django gives to an ordinary index (`Index.suffix`).
pub const PLAIN_INDEX: &str = "idx";

/// What a database holds, by the names that its search path makes visible.
///
/// A clone costs a few reference counts; a table is copied when it is first changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    dialect: Dialect,
    server_version: u32,
    tables: Arc<IndexMap<SmolStr, Arc<Table>>>,
    extensions: Arc<IndexMap<SmolStr, SmolStr>>,
    collations: Arc<IndexMap<SmolStr, bool>>,
}

impl Catalog {
    /// Returns the catalog of an empty database.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            server_version: 0,
            tables: Arc::default(),
            extensions: Arc::default(),
            collations: Arc::default(),
        }
    }

    /// Returns the dialect of the database.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the server's version as a number (PostgreSQL 15.4 is `150004`, SQLite 3.45.1 is `3045001`), 0 when it is not known.
    pub fn server_version(&self) -> u32 {
        self.server_version
    }

    /// Sets the server's version.
    pub fn set_server_version(&mut self, version: u32) {
        self.server_version = version;
    }

    /// Returns the table or view of this name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name).map(AsRef::as_ref)
    }

    /// Returns whether there is a table or view of this name.
    pub fn has_table(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// Returns all tables and views in order.
    pub fn tables(&self) -> impl ExactSizeIterator<Item = &Table> {
        self.tables.values().map(AsRef::as_ref)
    }

    /// Returns the installed extensions (PostgreSQL) with their versions.
    pub fn extensions(&self) -> &IndexMap<SmolStr, SmolStr> {
        &self.extensions
    }

    /// Returns whether an extension is installed.
    pub fn has_extension(&self, name: &str) -> bool {
        self.extensions.contains_key(name)
    }

    /// Returns whether a collation is deterministic, `None` when there is no such collation.
    ///
    /// Django's `DatabaseSchemaEditor._is_collation_deterministic` for PostgreSQL.
    pub fn collation_is_deterministic(&self, name: &str) -> Option<bool> {
        self.collations.get(name).copied()
    }
}
