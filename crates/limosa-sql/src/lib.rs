//! What a change *is* in SQL: the catalog of a database as a value, schema editors, and splitting of SQL text.
//!
//! **Invariant:** nothing here knows a connection. What a database holds arrives as a [`catalog::Catalog`].

pub mod catalog;
pub mod dialect;
pub mod editor;
pub mod effect;
pub mod expression;
pub mod literal;
pub mod model;
pub mod names;
pub mod operations;
pub mod split;
pub mod statement;
pub mod types;
