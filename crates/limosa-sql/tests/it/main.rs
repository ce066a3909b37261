//! Tests of SQL against Django itself.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests say that they are skipped, and stop where they fail"
)]

mod conditions;
mod django;
mod editor;
mod effects;
mod expressions;
mod impacts;
mod models;
