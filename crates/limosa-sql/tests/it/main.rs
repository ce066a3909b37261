//! Tests of SQL against Django itself.

mod expressions;
