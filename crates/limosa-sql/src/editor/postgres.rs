//! What PostgreSQL does in its own way.
//!
//! Source: Django `db/backends/postgresql/schema.py`.

pub(super) mod alter;
pub(super) mod column;
pub(super) mod constraint;
pub(super) mod index;
