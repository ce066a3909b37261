//! What a change *is* in SQL: the catalog of a database as a value, schema editors, and splitting of SQL text.
//!
//! **Invariant:** nothing here knows a connection. What a database holds arrives as a [`catalog::Catalog`].

pub mod catalog;
pub mod dialect;
pub mod split;
pub mod names;
pub mod model;
pub mod types;
pub mod editor;
pub mod operations;
pub mod statement;
pub mod expression;
pub mod literal;
