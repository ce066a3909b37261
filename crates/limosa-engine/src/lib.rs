//! Runs a plan: transactions, history, events, and the bridge to the project's own Python.
//!
//! **Invariant:** only this crate executes anything that changes a database, and it prints nothing.

pub mod after;
pub mod bridge;
pub mod causes;
pub mod events;
pub mod functions;
pub mod interrupt;
pub mod runner;
mod session;
