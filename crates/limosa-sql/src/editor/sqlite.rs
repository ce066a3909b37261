//! SQLite: what it cannot alter, it makes anew.
//!
//! Source: Django `db/backends/sqlite3/schema.py`.

pub(super) mod alter;
pub(super) mod column;
pub(super) mod constraint;
mod remake;
pub(super) mod table;
