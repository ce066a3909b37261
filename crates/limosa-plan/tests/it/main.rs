//! The tests of the planner.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod case;
mod oracle;
mod planner;
mod steps;
