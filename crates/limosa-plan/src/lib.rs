//! What to do to a database before anything is done: which migrations, in which order.
//!
//! **Invariant:** nothing here executes anything.

pub mod branches;
pub mod planner;
pub mod stage;
pub mod steps;
