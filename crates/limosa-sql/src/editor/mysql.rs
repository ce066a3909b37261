//! What MySQL and MariaDB do in their own way.
//!
//! Source: Django `db/backends/mysql/schema.py`.

pub(super) mod alter;
pub(super) mod column;
pub(super) mod constraint;
pub(super) mod index;
pub(super) mod table;
