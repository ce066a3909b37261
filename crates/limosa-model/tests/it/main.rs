//! The tests of the model.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod graph;
